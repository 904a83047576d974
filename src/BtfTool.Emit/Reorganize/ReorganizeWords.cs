using System.Globalization;
using BtfTool.Core.Reorganization;
using Barrier = BtfTool.Core.Reorganization.Barrier;

namespace BtfTool.Emit.Reorganize;

/// <summary>What is said of a plan, in words: for people and as the constants of the JSON document.</summary>
internal static class ReorganizeWords
{
    /// <summary>What no tool sees in types, to be said with every plan that moves something.</summary>
    public const string Unseen = "not seen from types: memset and memcpy over ranges of members, code that relies on which members are "
        + "neighbours or first, initialisers without names, and programs outside that know the layout";

    /// <summary>Why something stays where it is, for people.</summary>
    public static string Of(in Barrier barrier) => barrier.Reason switch
    {
        BarrierReason.DeclaredAlignment => $"declared alignment of {Number(barrier.AlignmentBytes)} bytes",
        BarrierReason.InferredAlignment => $"its hole shows a forced alignment of {Number(barrier.AlignmentBytes)} bytes",
        _ => Of(barrier.Reason),
    };

    /// <summary>Why something stays where it is, for people.</summary>
    public static string Of(BarrierReason reason) => reason switch
    {
        BarrierReason.None => "nothing holds it",
        BarrierReason.FirstMember => "first member: code may take the struct for it",
        BarrierReason.FlexibleArray => "flexible array at the end",
        BarrierReason.EmbeddedFlexibleArray => "ends in a flexible array: what follows may be its storage",
        BarrierReason.Marker => "without size: it marks a place",
        BarrierReason.CachelineGroup => "in a cache line group (--groups sorts each within itself)",
        BarrierReason.DeclaredAlignment => "declared alignment",
        BarrierReason.InferredAlignment => "a hole shows a forced alignment",
        BarrierReason.UnexplainedHole => "a hole before it that no alignment explains",
        BarrierReason.Pinned => "pinned",
        BarrierReason.Inherited => "a base class, or put there by the compiler",
        BarrierReason.PackedStruct => "packed",
        BarrierReason.Union => "a union: all its members lie at its start",
        BarrierReason.Overlap => "its members overlap",
        BarrierReason.TooSmall => "fewer than two members can move",
        BarrierReason.CompilerOrdered => "the compiler ordered its members already",
        BarrierReason.Uapi => "declared under include/uapi, user programs know its layout (--uapi: move all the same)",
        _ => reason.ToString(),
    };

    /// <summary>Why something stays where it is, as a word of the JSON document.</summary>
    public static string KeyOf(BarrierReason reason) => reason switch
    {
        BarrierReason.None => "none",
        BarrierReason.FirstMember => "first_member",
        BarrierReason.FlexibleArray => "flexible_array",
        BarrierReason.EmbeddedFlexibleArray => "embedded_flexible_array",
        BarrierReason.Marker => "marker",
        BarrierReason.CachelineGroup => "cacheline_group",
        BarrierReason.DeclaredAlignment => "declared_alignment",
        BarrierReason.InferredAlignment => "inferred_alignment",
        BarrierReason.UnexplainedHole => "unexplained_hole",
        BarrierReason.Pinned => "pinned",
        BarrierReason.Inherited => "inherited",
        BarrierReason.PackedStruct => "packed_struct",
        BarrierReason.Union => "union",
        BarrierReason.Overlap => "overlap",
        BarrierReason.TooSmall => "too_small",
        BarrierReason.CompilerOrdered => "compiler_ordered",
        BarrierReason.Uapi => "uapi",
        _ => "other",
    };

    /// <summary>
    /// What is proven of a plan: begins with <c>proven optimal</c> or <c>within N bytes of the lower bound</c>, then says which part is
    /// proven where that is not all.
    /// </summary>
    public static string ProofOf(ReorganizationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.IsProvenOptimal)
        {
            return "proven optimal";
        }

        string bound = $"within {Number(GapBytesOf(plan))} bytes of the lower bound";
        return plan.Proof switch
        {
            _ when plan.Proof.HasFlag(PlanProof.Layout) && plan.Proof.HasFlag(PlanProof.Size) =>
                $"{bound}: size, bucket, cache lines and straddling members are proven optimal, that fewer moves do not reach them is not",
            _ when plan.Proof.HasFlag(PlanProof.Size) =>
                $"{bound}: size, bucket and cache lines are proven optimal, straddling members and the number of moves are not",
            _ => bound,
        } + Unruled(plan);
    }

    // What is asked for lines comes before the size, which alone has a bound.
    private static string Unruled(ReorganizationPlan plan) =>
        plan.Proof.HasFlag(PlanProof.Layout) || plan.AfterObjective is { Violations: 0, HotLines: 0 } ? ""
        : "; an order that parts more pairs or has hot members on fewer lines is not ruled out";

    /// <summary>Bytes between a plan and the bound that no legal order falls below, at least 0.</summary>
    public static long GapBytesOf(ReorganizationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Math.Max(0, plan.AfterObjective.SizeBytes - plan.LowerBoundBytes);
    }

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    internal static string Count(long value, string what) => $"{Number(value)} {what}{(value == 1 ? "" : "s")}";
}
