namespace BtfTool.Core.Reorganization;

/// <summary>
/// Lays parts one behind the other as a C compiler does, and counts what that costs. What it remembers of the line it stands on is
/// only what decides over the parts to come, so that equal cursors have equal futures.
/// </summary>
internal struct PackingCursor
{
    /// <summary>First free bit.</summary>
    public long Bit;

    /// <summary>Pairs that are to be separate and are not.</summary>
    public int Violations;

    /// <summary>Lines with hot members on them.</summary>
    public int HotLines;

    /// <summary>Members that lie on two lines and could lie on one.</summary>
    public int Straddles;

    /// <summary>Those to be separate on the line of <see cref="Bit"/>.</summary>
    public uint Mask;

    /// <summary>Whether a hot member lies on the line of <see cref="Bit"/>.</summary>
    public bool IsOnHotLine;

    /// <summary>Whether the last part was a bitfield.</summary>
    public bool InRun;

    /// <summary>Whether a pinned member came to lie elsewhere.</summary>
    public bool Fails;

    /// <summary>Lays an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="lineBits">Bits of a cache line.</param>
    public void Place(PackingItem item, long lineBits)
    {
        long previous = 0;
        foreach (ref readonly PackingPart part in item.Parts.AsSpan())
        {
            previous = Place(in part, previous, lineBits);
        }
    }

    /// <summary>Lays a part; returns its first bit.</summary>
    public long Place(in PackingPart part, long previousBit, long lineBits)
    {
        if (part.Kind == PartKind.Skip)
        {
            Bit += part.SizeBits;
            return Bit;
        }

        long start = StartOf(in part, previousBit);
        long end = start + part.SizeBits;
        if (part.PinnedBit >= 0 && start != part.PinnedBit)
        {
            Fails = true;
        }

        Count(in part, start, end, lineBits);
        Bit = end;
        InRun = part.IsBitfield;
        return start;
    }

    private readonly long StartOf(in PackingPart part, long previousBit)
    {
        switch (part.Kind)
        {
            case PartKind.Plain:
                return RoundUp(Bit, Math.Max(8, part.AlignmentBits));
            case PartKind.Bitfield:
                long within = Bit & (part.AlignmentBits - 1);
                bool crosses = part.SizeBits <= part.UnitBits
                    && (within + part.SizeBits + part.AlignmentBits - 1) / part.AlignmentBits > part.UnitBits / part.AlignmentBits;
                return crosses ? RoundUp(Bit, part.AlignmentBits) : Bit;
            case PartKind.Phased:
                return Bit + ((part.ShiftBits - Bit) & (part.UnitBits - 1));
            default:
                return previousBit + part.ShiftBits;
        }
    }

    private void Count(in PackingPart part, long start, long end, long lineBits)
    {
        long line = Bit / lineBits, first = start / lineBits, next = end / lineBits;
        if (end == start)
        {
            (IsOnHotLine, Mask) = next == line ? (IsOnHotLine, Mask) : (false, 0);
            return;
        }

        long last = (end - 1) / lineBits;
        Straddles += first != last && part.SizeBits <= lineBits && !part.NeverCounts ? 1 : 0;
        uint mask = first == line ? Mask : 0;
        if (part.IsHot)
        {
            HotLines += (int)(last - first + 1) - (first == line && IsOnHotLine ? 1 : 0);
        }

        if (part.SeparateBit != 0)
        {
            Violations += System.Numerics.BitOperations.PopCount(mask & part.SeparateFrom);
        }

        bool staysOnLine = last == line;
        Mask = last != next ? 0 : (staysOnLine ? Mask : 0) | part.SeparateBit;
        IsOnHotLine = last == next && (part.IsHot || (staysOnLine && IsOnHotLine));
    }

    internal static long RoundUp(long value, long alignment) => (value + alignment - 1) & -alignment;
}
