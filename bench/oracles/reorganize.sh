#!/usr/bin/env bash
# reorganize.sh NAME=FILE.btf...: what `pahole --reorganize` makes of every struct of a file, against btftool's plans by the same rules
# and the same objective (bucket, lines, straddling members, bytes, moves). Prints a table for each file; bench/REORGANIZE.md has them:
#   zcat fixtures/oracle/linux-6.1/vmlinux.btf.gz >6.1.btf; bench/oracles/reorganize.sh linux-6.1=6.1.btf >bench/REORGANIZE.md
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build "$here/Reorganize" -c Release -v q -o "$work/bin" >"$work/build.log" || { cat "$work/build.log"; exit 1; }

echo "# \`pahole --reorganize\` against \`btftool reorganize\`"
echo
echo "By \`bench/oracles/reorganize.sh\`, with pahole $(pahole --version). Every order is laid by the C rules and weighed by one objective:"
echo "allocator bucket, cache lines, straddling members, bytes, members moved. Illegal is what may break code: the first member,"
echo "flexible arrays, markers and forced alignment stay, nothing crosses them; runs of bitfields stay whole and apart from others."
status=0
for input in "$@"; do
    name=${input%%=*} file=${input#*=}
    pahole -F btf --sizes "$file" 2>/dev/null | cut -f1 | LC_ALL=C sort -u >"$work/names"
    split -l 500 "$work/names" "$work/chunk."
    : >"$work/listing"
    for chunk in "$work"/chunk.*; do
        pahole -F btf --reorganize --skip_missing -C "$(paste -sd, "$chunk")" "$file" >>"$work/listing" 2>/dev/null || true
    done
    rm "$work"/chunk.*
    printf '\n## %s\n\n```\n' "$name"
    dotnet "$work/bin/Reorganize.dll" "$file" "$work/listing" || status=1
    echo '```'
done
exit $status
