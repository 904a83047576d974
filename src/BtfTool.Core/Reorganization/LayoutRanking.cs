using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Layout;
using BtfTool.Core.Slabs;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>How structs are ranked.</summary>
public sealed record LayoutRankingOptions
{
    /// <summary>Constraints of the plans.</summary>
    public ReorganizeOptions Reorganize { get; init; } = new();

    /// <summary>Which caches hold which objects on a machine; null where no machine is asked.</summary>
    public SlabJoin? Slabs { get; init; }

    /// <summary>How many of the ranking are kept, at least 0.</summary>
    public int Top { get; init; } = int.MaxValue;

    /// <summary>Number of threads; 0 for one per processor. The result is the same.</summary>
    public int Jobs { get; init; }

    /// <summary>Bounds the nesting that is followed.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;
}

/// <summary>Structs by what a reorganisation of each would gain, the most first.</summary>
/// <param name="Gains">The first of the ranking.</param>
/// <param name="StructCount">Structs that were looked at.</param>
/// <param name="GainingCount">Those that gain anything.</param>
/// <param name="ProvenCount">Those among them whose plan is proven optimal.</param>
/// <param name="JoinedCount">Structs that were looked at whose cache is known.</param>
/// <param name="SavedBytes">Sum over the gaining ones of what one object of each would be smaller by.</param>
/// <param name="SavedSlabBytes">Sum over the gaining ones whose cache is known of what that would save on the machine.</param>
public sealed record LayoutRanking(IReadOnlyList<LayoutGain> Gains, int StructCount, int GainingCount, int ProvenCount, int JoinedCount,
    long SavedBytes, long SavedSlabBytes)
{
    // Types that a thread takes at a time: neighbours share what an analyzer remembers.
    private const int ShareTypes = 256;

    /// <summary>
    /// Plans a reorganisation of each struct and ranks them: memory (on the machine where a cache is known, else the bucket of one
    /// object), cache lines, straddling members, bytes, fewest moves; of equals the first in the list leads.
    /// Cost: a plan for each struct that has anything to gain.
    /// </summary>
    /// <param name="structs">Structs, those of one graph together; each once.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">One is neither struct nor union.</exception>
    public static LayoutRanking Of(IReadOnlyList<TypeRef> structs, LayoutRankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(structs);
        options ??= new LayoutRankingOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Top);
        var gains = new LayoutGain?[structs.Count];
        int shares = (structs.Count + ShareTypes - 1) / ShareTypes;
        int next = -1, joined = 0;
        Crew.Run(Math.Clamp(Crew.Size(options.Jobs), 1, Math.Max(1, shares)), _ =>
        {
            var planner = new Planner(options);
            for (int share = Interlocked.Increment(ref next); share < shares; share = Interlocked.Increment(ref next))
            {
                int end = Math.Min(structs.Count, (share + 1) * ShareTypes);
                for (int i = share * ShareTypes; i < end; i++)
                {
                    gains[i] = planner.GainOf(structs[i]);
                }
            }

            Interlocked.Add(ref joined, planner.JoinedCount);
        });
        return Ranked(gains, joined, options.Top);
    }

    private static LayoutRanking Ranked(LayoutGain?[] gains, int joined, int top)
    {
        var ranked = new List<(LayoutGain Gain, int Index)>();
        int proven = 0;
        long bytes = 0, slabBytes = 0;
        for (int i = 0; i < gains.Length; i++)
        {
            if (gains[i] is { } gain)
            {
                ranked.Add((gain, i));
                proven += gain.IsProvenOptimal ? 1 : 0;
                bytes += gain.SavedBytes;
                slabBytes += gain.Change?.SavedBytes ?? 0;
            }
        }

        ranked.Sort(Compare);
        int kept = Math.Min(top, ranked.Count);
        return new LayoutRanking(ranked.GetRange(0, kept).ConvertAll(r => r.Gain), gains.Length, ranked.Count, proven, joined, bytes, slabBytes);
    }

    private static int Compare((LayoutGain Gain, int Index) a, (LayoutGain Gain, int Index) b)
    {
        int order = b.Gain.SavedMemoryBytes.CompareTo(a.Gain.SavedMemoryBytes);
        order = order != 0 ? order : b.Gain.SavedCachelines.CompareTo(a.Gain.SavedCachelines);
        order = order != 0 ? order : b.Gain.SavedStraddles.CompareTo(a.Gain.SavedStraddles);
        order = order != 0 ? order : b.Gain.SavedBytes.CompareTo(a.Gain.SavedBytes);
        order = order != 0 ? order : a.Gain.After.Moves.CompareTo(b.Gain.After.Moves);
        return order != 0 ? order : a.Index.CompareTo(b.Index);
    }

    // What one thread has.
    private sealed class Planner(LayoutRankingOptions options)
    {
        private TypeGraph? _graph;
        private LayoutAnalyzer? _analyzer;
        private Reorganizer? _reorganizer;

        public int JoinedCount { get; private set; }

        public LayoutGain? GainOf(TypeRef type)
        {
            if (_graph != type.Graph || _analyzer is null || _reorganizer is null)
            {
                _graph = type.Graph;
                _analyzer = new LayoutAnalyzer(type.Graph, options.Limits);
                _reorganizer = new Reorganizer(type.Graph, options.Reorganize, options.Limits);
            }

            SlabCache? cache = options.Slabs?.CacheOf(type);
            JoinedCount += cache is null ? 0 : 1;
            if (!CanGain(_analyzer.Summarize(type.Id)))
            {
                return null;
            }

            ReorganizationPlan plan = _reorganizer.Plan(type.Id);
            return !plan.IsImprovement ? null : new LayoutGain
            {
                Type = type,
                Before = plan.BeforeObjective,
                After = plan.AfterObjective,
                Proof = plan.Proof,
                LowerBoundBytes = plan.LowerBoundBytes,
                Cache = cache,
                Change = cache?.Resize(plan.BeforeObjective.SizeBytes, plan.AfterObjective.SizeBytes),
            };
        }

        // Without an empty bit nothing becomes smaller, and in one line nothing straddles.
        private bool CanGain(in LayoutSummary layout) => layout.WastedBytes > 0 || layout.BitHoleBits > 0 || layout.PaddingBits > 0
            || layout.CachelinesOf(options.Reorganize.CachelineBytes) > 1;
    }
}
