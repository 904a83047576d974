namespace BtfTool.Core.Layout;

/// <summary>What a struct or union comes to, without its members. Counts are at least 0; sums in the unit that the name says.</summary>
public readonly record struct LayoutSummary
{
    /// <summary>Size in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Alignment in bytes, see <see cref="TypeSizes.AlignmentBytesOf"/>.</summary>
    public int AlignmentBytes { get; init; }

    /// <summary>Whether a member or the size breaks the natural alignment.</summary>
    public bool IsPacked { get; init; }

    /// <summary>Number of members, anonymous ones and bitfields each as one.</summary>
    public int MemberCount { get; init; }

    /// <summary>Number of holes: runs of whole bytes before, between members that belong to none. Unions have none.</summary>
    public int Holes { get; init; }

    /// <summary>Bytes in holes.</summary>
    public long HoleBytes { get; init; }

    /// <summary>Bytes of the largest hole.</summary>
    public long LargestHoleBytes { get; init; }

    /// <summary>Number of bit holes: bits of a storage unit that no bitfield uses, before another member.</summary>
    public int BitHoles { get; init; }

    /// <summary>Bits in bit holes.</summary>
    public long BitHoleBits { get; init; }

    /// <summary>Bytes behind the last member, or behind the largest one of a union.</summary>
    public long PaddingBytes { get; init; }

    /// <summary>Bits of the last storage unit behind the last bitfield.</summary>
    public long PaddingBits { get; init; }

    /// <summary>Whether the last member is a flexible array.</summary>
    public bool HasFlexibleArray { get; init; }

    /// <summary>Whole bytes that hold nothing: holes and padding.</summary>
    public long WastedBytes => HoleBytes + PaddingBytes;

    /// <summary>Number of cache lines that an object at the start of one touches.</summary>
    /// <param name="cachelineBytes">Bytes of a line, at least 1.</param>
    public long CachelinesOf(int cachelineBytes) => (SizeBytes / cachelineBytes) + (SizeBytes % cachelineBytes != 0 ? 1 : 0);
}
