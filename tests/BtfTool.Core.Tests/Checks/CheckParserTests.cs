using System.Text;
using BtfTool.Core.Checks;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Checks;

public class CheckParserTests
{
    [Theory]
    [InlineData("structt a { }", 1, 1, "did you mean 'struct'?")]
    [InlineData("struct { }", 1, 8, "the name of a type expected, found '{'")]
    [InlineData("struct a\nsize == 3", 1, 9, "'{' expected, found the end of the line")]
    [InlineData("struct a { size == 3", 1, 21, "'}' expected for the '{' of line 1, found the end of the file")]
    [InlineData("}", 1, 1, "'}' closes nothing")]
    [InlineData("size == 3", 1, 1, "'size' is a rule and stands inside a block")]
    [InlineData("struct a { sice == 3 }", 1, 12, "a rule expected, found 'sice': did you mean 'size'?")]
    [InlineData("struct a { size 3 }", 1, 17, "a comparison (==, !=, <=, >=, < or >) expected, found '3'")]
    [InlineData("struct a { size = 3 }", 1, 17, "'=' is no comparison")]
    [InlineData("struct a { size == x }", 1, 20, "a number (decimal or 0x...) expected, found 'x'")]
    [InlineData("struct a { size == 3k }", 1, 20, "'3k' is no number")]
    [InlineData("struct a { size == 3 4 }", 1, 22, "the end of the line or ';' expected, found '4'")]
    [InlineData("struct a {\n  offset x == 3:9\n}", 2, 15, "'3:9' is no place of a bitfield")]
    [InlineData("struct a { type x is int }", 1, 22, "the type as C between quotes expected, found 'int'")]
    [InlineData("struct a { type x \"int\" }", 1, 19, "'is' expected, found the text \"int\"")]
    [InlineData("struct a { type x is \"int\n}", 1, 22, "the text that begins here has no end")]
    [InlineData("struct a { member x }", 1, 21, "exists or absent expected, found '}'")]
    [InlineData("struct a { same_line x }", 1, 24, "',' and another member (at least 2) expected")]
    [InlineData("struct a { fast { } lines <= 2 }", 1, 19, "the name of a member expected, found '}'")]
    [InlineData("struct a { fast { x y } lines <= 2 }", 1, 21, "',' or '}' expected, found 'y'")]
    [InlineData("struct a { group g { size <= 1 } }", 1, 22, "lines, bytes or contains expected, found 'size'")]
    [InlineData("struct a { aligned x 0 }", 1, 22, "a number of bytes above 0 expected")]
    [InlineData("struct a { value X == 1 }", 1, 12, "'value' is a rule for an enum, not for a struct")]
    [InlineData("enum a { holes == 1 }", 1, 10, "'holes' is no rule for an enum")]
    [InlineData("struct a { when hass(x) { } }", 1, 17, "has(MEMBER), size, pointer, cacheline, arch or target expected, found 'hass'")]
    [InlineData("struct a { when has x { } }", 1, 21, "'(' expected, found 'x'")]
    [InlineData("struct a { when pointer 5 { } }", 1, 25, "pointers have 4 or 8 bytes, not 5")]
    [InlineData("struct a { when arch z80 { } }", 1, 22, "'z80' is no processor that is known")]
    [InlineData("match \"a*\" { }", 1, 7, "struct, union, enum or typedef expected, found the text \"a*\"")]
    [InlineData("match struct a { }", 1, 14, "a pattern between quotes expected, found 'a'")]
    [InlineData("match struct \"a\" exept \"b\" { }", 1, 18, "'{', optional, except or decl_file expected, found 'exept'")]
    [InlineData("target cacheline 48", 1, 18, "a power of two, at most 1048576, expected")]
    [InlineData("target x86", 1, 11, "'{' expected, found the end of the file")]
    [InlineData("target a {\ntarget b { }\n}", 2, 1, "a target inside the target 'a'")]
    [InlineData("include file", 1, 9, "a file between quotes expected, found 'file'")]
    [InlineData("include \"gone\"", 1, 1, "cannot read 'gone'")]
    [InlineData("include \"main\"", 1, 1, "'main' includes itself")]
    [InlineData("baseline \"x\" allow growth", 1, 20, "'growth' is no class of change")]
    [InlineData("suppress BT999 struct a reason \"x\"", 1, 10, "'BT999' is no rule")]
    [InlineData("suppress BT001 struct a reason \"x\"", 1, 10, "BT001 (missing-type) cannot be suppressed")]
    [InlineData("suppress BT012 struct a", 1, 24, "until or reason expected, found the end of the file")]
    [InlineData("suppress BT012 struct a until 2027-13-01 reason \"x\"", 1, 31, "a date such as 2027-12-01 expected, found '2027-13-01'")]
    [InlineData("struct a { size == 3 }\n\u0001", 2, 1, "the character U+0001 has no meaning here")]
    public void A_mistake_says_where_it_is_and_what_was_expected(string text, int line, int column, string message)
    {
        CheckMistake mistake = Read(text).Mistakes.ShouldHaveSingleItem();

        mistake.Message.ShouldContain(message);
        (mistake.Place.Line, mistake.Place.Column).ShouldBe((line, column));
    }

    [Fact]
    public void Several_mistakes_are_reported_in_one_run()
    {
        CheckReadResult result = Read("struct a {\n  sice == 3\n  holes <= x\n  size == 4\n}\nfoo\nunion b { padding < }\n");

        result.Mistakes.Select(m => m.Place.Line).ShouldBe([2, 3, 6, 7]);
        result.File.Blocks.Select(b => b.Title).ShouldBe(["struct a", "union b"]);
        result.File.Blocks[0].Rules.ShouldHaveSingleItem().Number.ShouldBe((Int128)4);
    }

