using System.Buffers.Binary;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Elf;

/// <summary>One symbol as it is in the file (gABI: Elf32_Sym, Elf64_Sym); nothing in it is checked.</summary>
internal readonly struct ElfSymbol
{
    /// <summary>Symbol without a section (gABI: SHN_UNDEF).</summary>
    public const uint Undefined = 0;

    /// <summary>Symbol whose value is no address (gABI: SHN_ABS).</summary>
    public const uint Absolute = 0xfff1;

    /// <summary>Symbol that has no place yet; its value is an alignment (gABI: SHN_COMMON).</summary>
    public const uint Common = 0xfff2;

    /// <summary>Byte offset of the name in the strings of the table.</summary>
    public uint NameOffset { get; internal init; }

    /// <summary>
    /// An address in executables and shared objects, a byte offset in its section in relocatable files, and what the section says
    /// for <see cref="Absolute"/> and <see cref="Common"/>.
    /// </summary>
    public ulong Value { get; internal init; }

    /// <summary>Size of the object in bytes, 0 when it has none or it is not known.</summary>
    public ulong SizeBytes { get; internal init; }

    /// <summary>Kind of symbol: 0 none, 1 object, 2 function, 3 section, 4 file, 6 thread-local (gABI: ELF32_ST_TYPE).</summary>
    public byte Type { get; internal init; }

    /// <summary>Binding: 0 local, 1 global, 2 weak (gABI: ELF32_ST_BIND).</summary>
    public byte Binding { get; internal init; }

    /// <summary>
    /// Index of its section, or <see cref="Undefined"/>, <see cref="Absolute"/>, <see cref="Common"/>; indices that do not fit
    /// 16 bits are looked up in SHT_SYMTAB_SHNDX.
    /// </summary>
    public uint SectionIndex { get; internal init; }
}

/// <summary>
/// The symbols of a table (<c>.symtab</c>, <c>.dynsym</c>), read one at a time when they are asked for; no object is made for any.
/// Safe to use from several threads.
/// </summary>
internal sealed class ElfSymbols
{
    private const int MaxNameBytes = 65536;
    private const ushort SHN_XINDEX = 0xffff;

    private readonly ByteRegion _entries;
    private readonly ByteRegion _strings;
    private readonly ByteRegion _extendedIndices;
    private readonly bool _is64;
    private readonly bool _bigEndian;

    private ElfSymbols(ElfFile elf, in ElfSection section)
    {
        _is64 = elf.Is64Bit;
        _bigEndian = elf.IsBigEndian;
        Section = section;
        int entryBytes = EntryBytes(_is64);
        if (section.EntrySizeBytes != 0 && section.EntrySizeBytes != (ulong)entryBytes)
        {
            InvalidImageException.Throw(elf.Path, elf.NameOf(section), -1,
                $"symbols of {section.EntrySizeBytes} bytes; {entryBytes} expected");
        }

        _entries = elf.Read(section);
        Count = (int)Math.Min(_entries.Length / entryBytes, int.MaxValue);
        _strings = section.Link < (uint)elf.Sections.Length && elf.Sections[(int)section.Link] is { HasBytes: true } strings
            ? elf.Read(strings) : _entries.Slice(0, 0);
        _extendedIndices = FindExtendedIndices(elf, section.Index);
    }

    /// <summary>The section that holds the table.</summary>
    public ElfSection Section { get; }

    /// <summary>Number of symbols; the first, when there is one, is the empty one.</summary>
    public int Count { get; }

    /// <summary>A symbol by its index. Cost: O(1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none of that index.</exception>
    public ElfSymbol this[int index]
    {
        get
        {
            int size = EntryBytes(_is64);
            ReadOnlySpan<byte> e = _entries.Span((long)index * size, size);
            byte info = e[_is64 ? 4 : 12];
            return new ElfSymbol
            {
                NameOffset = (uint)Word(e, 4),
                Value = _is64 ? Word(e[8..], 8) : Word(e[4..], 4),
                SizeBytes = _is64 ? Word(e[16..], 8) : Word(e[8..], 4),
                Type = (byte)(info & 0xf),
                Binding = (byte)(info >> 4),
                SectionIndex = SectionIndexOf(index, (ushort)Word(e[(_is64 ? 6 : 14)..], 2)),
            };
        }
    }

