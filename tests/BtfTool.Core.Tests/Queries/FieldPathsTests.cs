using System.Globalization;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class FieldPathsTests
{
    [Fact]
    public void Nested_members_anonymous_ones_and_elements_make_one_path()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint grid = b.Array(b.Array(i, i, 3), i, 2);
        uint inner = b.Struct("inner", 28).Member("x", i, 0).Member("grid", grid, 32);
        uint hidden = b.Struct("", 28).Member("in", b.Typedef("inner_t", b.Const(inner)), 0);
        uint outer = b.Struct("outer", 32).Member("a", i, 0).Member("", hidden, 32);
        FieldPaths paths = Paths(b);

        Texts(paths, outer, 0).ShouldBe(["a"]);
        Texts(paths, outer, 5).ShouldBe(["in.x+1"]);
        Texts(paths, outer, 31).ShouldBe(["in.grid[1][2]+3"]);
        Texts(paths, outer, 32).ShouldBeEmpty();
    }

    [Fact]
    public void All_alternatives_of_a_union_are_listed()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint c = b.Int("char", 1);
        uint pair = b.Struct("pair", 8).Member("c", c, 0).Member("i", i, 32);
        uint u = b.Union("u", 8).Member("word", i, 0).Member("pair", pair, 0).Member("bytes", b.Array(c, i, 8), 0);
        FieldPaths paths = Paths(b);

        Texts(paths, u, 0).ShouldBe(["word", "pair.c", "bytes[0]"]);
        Texts(paths, u, 2).ShouldBe(["word+2", "hole of 3 between pair.c and pair.i+1", "bytes[2]"]);
        Texts(paths, u, 6).ShouldBe(["pair.i+2", "bytes[6]"]);
    }

    [Fact]
    public void Bitfields_are_found_by_byte_and_by_bit_and_so_are_the_bits_between_them()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint s = b.Struct("s", 12).Bitfield("a", i, 0, 3).Bitfield("b", i, 3, 10).Member("c", i, 64);
        FieldPaths paths = Paths(b);

        Texts(paths, s, 0).ShouldBe(["a:3", "b:10"]);
        Texts(paths, s, 0, 2).ShouldBe(["a:3"]);
        Texts(paths, s, 0, 12).ShouldBe(["b:10"]);
        Texts(paths, s, 1).ShouldBe(["b:10"]);
        Texts(paths, s, 1, 5).ShouldBe(["bit hole of 19 between b and c"]);
        Texts(paths, s, 3).ShouldBe(["bit hole of 19 between b and c"]);
        Texts(paths, s, 5).ShouldBe(["hole of 4 between b and c+1"]);
    }

    [Fact]
    public void Padding_and_holes_say_what_is_around_them()
    {
        var b = new BtfAssembler();
        uint l = b.Int("long", 8);
        uint c = b.Int("char", 1);
        uint in1 = b.Struct("in1", 16).Member("l", l, 0).Member("c", c, 64);
        uint u = b.Union("u", 16).Member("c", c, 0).Member("l", l, 0);
        uint s = b.Struct("s", 56).Member("first", in1, 64).Member("u", u, 192).Member("last", c, 320);
        FieldPaths paths = Paths(b);

        Texts(paths, s, 3).ShouldBe(["hole of 8 before first+3"]);
        Texts(paths, s, 20).ShouldBe(["padding of 7 behind first.c+3"]);
        Texts(paths, s, 34).ShouldBe(["padding of 8 at the end of u+2"]);
        Texts(paths, s, 55).ShouldBe(["padding of 15 behind last+14"]);
    }

    [Fact]
    public void A_flexible_array_at_the_end_goes_on_behind_the_size_however_deep_it_is()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint none = b.Struct("none", 0);
        uint flexible = b.Struct("", 0).Member("__empty", none, 0).Member("items", b.Array(b.Struct("item", 8).Member("x", i, 0).Member("y", i, 32), i, 0), 0);
        uint tail = b.Union("", 0).Member("", flexible, 0).Member("words", b.Array(i, i, 0), 0);
        uint s = b.Struct("s", 8).Member("n", i, 0).Member("c", i, 32).Member("", tail, 64);
        uint holder = b.Struct("holder", 16).Member("s", s, 0).Member("after", i, 64);
        FieldPaths paths = Paths(b);

        Texts(paths, s, 8).ShouldBe(["__empty", "items[0].x", "words[0]"]);
        Texts(paths, s, 8 + 21).ShouldBe(["items[2].y+1", "words[5]+1"]);
        Texts(paths, s, 4).ShouldBe(["c"]);
        Texts(paths, holder, 8).ShouldBe(["after"]);
        Texts(paths, holder, 16).ShouldBeEmpty();
    }

    [Fact]
    public void A_flexible_array_owns_the_padding_that_it_begins_in()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint l = b.Int("long", 8);
        uint s = b.Struct("s", 16).Member("l", l, 0).Member("n", c, 64).Member("data", b.Array(c, c, 0), 72);
        FieldPaths paths = Paths(b);

        Texts(paths, s, 12).ShouldBe(["data[3]"]);
        Texts(paths, s, 100).ShouldBe(["data[91]"]);
    }

    [Fact]
    public void Members_without_a_size_are_listed_where_they_begin()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint i = b.Int("int", 4, signed: true);
        uint mark = b.Array(c, c, 0);
        uint s = b.Struct("s", 8).Member("a", i, 0).Member("group", mark, 32).Member("b", i, 32);
        FieldPaths paths = Paths(b);

        Texts(paths, s, 4).ShouldBe(["group", "b"]);
        Texts(paths, s, 5).ShouldBe(["b+1"]);
    }

    [Fact]
    public void Structs_that_contain_themselves_end_in_a_path_that_says_so_once()
    {
        var b = new BtfAssembler();
        uint s = b.NextId;
        b.Struct("s", 8).Member("self", s, 0).Member("", s + 1, 0);
        b.Union("", 8).Member("again", s, 0).Member("array", s + 2, 0);
        b.Array(s, s, 4);
        FieldPaths paths = Paths(b);

        FieldPlaces places = paths.At(new TypeId(s), 3);

        places.Places.Count.ShouldBeLessThan(20);
        places.Places.Select(place => place.Path).ShouldContain("again");
    }

    [Fact]
    public void What_expands_without_end_is_cut_and_says_so()
    {
        var b = new BtfAssembler();
        uint last = b.Int("int", 4, signed: true);
        for (int level = 0; level < 60; level++)
        {
            last = b.Union("u" + level.ToString(CultureInfo.InvariantCulture), 4).Member("a", last, 0).Member("b", last, 0);
        }

        FieldPlaces places = Paths(b).At(new TypeId(last), 0);

        places.Places.Count.ShouldBe(FieldPaths.MaxPlaces);
        places.IsCut.ShouldBeTrue();
        places.MoreCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Overlapping_members_are_all_found()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint big = b.Array(i, i, 8);
        uint s = b.Struct("s", 32).Member("all", big, 0).Member("a", i, 0).Member("b", i, 64).Member("c", i, 80);
        FieldPaths paths = Paths(b);

        Texts(paths, s, 10).ShouldBe(["all[2]+2", "b+2", "c"]);
        Texts(paths, s, 30).ShouldBe(["all[7]+2"]);
    }

    [Fact]
    public void Sizes_and_offsets_beyond_all_reason_are_answered_too()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint huge = b.Array(b.Array(b.Array(i, i, uint.MaxValue), i, uint.MaxValue), i, uint.MaxValue);
        uint s = b.Struct("s", uint.MaxValue).Member("huge", huge, 0).Member("far", i, uint.MaxValue);
        uint empty = b.Struct("empty", 100);
        FieldPaths paths = Paths(b);

        Texts(paths, s, FieldPaths.MaxOffsetBytes).Count.ShouldBeLessThan(2);
        Texts(paths, s, uint.MaxValue - 1L).ShouldNotBeEmpty();
        Texts(paths, empty, 4).ShouldBeEmpty();
        Should.Throw<ArgumentOutOfRangeException>(() => paths.At(new TypeId(s), -1));
    }

    internal static FieldPaths Paths(BtfAssembler b) => new(Read.Graph(b));

    internal static List<string> Texts(FieldPaths paths, uint type, long offset, int? bit = null) =>
        [.. paths.At(new TypeId(type), offset, bit).Places.Select(Text)];

    private static string Text(FieldPlace place)
    {
        string inside = place.InsideBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"+{place.InsideBytes}") : "";
        string around = (place.Before, place.After) switch
        {
            ({ } before, { } after) => $" between {before} and {after}",
            ({ } before, null) => $" behind {before}",
            (null, { } after) => $" before {after}",
            _ => $" at the end of {place.Path}",
        };
        return place.Kind switch
        {
            FieldPlaceKind.Member when place.BitfieldBits > 0 => string.Create(CultureInfo.InvariantCulture, $"{place.Path}:{place.BitfieldBits}"),
            FieldPlaceKind.Member => place.Path + inside,
            FieldPlaceKind.BitHole => string.Create(CultureInfo.InvariantCulture, $"bit hole of {place.HoleBits}{around}"),
            FieldPlaceKind.Hole => string.Create(CultureInfo.InvariantCulture, $"hole of {place.SizeBytes}{around}{inside}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"padding of {place.SizeBytes}{around}{inside}"),
        };
    }
}