    [Fact]
    public void Every_statement_of_the_language_is_read()
    {
        CheckReadResult result = Read("""
            target cacheline 128   # a comment
            target arch x86_64
            target arm64 {
              cacheline 64; pointer 8
              struct only { size == 0x10 }
              baseline "arm.base"
            }
            struct a {
              size <= 2368; size m == 4; alignment == 8; holes <= 2; hole_bytes <= 12; bit_holes == 0; padding < 4
              no_holes; no_padding; cachelines <= 37; members >= 3; offset rcv_nxt == 1752; offset b == 12:3
              member x exists; member y absent; type x is "struct list_head *"
              first sk; last z; same_line lock,
                count
              separate_lines a, b; no_straddle; no_straddle except sk; no_straddle a.b, c[3]; line lock == 0
              group g { lines <= 1; bytes <= 64; contains a, b }
              fast { a,
                b, c, } lines <= 2
              aligned c 8; bits b != 3; warn holes == 0; optional offset q > 3; offset r == 1 optional
              when has(mptcp) and not pointer 4 and arch arm64 { size <= 2400 } else { size <= 2300 }
              when target x86 { when size > 10 { no_holes } }
            }
            optional union u { size == 3 }
            enum e optional { value X == -1; members == 2; size == 4 }
            typedef t { size == 4 }
            match struct "uapi_*" except "uapi_x", "uapi_y" { no_holes; decl_file "include/uapi/**" }
            baseline "layout.base" allow tail_growth, hole_fill, enum_append
            suppress BT012 struct foo.bar until 2027-12-01 reason "rework pending"
            suppress BT012, BT013 struct "foo_*" member x reason "a \"quoted\" reason"

            """);

        result.Mistakes.ShouldBeEmpty();
        CheckFile file = result.File;
        file.Blocks.Count.ShouldBe(6);
        file.Blocks[1].Rules.Count.ShouldBe(33);
        file.Defaults.CachelineBytes.ShouldBe(128);
        file.Targets.ShouldHaveSingleItem().PointerBytes.ShouldBe(8);
        file.Baselines.Count.ShouldBe(2);
        file.Suppressions[0].Member.ShouldBe("bar");
        file.Suppressions[1].Reason.ShouldBe("a \"quoted\" reason");
    }

    [Fact]
    public void Included_files_are_part_of_the_file()
    {
        var files = new Dictionary<string, string>
        {
            ["d/main"] = "include \"sub/one\"\nstruct b { size == 1 }",
            ["d/sub/one"] = "struct a { size == 1\n",
        };

        CheckReadResult result = new CheckReader((path, _) => Encoding.UTF8.GetBytes(files[path])).Read("d/main");

        result.Mistakes.ShouldHaveSingleItem().Place.ToString().ShouldBe("d/sub/one:2:1");
        result.File.Blocks.ShouldHaveSingleItem().Title.ShouldBe("struct b");
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_a_mistake_with_its_place() =>
        Read([.. "struct a {\n é"u8, 0xc3, 0x28]).Mistakes.ShouldHaveSingleItem().ToString().ShouldBe("main:2:3: the text is not UTF-8 here");

    [Fact]
    public void A_hundred_thousand_rules_are_read()
    {
        var text = new StringBuilder("struct a {\n");
        for (int i = 0; i < 100_000; i++)
        {
            text.Append("offset m == ").Append(i).Append('\n');
        }

        Read(text.Append('}').ToString()).File.Blocks[0].Rules.Count.ShouldBe(100_000);
    }

    [Fact]
    public void A_hundred_thousand_mistakes_are_not_all_listed() =>
        Read(string.Concat(Enumerable.Repeat("x\n", 100_000))).Mistakes.Count.ShouldBe(100);

    [Fact]
    public void Deep_nesting_is_a_mistake() =>
        Read("struct a {" + string.Concat(Enumerable.Repeat("when pointer 8 {", 100_000))).Mistakes[0].Message.ShouldBe("'when' nests deeper than 32");

    [Fact]
    public void A_line_of_a_megabyte_is_a_mistake_that_is_shown_short() =>
        Read("struct a { " + new string('x', 1 << 20)).Mistakes[0].Message.Length.ShouldBeLessThan(200);

    [Fact]
    public void Patterns_are_bounded()
    {
        Read($"match struct \"{new string('*', 300)}\" {{ }}").Mistakes[0].Message.ShouldBe("the pattern is longer than 256 bytes");
        Read(string.Concat(Enumerable.Repeat($"match struct \"{new string('a', 250)}\" {{ }}\n", 200)))
            .Mistakes.ShouldHaveSingleItem().Message.ShouldContain("bytes together");
    }

    [Fact]
    public void Any_bytes_end_in_a_file_or_in_mistakes()
    {
        byte[] seed = "target a { cacheline 64 }\nstruct a { size <= 0x10; group g { lines <= 1 }\n when has(x) { fast { a, b } lines <= 2 } else { no_holes } }\nsuppress BT012 struct foo.bar until 2027-12-01 reason \"x\"\nmatch struct \"u*\" { no_straddle except a }\n"u8.ToArray();
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. seed];
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                int at = random.Next(bytes.Length);
                bytes = random.Next(3) switch
                {
                    0 => [.. bytes[..at], (byte)"{}(),;\n\"=<>!#x0 \xff"[random.Next(17)], .. bytes[at..]],
                    1 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 20))..], 32],
                    _ => [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]],
                };
            }

            CheckReadResult result = Read(bytes);
            result.Mistakes.Count.ShouldBeLessThanOrEqualTo(100);
        }
    }

    private static CheckReadResult Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static CheckReadResult Read(byte[] bytes) =>
        new CheckReader((path, _) => path == "main" ? bytes : throw new FileNotFoundException("gone")).Read("main");
}
