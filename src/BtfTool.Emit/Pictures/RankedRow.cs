using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pictures;

/// <summary>What the ranked table says of a type: the numbers of its row.</summary>
internal readonly record struct RankedRow
{
    /// <summary>Reads off a report, and a plan where one gains anything.</summary>
    public RankedRow(LayoutReport report, ReorganizationPlan? plan)
    {
        LayoutSummary layout = report.Layout.Summary;
        (SizeBytes, Members) = (layout.SizeBytes, layout.MemberCount);
        (Holes, HoleBytes, PaddingBytes) = (layout.Holes, layout.HoleBytes, layout.PaddingBytes);
        Cachelines = layout.CachelinesOf(report.CachelineBytes);
        Straddles = report.Straddling.Count;
        BucketBytes = report.Allocator.BucketBytes;
        Groups = report.Groups.Groups.Count;
        Gain = plan is null ? null : GainPlanner.Gain(plan, new TypeRef(report.Graph, report.Type), null);
    }

    public long SizeBytes { get; }

    public int Members { get; }

    public int Holes { get; }

    public long HoleBytes { get; }

    public long PaddingBytes { get; }

    public long Cachelines { get; }

    public int Straddles { get; }

    public long BucketBytes { get; }

    public int Groups { get; }

    /// <summary>What a plan gains; null for nothing.</summary>
    public LayoutGain? Gain { get; }

    /// <summary>Whether no legal order has a better layout than that of the plan.</summary>
    public bool IsProven => Gain?.Proof.HasFlag(PlanProof.Layout) == true;
}
