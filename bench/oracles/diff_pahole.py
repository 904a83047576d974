#!/usr/bin/env python3
"""diff_pahole.py OLD_LISTING NEW_LISTING DIFF_JSON: every change that `btftool diff --json` reports of structs and unions, against what
pahole's listings of both builds say, and the reverse: every struct whose listing differs has to be reported.

Listings are what `pahole FILE` prints, plain or compressed with gzip, of builds of one byte order (little endian):
  btftool diff old.btf new.btf --json >diff.json; bench/oracles/diff_pahole.py old.txt.gz new.txt.gz diff.json
A listing shows one type of a name: types of several layouts, and what listings do not show (enumerations, typedefs, functions, alignment), are
counted and left out. Exit code 1 where anything does not agree.
"""
import collections
import gzip
import json
import re
import sys

OPEN = re.compile(r"^(\t+)((?:const |volatile )*)(struct|union|enum) \{$")
CLOSE = re.compile(r"^(\t+)\}(.*?);(?:\s*/\*\s*(\d+)(?::\s*(\d+))?\s+(\d+) \*/)?$")
MEMBER = re.compile(r"^(\t+)(\S.*?);\s*/\*\s*(\d+)(?::\s*(\d+))?\s+(\d+) \*/$")
TOP = re.compile(r"^(struct|union) (\S+) \{$")
ATTRIBUTE = re.compile(r"\s*__attribute__\(\((?:[^()]|\([^()]*\))*\)\)")
SUMMARY = re.compile(r"(size|sum holes|padding|bit_padding|sum bit holes): (\d+)")

RESERVED = re.compile(r"reserve|rsv|resv|unused|pad|spare|kabi|filler", re.I)
NUMBERS = (("size_bytes", "size"), ("hole_bytes", "sum holes"), ("padding_bytes", "padding"))
Member = collections.namedtuple("Member", "offset bits size text kind")


class Type:
    def __init__(self, word, name):
        self.word, self.name = word, name
        self.members = collections.OrderedDict()  # path -> [Member]
        self.enums = {}  # path -> enumerators of the member's type without a name
        self.numbers = {"size": 0}

    def add(self, path, member):
        self.members.setdefault(path, []).append(member)


def declaration(text):
    """Name, text with @ for the name, width of a bitfield."""
    text = ATTRIBUTE.sub("", text).strip()
    width = 0
    found = re.search(r"\s*:(\d+)$", text)
    if found and not text.endswith(")"):
        width, text = int(found[1]), text[:found.start()]
    pointer = re.search(r"\((?:\*+ *(?:const |volatile )*)+(\w+)", text)
    if pointer:
        at, end = pointer.span(1)
    else:
        plain = re.search(r"(\w+)((?:\[\d*\])*)$", text)
        if not plain or (width == 0 and not re.search(r"[\s*]", text[:plain.start(1)] or " ")):
            return "", text, width
        at, end = plain.span(1)
    return text[at:end], " ".join((text[:at] + "@" + text[end:]).split()), width


def place_of(offset, bit):
    return int(offset) * 8 + int(bit or 0)


def read(path):
    types, block = {}, []
    lines = gzip.open(path, "rt", errors="surrogateescape") if path.endswith(".gz") else open(path, errors="surrogateescape")
    several = set()
    for line in lines:
        line = line.rstrip("\n")
        found = TOP.match(line)
        if found:
            block = [found]
        elif block:
            block.append(line)
            if line.startswith("}"):
                made = parse(block)
                key = f"{made.word} {made.name}"
                several |= {key} & set(types)
                types[key] = made
                block = []
    return types, several


def parse(block):
    made = Type(block[0][1], block[0][2])
    at = parse_inside(block, 1, made, len(block))
    assert at == len(block) - 1, (made.name, at, block[at:at + 2])
    return made


