namespace BtfTool.Core.Reorganization;

/// <summary>How a part is laid behind what lies before it.</summary>
internal enum PartKind : byte
{
    /// <summary>At the next byte that its alignment divides.</summary>
    Plain,

    /// <summary>At the next bit, unless it would cross the end of a storage unit: then at the next unit (System V ABI).</summary>
    Bitfield,

    /// <summary>At the next bit that lies in its storage unit as the first one of a run does whose place the rules do not explain.</summary>
    Phased,

    /// <summary>At a distance from the part before: further bitfields of such a run.</summary>
    Relative,

    /// <summary>No member: whole lines, which are passed over.</summary>
    Skip,
}

/// <summary>One member, or a hole that is to stay (<see cref="Member"/> is -1). Lengths in bits.</summary>
internal readonly record struct PackingPart
{
    public PartKind Kind { get; init; }

    /// <summary>Index of the member in the type.</summary>
    public int Member { get; init; }

    public long SizeBits { get; init; }

    /// <summary>Alignment; of bitfields that of the storage unit.</summary>
    public long AlignmentBits { get; init; }

    /// <summary>Size of a bitfield's storage unit.</summary>
    public long UnitBits { get; init; }

    /// <summary>Of a phased part its place in the storage unit, of a relative one the distance.</summary>
    public long ShiftBits { get; init; }

    /// <summary>Where it must lie; -1: anywhere.</summary>
    public long PinnedBit { get; init; }

    /// <summary>Whether it straddles nowhere, or wherever it lies, so that it need not be counted.</summary>
    public bool NeverCounts { get; init; }

    /// <summary>Whether it is to lie on few lines.</summary>
    public bool IsHot { get; init; }

    /// <summary>Its bit among those that are to be separate, 0 for none.</summary>
    public uint SeparateBit { get; init; }

    /// <summary>The bits of those that it must not share a line with.</summary>
    public uint SeparateFrom { get; init; }

    public bool IsBitfield => Kind is PartKind.Bitfield or PartKind.Phased or PartKind.Relative;

    /// <summary>Whether it is laid as another is: all but who it is.</summary>
    public bool IsLike(in PackingPart other) => this with { Member = 0 } == other with { Member = 0 };
}

/// <summary>What moves as one: a member, a run of bitfields, members that are to stay together.</summary>
internal sealed class PackingItem(PackingPart[] parts)
{
    public PackingPart[] Parts { get; } = parts;

    /// <summary>Sum of the sizes of its parts in bits.</summary>
    public long SizeBits { get; } = SumOf(parts);

    /// <summary>Number of members.</summary>
    public int Members { get; } = parts.Count(part => part.Member >= 0);

    /// <summary>Which of the classes it is of; those of a class are laid alike.</summary>
    public int Class { get; set; }

    /// <summary>Whether nothing crosses it.</summary>
    public bool IsFixed { get; set; }

    /// <summary>Whether it neither takes room nor asks for a place.</summary>
    public bool IsNothing => SizeBits == 0 && Parts.Length == 1 && Parts[0].AlignmentBits <= 8 && Parts[0].PinnedBit < 0;

    public bool StartsWithBitfield => Parts[0].IsBitfield;

    /// <summary>Bits of its parts that are hot.</summary>
    public long HotBits { get; } = HotOf(parts);

    /// <summary>What its first byte is aligned to for certain, in bits: 1 for bitfields.</summary>
    public long LeastAlignmentBits => Parts[0].Kind == PartKind.Plain ? Math.Max(8, Parts[0].AlignmentBits) : 1;

    public bool IsLike(PackingItem other)
    {
        if (Parts.Length != other.Parts.Length)
        {
            return false;
        }

        for (int i = 0; i < Parts.Length; i++)
        {
            if (!Parts[i].IsLike(other.Parts[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static long SumOf(PackingPart[] parts)
    {
        long sum = 0;
        foreach (PackingPart part in parts)
        {
            sum += part.SizeBits;
        }

        return sum;
    }

    private static long HotOf(PackingPart[] parts)
    {
        long sum = 0;
        foreach (PackingPart part in parts)
        {
            sum += part.IsHot ? part.SizeBits : 0;
        }

        return sum;
    }
}
