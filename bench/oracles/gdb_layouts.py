"""gdb -batch -ex 'python LINES="our.lines"' -x gdb_layouts.py FILE: compares the types in LINES (of Layouts --plain) with gdb's.

LINES holds those to compare, for gdb takes long for a name; `ptype /o` shows the same fields. Of several layouts of a name gdb
gives one, which has to be ours.
"""
import collections

import gdb

KEYWORD = {gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "union", gdb.TYPE_CODE_ENUM: "enum"}
BASE = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_FLT, gdb.TYPE_CODE_COMPLEX)


def body(t):
    text = f" {t.sizeof} {{"
    for f in t.fields():
        text += f"{f.name or ''}@{f.bitpos}" + (f":{f.bitsize}" if f.bitsize else "") + f" {spell(f.type)}; "
    return text + "}"


def spell(t):
    # A type prints its qualifiers first, but a pointer its own behind the star.
    words = ""
    bare = t.unqualified()
    if t.code != gdb.TYPE_CODE_FUNC and bare != t or str(bare) != str(t):
        text = str(t)
        own = text[text.rfind("*") + 1:] if t.code == gdb.TYPE_CODE_PTR and "(" not in text else text
        words = "".join(w + " " for w in ("const", "volatile") if w in own.split())
    t = bare
    if t.code in KEYWORD:
        if t.tag:
            return f"{words}{KEYWORD[t.code]} {t.tag}"
        if t.code == gdb.TYPE_CODE_ENUM:
            return f"{words}enum {t.sizeof} {{" + "".join(f"{f.name}={f.enumval}; " for f in t.fields()) + "}"
        return words + KEYWORD[t.code] + body(t)
    if t.code == gdb.TYPE_CODE_PTR:
        return f"{words}*({spell(t.target())})"
    if t.code == gdb.TYPE_CODE_ARRAY:
        low, high = t.range()
        count = high - low + 1
        inner = t.target()
        while inner.code == gdb.TYPE_CODE_ARRAY:
            low, high = inner.range()
            count *= high - low + 1
            inner = inner.target()
        # A range without an end is 0 to 0 here.
        return f"{words}[{max(count, 0) if t.sizeof or not inner.sizeof else 0}]{spell(inner)}"
    if t.code == gdb.TYPE_CODE_FUNC:
        variadic = "void, " if "..." in str(t) and str(t).count("...") else ""
        return f"{spell(t.target())}(" + "".join(spell(f.type) + ", " for f in t.fields()) + variadic + ")"
    if t.code == gdb.TYPE_CODE_VOID:
        return words + "void"
    return words + (f"base{t.sizeof}" if t.code in BASE else t.name)


ours = collections.defaultdict(set)
for line in open(LINES):  # noqa: F821 (set by the command line)
    parts = line.rstrip("\n").split(" ", 2)
    ours[parts[0], parts[1]].add(parts[2])
compared = differ = missing = members = 0
for (kind, name), texts in sorted(ours.items()):
    try:
        t = gdb.lookup_type(f"{kind} {name}")
    except gdb.error as e:
        missing += 1
        print(f"gdb has none: {kind} {name}: {e}")
        continue
    compared += 1
    members += len(t.fields())
    text = body(t)[1:]
    if text not in texts:
        differ += 1
        print(f"differs: {kind} {name}\n  gdb:  {text[:3000]}")
        for one in texts:
            print(f"  ours: {one[:3000]}")
print(f"compared {compared}, members {members}, differ {differ}, not found {missing}")
