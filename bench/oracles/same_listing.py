#!/usr/bin/env python3
"""same_listing.py OURS PAHOLE: compares two listings of `show --all` and `pahole -F dwarf`, type by type.

By rule, because pahole 1.24 differs from 1.31, whose listing ours is:
  - comments on nested structs ("last struct has", "member types with") are 1.31's;
  - pahole shows one type of a name, ours all: pahole's has to be among ours;
  - pahole 1.24 writes an anonymous type that clang declares inside a struct once more as an anonymous member: where listings differ,
    anonymous members of struct and union type are left out of both and they are compared again;
  - pahole 1.24 misplaces const at pointers to functions and members of const types, and loses pointers to arrays: only the position
    of const and volatile is forgiven, and `* x` for `(*x)[]`;
  - pahole 1.24 adds the summary of a nested const struct; 1.31 fills holes that it cannot explain with unnamed bitfields;
  - inferred attributes (aligned, packed) and the forced lines are left out.
What differs otherwise is printed, and what pahole shows that ours does not.
"""
import collections
import re
import sys

NOISE = re.compile(r"XXX last struct has|member types with|/\* forced|XXX \d+ bytes? hole|XXX \d+ bits? hole|bit_padding|padding:|paddings:|sum members|XXX bitfield combined|flexible array members|last cacheline:")
ATTRIBUTE = re.compile(r" __attribute__\(\((?:__packed__|__aligned__\(\d+\))\)\)")


def read(path):
    types = collections.defaultdict(list)
    block = []
    for line in open(path, errors="surrogateescape"):
        line = ATTRIBUTE.sub("", line.rstrip("\n"))
        if not line or NOISE.search(line) or "/* --- cacheline" in line:
            continue
        block.append(re.sub(r"\s+", " ", line).strip())
        if line.startswith("}"):
            if block[0].startswith(("struct ", "union ", "class ")):
                types[block[0]].append("\n".join(block))
            block = []
    return types


def without_anonymous(block):
    lines = block.split("\n")
    kept, starts = [], []
    for line in lines:
        if line in ("struct {", "union {"):
            starts.append(len(kept))
        kept.append(line)
        if line.startswith("}") and starts:
            start = starts.pop()
            if re.match(r"};|} ; ?/\*", line) or line == "};":
                del kept[start:]
    return "\n".join(line for line in kept if not line.startswith("/* size:"))


QUALIFIER = re.compile(r"\b(?:const|volatile)\b ?")
FILLER = re.compile(r"^[\w ]+ :\d+;$")


def roughly(block):
    lines = []
    for i, line in enumerate(block.split("\n")):
        if FILLER.match(line) or line.startswith(("/* size:", "/* last")) or not line:
            continue
        line = re.sub(r"\(\*(\w*)\)\[\d*\]", r"* \1", QUALIFIER.sub("", line))
        lines.append(re.sub(r"\s+", "", line))
    return "\n".join(lines)


ours, theirs = read(sys.argv[1]), read(sys.argv[2])
differ = missing = compared = by_rule = 0
for head, blocks in theirs.items():
    for block in blocks:
        compared += 1
        if head not in ours:
            missing += 1
            print(f"only pahole: {head}")
        elif block in ours[head]:
            pass
        elif without_anonymous(block) in map(without_anonymous, ours[head]):
            by_rule += 1
        elif roughly(block) in map(roughly, ours[head]):
            by_rule += 1
        else:
            differ += 1
            print(f"differs: {head}")
            for a, b in zip(block.split("\n"), ours[head][0].split("\n")):
                if a != b:
                    print(f"  pahole: {a}\n  ours:   {b}")
                    break
extra = [h for h in ours if h not in theirs]
print(f"types of pahole {compared}, differ {differ}, equal by rule {by_rule}, missing in ours {missing}; only in ours {len(extra)}: {' '.join(h.rstrip(' {') + ',' for h in extra[:40])}")
sys.exit(1 if differ or missing else 0)
