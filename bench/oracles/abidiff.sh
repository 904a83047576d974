#!/usr/bin/env bash
# abidiff.sh [BTFTOOL]: what abidiff (libabigail, Debian's abigail-tools) and `btftool diff` say of the same two libraries, made of the pairs in
# fixtures/diff: each type is a parameter of an exported function. Prints what bench/ABIDIFF.md holds:
#   make native; bench/oracles/abidiff.sh artifacts/btftool >bench/ABIDIFF.md
# Exit code 1 where abidiff finds what btftool does not.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
btftool=${1:-$here/artifacts/btftool}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -g -w -shared -fPIC -DLIBRARY "$here/fixtures/diff/pairs.c" -o "$work/v1.so"
gcc -g -w -shared -fPIC -DLIBRARY -DNEW "$here/fixtures/diff/pairs.c" -o "$work/v2.so"

# run NAME COMMAND...: keeps the output and the exit code.
run() {
    local name=$1 code=0
    shift
    "$@" >"$work/$name" 2>"$work/$name.err" || code=$?
    echo "$code" >"$work/$name.code"
}
run plain abidiff "$work/v1.so" "$work/v2.so"
run full abidiff --harmless --redundant --no-show-locs "$work/v1.so" "$work/v2.so"
run json "$btftool" diff "$work/v1.so" "$work/v2.so" --json
# One edit at a time, and all three.
gcc -g -w -shared -fPIC -DLIBRARY "$here/fixtures/diff/probe.c" -o "$work/probe.so"
for edit in INSERT WIDEN RENUMBER NEW; do
    gcc -g -w -shared -fPIC -DLIBRARY -D"$edit" "$here/fixtures/diff/probe.c" -o "$work/probe-$edit.so"
    run "abidiff-$edit" abidiff "$work/probe.so" "$work/probe-$edit.so"
    run "btftool-$edit" "$btftool" diff "$work/probe.so" "$work/probe-$edit.so" --json
done
python3 - "$here" "$work" "$(abidiff --version)" "$(gcc -dumpfullversion)" <<'PY'
import collections, glob, json, re, sys

here, work, version, gcc = sys.argv[1:]
version = version.replace(':', '')
expected = {}
for path in sorted(glob.glob(here + '/fixtures/diff/pairs/*.h')):
    for line in open(path):
        found = re.match(r'// expect (\w+): (.*)', line)
        if found:
            expected[found[1]] = found[2].strip()


def entries(name):
    """The types whose function or variable has an entry, with the entry; and all the text."""
    text = open(f'{work}/{name}').read()
    parts = re.split(r'\n(?=  \[[ADC]\] )', text)
    named = {}
    for part in parts[1:]:
        symbol = re.search(r"'.*?\b(?:use_|kept_)(p_\w+)|'.*?\b(p_function_\w+)", part.split('\n')[0])
        if symbol:
            named[symbol[1] or symbol[2]] = part
    return named, text


def finds(name):
    named, text = entries(name)
    source = ''.join(open(path).read() for path in glob.glob(here + '/fixtures/diff/pairs/*.h'))
    own = {n for n in expected if re.search(rf'KEEP\w*\((?:.*, )?{n}\)|kept_{n}\b', source) or n.startswith('p_function_')}
    # A type without a function of its own is found where the report says that it changed.
    inside = {n for n in expected if n not in own and re.search(rf"type (?:of )?'(?:struct |union |enum |typedef )?{n}\b[^\n]*changed", text)}
    return (set(named) & set(expected)) | inside


plain, full = finds('plain'), finds('full')
document = json.load(open(work + '/json'))
ours = {}
for difference in document['differences']:
    ours[difference['name'].split()[-1]] = difference
code = lambda name: open(f'{work}/{name}.code').read().strip()
pairs = set(expected)
differ = {n for n in pairs if expected[n] != 'none'}
classes = lambda n: expected[n].split(';')[0].split()[0]
print(f'''# `abidiff` against `btftool diff`

By `bench/oracles/abidiff.sh`, with {version} and gcc {gcc}: two libraries of the {len(pairs)} pairs of types in `fixtures/diff`, each type
a parameter of an exported function, compiled with `-g`. {len(differ)} pairs differ, {len(pairs) - len(differ)} are written in another way and the same.

| | abidiff | abidiff --harmless --redundant | btftool diff |
|---|---|---|---|
| exit code | {code('plain')} | {code('full')} | {code('json')} |
| pairs that differ, found | {len(plain & differ)} | {len(full & differ)} | {len(set(ours) & differ)} |
| pairs that are the same, reported | {len(plain - differ)} | {len(full - differ)} | {len((set(ours) & pairs) - differ)} |
''')
print("""## Three edits

| edit | abidiff, exit code | lines it prints | btftool diff, exit code | classes |
|---|---|---|---|---|""")
edits = {'INSERT': 'an `int` inserted', 'WIDEN': 'a bitfield widened from 3 to 4', 'RENUMBER': 'an enumerator renumbered', 'NEW': 'all three'}
for edit, words in edits.items():
    found = json.load(open(f'{work}/btftool-{edit}'))['differences']
    names = [c['class'] for d in found for c in d['changes'] if not c.get('consequence')]
    lines = len([line for line in open(f'{work}/abidiff-{edit}') if line.strip()])
    print(f"| {words} | {code('abidiff-' + edit)} | {lines} | {code('btftool-' + edit)} | {', '.join(f'`{n}`' for n in names)} |")
print()
missed = sorted((full & differ) - set(ours))
print('## What abidiff finds and btftool does not\n')
print('\n'.join(f'- `{n}`: {expected[n]}' for n in missed) or 'Nothing.')
print('\n## What btftool finds and abidiff does not, with all its options\n')
print('\n'.join(f'- `{n}`: {classes(n)}' for n in sorted((set(ours) & differ) - full)) or 'Nothing.')
print('\n## What neither finds\n')
print('\n'.join(f'- `{n}`: {classes(n)}' for n in sorted(differ - full - set(ours))) or 'Nothing.')
print('\n## What abidiff prints only with `--harmless --redundant`\n')
counts = collections.Counter(classes(n) for n in (full - plain) & differ)
print('\n'.join(f'- {name}: {count}' for name, count in sorted(counts.items())) or 'Nothing.')
print('\n## Reported where nothing differs\n')
same = [f'- abidiff: `{n}`' for n in sorted(full - differ)] + [f'- btftool: `{n}`' for n in sorted((set(ours) & pairs) - differ)]
print('\n'.join(same) or 'Nothing.')
sys.exit(1 if missed else 0)
PY
