using System.IO.Compression;
using System.Text;

namespace BtfTool.TestKit;

/// <summary>
/// Writes small ELF files, well-formed or not: header, section data, section names, section headers (in that order), no segments.
/// <code>
/// byte[] bytes = new ElfAssembler(is64: true, bigEndian: false).Section(".BTF", btf).ToBytes();
/// </code>
/// Section 0 is the null section, the first one added is 1, the section names come last. What the headers say can be set apart from
/// what is there.
/// </summary>
public sealed class ElfAssembler
{
    /// <summary>SHT_PROGBITS.</summary>
    public const uint ProgramBits = 1;

    /// <summary>SHT_NOBITS.</summary>
    public const uint NoBits = 8;

    /// <summary>SHF_COMPRESSED.</summary>
    public const ulong CompressedFlag = 0x800;

    private readonly List<ElfSectionDraft> _sections = [new ElfSectionDraft { Name = "" }];

    /// <summary>Starts without sections.</summary>
    /// <param name="is64">64-bit or 32-bit.</param>
    /// <param name="bigEndian">Byte order.</param>
    /// <param name="machine">e_machine; x86-64 (62) unless given.</param>
    /// <param name="type">e_type; ET_REL (1) unless given.</param>
    public ElfAssembler(bool is64 = true, bool bigEndian = false, ushort machine = 62, ushort type = 1)
    {
        Is64 = is64;
        IsBigEndian = bigEndian;
        Machine = machine;
        Type = type;
    }

    /// <summary>64-bit or 32-bit.</summary>
    public bool Is64 { get; }

    /// <summary>Byte order.</summary>
    public bool IsBigEndian { get; }

    /// <summary>e_machine.</summary>
    public ushort Machine { get; }

    /// <summary>e_type.</summary>
    public ushort Type { get; }

    /// <summary>EI_CLASS as written; null for what <see cref="Is64"/> says.</summary>
    public byte? ClassByte { get; set; }

    /// <summary>EI_DATA as written; null for what <see cref="IsBigEndian"/> says.</summary>
    public byte? DataByte { get; set; }

    /// <summary>EI_VERSION and e_version as written.</summary>
    public byte Version { get; set; } = 1;

    /// <summary>e_shoff as written; null for the true one.</summary>
    public ulong? SectionHeaderOffset { get; set; }

    /// <summary>e_shentsize as written; null for the true one.</summary>
    public ushort? SectionHeaderBytes { get; set; }

    /// <summary>e_shnum as written; null for the true one.</summary>
    public ushort? SectionCount { get; set; }

    /// <summary>e_shstrndx as written; null for the true one.</summary>
    public ushort? NameSectionIndex { get; set; }

    /// <summary>Writes e_shnum 0 and e_shstrndx SHN_XINDEX, and the true values into section 0, as files with 65,280 sections do.</summary>
    public bool ExtendedNumbering { get; set; }

    /// <summary>Leaves out the section headers and e_shoff.</summary>
    public bool WithoutSections { get; set; }

    /// <summary>The sections before the section names; section 0 is the null section.</summary>
    public IReadOnlyList<ElfSectionDraft> Sections => _sections;

    /// <summary>Index of the section that will hold the section names.</summary>
    public int NamesIndex => _sections.Count;

    /// <summary>The section of the section names, for spoiling; its data is derived.</summary>
    public ElfSectionDraft Names { get; } = new() { Name = ".shstrtab", Type = 3 };

    /// <summary>Adds a section.</summary>
    public ElfAssembler Section(string name, byte[] data, uint type = ProgramBits, ulong flags = 0, ulong alignment = 1,
        uint link = 0, uint info = 0, ulong entryBytes = 0, Action<ElfSectionDraft>? spoil = null)
    {
        var section = new ElfSectionDraft
        {
            Name = name,
            Data = data,
            Type = type,
            Flags = flags,
            Alignment = alignment,
            Link = link,
            Info = info,
            EntryBytes = entryBytes,
        };
        spoil?.Invoke(section);
        _sections.Add(section);
        return this;
    }

    /// <summary>Adds a section with SHF_COMPRESSED: a compression header, then a zlib stream.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="plain">The content.</param>
    /// <param name="compressionType">ch_type: 1 zlib, 2 zstd (the stream is zlib all the same).</param>
    /// <param name="plainBytes">ch_size; the true one unless given.</param>
    /// <param name="spoil">Changes the section afterwards.</param>
    public ElfAssembler CompressedSection(string name, byte[] plain, uint compressionType = 1, ulong? plainBytes = null,
        Action<ElfSectionDraft>? spoil = null)
    {
        ArgumentNullException.ThrowIfNull(plain);
        return PackedSection(name, compressionType, plainBytes ?? (ulong)plain.Length, Zlib(plain), spoil);
    }

