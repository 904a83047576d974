using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Btf;

/// <summary>
/// BTF as it is in a file: header, records, strings, without loss and without interpretation. What is about files (dump, info) reads
/// this; what is about types reads the graph that <see cref="BtfReader"/> makes of it.
/// Source of the rules: btf.rst; the 32-byte header and the layout section are those of 2026. Safe to share between threads.
/// </summary>
public sealed class BtfFile
{
    private const ushort Magic = 0xEB9F;
    private const int ShortHeaderBytes = 24;
    private const int LongHeaderBytes = 32;

    private readonly ByteRegion _types;
    private readonly uint[]? _swapped;
    private readonly ByteRegion _strings;
    private readonly BtfKindLayout[] _layout;
    private int _recordCount = -1;

    // The records of another file with other words, over another base.
    private BtfFile(BtfFile original, uint[] words, ByteRegion strings, BtfFile baseFile)
    {
        Path = original.Path;
        Section = original.Section;
        Base = baseFile;
        IsBigEndian = original.IsBigEndian;
        HeaderBytes = original.HeaderBytes;
        Diagnostics = original.Diagnostics;
        TypeSectionOffset = original.TypeSectionOffset;
        IsRelocated = true;
        _types = original._types;
        _layout = original._layout;
        _swapped = words;
        _strings = strings;
    }

