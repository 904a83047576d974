#!/usr/bin/env bash
# modules.sh OUT KERNEL.BTF MODULE.ko.debug...: types of debug modules from DWARF, with their own split BTF and pahole as oracles.
# Each module: no crash, no notes from show and header; every struct and union of its .BTF has an equal layout in the DWARF graph.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tool=${BTFTOOL_BIN:-$here/../../artifacts/btftool}
layouts=${LAYOUTS:?folder of Layouts.dll}
out=$1 base=$2
shift 2
mkdir -p "$out"
good=0 bad=0 types=0 pahole=0 n=0
for ko in "$@"; do
    name=$(basename "$ko")
    fail=
    n=$((n + 1))
    "$tool" show --all --format dwarf -f "$ko" -o "$out/listing" 2>"$out/notes" || fail="show $?"
    "$tool" header --format dwarf -f "$ko" -o "$out/h.h" 2>>"$out/notes" || fail="$fail header $?"
    [ ! -s "$out/notes" ] || fail="$fail notes: $(head -n 1 "$out/notes")"
    dotnet "$layouts/Layouts.dll" --dwarf --plain "$ko" >"$out/dwarf" 2>"$out/err" || fail="$fail dwarf: $(head -n 1 "$out/err")"
    if dotnet "$layouts/Layouts.dll" --btf --plain --base "$base" "$ko" >"$out/btf" 2>"$out/err"; then
        LC_ALL=C comm -13 "$out/dwarf" "$out/btf" >"$out/missing"
        types=$((types + $(wc -l <"$out/btf")))
        [ ! -s "$out/missing" ] || { fail="$fail not in DWARF: $(wc -l <"$out/missing")"; cp "$out/missing" "$out/$name.missing"; cp "$out/dwarf" "$out/$name.dwarf"; }
    else
        fail="$fail btf: $(head -n 1 "$out/err")"
    fi
    if [ $((n % ${PAHOLE_EVERY:-5})) = 0 ]; then
        pahole -F dwarf "$ko" >"$out/pahole" 2>"$out/pahole.err"
        python3 "$here/same_listing.py" "$out/listing" "$out/pahole" >"$out/same" || { fail="$fail pahole: $(tail -n 1 "$out/same")"; cp "$out/same" "$out/$name.same"; }
        pahole=$((pahole + $(sed -n 's/^types of pahole \([0-9]*\).*/\1/p' "$out/same")))
    fi
    if [ $((n % ${CC_EVERY:-5})) = 0 ]; then
        dotnet "$layouts/Layouts.dll" --asserts --dwarf "$ko" 2>/dev/null | cat "$out/h.h" - >"$out/t.c"
        gcc -fms-extensions -fsyntax-only -w "$out/t.c" >"$out/cc.err" 2>&1 || { fail="$fail gcc: $(grep -m 1 error "$out/cc.err")"; cp "$out/t.c" "$out/$name.c"; }
        clang -fms-extensions -fsyntax-only -w "$out/t.c" >"$out/cc.err" 2>&1 || { fail="$fail clang: $(grep -m 1 error "$out/cc.err")"; cp "$out/t.c" "$out/$name.c"; }
    fi
    if [ -n "$fail" ]; then
        bad=$((bad + 1))
        echo "BAD $name:$fail"
    else
        good=$((good + 1))
    fi
done
echo "modules without a complaint $good, with $bad; types of .BTF compared $types, of pahole $pahole"
