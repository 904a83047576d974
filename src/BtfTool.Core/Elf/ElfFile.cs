using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Elf;

/// <summary>
/// An ELF file of either class and byte order: its header and section headers. Sections are cut out, and decompressed, on request;
/// parsing touches the two headers only, so that a large file that is mapped is hardly read. Source of the rules: gABI, chapters 4
/// (ELF header, sections, compression header).
/// </summary>
internal sealed class ElfFile
{
    private const int IdentBytes = 16;
    private const uint ELFCOMPRESS_ZLIB = 1;
    private const uint ELFCOMPRESS_ZSTD = 2;
    private const ushort SHN_LORESERVE = 0xff00;
    private const ushort SHN_XINDEX = 0xffff;

    private readonly ElfSection[] _sections;
    private readonly ByteRegion _names;
    private readonly ReaderLimits _limits;
    private ElfRelocationIndex? _relocations;

    private ElfFile(string path, ByteRegion bytes, in Header header, ReaderLimits limits)
    {
        Path = path;
        Bytes = bytes;
        Is64Bit = header.Is64;
        IsBigEndian = header.BigEndian;
        Type = (ElfFileType)header.Type;
        Machine = header.Machine;
        _limits = limits;
        _sections = ReadSections(header, out uint namesIndex);
        _names = FindNames(namesIndex);
    }

    /// <summary>Path of the input, for messages.</summary>
    public string Path { get; }

    /// <summary>All bytes of the file.</summary>
    public ByteRegion Bytes { get; }

    /// <summary>True for ELFCLASS64.</summary>
    public bool Is64Bit { get; }

    /// <summary>Size of an address in bytes, 4 or 8, as the class says. (A BPF object has 8 whatever kernel it is for.)</summary>
    public int AddressSizeBytes => Is64Bit ? 8 : 4;

    /// <summary>Byte order of the ELF structures; sections of another format may have their own.</summary>
    public bool IsBigEndian { get; }

    /// <summary>What kind of file it is.</summary>
    public ElfFileType Type { get; }

    /// <summary>The processor, as e_machine numbers them.</summary>
    public ushort Machine { get; }

    /// <summary>All section headers in order; the first is the empty one. Empty when the file has none.</summary>
    public ReadOnlySpan<ElfSection> Sections => _sections;

    /// <summary>Bounds that hold for everything that is made of this file.</summary>
    internal ReaderLimits Limits => _limits;

    /// <summary>Which sections hold the relocations of which. Cost: O(sections) at the first use.</summary>
    internal ElfRelocationIndex Relocations =>
        _relocations ?? Interlocked.CompareExchange(ref _relocations, new ElfRelocationIndex(_sections), null) ?? _relocations;

