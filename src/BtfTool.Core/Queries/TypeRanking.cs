using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>One type of a ranking.</summary>
/// <param name="Type">The struct or union.</param>
/// <param name="Summary">Its size and holes.</param>
public sealed record RankedType(TypeId Type, LayoutSummary Summary);

/// <summary>The structs and unions of a graph that lead in something.</summary>
/// <param name="Largest">By size.</param>
/// <param name="MostHoles">By bytes in holes; without those that have none.</param>
public sealed record TypeRanking(IReadOnlyList<RankedType> Largest, IReadOnlyList<RankedType> MostHoles)
{
    /// <summary>
    /// Ranks the types with a name that a graph has beyond its base; of equals the first in the file leads, and twins count once. Cost:
    /// a pass over the members.
    /// </summary>
    /// <param name="graph">The types.</param>
    /// <param name="count">How many of each list, at least 0.</param>
    public static TypeRanking Of(TypeGraph graph, int count)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var analyzer = new LayoutAnalyzer(graph);
        var largest = new Leaders(graph, count);
        var holes = new Leaders(graph, count);
        for (uint id = count == 0 ? uint.MaxValue : graph.FirstOwnType.Value; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                LayoutSummary summary = analyzer.Summarize(type.Id);
                largest.Offer(type.Id, summary, summary.SizeBytes);
                holes.Offer(type.Id, summary, summary.HoleBytes);
            }
        }

        return new TypeRanking(largest.Types, holes.Types);
    }

    private sealed class Leaders(TypeGraph graph, int count)
    {
        private readonly List<(long Value, RankedType Type)> _leaders = [];

        public List<RankedType> Types => _leaders.ConvertAll(leader => leader.Type);

        public void Offer(TypeId id, in LayoutSummary summary, long value)
        {
            if (value <= 0 || (_leaders.Count == count && _leaders[^1].Value >= value))
            {
                return;
            }

            int at = _leaders.Count;
            for (int i = _leaders.Count - 1; i >= 0 && _leaders[i].Value <= value; i--)
            {
                if (_leaders[i].Value == value && graph[_leaders[i].Type.Type].Name.SequenceEqual(graph[id].Name))
                {
                    return;
                }

                at = _leaders[i].Value < value ? i : at;
            }

            _leaders.Insert(at, (value, new RankedType(id, summary)));
            if (_leaders.Count > count)
            {
                _leaders.RemoveAt(count);
            }
        }
    }
}
