using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Layout;

public class CachelineGroupTests
{
    private readonly BtfAssembler _b = new();
    private readonly uint _long;
    private readonly uint _mark;
    private readonly uint _int;

    public CachelineGroupTests()
    {
        uint c = _b.Int("char", 1);
        _int = _b.Int("int", 4, signed: true);
        _long = _b.Int("long", 8, signed: true);
        _mark = _b.Array(c, _int, 0);
    }

    [Fact]
    public void A_group_that_lies_across_a_boundary_uses_a_line_more_than_it_could()
    {
        uint s = Draft("s", 80).Member("a", Longs(5), 0).Begin("g", 40).Member("b", Longs(4), 40).End("g", 72).Member("c", _long, 72);

        CachelineGroup group = Find(s).Groups.ShouldHaveSingleItem();
        (group.Name, group.BitOffset, group.EndBits, group.MemberBytes, group.Cachelines, group.LeastCachelines).ShouldBe(("g", 320, 576, 32, 2, 1));
        group.UsesMoreThanItCould.ShouldBeTrue();
    }

    [Fact]
    public void Holes_and_what_alignment_puts_behind_the_markers_are_not_the_groups()
    {
        uint s = Draft("s", 192).Member("a", _int, 0).Begin("g", 4).Member("b", Longs(7), 8).Member("c", _int, 64).End("g", 128).Member("d", _long, 128);

        CachelineGroup group = Find(s).Groups.ShouldHaveSingleItem();
        (group.BitOffset / 8, group.ExtentBytes, group.MemberBytes, group.MemberCount).ShouldBe((8, 60, 60, 2));
        (group.Cachelines, group.LeastCachelines).ShouldBe((2, 1));
    }

    [Fact]
    public void Bitfields_count_as_bits()
    {
        uint s = Draft("s", 72).Member("a", Longs(7), 0).Begin("g", 56).Bits("x", 448, 3).Bits("y", 451, 4).Member("b", _int, 60).End("g", 64)
            .Member("c", _long, 64);

        CachelineGroup group = Find(s).Groups.ShouldHaveSingleItem();
        (group.MemberBits, group.MemberBytes, group.Cachelines, group.LeastCachelines).ShouldBe((39, 5, 1, 1));
    }

    [Fact]
    public void Groups_in_groups_and_groups_that_overlap_are_matched_by_name()
    {
        uint s = Draft("s", 40).Begin("a", 0).Member("1", _long, 0).Begin("b", 8).Member("2", _long, 8).Begin("c", 16).Member("3", _long, 16)
            .End("b", 24).Member("4", _long, 24).End("c", 32).Member("5", _long, 32).End("a", 40);

        CachelineGroups groups = Find(s);
        groups.Groups.Select(g => (g.Name, g.BitOffset / 8, g.MemberBytes)).ShouldBe([("a", 0, 40), ("b", 8, 16), ("c", 16, 16)]);
        groups.Unmatched.ShouldBeEmpty();
    }

    [Fact]
    public void Markers_without_their_other_end_make_no_group()
    {
        uint s = Draft("s", 24).End("x", 0).Member("1", _long, 0).Begin("y", 8).Begin("y", 8).Member("2", _long, 8).End("y", 16).Begin("z", 16)
            .Member("3", _long, 16);

        CachelineGroups groups = Find(s);
        groups.Groups.Select(g => g.Name).ShouldBe(["y"]);
        groups.Unmatched.ShouldBe([new("x", "", false, 0), new("y", "", true, 64), new("z", "", true, 128)]);
    }

    [Fact]
    public void Members_with_a_size_are_no_markers()
    {
        uint s = Draft("s", 16).Member(CachelineGroup.BeginPrefix + "g", _long, 0).Member(CachelineGroup.EndPrefix + "g", _long, 8);

        Find(s).ShouldBe(CachelineGroups.None);
    }

    [Fact]
    public void Markers_in_anonymous_structs_are_those_of_the_struct_around_them()
    {
        uint inner = Draft("", 16).Member("2", _long, 0).End("g", 8).Member("3", _long, 8);
        uint s = Draft("s", 24).Begin("g", 0).Member("1", _long, 0).Member("", inner, 8);

        CachelineGroup group = Find(s).Groups.ShouldHaveSingleItem();
        (group.Path, group.MemberBytes, group.MemberCount).ShouldBe(("", 16, 2));
    }

    [Fact]
    public void Groups_of_embedded_structs_lie_where_these_lie()
    {
        uint inner = Draft("inner", 64).Begin("g", 0).Member("2", Longs(8), 0).End("g", 64);
        uint middle = Draft("middle", 72).Member("1", _long, 0).Member("in", inner, 8);
        uint s = Draft("s", 80).Member("1", _long, 0).Member("mid", middle, 8);

        CachelineGroup group = Find(s).Groups.ShouldHaveSingleItem();
        (group.Path, group.BitOffset / 8, group.Cachelines, group.LeastCachelines).ShouldBe(("mid.in", 16, 2, 1));
    }