    /// <summary>The table of the dynamic symbols (SHT_DYNSYM) or of all (SHT_SYMTAB); false when the file has none with bytes.</summary>
    /// <exception cref="InvalidImageException">The table does not lie inside the file, or its entries have an unknown size.</exception>
    public static bool TryRead(ElfFile elf, ElfSectionType type, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ElfSymbols? symbols)
    {
        ArgumentNullException.ThrowIfNull(elf);
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            if (section.Type == type)
            {
                symbols = new ElfSymbols(elf, section);
                return true;
            }
        }

        symbols = null;
        return false;
    }

    /// <summary>The symbols of a section. Cost: O(sections); the symbols are read when they are asked for.</summary>
    /// <exception cref="InvalidImageException">The table does not lie inside the file, or its entries have an unknown size.</exception>
    public static ElfSymbols Read(ElfFile elf, in ElfSection section)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return new ElfSymbols(elf, section);
    }

    /// <summary>The name of a symbol, empty when it has none; at most 64 KiB of it. Cost: its length.</summary>
    public ReadOnlySpan<byte> NameOf(in ElfSymbol symbol)
    {
        long room = _strings.Length - symbol.NameOffset;
        if (room <= 0)
        {
            return default;
        }

        ReadOnlySpan<byte> rest = _strings.Span(symbol.NameOffset, (int)Math.Min(room, MaxNameBytes));
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>All symbols in order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>
    /// What relocations take for a symbol: its value, 0 where the value is none (SHN_COMMON). False when there is no symbol of that
    /// index. Cost: O(1).
    /// </summary>
    internal bool TryGetRelocationValue(uint index, out ulong value)
    {
        if (index >= (uint)Count)
        {
            // Index 0 means "no symbol", also in files that have no table.
            value = 0;
            return index == 0;
        }

        int size = EntryBytes(_is64);
        ReadOnlySpan<byte> e = _entries.Span((long)index * size, size);
        value = _is64 ? Word(e[8..], 8) : Word(e[4..], 4);
        if (Word(e[(_is64 ? 6 : 14)..], 2) == ElfSymbol.Common)
        {
            value = 0;
        }

        return true;
    }

    private static int EntryBytes(bool is64) => is64 ? 24 : 16;

    private static ByteRegion FindExtendedIndices(ElfFile elf, int table)
    {
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            if (section.Type == ElfSectionType.SHT_SYMTAB_SHNDX && section.Link == (uint)table)
            {
                return elf.Read(section);
            }
        }

        return elf.Bytes.Slice(0, 0);
    }

    private uint SectionIndexOf(int index, ushort written)
    {
        long at = (long)index * 4;
        return written == SHN_XINDEX && at + 4 <= _extendedIndices.Length ? (uint)Word(_extendedIndices.Span(at, 4), 4) : written;
    }

    private ulong Word(ReadOnlySpan<byte> b, int sizeBytes) => ElfWords.Read(b, sizeBytes, _bigEndian);

    /// <summary>Walks the symbols.</summary>
    public struct Enumerator
    {
        private readonly ElfSymbols _symbols;
        private int _index;

        internal Enumerator(ElfSymbols symbols)
        {
            _symbols = symbols;
            _index = -1;
        }

        /// <summary>Index of the current symbol.</summary>
        public readonly int Index => _index;

        /// <summary>The current symbol.</summary>
        public readonly ElfSymbol Current => _symbols[_index];

        /// <summary>Steps to the next symbol; false at the end.</summary>
        public bool MoveNext() => ++_index < _symbols.Count;
    }
}

/// <summary>Integers of 1, 2, 4 and 8 bytes in either byte order, where the bounds are known.</summary>
internal static class ElfWords
{
    internal static ulong Read(ReadOnlySpan<byte> b, int sizeBytes, bool bigEndian) => (sizeBytes, bigEndian) switch
    {
        (1, _) => b[0],
        (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(b),
        (2, true) => BinaryPrimitives.ReadUInt16BigEndian(b),
        (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(b),
        (4, true) => BinaryPrimitives.ReadUInt32BigEndian(b),
        (_, false) => BinaryPrimitives.ReadUInt64LittleEndian(b),
        (_, true) => BinaryPrimitives.ReadUInt64BigEndian(b),
    };

    internal static void Write(Span<byte> b, int sizeBytes, bool bigEndian, ulong value)
    {
        switch (sizeBytes)
        {
            case 1:
                b[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(b, bigEndian ? BinaryPrimitives.ReverseEndianness((ushort)value) : (ushort)value);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(b, bigEndian ? BinaryPrimitives.ReverseEndianness((uint)value) : (uint)value);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(b, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
                break;
        }
    }
}
