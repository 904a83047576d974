namespace BtfTool.Core.Layout;

/// <summary>Where one member lies, and what follows it.</summary>
public record struct MemberLayout
{
    /// <summary>Which member of the type it is, from 0, in the order of the file.</summary>
    public int Index { get; internal set; }

    /// <summary>First bit, from the start of the struct.</summary>
    public long BitOffset { get; internal set; }

    /// <summary>Width of a bitfield in bits; 0 for others.</summary>
    public int BitfieldBits { get; internal set; }

    /// <summary>Size of the member's type in bytes; of a bitfield that of its storage unit.</summary>
    public long SizeBytes { get; internal set; }

    /// <summary>Natural alignment of the type in bytes.</summary>
    public int AlignmentBytes { get; internal set; }

    /// <summary>Offset in bytes; of a bitfield that of its storage unit.</summary>
    public long OffsetBytes { get; internal set; }

    /// <summary>Whole bytes between this member and what follows; negative where they overlap.</summary>
    public long HoleBytes { get; internal set; }

    /// <summary>Bits of the storage unit between this member and what follows.</summary>
    public long HoleBits { get; internal set; }

    /// <summary>First bit behind the member.</summary>
    public readonly long EndBits => BitOffset + (BitfieldBits != 0 ? BitfieldBits : SizeBytes * 8);

    /// <summary>Whether it begins in one cache line and ends in another.</summary>
    /// <param name="cachelineBytes">Bytes of a line, at least 1.</param>
    public readonly bool Straddles(int cachelineBytes) =>
        EndBits > BitOffset && BitOffset / 8 / cachelineBytes != (EndBits - 1) / 8 / cachelineBytes;
}
