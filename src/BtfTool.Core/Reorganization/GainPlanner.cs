using BtfTool.Core.Layout;
using BtfTool.Core.Slabs;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>What the best order of a struct's members would gain, for one struct after the other. Not safe to share between threads.</summary>
/// <param name="options">How.</param>
internal sealed class GainPlanner(LayoutRankingOptions options)
{
    // Search steps after which a plan is left to be finished where it is shown: almost all are proven by then.
    private const int FirstSteps = 10_000;

    private TypeGraph? _graph;
    private LayoutAnalyzer? _analyzer;
    private Reorganizer? _first;
    private Reorganizer? _whole;

    /// <summary>What a plan gains; null for nothing. Moves may be more than the fewest, see <see cref="Finish"/>.</summary>
    /// <param name="type">The struct; those of a graph are asked together.</param>
    /// <param name="isJoined">Whether the cache of its objects is known.</param>
    public LayoutGain? GainOf(TypeRef type, out bool isJoined)
    {
        Use(type.Graph);
        SlabCache? cache = options.Slabs?.CacheOf(type);
        isJoined = cache is not null;
        return PlanOf(type) is { } plan ? Gain(plan, type, cache) : null;
    }

    /// <summary>The plan of a struct; null where there is nothing to gain.</summary>
    /// <param name="type">The struct; those of a graph are asked together.</param>
    public ReorganizationPlan? PlanOf(TypeRef type)
    {
        Use(type.Graph);
        return CanGain(_analyzer!.Summarize(type.Id)) && Plan(type.Id) is { IsImprovement: true } plan ? plan : null;
    }

    /// <summary>The same gain, searched to the end: with the fewest moves.</summary>
    public LayoutGain Finish(LayoutGain gain)
    {
        Use(gain.Type.Graph);
        return gain.IsProvenOptimal || !gain.Proof.HasFlag(PlanProof.Layout) ? gain : Gain(PlanWhole(gain.Type.Id), gain.Type, gain.Cache);
    }

    /// <summary>What a plan gains.</summary>
    internal static LayoutGain Gain(ReorganizationPlan plan, TypeRef type, SlabCache? cache) => new()
    {
        Type = type,
        Before = plan.BeforeObjective,
        After = plan.AfterObjective,
        Proof = plan.Proof,
        LowerBoundBytes = plan.LowerBoundBytes,
        Cache = cache,
        Change = cache?.Resize(plan.BeforeObjective.SizeBytes, plan.AfterObjective.SizeBytes),
    };

    private ReorganizationPlan Plan(TypeId type)
    {
        _first ??= With(Math.Min(FirstSteps, options.Reorganize.MaxSteps));
        ReorganizationPlan plan = _first.Plan(type);
        return plan.Proof.HasFlag(PlanProof.Layout) ? plan : PlanWhole(type);
    }

    private void Use(TypeGraph graph)
    {
        if (_graph != graph || _analyzer is null)
        {
            _graph = graph;
            _analyzer = new LayoutAnalyzer(graph, options.Limits);
            (_first, _whole) = (null, null);
        }
    }

    private ReorganizationPlan PlanWhole(TypeId type) => (_whole ??= With(options.Reorganize.MaxSteps)).Plan(type);

    private Reorganizer With(int steps) => new(_graph!, options.Reorganize with { MaxSteps = steps }, options.Limits);

    // Without an empty bit nothing becomes smaller, and in one line nothing straddles.
    private bool CanGain(in LayoutSummary layout) => layout.WastedBytes > 0 || layout.BitHoleBits > 0 || layout.PaddingBits > 0
        || layout.CachelinesOf(options.Reorganize.CachelineBytes) > 1;
}
