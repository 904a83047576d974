using BtfTool.Core.Queries;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Slabs;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Reorganization;

public class LayoutRankingTests
{
    [Fact]
    public void Live_objects_weigh_what_a_bucket_saves()
    {
        (TypeGraph graph, IReadOnlyList<TypeRef> structs) = Sample();
        var slabs = new SlabJoin(SlabInfo.Parse("slabinfo", Fixtures.Read("slabs/slabinfo.txt")), new TypeGraphSet(graph));

        Names(LayoutRanking.Of(structs)).ShouldBe(["other_item", "padded_item", "small"]);
        LayoutRanking live = LayoutRanking.Of(structs, new LayoutRankingOptions { Slabs = slabs });
        Names(live).ShouldBe(["padded_item", "other_item", "small"]);
        LayoutGain first = live.Gains[0];
        first.Cache!.Name.ShouldBe("padded_item");
        first.After.SizeBytes.ShouldBeLessThan(first.Before.SizeBytes);
        first.Change!.Value.SavedBytes.ShouldBe(first.Cache.Resize(first.Before.SizeBytes, first.After.SizeBytes).SavedBytes);
        first.SavedMemoryBytes.ShouldBe(first.Change.Value.SavedBytes);
        live.JoinedCount.ShouldBe(1);
        live.SavedSlabBytes.ShouldBe(first.SavedMemoryBytes);
    }

    [Fact]
    public void The_sums_are_of_all_and_not_of_those_that_are_kept()
    {
        (_, IReadOnlyList<TypeRef> structs) = Sample();
        LayoutRanking all = LayoutRanking.Of(structs), one = LayoutRanking.Of(structs, new LayoutRankingOptions { Top = 1 });

        one.Gains.Count.ShouldBe(1);
        all.Gains.Count.ShouldBe(3);
        one.ShouldBe(all with { Gains = one.Gains });
    }

    [Fact]
    public void The_ranking_of_a_kernel_is_the_same_for_any_number_of_threads_and_nothing_grows()
    {
        TypeGraph graph = Read.Graph(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"));
        IReadOnlyList<TypeRef> structs = DistinctStructs.Of(new TypeGraphSet(graph));
        LayoutRanking one = LayoutRanking.Of(structs, new LayoutRankingOptions { Jobs = 1 });
        LayoutRanking many = LayoutRanking.Of(structs, new LayoutRankingOptions { Jobs = 7 });

        many.Gains.ShouldBe(one.Gains);
        (many.GainingCount, many.SavedBytes, many.ProvenCount).ShouldBe((one.GainingCount, one.SavedBytes, one.ProvenCount));
        one.Gains.Count.ShouldBe(one.GainingCount);
        one.GainingCount.ShouldBeGreaterThan(100);
        one.Gains.ShouldAllBe(gain => gain.SavedBytes >= 0 && gain.SavedBucketBytes >= 0 && gain.After < gain.Before);
        one.Gains.Zip(one.Gains.Skip(1)).ShouldAllBe(pair => pair.First.SavedMemoryBytes >= pair.Second.SavedMemoryBytes);
    }

    // Of padded_item the bucket stays, which only its cache outweighs.
    private static (TypeGraph Graph, IReadOnlyList<TypeRef> Structs) Sample()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint l = b.Int("long", 8, signed: true);
        b.Struct("tight", 16).Member("a", l, 0).Member("b", l, 64);
        Holed(b, "padded_item", c, l, 12);
        Holed(b, "other_item", c, l, 13);
        b.Struct("small", 24).Member("a", c, 0).Member("b", l, 64).Member("c", c, 128);
        TypeGraph graph = Read.Graph(b);
        return (graph, DistinctStructs.Of(new TypeGraphSet(graph)));
    }

    // Pairs of char and long: 16 bytes each, 9 of them used.
    private static void Holed(BtfAssembler b, string name, uint c, uint l, uint pairs)
    {
        ElementsDraft s = b.Struct(name, pairs * 16);
        for (uint i = 0; i < pairs; i++)
        {
            s.Member("c" + i, c, i * 128).Member("l" + i, l, (i * 128) + 64);
        }
    }

    private static IEnumerable<string> Names(LayoutRanking ranking) => ranking.Gains.Select(gain => gain.Type.View.NameString);
}
