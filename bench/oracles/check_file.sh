#!/usr/bin/env bash
# check_file.sh FILE [CC-FOR-HEADER...]: one linked program or object against pahole, drgn and compilers; a line of results.
# LAYOUTS is the folder of the built Layouts program, BTFTOOL_BIN the tool. Exit status 1 when something differs.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tool=${BTFTOOL_BIN:-$here/../../artifacts/btftool}
layouts=${LAYOUTS:?folder of Layouts.dll}
file=$1
shift
[ $# -gt 0 ] || set -- "gcc -fms-extensions" "clang -fms-extensions -ferror-limit=0"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0 line=

say() { line="$line; $1"; }

"$tool" show --all --format dwarf -f "$file" -o "$work/listing" 2>"$work/notes"; rc=$?
sed -i '/its debug information is/d' "$work/notes"
[ $rc = 0 ] || { bad=1; say "show: exit $rc"; }
[ ! -s "$work/notes" ] || { bad=1; say "notes: $(head -n 1 "$work/notes") ($(wc -l <"$work/notes"))"; }
dotnet "$layouts/Layouts.dll" --dwarf "$file" >"$work/lines" 2>/dev/null
say "$(wc -l <"$work/lines") types"

if [ -z "${NO_PAHOLE:-}" ]; then
    timeout 120 pahole -F dwarf "$file" >"$work/pahole" 2>"$work/pahole.err"; rc=$?
    if [ $rc != 0 ] || [ ! -s "$work/pahole" ]; then
        say "pahole fails ($rc, $(head -n 1 "$work/pahole.err" | cut -c1-60))"
    else
        python3 "$here/same_listing.py" "$work/listing" "$work/pahole" >"$work/same" || { bad=1; cp "$work/same" "${KEEP:-$work}/$(basename "$file").same"; }
        say "pahole: $(tail -n 1 "$work/same" | cut -d ';' -f 1)"
    fi
fi

if [ -z "${NO_DRGN:-}" ]; then
    /usr/bin/python3 "$here/drgn_layouts.py" "$file" "$work/lines" >"$work/drgn" 2>&1 || { bad=1; cp "$work/drgn" "${KEEP:-$work}/$(basename "$file").drgn"; }
    say "drgn: $(tail -n 1 "$work/drgn" | cut -d ';' -f 1 | cut -c1-110)"
fi

"$tool" header --format dwarf -f "$file" -o "$work/h.h" 2>"$work/header.notes" || { bad=1; say "header: exit $?"; }
sed -i '/its debug information is/d' "$work/header.notes"
[ ! -s "$work/header.notes" ] || say "header says: $(head -n 1 "$work/header.notes") ($(wc -l <"$work/header.notes"))"
dotnet "$layouts/Layouts.dll" --asserts --dwarf "$file" >"$work/asserts" 2>/dev/null
cat "$work/h.h" "$work/asserts" >"$work/t.c"
for cc in "$@"; do
    # shellcheck disable=SC2086 # The compiler is a list of words.
    if $cc -fsyntax-only -w "$work/t.c" >"$work/cc.err" 2>&1; then
        say "${cc%% *}: $(wc -l <"$work/asserts") asserts hold"
    else
        bad=1
        say "${cc}: $(grep -c 'error' "$work/cc.err") errors"
        cp "$work/cc.err" "${KEEP:-$work}/$(basename "$file").${cc%% *}.err"
        [ -z "${KEEP:-}" ] || cp "$work/t.c" "$KEEP/$(basename "$file").${cc%% *}.c"
    fi
done

[ $bad = 0 ] && word=ok || word=BAD
echo "$word $(basename "$file")$line"
exit $bad