    [Fact]
    public void A_group_in_both_alternatives_of_a_union_is_one()
    {
        uint inner = Draft("", 8).Begin("g", 0).Member("1", _long, 0).End("g", 8);
        uint tagged = Draft("tag", 8).Begin("g", 0).Member("1", _long, 0).End("g", 8);
        uint both = _b.Union("", 8).Member("", inner, 0).Member("named", tagged, 0);
        uint s = Draft("s", 16).Member("0", _long, 0).Member("", both, 64 / 8);

        Find(s).Groups.ShouldHaveSingleItem().Path.ShouldBe("");
    }

    [Fact]
    public void A_line_with_members_of_a_read_and_a_written_group_is_mixed()
    {
        uint s = Draft("s", 256).Begin("x_read_tx", 0).Member("1", Longs(7), 0).End("x_read_tx", 56).Begin("x_write_txrx", 56)
            .Member("2", Longs(10), 56).End("x_write_txrx", 136).Begin("x_read_rx", 192).Member("3", _long, 192).End("x_read_rx", 200)
            .Begin("x_txrx", 200).Member("4", Longs(7), 200).End("x_txrx", 256);

        CachelineGroups groups = Find(s);
        groups.MixedLines.ShouldBe([new MixedLine(0, 0, 1)]);
        groups.Groups.Select(g => g.Heat).ShouldBe([GroupHeat.ReadMostly, GroupHeat.WriteHot, GroupHeat.ReadMostly, GroupHeat.Unknown]);
    }

    [Fact]
    public void Lines_are_as_long_as_they_are_said_to_be()
    {
        uint s = Draft("s", 80).Member("a", Longs(5), 0).Begin("g", 40).Member("b", Longs(4), 40).End("g", 72).Member("c", _long, 72);

        Find(s, 128).Groups[0].UsesMoreThanItCould.ShouldBeFalse();
        Find(s, 32).Groups[0].ShouldSatisfyAllConditions(g => g.Cachelines.ShouldBe(2), g => g.LeastCachelines.ShouldBe(1));
    }

    [Theory]
    [InlineData("net_device_read_txrx", GroupHeat.ReadMostly)]
    [InlineData("sock_write_rx", GroupHeat.WriteHot)]
    [InlineData("thread_ready_tx", GroupHeat.Unknown)]
    [InlineData("read_write", GroupHeat.WriteHot)]
    [InlineData("frag", GroupHeat.Unknown)]
    public void What_a_group_is_for_is_told_by_whole_words(string name, GroupHeat heat) => CachelineGroup.HeatOf(name).ShouldBe(heat);

    private uint Longs(uint count) => _b.Array(_long, _int, count);

    private CachelineGroups Find(uint id, int cacheline = 64) => new LayoutReporter(Read.Graph(_b), cacheline).Report(new TypeId(id)).Groups;

    private StructDraft Draft(string name, uint sizeBytes) => new(this, name, sizeBytes);

    // Arrays are records of their own: a struct is written when all its members have their types.
    private sealed class StructDraft(CachelineGroupTests test, string name, uint sizeBytes)
    {
        private readonly List<(string Name, uint Type, uint BitOffset, uint Bits)> _members = [];

        public static implicit operator uint(StructDraft draft) => draft.Build();

        public StructDraft Member(string member, uint type, uint offsetBytes) => Bits(member, type, offsetBytes * 8, 0);

        public StructDraft Bits(string member, uint bitOffset, uint bits) => Bits(member, test._int, bitOffset, bits);

        public StructDraft Begin(string group, uint offsetBytes) => Member(CachelineGroup.BeginPrefix + group, test._mark, offsetBytes);

        public StructDraft End(string group, uint offsetBytes) => Member(CachelineGroup.EndPrefix + group, test._mark, offsetBytes);

        private StructDraft Bits(string member, uint type, uint bitOffset, uint bits)
        {
            _members.Add((member, type, bitOffset, bits));
            return this;
        }

        private uint Build()
        {
            bool hasFields = _members.Exists(member => member.Bits != 0);
            ElementsDraft draft = test._b.Struct(name, sizeBytes);
            foreach ((string member, uint type, uint bitOffset, uint bits) in _members)
            {
                draft = bits != 0 || hasFields ? draft.Bitfield(member, type, bitOffset, bits) : draft.Member(member, type, bitOffset);
            }

            return draft;
        }
    }
}