    /// <summary>Adds a section with SHF_COMPRESSED: a compression header, then the bytes that are given.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="compressionType">ch_type.</param>
    /// <param name="plainBytes">ch_size.</param>
    /// <param name="packed">What follows the header.</param>
    /// <param name="spoil">Changes the section afterwards.</param>
    public ElfAssembler PackedSection(string name, uint compressionType, ulong plainBytes, byte[] packed, Action<ElfSectionDraft>? spoil = null)
    {
        var data = new WordWriter(IsBigEndian);
        data.U32(compressionType);
        if (Is64)
        {
            data.U32(0);
        }

        data.Word(plainBytes, Is64);
        data.Word(1, Is64);
        data.Bytes(packed);
        return Section(name, data.ToArray(), flags: CompressedFlag, spoil: spoil);
    }

    /// <summary>A zlib stream (RFC 1950) of bytes.</summary>
    public static byte[] Zlib(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            zlib.Write(plain);
        }

        return packed.ToArray();
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        List<ElfSectionDraft> sections = [.. _sections, Names];
        var names = new MemoryStream();
        foreach (ElfSectionDraft section in sections)
        {
            section.NameOffset ??= (uint)names.Length;
            names.Write(Encoding.UTF8.GetBytes(section.Name + "\0"));
        }

        if (Names.Data.Length == 0)
        {
            Names.Data = names.ToArray();
        }

        var body = new WordWriter(IsBigEndian);
        int headerBytes = Is64 ? 64 : 52;
        foreach (ElfSectionDraft section in sections.Skip(1))
        {
            body.PadTo((int)Math.Clamp(section.Alignment, 1, 4096));
            section.Offset ??= (ulong)(headerBytes + body.Length);
            body.Bytes(section.Data);
        }

        body.PadTo(8);
        var file = new WordWriter(IsBigEndian);
        WriteHeader(file, (ulong)(headerBytes + body.Length), sections.Count);
        file.Bytes(body.ToArray());
        for (int i = 0; i < sections.Count && !WithoutSections; i++)
        {
            ExtendNullSection(sections[i], i, sections.Count);
            sections[i].WriteTo(file, Is64);
        }

        return file.ToArray();
    }

    private void ExtendNullSection(ElfSectionDraft section, int index, int count)
    {
        if (index == 0 && ExtendedNumbering)
        {
            section.SizeBytes ??= (ulong)count;
            section.Link = section.Link == 0 ? (uint)(count - 1) : section.Link;
        }
    }

    private void WriteHeader(WordWriter file, ulong sectionHeaders, int count)
    {
        file.Bytes([0x7f, (byte)'E', (byte)'L', (byte)'F', ClassByte ?? (byte)(Is64 ? 2 : 1), DataByte ?? (byte)(IsBigEndian ? 2 : 1), Version]);
        file.Bytes(new byte[9]);
        file.U16(Type);
        file.U16(Machine);
        file.U32(Version);
        file.Word(0, Is64);
        file.Word(0, Is64);
        file.Word(SectionHeaderOffset ?? (WithoutSections ? 0 : sectionHeaders), Is64);
        file.U32(0);
        file.U16((ushort)(Is64 ? 64 : 52));
        file.U16(0);
        file.U16(0);
        file.U16(SectionHeaderBytes ?? (ushort)(Is64 ? 64 : 40));
        file.U16(SectionCount ?? (ushort)(WithoutSections || ExtendedNumbering ? 0 : count));
        file.U16(NameSectionIndex ?? (ushort)(WithoutSections ? 0 : ExtendedNumbering ? 0xffff : count - 1));
    }
}

/// <summary>One section before it is written; what is null is derived.</summary>
public sealed class ElfSectionDraft
{
    /// <summary>The name.</summary>
    public string Name { get; set; } = "";

    /// <summary>sh_name as written.</summary>
    public uint? NameOffset { get; set; }

    /// <summary>sh_type.</summary>
    public uint Type { get; set; }

    /// <summary>sh_flags.</summary>
    public ulong Flags { get; set; }

    /// <summary>sh_addr.</summary>
    public ulong Address { get; set; }

    /// <summary>sh_offset as written.</summary>
    public ulong? Offset { get; set; }

    /// <summary>sh_size as written.</summary>
    public ulong? SizeBytes { get; set; }

    /// <summary>sh_link.</summary>
    public uint Link { get; set; }

    /// <summary>sh_info.</summary>
    public uint Info { get; set; }

    /// <summary>sh_addralign; the data is placed by it.</summary>
    public ulong Alignment { get; set; }

    /// <summary>sh_entsize.</summary>
    public ulong EntryBytes { get; set; }

    /// <summary>The bytes in the file.</summary>
    public byte[] Data { get; set; } = [];

    internal void WriteTo(WordWriter file, bool is64)
    {
        file.U32(NameOffset ?? 0);
        file.U32(Type);
        file.Word(Flags, is64);
        file.Word(Address, is64);
        file.Word(Offset ?? 0, is64);
        file.Word(SizeBytes ?? (ulong)Data.Length, is64);
        file.U32(Link);
        file.U32(Info);
        file.Word(Alignment, is64);
        file.Word(EntryBytes, is64);
    }
}
