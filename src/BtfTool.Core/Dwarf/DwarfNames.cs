using System.Runtime.CompilerServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Names where they lie in the sections: a number with the section in its highest byte, 0 for none. Spans of them are valid as long as
/// the file is open.
/// </summary>
internal readonly unsafe struct DwarfNames
{
    private const int SectionShift = 56;
    private const ulong OffsetMask = (1UL << SectionShift) - 1;

    private readonly DwarfFile _file;
    private readonly byte* _info;
    private readonly byte* _strings;
    private readonly byte* _lineStrings;
    private readonly long _infoLength;
    private readonly long _stringsLength;
    private readonly long _lineStringsLength;
    private readonly int _mostBytes;

    internal DwarfNames(DwarfFile file)
    {
        _mostBytes = file.Limits.MaxNameBytes;
        _file = file;
        _info = file.Sections.Info.Start;
        _infoLength = file.Sections.Info.Length;
        _strings = file.Sections.Strings.Start;
        _stringsLength = file.Sections.Strings.Length;
        _lineStrings = file.Sections.LineStrings.Start;
        _lineStringsLength = file.Sections.LineStrings.Length;
    }

    /// <summary>The name of a decoded attribute; 0 when it has none or an empty one.</summary>
    /// <exception cref="InvalidImageException">The name does not lie in its section, or does not end there.</exception>
    internal ulong Of(in DieRecord die, DieField field, in DwarfUnit unit, ulong stringOffsetsBase, out ulong hash)
    {
        hash = 0;
        ulong value = die[field];
        ulong name;
        switch (die.ClassOf(field))
        {
            case ValueClass.InfoString:
                name = (1UL << SectionShift) | value;
                break;
            case ValueClass.String:
                name = (2UL << SectionShift) | (value & OffsetMask);
                break;
            case ValueClass.LineString:
                name = (3UL << SectionShift) | (value & OffsetMask);
                break;
            case ValueClass.StringIndex:
                name = (2UL << SectionShift) | OffsetOfIndex(value, unit, stringOffsetsBase);
                break;
            default:
                return 0;
        }

        hash = HashOf(name);
        return hash == 0 ? 0 : name;
    }

    /// <summary>The bytes of a name without the terminator.</summary>
    internal ReadOnlySpan<byte> BytesOf(ulong name)
    {
        if (name == 0)
        {
            return default;
        }

        byte* start = StartOf(name, out long length);
        long at = (long)(name & OffsetMask);
        var rest = new ReadOnlySpan<byte>(start + at, (int)Math.Min(length - at, int.MaxValue));
        return rest[..rest.IndexOf((byte)0)];
    }

    /// <summary>Whether two names that have been read before, neither of them empty, are the same. Cost: their length.</summary>
    internal bool AreEqual(ulong name, ulong other)
    {
        // Most are short, and equal.
        byte* a = StartOf(name, out _) + (long)(name & OffsetMask);
        byte* b = StartOf(other, out _) + (long)(other & OffsetMask);
        while (*a == *b)
        {
            if (*a == 0)
            {
                return true;
            }

            a++;
            b++;
        }

        return false;
    }

    /// <summary>
    /// A fingerprint of the bytes of a name, 0 for the empty one. Cost: its length, which is bounded: many names may share one end.
    /// </summary>
    /// <exception cref="InvalidImageException">The name does not lie or end in its section, or is longer than the limits allow.</exception>
    internal ulong HashOf(ulong name)
    {
        byte* start = StartOf(name, out long length);
        ulong at = name & OffsetMask;
        if (at >= (ulong)length)
        {
            Fail(name, "lies behind the end of the section");
        }

        byte* p = start + at;
        byte* end = start + Math.Min(length, (long)at + _mostBytes + 1);
        ulong hash = Fingerprint.Seed;
        bool isEmpty = *p == 0;
        while (end - p >= 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(p);
            ulong zeros = (word - 0x0101010101010101) & ~word & 0x8080808080808080;
            if (zeros != 0)
            {
                // The lowest byte that is 0 is exact; what is behind it belongs to another name.
                ulong mask = (zeros & (0 - zeros)) - 1;
                return isEmpty ? 0 : Fingerprint.Last(hash, word & (mask >> 7));
            }

            hash = Fingerprint.Combine(hash, word);
            p += 8;
        }

        return isEmpty ? 0 : Fingerprint.Last(hash, LastWord(name, p, end));
    }

    /// <summary>The fingerprint that a name of these bytes has.</summary>
    internal static ulong HashOf(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return 0;
        }

        ulong hash = Fingerprint.Seed;
        for (; name.Length >= 8; name = name[8..])
        {
            hash = Fingerprint.Combine(hash, Unsafe.ReadUnaligned<ulong>(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(name)));
        }

        ulong word = 0;
        for (int i = 0; i < name.Length; i++)
        {
            word |= (ulong)name[i] << (8 * i);
        }

        return Fingerprint.Last(hash, word);
    }

    private ulong LastWord(ulong name, byte* p, byte* end)
    {
        ulong word = 0;
        for (int shift = 0; p < end; p++, shift += 8)
        {
            if (*p == 0)
            {
                return word;
            }

            word |= (ulong)*p << shift;
        }

        Fail(name, $"does not end in the section, or has more than {_mostBytes} bytes");
        return 0;
    }

    private ulong OffsetOfIndex(ulong index, in DwarfUnit unit, ulong tableBase)
    {
        ByteRegion offsets = _file.Sections.StringOffsets;
        uint entryBytes = unit.Is64 ? 8u : 4u;
        ulong room = tableBase < (ulong)offsets.Length ? (ulong)offsets.Length - tableBase : 0;
        if (index >= room / entryBytes)
        {
            InvalidImageException.Throw(_file.Path, ".debug_info", unit.Offset,
                $"name {index} of the unit is not in .debug_str_offsets, which has {offsets.Length} bytes");
        }

        var reader = new SpanReader(offsets.Span((long)(tableBase + (index * entryBytes)), (int)entryBytes),
            _file.IsBigEndian, _file.Path, ".debug_str_offsets");
        return reader.ReadWord(unit.Is64) & OffsetMask;
    }

    private byte* StartOf(ulong name, out long length)
    {
        switch (name >> SectionShift)
        {
            case 1:
                length = _infoLength;
                return _info;
            case 2:
                length = _stringsLength;
                return _strings;
            default:
                length = _lineStringsLength;
                return _lineStrings;
        }
    }

    private void Fail(ulong name, string rule) => InvalidImageException.Throw(_file.Path,
        (name >> SectionShift) switch { 1 => ".debug_info", 2 => ".debug_str", _ => ".debug_line_str" },
        (long)(name & OffsetMask), $"a name {rule}");
}
