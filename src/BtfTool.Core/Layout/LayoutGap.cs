namespace BtfTool.Core.Layout;

/// <summary>What sort of unused room it is.</summary>
public enum GapKind
{
    /// <summary>Whole bytes before a member.</summary>
    Hole,

    /// <summary>Bits before a member that are left in a storage unit.</summary>
    BitHole,

    /// <summary>Whole bytes behind the last member; of a union behind the largest.</summary>
    Padding,

    /// <summary>Bits of the last storage unit behind the last bitfield.</summary>
    BitPadding,
}

/// <summary>Why room is unused.</summary>
public enum GapCause
{
    /// <summary>No alignment and no rule of bitfields explains it: removed members, reserved room, another language.</summary>
    Unexplained,

    /// <summary>The alignment that a member's type has by nature.</summary>
    NaturalAlignment,

    /// <summary>An alignment that something inside the member's type forces.</summary>
    TypeAlignment,

    /// <summary>An alignment that the file declares for the member or the struct (DWARF 5, DW_AT_alignment).</summary>
    DeclaredAlignment,

    /// <summary>An alignment that the file does not declare, and that only this gap shows.</summary>
    InferredAlignment,

    /// <summary>The next bitfield does not fit into what is left of its storage unit.</summary>
    StorageUnitFull,

    /// <summary>The run of bitfields ends: what follows begins at a byte, or nothing follows.</summary>
    StorageUnitEnds,

    /// <summary>The next bitfield would have fit: the source leaves the bits out (<c>int : 0</c>, unnamed bitfields).</summary>
    SkippedBits,
}

/// <summary>Unused room in a struct or union, and why it is there. Positions are those of <see cref="StructLayout.Members"/>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="BitOffset">Its first bit, from the start of the struct.</param>
/// <param name="SizeBits">How long it is in bits; at least 1.</param>
/// <param name="After">The member before it; -1 at the start.</param>
/// <param name="Before">The member behind it; -1 at the end.</param>
/// <param name="Cause">Why it is there.</param>
/// <param name="AlignmentBytes">The alignment that makes it, in bytes; 0 where it is no matter of alignment.</param>
/// <param name="Culprit">The member whose alignment or width makes it; -1 where it is the struct's own, or nobody's.</param>
public readonly record struct LayoutGap(
    GapKind Kind, long BitOffset, long SizeBits, int After, int Before, GapCause Cause, int AlignmentBytes, int Culprit)
{
    /// <summary>Whole bytes; 0 for bit holes.</summary>
    public long SizeBytes => SizeBits / 8;

    /// <summary>Whether it is counted in bits.</summary>
    public bool IsBits => Kind is GapKind.BitHole or GapKind.BitPadding;
}

/// <summary>The alignment of a whole struct or union, where it is more than its members' types need by nature.</summary>
/// <param name="NaturalBytes">What the members' types need, in bytes; 1 for a packed struct.</param>
/// <param name="AlignmentBytes">What it has, in bytes.</param>
/// <param name="Cause">
/// Where the difference comes from: <see cref="GapCause.DeclaredAlignment"/>, <see cref="GapCause.InferredAlignment"/> or
/// <see cref="GapCause.TypeAlignment"/>; <see cref="GapCause.NaturalAlignment"/> where there is none.
/// </param>
/// <param name="Culprit">Position of the member that has it; -1 where the struct has it itself.</param>
public readonly record struct WholeAlignment(int NaturalBytes, int AlignmentBytes, GapCause Cause, int Culprit)
{
    /// <summary>Whether it is more than nature needs.</summary>
    public bool IsForced => AlignmentBytes > NaturalBytes;
}

/// <summary>The alignment that a member has beyond what its type needs by nature.</summary>
/// <param name="AlignmentBytes">The alignment in bytes; 0 where there is none.</param>
/// <param name="Cause">
/// Where it comes from: <see cref="GapCause.DeclaredAlignment"/>, <see cref="GapCause.InferredAlignment"/> from the hole before it, or
/// <see cref="GapCause.TypeAlignment"/>.
/// </param>
public readonly record struct MemberAlignment(int AlignmentBytes, GapCause Cause);
