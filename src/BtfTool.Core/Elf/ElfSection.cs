namespace BtfTool.Core.Elf;

/// <summary>One section header as it is in the file; nothing in it is checked before the section is read.</summary>
internal readonly record struct ElfSection
{
    /// <summary>Position in the section header table.</summary>
    public int Index { get; internal init; }

    /// <summary>Byte offset of the name in the section name table.</summary>
    public uint NameOffset { get; internal init; }

    /// <summary>What it holds.</summary>
    public ElfSectionType Type { get; internal init; }

    /// <summary>Its flags.</summary>
    public ElfSectionFlags Flags { get; internal init; }

    /// <summary>Address in memory, 0 when it is not loaded.</summary>
    public ulong Address { get; internal init; }

    /// <summary>Byte offset in the file.</summary>
    public ulong FileOffset { get; internal init; }

    /// <summary>Size in the file, in bytes: the compressed size of a compressed section.</summary>
    public ulong SizeBytes { get; internal init; }

    /// <summary>A section that this one needs (strings of symbols, symbols of relocations), by index.</summary>
    public uint Link { get; internal init; }

    /// <summary>What the type says; the section that relocations apply to.</summary>
    public uint Info { get; internal init; }

    /// <summary>Size of an entry in bytes, 0 when there are none of a fixed size.</summary>
    public ulong EntrySizeBytes { get; internal init; }

    /// <summary>True when the section has bytes in the file.</summary>
    public bool HasBytes => Type is not (ElfSectionType.SHT_NOBITS or ElfSectionType.SHT_NULL);

    /// <summary>True when the bytes are compressed by the rules of the gABI.</summary>
    public bool IsCompressed => (Flags & ElfSectionFlags.SHF_COMPRESSED) != 0;
}
