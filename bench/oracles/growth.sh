#!/usr/bin/env bash
# growth.sh OUT MODULE.ko...: `ld -r` of 1, 10, 100 of the modules (and all, with ALL=1); time and memory of btftool and pahole for each.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tool=${BTFTOOL_BIN:-$here/../../artifacts/btftool}
out=$1
shift
mkdir -p "$out"
measure() { # COMMAND...: seconds and MiB, the best of RUNS
    for _ in $(seq "${RUNS:-3}"); do
        /usr/bin/time -f '%e %M' -o "$out/time" "$@" >"$out/text" 2>"$out/err" || echo "failed: $(head -n 1 "$out/err")" >&2
        tail -n 1 "$out/time"
    done | sort -n | head -n 1 | awk '{ printf "%s | %d", $1, $2 / 1024 }'
}
echo "| modules | .debug_info bytes | types | show --all s | MiB | header s | MiB | pahole s | MiB |"
echo "|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
for n in 1 10 100 ${ALL:+$#}; do
    [ $# -ge "$n" ] || continue
    file=$out/r$n.o
    rm -f "$file"
    # The exit code speaks of symbols that several modules define: init_module and the like.
    ld -r -z muldefs -o "$file" "${@:1:$n}" 2>"$out/ld.err"
    [ -s "$file" ] || { echo "ld: $(head -n 1 "$out/ld.err")"; continue; }
    bytes=$((16#$(readelf -SW "$file" | sed -n 's/.* \.debug_info *PROGBITS *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\).*/\1/p' | head -n 1)))
    types=$("$tool" show --all --format dwarf -f "$file" --stats 2>&1 >/dev/null | sed -n 's/.*types: \([0-9]*\);.*/\1/p')
    echo "| $n | $bytes | $types | $(measure "$tool" show --all --format dwarf -f "$file") | $(measure "$tool" header --format dwarf -f "$file") | $(RUNS=1 measure pahole -F dwarf "$file") |"
done
