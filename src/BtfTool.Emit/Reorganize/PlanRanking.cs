using BtfTool.Core.Reorganization;

namespace BtfTool.Emit.Reorganize;

/// <summary>What a plan comes to, kept for a ranking.</summary>
/// <param name="Name">The struct in words.</param>
/// <param name="Module">The module that has it, or null.</param>
/// <param name="Before">What it costs now.</param>
/// <param name="After">What the plan comes to.</param>
/// <param name="Proof">What is proven of it.</param>
/// <param name="LowerBoundBytes">No legal order is smaller.</param>
public sealed record RankedPlan(
    string Name, string? Module, PlanObjective Before, PlanObjective After, PlanProof Proof, long LowerBoundBytes)
{
    /// <summary>Bytes that the allocator saves on each object.</summary>
    public long BucketSavingBytes => Before.BucketBytes - After.BucketBytes;

    /// <summary>Cache lines that each object touches less.</summary>
    public long CachelineSaving => Before.Cachelines - After.Cachelines;

    /// <summary>Members less that straddle a line.</summary>
    public int StraddleSaving => Before.Straddles - After.Straddles;

    /// <summary>Bytes of the struct.</summary>
    public long SavingBytes => Before.SizeBytes - After.SizeBytes;

    /// <summary>Bytes between the plan and the bound, at least 0.</summary>
    public long GapBytes => Math.Max(0, After.SizeBytes - LowerBoundBytes);
}

/// <summary>
/// Ranks plans by what they are worth: allocator bucket, cache lines, bytes, straddling members, and then the fewest moves. Remembers only
/// those that gain and those that are not proven.
/// </summary>
public sealed class PlanRanking
{
    private readonly List<RankedPlan> _gaining = [];
    private readonly List<RankedPlan> _unproven = [];

    /// <summary>Structs that were looked at.</summary>
    public int Looked { get; private set; }

    /// <summary>Those of them that stay as they are by their nature (packed, too small, ...).</summary>
    public int Kept { get; private set; }

    /// <summary>Those whose bucket gets smaller.</summary>
    public int SmallerBucket { get; private set; }

    /// <summary>Those that take fewer cache lines.</summary>
    public int FewerCachelines { get; private set; }

    /// <summary>Bytes that all of them together save, one object of each.</summary>
    public long SavingBytes { get; private set; }

    /// <summary>Those that gain; after <see cref="Sort"/> the best first.</summary>
    public IReadOnlyList<RankedPlan> Gaining => _gaining;

    /// <summary>Those that are not wholly proven; after <see cref="Sort"/> those with the largest gap first.</summary>
    public IReadOnlyList<RankedPlan> Unproven => _unproven;

    /// <summary>Counts a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">The struct in words; asked for only where it is remembered.</param>
    /// <param name="module">The module that has it, or null.</param>
    public void Add(ReorganizationPlan plan, Func<string> name, string? module)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(name);
        Looked++;
        if (plan.Kept != BarrierReason.None)
        {
            Kept++;
            return;
        }

        if (plan.IsProvenOptimal && !plan.IsImprovement)
        {
            return;
        }

        var ranked = new RankedPlan(name(), module, plan.BeforeObjective, plan.AfterObjective, plan.Proof, plan.LowerBoundBytes);
        if (!plan.IsProvenOptimal)
        {
            _unproven.Add(ranked);
        }

        if (plan.IsImprovement)
        {
            _gaining.Add(ranked);
            SavingBytes += ranked.SavingBytes;
            SmallerBucket += ranked.BucketSavingBytes > 0 ? 1 : 0;
            FewerCachelines += ranked.CachelineSaving > 0 ? 1 : 0;
        }
    }

    /// <summary>Puts the best first; equal ones by name.</summary>
    public void Sort()
    {
        _gaining.Sort(static (a, b) =>
        {
            int order = b.BucketSavingBytes.CompareTo(a.BucketSavingBytes);
            order = order != 0 ? order : b.CachelineSaving.CompareTo(a.CachelineSaving);
            order = order != 0 ? order : b.SavingBytes.CompareTo(a.SavingBytes);
            order = order != 0 ? order : b.StraddleSaving.CompareTo(a.StraddleSaving);
            order = order != 0 ? order : a.After.Moves.CompareTo(b.After.Moves);
            return order != 0 ? order : ByName(a, b);
        });
        _unproven.Sort(static (a, b) => a.GapBytes != b.GapBytes ? b.GapBytes.CompareTo(a.GapBytes) : ByName(a, b));
    }

    private static int ByName(RankedPlan a, RankedPlan b)
    {
        int order = string.CompareOrdinal(a.Name, b.Name);
        return order != 0 ? order : string.CompareOrdinal(a.Module, b.Module);
    }
}
