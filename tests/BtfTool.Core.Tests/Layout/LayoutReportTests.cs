using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Layout;

public class LayoutReportTests
{
    private readonly BtfAssembler _b = new();
    private readonly uint _char;
    private readonly uint _int;
    private readonly uint _long;

    public LayoutReportTests()
    {
        _char = _b.Int("char", 1);
        _int = _b.Int("int", 4, signed: true);
        _long = _b.Int("long", 8, signed: true);
    }

    [Fact]
    public void A_hole_is_caused_by_the_alignment_of_the_member_behind_it()
    {
        uint s = _b.Struct("s", 16).Member("a", _char, 0).Member("b", _long, 64);

        LayoutReport report = Report(s);
        report.Gaps.ShouldBe([new LayoutGap(GapKind.Hole, 8, 56, 0, 1, GapCause.NaturalAlignment, 8, 1)]);
        report.Alignment.ShouldBe(new WholeAlignment(8, 8, GapCause.NaturalAlignment, -1));
    }

    [Fact]
    public void Padding_is_caused_by_the_first_member_with_the_largest_alignment()
    {
        uint s = _b.Struct("s", 24).Member("c", _int, 0).Member("a", _long, 64).Member("b", _char, 128);

        Report(s).Gaps[^1].ShouldBe(new LayoutGap(GapKind.Padding, 136, 56, 2, -1, GapCause.NaturalAlignment, 8, 1));
    }

    [Fact]
    public void A_hole_larger_than_nature_needs_shows_an_alignment_that_the_whole_struct_has_then()
    {
        uint s = _b.Struct("s", 128).Member("a", _int, 0).Member("b", _int, 512);

        LayoutReport report = Report(s);
        report.Gaps[0].ShouldBe(new LayoutGap(GapKind.Hole, 32, 480, 0, 1, GapCause.InferredAlignment, 64, 1));
        report.Gaps[1].ShouldBe(new LayoutGap(GapKind.Padding, 544, 480, 1, -1, GapCause.InferredAlignment, 64, 1));
        report.Alignment.ShouldBe(new WholeAlignment(4, 64, GapCause.InferredAlignment, 1));
        report.MemberAlignments.ShouldBe([default, new MemberAlignment(64, GapCause.InferredAlignment)]);
    }

    [Fact]
    public void Alignment_that_is_forced_inside_a_member_is_told_from_one_at_the_member()
    {
        uint inner = _b.Struct("inner", 128).Member("a", _int, 0).Member("b", _int, 512);
        uint outer = _b.Struct("outer", 256).Member("x", _int, 0).Member("y", inner, 512).Member("z", _int, 1536);

        LayoutReport report = Report(outer);
        report.Gaps[0].ShouldBe(new LayoutGap(GapKind.Hole, 32, 480, 0, 1, GapCause.TypeAlignment, 64, 1));
        report.Alignment.ShouldBe(new WholeAlignment(4, 64, GapCause.TypeAlignment, 1));
        report.MemberAlignments[1].ShouldBe(new MemberAlignment(64, GapCause.TypeAlignment));
    }

    [Fact]
    public void Padding_that_only_an_alignment_of_the_struct_explains_is_called_so()
    {
        uint s = _b.Struct("s", 64).Member("a", _int, 0);

        LayoutReport report = Report(s);
        report.Gaps.ShouldBe([new LayoutGap(GapKind.Padding, 32, 480, 0, -1, GapCause.InferredAlignment, 64, -1)]);
        report.Alignment.ShouldBe(new WholeAlignment(4, 64, GapCause.InferredAlignment, -1));
    }

    [Fact]
    public void A_gap_that_no_alignment_explains_is_called_so()
    {
        uint s = _b.Struct("s", 24).Member("a", _int, 0).Member("b", _int, 160);

        Report(s).Gaps.ShouldBe([new LayoutGap(GapKind.Hole, 32, 128, 0, 1, GapCause.Unexplained, 0, -1)]);
    }

    [Fact]
    public void Bit_holes_say_why_the_next_member_did_not_use_them()
    {
        uint s = _b.Struct("s", 16).Bitfield("a", _int, 0, 30).Bitfield("b", _int, 32, 5).Bitfield("c", _int, 48, 2).Member("d", _char, 56)
            .Bitfield("e", _int, 64, 3);

        Report(s).Gaps.Select(gap => (gap.Kind, gap.BitOffset, gap.SizeBits, gap.Cause)).ShouldBe(
        [
            (GapKind.BitHole, 30, 2, GapCause.StorageUnitFull),
            (GapKind.BitHole, 37, 11, GapCause.SkippedBits),
            (GapKind.BitHole, 50, 6, GapCause.StorageUnitEnds),
            (GapKind.BitPadding, 67, 29, GapCause.StorageUnitEnds),
            (GapKind.Padding, 96, 32, GapCause.InferredAlignment),
        ]);
    }

