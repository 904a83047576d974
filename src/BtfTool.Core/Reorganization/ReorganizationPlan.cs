using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>Why a member, or the whole struct, stays where it is.</summary>
public enum BarrierReason
{
    /// <summary>Nothing holds it.</summary>
    None,

    /// <summary>The first member: code may take the struct for it.</summary>
    FirstMember,

    /// <summary>A flexible array (as it was written once: of one element), or a last member that ends in one.</summary>
    FlexibleArray,

    /// <summary>A member that ends in a flexible array: what follows may be its storage.</summary>
    EmbeddedFlexibleArray,

    /// <summary>A member without size: it marks a place.</summary>
    Marker,

    /// <summary>A member of a cache line group.</summary>
    CachelineGroup,

    /// <summary>The source gives it an alignment.</summary>
    DeclaredAlignment,

    /// <summary>The hole before it is larger than its type needs: its alignment was forced.</summary>
    InferredAlignment,

    /// <summary>A hole before it that no alignment explains.</summary>
    UnexplainedHole,

    /// <summary>The user pinned it.</summary>
    Pinned,

    /// <summary>A base class or what the compiler put there.</summary>
    Inherited,

    /// <summary>The struct is packed.</summary>
    PackedStruct,

    /// <summary>A union: all members lie at its start.</summary>
    Union,

    /// <summary>Members overlap, or the file's sizes contradict its offsets.</summary>
    Overlap,

    /// <summary>Fewer than two members can move.</summary>
    TooSmall,

    /// <summary>The compiler ordered the members already (Rust).</summary>
    CompilerOrdered,

    /// <summary>It is declared under <c>include/uapi</c>: user programs know its layout.</summary>
    Uapi,
}

/// <summary>A member that stays where it is.</summary>
/// <param name="Member">Index of the member in the type.</param>
/// <param name="Reason">Why.</param>
/// <param name="AlignmentBytes">The alignment that holds it, in bytes; 0 where it is no matter of alignment.</param>
public readonly record struct Barrier(int Member, BarrierReason Reason, int AlignmentBytes);

/// <summary>Where a member lies in the new layout.</summary>
/// <param name="Member">Index of the member in the type.</param>
/// <param name="BitOffset">Its first bit, from the start of the struct.</param>
public readonly record struct PlacedMember(int Member, long BitOffset);

/// <summary>A member that changes its place among the others; the rest keep their order.</summary>
/// <param name="Member">Index of the member in the type.</param>
/// <param name="Behind">Index of the member that it comes to lie behind; -1: at the start.</param>
/// <param name="OldBehind">Index of the member that it lay behind; -1: at the start.</param>
public readonly record struct MemberMove(int Member, int Behind, int OldBehind);

/// <summary>How much of a plan is proven: each says that no legal order of the members has less.</summary>
[Flags]
public enum PlanProof
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The size, and so the bucket and the number of cache lines.</summary>
    Size = 1,

    /// <summary>All up to the straddling members and the bytes.</summary>
    Layout = 2,

    /// <summary>The whole objective: also that fewer moves do not reach it.</summary>
    Moves = 4,
}

/// <summary>
/// A legal order of the members of a struct, what it comes to, and what is proven of it. Immutable; safe to share between threads.
/// </summary>
public sealed class ReorganizationPlan
{
    private readonly PlacedMember[] _members;
    private readonly MemberMove[] _moves;
    private readonly Barrier[] _barriers;

    internal ReorganizationPlan(StructLayout before, PlanObjective beforeObjective, PlanObjective afterObjective,
        PlacedMember[] members, MemberMove[] moves, Barrier[] barriers)
    {
        Before = before;
        BeforeObjective = beforeObjective;
        AfterObjective = afterObjective;
        _members = members;
        _moves = moves;
        _barriers = barriers;
    }

    /// <summary>The struct.</summary>
    public TypeId Type => Before.Type;

    /// <summary>How it lies now.</summary>
    public StructLayout Before { get; }

    /// <summary>What it costs now; no moves.</summary>
    public PlanObjective BeforeObjective { get; }

    /// <summary>What it comes to.</summary>
    public PlanObjective AfterObjective { get; }

    /// <summary>All members in their new order.</summary>
    public ReadOnlySpan<PlacedMember> Members => _members;

    /// <summary>What moves, in the new order. As few as the search found.</summary>
    public ReadOnlySpan<MemberMove> Moves => _moves;

    /// <summary>What was held in its place, by offset.</summary>
    public ReadOnlySpan<Barrier> Barriers => _barriers;

    /// <summary>Why the whole struct stays as it is; <see cref="BarrierReason.None"/> where members may move.</summary>
    public BarrierReason Kept { get; init; }

    /// <summary>What is proven of the new layout.</summary>
    public PlanProof Proof { get; init; }

    /// <summary>No legal order is smaller than this, in bytes.</summary>
    public long LowerBoundBytes { get; init; }

    /// <summary>Bytes of the new struct's alignment: forced ones included.</summary>
    public int AlignmentBytes { get; init; }

    /// <summary>Whether the whole objective is proven optimal under the constraints.</summary>
    public bool IsProvenOptimal => Proof == (PlanProof.Size | PlanProof.Layout | PlanProof.Moves);

    /// <summary>Whether anything gets better.</summary>
    public bool IsImprovement => _moves.Length > 0;

    internal ReorganizationPlan WithProof(PlanProof proof) => new(Before, BeforeObjective, AfterObjective, _members, _moves, _barriers)
    {
        Kept = Kept,
        Proof = proof,
        LowerBoundBytes = LowerBoundBytes,
        AlignmentBytes = AlignmentBytes,
    };

    /// <summary>Bytes that the plan saves; below 0 only where constraints ask for more room.</summary>
    public long SavingBytes => BeforeObjective.SizeBytes - AfterObjective.SizeBytes;
}
