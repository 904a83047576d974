namespace BtfTool.Core.Dwarf;

/// <summary>The header of one unit (DWARF 5 §7.5.1).</summary>
internal readonly record struct DwarfUnit
{
    /// <summary>Position in the section, from 0.</summary>
    public int Index { get; internal init; }

    /// <summary>Byte offset of the header in <c>.debug_info</c>.</summary>
    public long Offset { get; internal init; }

    /// <summary>Bytes of the whole unit, its length field included.</summary>
    public long LengthBytes { get; internal init; }

    /// <summary>Byte offset of the first DIE behind <see cref="Offset"/>.</summary>
    public int HeaderBytes { get; internal init; }

    /// <summary>DWARF version, 2 to 5.</summary>
    public int Version { get; internal init; }

    /// <summary>DW_UT_* of DWARF 5; 1 (compile) before.</summary>
    public byte UnitType { get; internal init; }

    /// <summary>True for 64-bit DWARF: offsets have eight bytes.</summary>
    public bool Is64 { get; internal init; }

    /// <summary>Size of an address in bytes.</summary>
    public int AddressBytes { get; internal init; }

    /// <summary>Byte offset of its abbreviations in <c>.debug_abbrev</c>.</summary>
    public ulong AbbreviationOffset { get; internal init; }
}
