using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class TypeRankingTests
{
    [Fact]
    public void The_largest_lead_and_of_equals_the_first_and_twins_count_once()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Struct("small", 4).Member("a", i, 0);
        b.Struct("first", 16).Member("a", i, 0).Member("b", i, 96);
        b.Union("second", 16).Member("a", i, 0);
        b.Struct("first", 16).Member("a", i, 0).Member("b", i, 64);
        b.Struct("", 100).Member("a", i, 0);
        b.Struct("huge", 64).Member("a", i, 0).Member("b", i, 64);
        TypeGraph graph = Read.Graph(b);

        TypeRanking ranking = TypeRanking.Of(graph, 3);

        ranking.Largest.Select(type => graph[type.Type].NameString).ShouldBe(["huge", "first", "second"]);
        ranking.MostHoles.Select(type => (graph[type.Type].NameString, type.Summary.HoleBytes)).ShouldBe([("first", 8L), ("first", 4L), ("huge", 4L)]);
        TypeRanking.Of(graph, 0).Largest.ShouldBeEmpty();
    }
}