    private BtfFile(string path, string section, BtfFile? baseFile, in Header header, ByteRegion bytes, List<Diagnostic> diagnostics)
    {
        Path = path;
        Section = section;
        Base = baseFile;
        IsBigEndian = header.BigEndian;
        HeaderBytes = header.Length;
        Diagnostics = diagnostics;
        TypeSectionOffset = header.Length + (long)header.TypeOffset;
        _types = bytes.Slice(TypeSectionOffset, header.TypeLength);
        _strings = bytes.Slice(header.Length + (long)header.StringOffset, header.StringLength);
        _layout = ReadLayout(header, bytes);
        if (IsBigEndian == BitConverter.IsLittleEndian)
        {
            _swapped = new uint[_types.Length / 4];
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(_types.AsSpan()), _swapped);
        }
    }

    /// <summary>Path of the input, for messages.</summary>
    public string Path { get; }

    /// <summary>Section of the input that held the BTF, for messages; <c>BTF</c> for a raw file.</summary>
    public string Section { get; }

    /// <summary>The BTF that this one extends, or null.</summary>
    public BtfFile? Base { get; }

    /// <summary>Whether the records were laid onto <see cref="Base"/> and are not those of the file.</summary>
    internal bool IsRelocated { get; }

    /// <summary>Byte order of the file.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Bytes of the header: 24, 32 or more.</summary>
    public int HeaderBytes { get; }

    /// <summary>Byte offset of the first record from the start of the BTF.</summary>
    public long TypeSectionOffset { get; }

    /// <summary>What was odd and could be used all the same.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Entries of the layout section, indexed by kind; empty without one, in the file or its base.</summary>
    public ReadOnlySpan<BtfKindLayout> Layout => _layout;

    /// <summary>Whether this file has a layout section of its own.</summary>
    public bool HasLayoutSection { get; private init; }

    /// <summary>The records as words, in the byte order of this machine.</summary>
    public ReadOnlySpan<uint> Words => _swapped ?? MemoryMarshal.Cast<byte, uint>(_types.AsSpan());

    /// <summary>The string section.</summary>
    public ReadOnlySpan<byte> Strings => _strings.AsSpan();

    /// <summary>The string section, with what owns it.</summary>
    internal ByteRegion StringBytes => _strings;

    /// <summary>Says that the records are not needed soon; they can be read all the same.</summary>
    internal void DiscardRecords(int fromWord = 0, int toWord = int.MaxValue)
    {
        long from = 4L * fromWord;
        _types.Discard(from, Math.Min(_types.Length, 4L * toWord) - from);
    }

    /// <summary>Id of the first record: 1, or the number of types of the base.</summary>
    public uint FirstId => Base is null ? 1 : Base.EndId;

    /// <summary>Id behind the last record. Cost: a walk over the records, once.</summary>
    /// <exception cref="InvalidImageException">A record does not end inside the section or has a kind of unknown length.</exception>
    public uint EndId => FirstId + (uint)RecordCount;

    /// <summary>Offset of the first string of this file in the layered string sections.</summary>
    public uint FirstName => Base is null ? 0 : Base.FirstName + (uint)Base.Strings.Length;

    /// <summary>Number of records. Cost: a walk over the records, once.</summary>
    /// <exception cref="InvalidImageException">A record does not end inside the section or has a kind of unknown length.</exception>
    public int RecordCount
    {
        get
        {
            if (_recordCount < 0)
            {
                int count = 0;
                ReadOnlySpan<uint> words = Words;
                for (int at = 0; at < words.Length; at += RecordWords(words, at))
                {
                    count++;
                }

                _recordCount = count;
            }

            return _recordCount;
        }
    }

    /// <summary>True when the bytes begin with the magic of BTF in either byte order.</summary>
    public static bool IsBtf(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 2 && (BinaryPrimitives.ReadUInt16LittleEndian(bytes) is Magic || BinaryPrimitives.ReadUInt16BigEndian(bytes) is Magic);

    /// <summary>
    /// Reads the header and finds the sections. Cost: O(1) in this machine's byte order, a copy of the records in the other.
    /// </summary>
    /// <param name="path">The input, for messages.</param>
    /// <param name="section">The section of it, for messages.</param>
    /// <param name="bytes">The BTF; must stay valid as long as this object is used.</param>
    /// <param name="baseFile">The BTF that this one extends, or null.</param>
    /// <param name="limits">Bounds to hold.</param>
    /// <exception cref="InvalidImageException">The header is not one of BTF, or a section does not lie inside the bytes.</exception>
    internal static BtfFile Parse(string path, string section, ByteRegion bytes, BtfFile? baseFile = null, ReaderLimits? limits = null)
    {
        if (bytes.Length > int.MaxValue)
        {
            InvalidImageException.Throw(path, section, 0, $"{bytes.Length} bytes of BTF; at most {int.MaxValue} can be");
        }

        var diagnostics = new List<Diagnostic>();
        Header header = ReadHeader(path, section, bytes.AsSpan(), diagnostics, limits ?? ReaderLimits.Default);
        if (baseFile is not null && baseFile.IsBigEndian != header.BigEndian)
        {
            InvalidImageException.Throw(path, section, 0, $"its byte order is not that of the base {baseFile.Path}");
        }

        return new BtfFile(path, section, baseFile, header, bytes, diagnostics) { HasLayoutSection = header.LayoutLength > 0 };
    }

    /// <summary>A file with as many records of the same lengths, laid onto another base.</summary>
    internal static BtfFile Relocated(BtfFile original, uint[] words, ByteRegion strings, BtfFile baseFile) =>
        new(original, words, strings, baseFile);

    /// <summary>
    /// True when this looks like split BTF: it was read without a base, and its strings do not begin with the empty one
    /// (btf.rst requires that of all but split BTF).
    /// </summary>
    public bool LooksSplit => Base is null && (Strings.IsEmpty ? !Words.IsEmpty : Strings[0] != 0);

    /// <summary>The records in order.</summary>
    public RecordEnumerator GetEnumerator() => new(this);

    /// <summary>The string at an offset of the layered string sections; false when there is none.</summary>
    public bool TryGetString(uint offset, out ReadOnlySpan<byte> text)
    {
        BtfFile file = this;
        while (offset < file.FirstName)
        {
            file = file.Base!;
        }

        ReadOnlySpan<byte> strings = file.Strings;
        uint own = offset - file.FirstName;
        text = default;
        if (own >= (uint)strings.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = strings[(int)own..];
        int end = rest.IndexOf((byte)0);
        text = end < 0 ? rest : rest[..end];
        return end >= 0;
    }

    /// <summary>The string at an offset, cut after some bytes; empty when there is none. Cost: O(maxBytes), however long the string is.</summary>
    internal ReadOnlySpan<byte> StringPrefix(uint offset, int maxBytes)
    {
        BtfFile file = this;
        while (offset < file.FirstName)
        {
            file = file.Base!;
        }

        ReadOnlySpan<byte> strings = file.Strings;
        uint own = offset - file.FirstName;
        if (own >= (uint)strings.Length)
        {
            return default;
        }

        ReadOnlySpan<byte> text = strings.Slice((int)own, Math.Min(maxBytes, strings.Length - (int)own));
        int end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    /// <summary>Byte offset of a record from the start of the BTF, or -1 when the id is not of this file. Cost: a walk.</summary>
    public long OffsetOf(uint id)
    {
        if (id < FirstId)
        {
            return -1;
        }

        ReadOnlySpan<uint> words = Words;
        int at = 0;
        for (uint left = id - FirstId; at < words.Length; left--)
        {
            if (left == 0)
            {
                return TypeSectionOffset + (4L * at);
            }

            at += RecordWords(words, at);
        }

        return -1;
    }

    /// <summary>Number of words of the record that begins at a word, bounds checked.</summary>
    internal int RecordWords(ReadOnlySpan<uint> words, int at)
    {
        if (words.Length - at < 3)
        {
            Fail(at, $"a record needs 12 bytes, {4 * (words.Length - at)} remain in the type section");
        }

        uint info = words[at + 1];
        int vlen = (int)(info & 0xffffff);
        long length = 3 + PayloadWords((info >> 24) & 0x7f, vlen, at);
        if (length > words.Length - at)
        {
            Fail(at, $"kind {(info >> 24) & 0x7f} with {vlen} elements needs {4 * length} bytes, {4 * (words.Length - at)} remain in the type section");
        }

        return (int)length;
    }

    private long PayloadWords(uint kind, int vlen, int at)
    {
        switch ((BtfKind)kind)
        {
            case BtfKind.BTF_KIND_INT or BtfKind.BTF_KIND_VAR or BtfKind.BTF_KIND_DECL_TAG:
                return 1;
            case BtfKind.BTF_KIND_ARRAY:
                return 3;
            case BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION or BtfKind.BTF_KIND_DATASEC or BtfKind.BTF_KIND_ENUM64:
                return 3L * vlen;
            case BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_FUNC_PROTO:
                return 2L * vlen;
            case >= BtfKind.BTF_KIND_PTR and <= BtfKind.BTF_KIND_TYPE_TAG:
                return 0;
            default:
                if (kind == 0 || kind >= (uint)_layout.Length)
                {
                    Fail(at, $"kind {kind} is not known here and the file has no layout entry that says how long its records are");
                }

                return (_layout[kind].InfoBytes + ((long)vlen * _layout[kind].ElementBytes)) / 4;
        }
    }

    [DoesNotReturn]
    private void Fail(int word, string rule) => InvalidImageException.Throw(Path, Section, TypeSectionOffset + (4L * word), rule);

    private static Header ReadHeader(string path, string section, ReadOnlySpan<byte> bytes, List<Diagnostic> diagnostics,
        ReaderLimits limits)
    {
        if (!IsBtf(bytes))
        {
            InvalidImageException.Throw(path, section, 0, "the magic of BTF (0xeb9f) expected");
        }

        bool bigEndian = BinaryPrimitives.ReadUInt16BigEndian(bytes) == Magic;
        var reader = new SpanReader(bytes, bigEndian, path, section);
        reader.Skip(2);
        if (reader.ReadU8() is var version and not 1)
        {
            reader.Fail($"BTF version 1 expected, {version} found");
        }

        if (reader.ReadU8() is var flags and not 0)
        {
            diagnostics.Add(new(DiagnosticSeverity.Warning, $"{path}: {section}: header flags {flags:x2} are not known and ignored"));
        }

        uint length = reader.ReadU32();
        if (length < ShortHeaderBytes || length > bytes.Length || length % 4 != 0)
        {
            reader.Fail($"a header length of at least {ShortHeaderBytes}, at most the {bytes.Length} bytes there are and divisible by 4 expected, {length} found");
        }

        var header = new Header { BigEndian = bigEndian, Length = (int)length };
        (header.TypeOffset, header.TypeLength) = ReadSection(ref reader, bytes.Length - (int)length, "types", 4);
        (header.StringOffset, header.StringLength) = ReadSection(ref reader, bytes.Length - (int)length, "strings", 1);
        if (length >= LongHeaderBytes)
        {
            (header.LayoutOffset, header.LayoutLength) = ReadSection(ref reader, bytes.Length - (int)length, "layout", 4);
        }

        long stringsEnd = length + (long)header.StringOffset + header.StringLength;
        if (header.StringLength > 0 && bytes[(int)stringsEnd - 1] != 0)
        {
            InvalidImageException.Throw(path, section, stringsEnd - 1, "the string section does not end with a NUL byte");
        }

        CheckNameLengths(path, section, bytes.Slice((int)(length + header.StringOffset), header.StringLength), limits.MaxNameBytes);
        int known = length >= LongHeaderBytes ? LongHeaderBytes : ShortHeaderBytes;
        if (bytes[known..(int)length].ContainsAnyExcept((byte)0))
        {
            diagnostics.Add(new(DiagnosticSeverity.Warning, $"{path}: {section}: the header is {length} bytes long; what follows byte {known} is not known and ignored"));
        }

        return header;
    }

    private static (uint Offset, int Length) ReadSection(ref SpanReader reader, int room, string what, uint alignment)
    {
        uint offset = reader.ReadU32();
        if (offset > (uint)room || offset % alignment != 0)
        {
            reader.Fail($"{what} begin at {offset}; at most {room} and divisible by {alignment} expected");
        }

        uint length = reader.ReadU32();
        if (length > (uint)room - offset || length % alignment != 0)
        {
            reader.Fail($"{what} are {length} bytes long; at most {(uint)room - offset} and divisible by {alignment} expected");
        }

        return (offset, (int)length);
    }

    // From the end of what is known to hold an end, back: a few bytes of each stretch are looked at.
    private static void CheckNameLengths(string path, string section, ReadOnlySpan<byte> strings, int maxBytes)
    {
        for (int at = 0; at < strings.Length;)
        {
            int end = strings.Slice(at, Math.Min(maxBytes + 1, strings.Length - at)).LastIndexOf((byte)0);
            if (end < 0)
            {
                InvalidImageException.Throw(path, section, -1, $"the string at offset {at} is longer than {maxBytes} bytes");
            }

            at += end + 1;
        }
    }

    private BtfKindLayout[] ReadLayout(in Header header, ByteRegion bytes)
    {
        if (header.LayoutLength == 0)
        {
            return Base?._layout ?? [];
        }

        ReadOnlySpan<byte> section = bytes.Span(header.Length + (long)header.LayoutOffset, header.LayoutLength);
        var reader = new SpanReader(section, header.BigEndian, Path, Section + " layout");
        var layout = new BtfKindLayout[section.Length / 4];
        for (int kind = 0; kind < layout.Length; kind++)
        {
            byte info = reader.ReadU8();
            byte element = reader.ReadU8();
            if (info % 4 != 0 || element % 4 != 0)
            {
                reader.Fail($"record parts of kind {kind} are {info} and {element} bytes; multiples of 4 expected");
            }

            layout[kind] = new BtfKindLayout(info, element, reader.ReadU16());
        }

        return layout;
    }

    private struct Header
    {
        public bool BigEndian;
        public int Length;
        public uint TypeOffset;
        public int TypeLength;
        public uint StringOffset;
        public int StringLength;
        public uint LayoutOffset;
        public int LayoutLength;
    }

    /// <summary>Walks the records.</summary>
    public ref struct RecordEnumerator
    {
        private readonly BtfFile _file;
        private readonly ReadOnlySpan<uint> _words;
        private int _at;
        private int _length;
        private uint _id;

        internal RecordEnumerator(BtfFile file)
        {
            _file = file;
            _words = file.Words;
            _id = file.FirstId - 1;
        }

        /// <summary>The record reached by <see cref="MoveNext"/>.</summary>
        public readonly BtfRecord Current => new(_id, _words.Slice(_at, _length));

        /// <summary>Goes on to the next record.</summary>
        /// <exception cref="InvalidImageException">It does not end inside the section or has a kind of unknown length.</exception>
        public bool MoveNext()
        {
            _at += _length;
            if (_at >= _words.Length)
            {
                return false;
            }

            _length = _file.RecordWords(_words, _at);
            _id++;
            return true;
        }
    }
}
