using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
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
/// <param name="ProvenCount">Those among them whose gain is proven to be the largest.</param>
/// <param name="JoinedCount">Structs that were looked at whose cache is known.</param>
/// <param name="SavedBytes">Sum over the gaining ones of what one object of each would be smaller by.</param>
/// <param name="SavedSlabBytes">Sum over the gaining ones whose cache is known of what that would save on the machine.</param>
public sealed record LayoutRanking(IReadOnlyList<LayoutGain> Gains, int StructCount, int GainingCount, int ProvenCount, int JoinedCount,
    long SavedBytes, long SavedSlabBytes)
{
    // Types that a thread takes at a time: neighbours share what an analyzer remembers.
    private const int ShareTypes = 64;

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
        int joined = 0;
        Share(options, structs.Count, ShareTypes, (planner, i) =>
        {
            gains[i] = planner.GainOf(structs[i], out bool isJoined);
            if (isJoined)
            {
                Interlocked.Increment(ref joined);
            }
        });
        return Finished(Ranked(gains, joined, options.Top), options);
    }

    // What is shown is searched to the end: the gain stays, the moves may become fewer.
    private static LayoutRanking Finished(LayoutRanking ranking, LayoutRankingOptions options)
    {
        LayoutGain[] gains = [.. ranking.Gains];
        Share(options, gains.Length, 1, (planner, i) => gains[i] = planner.Finish(gains[i]));
        var ranked = new List<(LayoutGain, int)>();
        for (int i = 0; i < gains.Length; i++)
        {
            ranked.Add((gains[i], i));
        }

        ranked.Sort(Compare);
        return ranking with { Gains = ranked.ConvertAll(r => r.Item1) };
    }

    private static void Share(LayoutRankingOptions options, int count, int shareSize, Action<GainPlanner, int> work)
    {
        int shares = (count + shareSize - 1) / shareSize, next = -1;
        Crew.Run(Math.Clamp(Crew.Size(options.Jobs), 1, Math.Max(1, shares)), _ =>
        {
            var planner = new GainPlanner(options);
            for (int share = Interlocked.Increment(ref next); share < shares; share = Interlocked.Increment(ref next))
            {
                int end = Math.Min(count, (share + 1) * shareSize);
                for (int i = share * shareSize; i < end; i++)
                {
                    work(planner, i);
                }
            }
        });
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
                proven += gain.Proof.HasFlag(PlanProof.Layout) ? 1 : 0;
                bytes += gain.SavedBytes;
                slabBytes += gain.Change?.SavedBytes ?? 0;
            }
        }

        ranked.Sort(Compare);
        int kept = Math.Min(top, ranked.Count);
        return new LayoutRanking(ranked.GetRange(0, kept).ConvertAll(r => r.Gain), gains.Length, ranked.Count, proven, joined, bytes, slabBytes);
    }

    internal static int Compare((LayoutGain Gain, int Index) a, (LayoutGain Gain, int Index) b)
    {
        int order = b.Gain.SavedMemoryBytes.CompareTo(a.Gain.SavedMemoryBytes);
        order = order != 0 ? order : b.Gain.SavedCachelines.CompareTo(a.Gain.SavedCachelines);
        order = order != 0 ? order : b.Gain.SavedStraddles.CompareTo(a.Gain.SavedStraddles);
        order = order != 0 ? order : b.Gain.SavedBytes.CompareTo(a.Gain.SavedBytes);
        order = order != 0 ? order : a.Gain.After.Moves.CompareTo(b.Gain.After.Moves);
        return order != 0 ? order : a.Index.CompareTo(b.Index);
    }
}