    /// <summary>True when the bytes begin as an ELF file does.</summary>
    public static bool IsElf(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\u007fELF"u8);

    /// <summary>Reads the headers. Cost: O(sections).</summary>
    /// <param name="path">The input, for messages.</param>
    /// <param name="bytes">The file; must stay valid as long as this object is used.</param>
    /// <param name="limits">Bounds to hold when sections are decompressed.</param>
    /// <exception cref="InvalidImageException">The headers are not those of an ELF file or do not lie inside the bytes.</exception>
    public static ElfFile Parse(string path, ByteRegion bytes, ReaderLimits? limits = null) =>
        new(path, bytes, ReadHeader(path, bytes), limits ?? ReaderLimits.Default);

    /// <summary>The first section of a name that has bytes; false when there is none. Cost: O(sections).</summary>
    public bool TryGetSection(ReadOnlySpan<byte> name, out ElfSection section) => TryGetSection(name, 0, out section);

    /// <summary>The first section of a name that has bytes; false when there is none. Cost: O(sections).</summary>
    public bool TryGetSection(string name, out ElfSection section) => TryGetSection(Encoding.UTF8.GetBytes(name), 0, out section);

    /// <summary>
    /// The first section of a name that has bytes, from an index on: an object file may have several of one name (COMDAT).
    /// Cost: O(sections).
    /// </summary>
    public bool TryGetSection(ReadOnlySpan<byte> name, int startIndex, out ElfSection section)
    {
        for (int i = Math.Max(startIndex, 0); i < _sections.Length; i++)
        {
            if (_sections[i].HasBytes && HasName(_sections[i], name))
            {
                section = _sections[i];
                return true;
            }
        }

        section = default;
        return false;
    }

    /// <summary>Whether a section has a name. Cost: the length of the name.</summary>
    public bool HasName(in ElfSection section, ReadOnlySpan<byte> name)
    {
        long room = _names.Length - section.NameOffset;
        if (room < name.Length)
        {
            return false;
        }

        return _names.Span(section.NameOffset, name.Length).SequenceEqual(name)
            && (room == name.Length || _names.Span(section.NameOffset + (long)name.Length, 1)[0] == 0);
    }

    /// <summary>The name of a section; empty when it has none. Cost: its length, of which the first 4096 bytes are taken.</summary>
    public string NameOf(in ElfSection section)
    {
        long room = _names.Length - section.NameOffset;
        if (room <= 0)
        {
            return "";
        }

        ReadOnlySpan<byte> rest = _names.Span(section.NameOffset, (int)Math.Min(room, 4096));
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    /// <summary>The bytes of a section as they are in the file. Cost: O(1).</summary>
    /// <exception cref="InvalidImageException">The section does not lie inside the file, or has no bytes in it.</exception>
    public ByteRegion ReadRaw(in ElfSection section)
    {
        if (!section.HasBytes)
        {
            InvalidImageException.Throw(Path, NameOf(section), -1,
                "the section has no bytes in this file (SHT_NOBITS, as in a separate debug file)");
        }

        if (section.FileOffset > (ulong)Bytes.Length || section.SizeBytes > (ulong)Bytes.Length - section.FileOffset)
        {
            InvalidImageException.Throw(Path, NameOf(section), -1,
                $"the section has {section.SizeBytes} bytes at {section.FileOffset}, the file has {Bytes.Length}: is it cut short?");
        }

        return Bytes.Slice((long)section.FileOffset, (long)section.SizeBytes);
    }

    /// <summary>
    /// The bytes of a section, decompressed where it is compressed: SHF_COMPRESSED with zlib or zstd, and the older <c>.zdebug_*</c>.
    /// Cost: O(1), or the decompression, each time.
    /// </summary>
    /// <exception cref="InvalidImageException">
    /// The section does not lie inside the file, is not what its header says, or goes beyond the limits.
    /// </exception>
    public ByteRegion Read(in ElfSection section)
    {
        ByteRegion raw = ReadRaw(section);
        if (section.IsCompressed)
        {
            return Decompress(NameOf(section), raw);
        }

        // Before SHF_COMPRESSED: the name says it, then "ZLIB" and the size in big-endian order.
        if (raw.Length >= 12 && raw.Span(0, 4).SequenceEqual("ZLIB"u8) && NameOf(section) is var name
            && name.StartsWith(".zdebug", StringComparison.Ordinal))
        {
            ulong claimed = BinaryPrimitives.ReadUInt64BigEndian(raw.Span(4, 8));
            return Decompressor.ReadZlib(Path, name, raw.Slice(12, raw.Length - 12), claimed, _limits);
        }

        return raw;
    }

    private ByteRegion Decompress(string name, ByteRegion raw)
    {
        int headerBytes = Is64Bit ? 24 : 12;
        var reader = new SpanReader(raw.Span(0, (int)Math.Min(raw.Length, headerBytes)), IsBigEndian, Path, name);
        uint type = reader.ReadU32();
        if (type is not (ELFCOMPRESS_ZLIB or ELFCOMPRESS_ZSTD))
        {
            reader.Fail($"compression {type} is not known; 1 (zlib) or 2 (zstd) expected");
        }

        if (Is64Bit)
        {
            reader.Skip(4);
        }

        ulong claimed = reader.ReadWord(Is64Bit);
        _ = reader.ReadWord(Is64Bit);
        ByteRegion payload = raw.Slice(headerBytes, raw.Length - headerBytes);
        return type == ELFCOMPRESS_ZLIB
            ? Decompressor.ReadZlib(Path, name, payload, claimed, _limits)
            : Decompressor.ReadZstd(Path, name, payload, claimed, _limits);
    }

    private static Header ReadHeader(string path, ByteRegion bytes)
    {
        ReadOnlySpan<byte> start = bytes.Span(0, (int)Math.Min(bytes.Length, 64));
        if (!IsElf(start) || start.Length < IdentBytes)
        {
            InvalidImageException.Throw(path, "ELF header", 0, "an ELF header expected");
        }

        if (start[4] is not (1 or 2))
        {
            InvalidImageException.Throw(path, "ELF header", 4, $"class 1 (32-bit) or 2 (64-bit) expected, {start[4]} found");
        }

        if (start[5] is not (1 or 2))
        {
            InvalidImageException.Throw(path, "ELF header", 5, $"byte order 1 (little) or 2 (big) expected, {start[5]} found");
        }

        var header = new Header { Is64 = start[4] == 2, BigEndian = start[5] == 2 };
        var reader = new SpanReader(start, header.BigEndian, path, "ELF header");
        reader.Skip(IdentBytes);
        header.Type = reader.ReadU16();
        header.Machine = reader.ReadU16();
        reader.Skip(header.Is64 ? 4 + 8 + 8 : 4 + 4 + 4);
        header.SectionsOffset = reader.ReadWord(header.Is64);
        reader.Skip(4 + 2 + 2 + 2);
        header.SectionHeaderBytes = reader.ReadU16();
        header.SectionCount = reader.ReadU16();
        header.NamesIndex = reader.ReadU16();
        return header;
    }

    private ElfSection[] ReadSections(in Header header, out uint namesIndex)
    {
        namesIndex = 0;
        if (header.SectionsOffset == 0)
        {
            return [];
        }

        int least = header.Is64 ? 64 : 40;
        if (header.SectionHeaderBytes < least)
        {
            Fail($"section headers of {header.SectionHeaderBytes} bytes; at least {least} expected");
        }

        ulong room = (ulong)Bytes.Length > header.SectionsOffset ? (ulong)Bytes.Length - header.SectionsOffset : 0;
        if (room < (ulong)least)
        {
            Fail($"section headers at {header.SectionsOffset}, the file has {Bytes.Length} bytes: is it cut short?");
        }

        // What does not fit 16 bits is in the empty section (gABI: e_shnum, e_shstrndx).
        ElfSection first = ReadSection(header, 0);
        ulong count = header.SectionCount == 0 ? first.SizeBytes : header.SectionCount;
        namesIndex = header.NamesIndex == SHN_XINDEX ? first.Link : header.NamesIndex;
        if (count > room / header.SectionHeaderBytes)
        {
            Fail($"{count} section headers at {header.SectionsOffset}, the file has {Bytes.Length} bytes: is it cut short?");
        }

        var sections = new ElfSection[(int)Math.Min(count, int.MaxValue / 64)];
        for (int i = 0; i < sections.Length; i++)
        {
            sections[i] = ReadSection(header, i);
        }

        return sections;
    }

    private ElfSection ReadSection(in Header header, int index)
    {
        bool is64 = header.Is64;
        long at = (long)header.SectionsOffset + ((long)index * header.SectionHeaderBytes);
        var reader = new SpanReader(Bytes.Span(at, is64 ? 64 : 40), header.BigEndian, Path, "section headers");
        uint name = reader.ReadU32();
        uint type = reader.ReadU32();
        ulong flags = reader.ReadWord(is64);
        ulong address = reader.ReadWord(is64);
        ulong offset = reader.ReadWord(is64);
        ulong size = reader.ReadWord(is64);
        uint link = reader.ReadU32();
        uint info = reader.ReadU32();
        reader.Skip(is64 ? 8 : 4);
        return new ElfSection
        {
            Index = index,
            NameOffset = name,
            Type = (ElfSectionType)type,
            Flags = (ElfSectionFlags)flags,
            Address = address,
            FileOffset = offset,
            SizeBytes = size,
            Link = link,
            Info = info,
            EntrySizeBytes = reader.ReadWord(is64),
        };
    }

    private ByteRegion FindNames(uint index)
    {
        if (_sections.Length == 0 || index == 0)
        {
            return Bytes.Slice(0, 0);
        }

        if (index >= (uint)_sections.Length)
        {
            Fail($"section names are in section {index}; the file has {_sections.Length}"
                + (index >= SHN_LORESERVE ? " and no extended index" : ""));
        }

        ElfSection names = _sections[index];
        if (!names.HasBytes || names.FileOffset > (ulong)Bytes.Length || names.SizeBytes > (ulong)Bytes.Length - names.FileOffset)
        {
            Fail($"section names are {names.SizeBytes} bytes at {names.FileOffset}, the file has {Bytes.Length}: is it cut short?");
        }

        return Bytes.Slice((long)names.FileOffset, (long)names.SizeBytes);
    }

    [DoesNotReturn]
    private void Fail(string rule) => InvalidImageException.Throw(Path, "ELF header", -1, rule);

    private struct Header
    {
        public bool Is64;
        public bool BigEndian;
        public ushort Type;
        public ushort Machine;
        public ulong SectionsOffset;
        public ushort SectionHeaderBytes;
        public ushort SectionCount;
        public ushort NamesIndex;
    }
}