def parse_inside(block, at, made, end, prefix=""):
    """Members of a nested level go where its name is known: behind it. So levels are read into lists first."""
    stack, here = [], []
    while at < len(block) - 1:
        line = block[at]
        at += 1
        opened, closed = OPEN.match(line), CLOSE.match(line)
        if opened:
            stack.append((here, opened))
            here = []
        elif closed:
            inner, (here, opened) = here, stack.pop()
            rest = ATTRIBUTE.sub("", closed[2]).strip()
            here.append(("nest", opened[3], opened[2], rest, closed[3], closed[4], closed[5], inner))
        elif "=" in line and stack and stack[-1][1][3] == "enum":
            here.append(("value", line.strip().rstrip(",")))
        elif MEMBER.match(line):
            found = MEMBER.match(line)
            here.append(("member", *declaration(found[2]), found[3], found[4], found[5]))
        elif "/*" in line and not stack:
            for word, number in SUMMARY.findall(line):
                made.numbers[word] = int(number)
    flatten(made, here, prefix)
    if made.word == "union":  # pahole gives it no summary
        ends = [m.offset + (m.bits or m.size * 8) for members in made.members.values() for m in members]
        made.numbers = {"size": (max(ends, default=0) + 7) // 8, "is least": 1}
    return at


def flatten(made, items, prefix):
    for item in items:
        if item[0] == "member":
            _, name, text, width, offset, bit, size = item
            if name:
                made.add(prefix + name, Member(place_of(offset, bit), width, int(size), text, "member"))
            continue
        _, word, qualifiers, rest, offset, bit, size, inner = item
        name, text, width = declaration(f"{qualifiers}{word} {{...}} {rest}") if rest else ("", "", 0)
        if not name:
            flatten(made, [i for i in inner if i[0] != "value"], prefix)
            continue
        made.add(prefix + name, Member(place_of(offset, bit), width, int(size), text, word))
        suffix = "[0]" * text.count("[") + ("->" if "*" in text else ".")
        if word == "enum":
            made.enums[prefix + name] = [i[1] for i in inner]
        else:
            flatten(made, inner, prefix + name + suffix)


CONST = r"\bconst\b"


def same_text(ours, theirs):
    """btftool's short C and a listing's declaration: spaces, the name's place and the width aside; what btftool cuts is compared as far."""
    ours = re.sub(r" : \d+$", "", ours)
    theirs = re.sub(r"@", "", theirs)
    if ours.endswith("..."):
        return clean(theirs).startswith(clean(ours[:-3]))
    # pahole writes the const of a pointer (to a function too) in front of everything.
    return clean(ours) == clean(theirs) or (without_const(ours) == without_const(theirs) and len(re.findall(CONST, ours)) == len(re.findall(CONST, theirs)))


def clean(text):
    """Without spaces; a flexible array that is not the last member is [0] in a listing."""
    return re.sub(r"(?<=\[)0(?=\])|\s+", "", text)


def without_const(text):
    return clean(re.sub(r"\bconst\b", "", text))


class Check:
    def __init__(self, old, new, document):
        (self.old, several), (self.new, several_now) = read(old), read(new)
        self.several = several | several_now
        self.counts, self.wrong = collections.Counter(), []
        names = collections.Counter(d["name"] for d in document["differences"])
        self.several |= {name for name, count in names.items() if count > 1}
        self.differences = document["differences"]
        # A type that was renamed is the same type in what refers to it.
        renames = {d["name"]: d["name"].split()[0] + " " + c["new"] for d in self.differences for c in d["changes"] if c["class"] == "type_renamed"}
        self.renames = {old: new for old, new in renames.items() if old.split()[0] in ("struct", "union", "enum")}
        self.pattern = re.compile(r"\b(" + "|".join(map(re.escape, self.renames)) + r")\b") if self.renames else None

    def say(self, what, name, *words):
        self.counts["wrong: " + what] += 1
        self.wrong.append((what, name, *words))

    def expect(self, what, ok, name, *words):
        self.counts["claims"] += 1
        self.counts["claims of " + what] += 1
        if not ok:
            self.say(what, name, *words)

    def now(self, text):
        return self.pattern.sub(lambda found: self.renames[found[0]], text) if self.pattern else text

    def alike(self, x, y):
        """Whether two members are listed with one type."""
        texts = self.now(re.sub(r"\[0\]", "[]", x.text)), re.sub(r"\[0\]", "[]", y.text)
        return texts[0] == texts[1] and x.bits == y.bits

    def same(self, x, y):
        return x.numbers.get("size") == y.numbers.get("size") and x.enums == y.enums and list(x.members) == list(y.members) and all(
            len(a) == len(b) and all(p.offset == q.offset and self.alike(p, q) for p, q in zip(a, b))
            for a, b in zip(x.members.values(), y.members.values()))

    def run(self):
        reported = set()
        for d in self.differences:
            name = d["name"]
            if not name.startswith(("struct ", "union ")):
                self.counts["differences of what listings do not show"] += 1
                continue
            reported.add(name)
            if name in self.several:
                self.counts["differences of names with several layouts"] += 1
                continue
            self.check(d)
        self.reverse(reported)

    def check(self, d):
        name = d["name"]
        kinds = {c["class"] for c in d["changes"]}
        to = name
        for c in d["changes"]:
            if c["class"] == "type_renamed":
                to = name.split()[0] + " " + c["new"]
            if c["class"] == "kind_changed":
                to = c["new"]
        x, y = self.old.get(name), self.new.get(to)
        if d["what"] == "added" or "became_complete" in kinds:
            self.expect("type_added", x is None and y is not None, name)
            return self.one_side(name, y, d["new"])
        if d["what"] == "removed" or "became_incomplete" in kinds:
            self.expect("type_removed", x is not None and y is None, name)
            return self.one_side(name, x, d["old"])
        if x is None or y is None:
            return self.say("not in a listing", name, x is None, y is None)
        self.counts["structs compared"] += 1
        if to != name:
            self.expect("renamed or another kind", to not in self.old and name not in self.new, name, to)
        for side, shown in (("old", x), ("new", y)):
            for key, word in NUMBERS:
                found, expected = d[side].get(key, 0), shown.numbers.get(word, 0)
                if "is least" not in shown.numbers:
                    # What has no members has no padding for us, and nothing else for pahole.
                    ok = found == expected or (key == "padding_bytes" and not shown.members and found == 0)
                    self.expect(key, ok, name, side, found, expected)
                elif key == "size_bytes":
                    self.expect("size_bytes of a union", expected <= found < expected + d[side]["alignment_bytes"], name, side, found, expected)
        if "kind_changed" in kinds:
            return
        claims = Claims(self, d, x, y)
        claims.check()
        claims.reverse()
        if not claims.shows:
            self.say("reported, but the listings are the same", name, sorted(kinds))

    def one_side(self, name, listed, side):
        if listed and "is least" not in listed.numbers:
            for key, word in NUMBERS:
                self.expect(key + " of one side", side.get(key, 0) == listed.numbers.get(word, 0), name, side, listed.numbers)

    def reverse(self, reported):
        renamed = {d["name"].split()[0] + " " + c["new"] for d in self.differences for c in d["changes"] if c["class"] == "type_renamed"}
        renamed |= {c["new"] for d in self.differences for c in d["changes"] if c["class"] == "kind_changed"}
        for name in sorted(set(self.old) | set(self.new)):
            if name in reported or name in renamed or name in self.several:
                continue
            x, y = self.old.get(name), self.new.get(name)
            if x is None or y is None:
                self.say("listed on one side, not reported", name)
            elif not self.same(x, y):
                self.say("listings differ, not reported", name)
            else:
                self.counts["structs that are the same in both"] += 1


class Claims:
    """What is claimed of one type that both sides list."""

    def __init__(self, check, d, x, y):
        self.all, self.d, self.x, self.y = check, d, x, y
        self.name = d["name"]
        self.shows = False
        self.gone, self.come, self.moved, self.typed = set(), set(), set(), set()
        self.size = False

    def of(self, side, path, offset, what):
        for member in side.members.get(path, []):
            if offset is None or member.offset == offset:
                return member
        self.all.expect(what, False, self.name, path, offset, side.members.get(path))
        return None

    def check(self):
        for c in self.d["changes"]:
            for one in c.get("members", [c]):
                self.one(c["class"], one)

    def text(self, what, member, text, path):
        if member:
            self.all.expect(what + ", type", same_text(text, member.text), self.name, path, text, member.text)
            width = re.search(r" : (\d+)$", text)
            self.all.expect(what + ", width", member.bits == (int(width[1]) if width else 0), self.name, path, text, member.bits)

    def one(self, what, c):
        path, old, new = c.get("path"), c.get("old_offset_bits"), c.get("new_offset_bits")
        x, y, expect = self.x, self.y, self.all.expect
        if what == "size":
            if path is None:
                self.size = True
                self.shows |= x.numbers["size"] != y.numbers["size"]
                is_union = "is least" in x.numbers or "is least" in y.numbers
                expect(what, is_union or (str(x.numbers["size"]), str(y.numbers["size"])) == (c["old"], c["new"]), self.name, c)
            elif path in x.members and path in y.members and x.members[path][0].kind in ("struct", "union"):
                self.shows = True
                before, now = self.of(x, path, None, what), self.of(y, path, None, what)
                if "[" not in before.text and "*" not in before.text:
                    expect("size of a nested type", (str(before.size), str(now.size)) == (c["old"], c["new"]), self.name, c, before, now)
            return
        if what in ("member_added", "tail_growth", "hole_fill", "reserved_use"):
            self.shows = True
            expect(what, len(x.members.get(path, [])) < len(y.members.get(path, [])), self.name, path)
            self.text(what, self.of(y, path, new, what), c["new"], path)
            self.come.add(path)
            if what == "reserved_use":
                used = [p for p, all in x.members.items() if RESERVED.search(p) for m in all if same_text(c["old"], m.text)]
                expect(what + ", of a reserved member", used, self.name, path, c["old"])
                self.gone |= {p for p in used if p not in y.members}
        elif what == "member_removed":
            self.shows = True
            expect(what, len(y.members.get(path, [])) < len(x.members.get(path, [])), self.name, path)
            self.text(what, self.of(x, path, old, what), c["old"], path)
            self.gone.add(path)
        elif what == "member_renamed":
            self.shows = True
            to = path[:len(path) - len(c["old"])] + c["new"]
            before, now = self.of(x, path, old, what), self.of(y, to, new, what)
            expect(what, path not in y.members and to not in x.members, self.name, path, to)
            expect(what + ", shape", not before or not now or (before.bits, before.size) == (now.bits, now.size), self.name, path, before, now)
            self.gone.add(path)
            self.come.add(to)
        elif what == "member_moved":
            self.shows = True
            before, now = self.of(x, path, old, what), self.of(y, path, new, what)
            expect(what, not before or not now or (before.offset != now.offset and now.offset - before.offset == c["shift_bits"]),
                self.name, path, before, now)
            self.moved.add(path)
        elif what in ("member_type", "bit_width", "signedness", "array_length", "prototype"):
            before, now = self.of(x, path, old, what), self.of(y, path, new, what)
            self.text(what + ", old", before, c["old"], path)
            self.text(what + ", new", now, c["new"], path)
            self.typed.add(path)
            differs = before and now and (before.text, before.bits) != (now.text, now.bits)
            self.shows |= bool(differs)
            if what == "bit_width":
                expect(what, not before or not now or before.bits != now.bits, self.name, path, before, now)
            elif not differs:
                self.all.counts["types whose texts are the same (signedness and prototypes behind typedefs)"] += 1
        elif what == "embedded":
            self.shows = True
            self.of(x, path, old, what), self.of(y, path, new, what)
            expect(what, True, self.name)
        elif what.startswith("enum_"):
            self.shows = True
            self.all.counts["enumerators of types without a name"] += 1
        else:
            self.all.counts["not shown: " + what] += 1
            self.shows |= what in ("alignment", "type_renamed")

    def reverse(self):
        """All that the listings show has to be claimed, of the member or of what holds it."""
        x, y = self.x, self.y
        covers = lambda path, claims: any(path == c or (path.startswith(c) and path[len(c)] in ".[-") for c in claims)
        say = self.all.say
        if x.numbers["size"] != y.numbers["size"] and not self.size:
            say("size differs, not claimed", self.name)
        renamed_outer = {c["path"] for c in self.d["changes"] if c["class"] == "member_renamed"}
        for path in x.members:
            if path not in y.members and not covers(path, self.gone | self.typed | renamed_outer):
                say("gone, not claimed", self.name, path)
        for path in y.members:
            if path not in x.members and not covers(path, self.come | self.typed):
                say("new, not claimed", self.name, path)
        for path, members in x.members.items():
            there = y.members.get(path)
            if not there or len(members) > 1 or len(there) > 1:
                continue
            self.all.counts["members of both sides"] += 1
            before, now = members[0], there[0]
            if before.offset != now.offset and not covers(path, self.moved | self.typed | self.gone | self.come):
                say("moved, not claimed", self.name, path, before, now)
            if not self.all.alike(before, now) and not covers(path, self.typed | self.gone | self.come):
                say("another type, not claimed", self.name, path, before, now)


def main():
    check = Check(sys.argv[1], sys.argv[2], json.load(open(sys.argv[3])))
    check.run()
    for key, count in sorted(check.counts.items()):
        print(f"{count:7} {key}")
    for wrong in check.wrong:
        print(*wrong, sep=" | ")
    sys.exit(1 if check.wrong else 0)


main()