    [Fact]
    public void A_packed_struct_says_at_which_member_it_shows()
    {
        uint s = _b.Struct("s", 9).Member("a", _char, 0).Member("b", _int, 8).Member("c", _int, 40);
        uint odd = _b.Struct("odd", 5).Member("a", _int, 0).Member("b", _char, 32);

        Report(s).PackedMember.ShouldBe(1);
        LayoutReport bySize = Report(odd);
        bySize.PackedMember.ShouldBe(-1);
        bySize.Layout.Summary.IsPacked.ShouldBeTrue();
    }

    [Fact]
    public void Padding_of_a_union_lies_behind_its_largest_member()
    {
        uint bytes = _b.Array(_char, _int, 9);
        uint u = _b.Union("u", 16).Member("a", _long, 0).Member("b", bytes, 0);

        LayoutReport report = Report(u);
        report.Gaps.ShouldBe([new LayoutGap(GapKind.Padding, 72, 56, 1, -1, GapCause.NaturalAlignment, 8, 0)]);
        report.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void Members_that_would_fit_a_line_are_told_from_larger_ones()
    {
        uint small = _b.Array(_char, _int, 40);
        uint large = _b.Array(_char, _int, 100);
        uint s = _b.Struct("s", 240).Member("a", small, 0).Member("b", small, 320).Member("c", large, 640).Member("d", small, 1600);

        StraddlingMember[] straddling = [.. Report(s).Straddling];
        straddling.ShouldBe([new StraddlingMember(1, 0, 1, 1), new StraddlingMember(2, 1, 2, 2)]);
        straddling.Select(member => member.FitsOne).ShouldBe([true, false]);
    }

    [Fact]
    public void Lines_have_the_members_that_lie_on_them_and_the_bytes_that_none_has()
    {
        uint large = _b.Array(_char, _int, 200);
        uint s = _b.Struct("s", 528).Member("a", _long, 0).Member("b", large, 64).Member("c", _long, 4096).Member("end", _b.Array(_char, _int, 0), 4224);

        LayoutReport report = Report(s);
        report.Lines.ShouldBe(
        [
            new CachelineRun(0, 0, -1, 0, 2, 0, 0),
            new CachelineRun(1, 2, 1, 2, 0, 0, 0),
            new CachelineRun(3, 3, 1, 2, 0, 48, 0),
            new CachelineRun(4, 7, -1, 2, 0, 64, 0),
            new CachelineRun(8, 8, -1, 2, 2, 8, 48),
        ]);
        long free = report.Lines.Sum(run => run.FreeBytes * (run.LastLine - run.FirstLine + 1));
        free.ShouldBe(report.Layout.Summary.WastedBytes);
        report.FlexibleArrays.ShouldBe([new FlexibleArrayPlace(3, "end", 528, true)]);
    }

    [Fact]
    public void A_struct_of_terabytes_has_no_more_lines_than_it_has_members()
    {
        uint huge = _b.Array(_long, _int, 1u << 31);
        uint s = _b.Struct("s", uint.MaxValue & ~7u).Member("a", _char, 0).Member("b", _b.Array(huge, _int, 1u << 31), 64);

        LayoutReport report = Report(s);
        report.Lines.Count.ShouldBeLessThan(5);
        report.Lines[^1].LastLine.ShouldBe(report.Layout.Summary.CachelinesOf(64) - 1);
    }

    [Fact]
    public void What_is_lost_inside_members_is_summed_by_path_and_multiplied_by_elements()
    {
        uint leaf = _b.Struct("leaf", 16).Member("a", _char, 0).Member("b", _long, 64);
        uint middle = _b.Struct("middle", 40).Member("l", leaf, 0).Member("c", _char, 128).Member("m", leaf, 192);
        uint s = _b.Struct("s", 144).Member("one", leaf, 0).Member("three", _b.Array(middle, _int, 3), 128).Member("x", _long, 1088);

        LayoutReport report = Report(s);
        report.Embedded.Select(loss => (loss.Path, loss.Count, loss.OwnBytes)).ShouldBe(
            [("three[]", 3, 7), ("three[].l", 3, 7), ("three[].m", 3, 7), ("one", 1, 7)]);
        report.EmbeddedLostBytes.ShouldBe(70);
        report.MemberLostBytes.ShouldBe([7, 63, 0]);
    }

    [Fact]
    public void A_union_loses_what_the_best_of_its_largest_members_loses()
    {
        uint wasteful = _b.Struct("wasteful", 16).Member("a", _char, 0).Member("b", _long, 64);
        uint full = _b.Array(_char, _int, 16);
        uint both = _b.Union("both", 16).Member("w", wasteful, 0).Member("f", full, 0);
        uint only = _b.Union("only", 16).Member("w", wasteful, 0).Member("i", _int, 0);
        uint s = _b.Struct("s", 32).Member("both", both, 0).Member("only", only, 128);

        Report(s).Embedded.Select(loss => loss.Path).ShouldBe(["only.w"]);
        Report(s).EmbeddedLostBytes.ShouldBe(7);
    }

    [Fact]
    public void Types_that_hold_each_other_without_end_have_a_report()
    {
        uint s = _b.NextId;
        _b.Struct("s", 16).Member("a", _char, 0).Member("self", s + 1, 64);
        _b.Struct("t", 16).Member("a", _char, 0).Member("back", s, 64);
        for (uint i = 0; i < 64; i++)
        {
            uint below = _b.NextId - 1;
            _b.Struct("deep", 24).Member("a", _char, 0).Member("l", below, 64).Member("r", below, 64);
        }

        LayoutReport report = Report(_b.NextId - 1);
        report.IsEmbeddedCut.ShouldBeTrue();
        report.EmbeddedLostBytes.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Flexible_arrays_are_found_at_the_end_inside_unions_and_embedded()
    {
        uint array = _b.Array(_char, _int, 0);
        uint empty = _b.Struct("", 0);
        uint wrapped = _b.Struct("", 0).Member("__empty", empty, 0).Member("data", array, 0);
        uint either = _b.Union("", 4).Member("", wrapped, 0).Member("i", _int, 0);
        uint head = _b.Struct("head", 4).Member("n", _int, 0).Member("bytes", array, 32);
        uint tail = _b.Struct("tail", 8).Member("n", _int, 0).Member("", either, 32);
        uint outer = _b.Struct("outer", 12).Member("h", head, 0).Member("n", _long, 32);

        Report(tail).FlexibleArrays.ShouldBe([new FlexibleArrayPlace(1, "data", 4, true)]);
        Report(outer).FlexibleArrays.ShouldBe([new FlexibleArrayPlace(0, "h.bytes", 4, false)]);
    }

    [Theory]
    [InlineData(200, 256, 192, 8, 16)]
    [InlineData(192, 192, 128, 64, 21)]
    [InlineData(8, 8, 0, 0, 512)]
    [InlineData(97, 128, 96, 1, 32)]
    [InlineData(9000, 16384, 8192, 808, 0)]
    public void The_allocator_says_what_a_size_takes_and_what_would_fit_less(
        long size, long bucket, long smaller, long excess, long perPage)
    {
        AllocatorFacts facts = AllocatorFacts.Of(size, 8, 4096);

        (facts.BucketBytes, facts.SmallerBucketBytes, facts.ExcessBytes, facts.ObjectsPerPage).ShouldBe((bucket, smaller, excess, perPage));
        facts.LostBytes.ShouldBe(bucket - size);
    }

    [Theory]
    [InlineData(784, 0, 5)]
    [InlineData(2304, 2, 7)]
    [InlineData(4096, 0, 1)]
    [InlineData(40000, -1, 0)]
    public void A_cache_of_its_own_has_the_smallest_slab_that_wastes_little(long size, int order, long objects)
    {
        AllocatorFacts facts = AllocatorFacts.Of(size, 8, 4096);

        (facts.SlabOrder, facts.ObjectsPerSlab).ShouldBe((order, objects));
    }

    [Fact]
    public void Lines_and_pages_are_those_of_the_processor()
    {
        TargetMachine.Of("s390x")!.Value.CachelineBytes.ShouldBe(256);
        TargetMachine.Of("PPC64le")!.Value.ShouldBe(new TargetMachine("PPC64le", 128, 65536));
        TargetMachine.Of("x86-64")!.Value.CachelineBytes.ShouldBe(64);
        TargetMachine.Of("z80").ShouldBeNull();
        foreach (string word in TargetMachine.Words.Split(", "))
        {
            TargetMachine.Of(word).ShouldNotBeNull(word);
        }
    }

    private LayoutReport Report(uint id) => new LayoutReporter(Read.Graph(_b)).Report(new TypeId(id));
}
