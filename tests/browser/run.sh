#!/usr/bin/env bash
# Opens the report pages in Chromium and checks them. Needs node, npm and chromium; BTFTOOL_BIN names the program (else artifacts/btftool).
# Writes pages and screenshots to artifacts/browser; the last line is `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export BTFTOOL_BIN=${BTFTOOL_BIN:-$root/artifacts/btftool}
case $BTFTOOL_BIN in /*) ;; *) BTFTOOL_BIN=$PWD/$BTFTOOL_BIN ;; esac
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
export CHROMIUM
cd "$here"
if ! cmp -s package-lock.json node_modules/.lock-of-this; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.lock-of-this
fi
exec node run.mjs "$root" "$@"
