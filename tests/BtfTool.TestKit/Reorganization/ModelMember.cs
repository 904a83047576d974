namespace BtfTool.TestKit;

/// <summary>A member as the reference model lays it; lengths in bits unless named otherwise.</summary>
/// <param name="Index">Which member of the type.</param>
/// <param name="SizeBits">Size, of bitfields the width.</param>
/// <param name="AlignmentBytes">Alignment that the new layout must keep, forced ones included.</param>
/// <param name="UnitBits">Size of a bitfield's storage unit; 0 for other members.</param>
public readonly record struct ModelMember(int Index, long SizeBits, int AlignmentBytes, int UnitBits)
{
    /// <summary>Where it lies in the old layout.</summary>
    public long OldBit { get; init; }

    /// <summary>Whether it must stay at <see cref="OldBit"/>.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether it is to lie on few lines.</summary>
    public bool IsHot { get; init; }

    /// <summary>Whether nothing may cross it.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Whether it is a bitfield.</summary>
    public bool IsBitfield => UnitBits != 0;
}

/// <summary>Lays members one behind the other by the rules of C: psABI, "bit-fields".</summary>
public struct ModelCursor
{
    /// <summary>First free bit.</summary>
    public long Bit { get; private set; }

    /// <summary>Lays a member; returns its first bit.</summary>
    public long Place(in ModelMember member)
    {
        long start = Bit;
        if (member.IsBitfield)
        {
            bool fits = start / member.UnitBits == (start + member.SizeBits - 1) / member.UnitBits;
            start = fits || member.SizeBits > member.UnitBits ? start : RoundUp(start, member.UnitBits);
        }
        else
        {
            start = RoundUp(start, 8L * member.AlignmentBytes);
        }

        Bit = start + member.SizeBits;
        return start;
    }

    /// <summary>The next multiple.</summary>
    public static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;
}
