namespace BtfTool.Emit.Pahole;

/// <summary>A member as pahole sees it: byte offset and unit of bitfields, the holes behind it. Offsets in bytes or bits as named.</summary>
internal struct PaholeMember
{
    /// <summary>Offset of the member, of the storage unit for bitfields.</summary>
    public long ByteOffset;

    /// <summary>Size of the type, typedefs and qualifiers stripped.</summary>
    public long SizeBytes;

    /// <summary>First bit, as the file says it, after the byte order is taken into account.</summary>
    public long BitOffset;

    /// <summary>First bit inside the storage unit.</summary>
    public long BitfieldOffset;

    /// <summary>Bytes between this member and the next; negative where they overlap.</summary>
    public long HoleBytes;

    /// <summary>Bits between this member and the next.</summary>
    public long HoleBits;

    /// <summary>Width of a bitfield, 0 for others.</summary>
    public uint BitSize;

    /// <summary>Declared or inferred alignment, 0 for none.</summary>
    public uint AlignmentBytes;
}

/// <summary>What a walk over the members of a struct found.</summary>
internal struct PaholeWalk
{
    public long LeadingHoleBytes;
    public long LeadingHoleBits;
    public long PaddingBytes;
    public long PaddingBits;
    public int Holes;
    public int BitHoles;
    public uint AlignmentBytes;
    public bool HasFlexibleArray;
    public bool HasEmbeddedFlexibleArray;
    public bool HasNarrowedCounter;

    /// <summary>Whether anything but the alignment differs from a struct without a hole.</summary>
    public readonly bool HasWaste => LeadingHoleBytes != 0 || LeadingHoleBits != 0 || PaddingBytes != 0 || PaddingBits != 0
        || Holes != 0 || BitHoles != 0 || HasFlexibleArray || HasEmbeddedFlexibleArray;
}
