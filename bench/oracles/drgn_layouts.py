#!/usr/bin/python3
"""drgn_layouts.py FILE LINES: describes in the words of Layouts what drgn finds for the names that LINES has, and compares.

Of a name with several layouts drgn gives one, or one for each source file that it is asked about: every one of those has to be ours.
"""
import collections
import re
import sys

import drgn
from drgn import Qualifiers, TypeKind


def qualifiers(t):
    words = ""
    for word, bit in (("atomic ", Qualifiers.ATOMIC), ("const ", Qualifiers.CONST), ("restrict ", Qualifiers.RESTRICT),
                      ("volatile ", Qualifiers.VOLATILE)):
        if t.qualifiers & bit:
            words += word
    return words


def body(t):
    text = f" {t.size} {{"
    for m in t.members:
        width = m.bit_field_size
        text += f"{m.name or ''}@{m.bit_offset}" + (f":{width}" if width is not None else "") + f" {spell(m.type)}; "
    return text + "}"


def enumerators(t):
    if t.enumerators is None:
        return " {}"
    return f" {t.type.size} {{" + "".join(f"{e.name}={e.value}; " for e in t.enumerators) + "}"


def spell(t):
    text = qualifiers(t)
    kind = t.kind
    if kind in (TypeKind.STRUCT, TypeKind.UNION):
        word = "struct" if kind == TypeKind.STRUCT else "union"
        return text + word + (" " + t.tag if t.tag else body(t))
    if kind == TypeKind.ENUM:
        return text + "enum" + (" " + t.tag if t.tag else enumerators(t))
    if kind == TypeKind.POINTER:
        return f"{text}*({spell(t.type)})"
    if kind == TypeKind.ARRAY:
        return f"{text}[{t.length or 0}]{spell(t.type)}"
    if kind == TypeKind.FUNCTION:
        return f"{text}{spell(t.type)}(" + "".join(spell(p.type) + ", " for p in t.parameters) + ("void, " if t.is_variadic else "") + ")"
    if kind == TypeKind.VOID:
        return text + "void"
    return text + t.name


# drgn writes base types as C does, whatever the compiler called them.
WORDS = re.compile(r"\b(?:(?:long|short|unsigned|signed|int|char)\b ?)+")


def usual(match):
    words = match.group(0).split()
    tail = " " if match.group(0).endswith(" ") else ""
    if len(words) < 2:
        return match.group(0)
    text = "unsigned " if "unsigned" in words else ""
    if "char" in words:
        text += "signed char" if "signed" in words else "char"
    elif "short" in words:
        text += "short"
    elif "long" in words:
        text += " ".join(["long"] * words.count("long"))
    else:
        text += "int"
    return text + tail


def main(path, lines):
    ours = collections.defaultdict(set)
    for line in open(lines):
        words = line.rstrip("\n").split(" ", 2)
        ours[words[0], words[1]].add(WORDS.sub(usual, words[2]))
    files = open(sys.argv[3]).read().split() if len(sys.argv) > 3 else []
    program = drgn.Program()
    program.load_debug_info([path])
    compared = differ = members = missing = 0
    seen = collections.defaultdict(set)
    for (kind, name), texts in sorted(ours.items()):
        # A name that stands in several files is asked for with each of them.
        for file in [None] + (files if len(texts) > 1 else []):
            try:
                t = program.type(f"{kind} {name}", file)
            except LookupError as e:
                if file is None:
                    missing += 1
                    print(f"drgn has none: {kind} {name}: {e}")
                continue
            except Exception as e:
                print(f"drgn fails: {kind} {name} {file}: {e}")
                continue
            text = WORDS.sub(usual, body(t)[1:])
            if text in seen[kind, name]:
                continue
            seen[kind, name].add(text)
            compared += 1
            members += len(t.members or ())
            if text not in texts:
                differ += 1
                print(f"differs: {kind} {name}\n  drgn: {text[:3000]}")
                for one in texts:
                    print(f"  ours: {one[:3000]}")
    several = [n for n in ours if len(ours[n]) > 1]
    whole = sum(seen[n] == ours[n] for n in several)
    print(f"layouts of ours {sum(map(len, ours.values()))}, compared {compared}, members {members}, differ {differ}, not found {missing}; "
          f"names with several layouts {len(several)}, all of them found by drgn for {whole}")
    return 1 if differ else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
