using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Btf;

/// <summary>
/// Writes the records of a file straight into the columns of a <see cref="TypeGraphBuilder"/> that has exactly their size, and notes
/// on the way whether every id and name is in range. One loop without calls: it runs over every type of a kernel at each start.
/// Everything is written through spans, so a file that changes while it is read cannot make it write elsewhere.
/// </summary>
internal ref struct BtfColumnFiller
{
    // Words behind the first three: fixed, and per element; by kind. Kinds that are not here have a length of their own.
    private static ReadOnlySpan<byte> FixedWords => [0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];

    private static ReadOnlySpan<byte> ElementWords => [0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3];

    // Kinds that are three words long, the third a type id.
    private const uint References = 1u << (int)BtfKind.BTF_KIND_PTR | 1u << (int)BtfKind.BTF_KIND_TYPEDEF
        | 1u << (int)BtfKind.BTF_KIND_VOLATILE | 1u << (int)BtfKind.BTF_KIND_CONST | 1u << (int)BtfKind.BTF_KIND_RESTRICT
        | 1u << (int)BtfKind.BTF_KIND_TYPE_TAG | 1u << (int)BtfKind.BTF_KIND_FUNC;

    private const uint ThreeWords = References | 1u << (int)BtfKind.BTF_KIND_FWD | 1u << (int)BtfKind.BTF_KIND_FLOAT;

    // Pages of a mapping go as soon as they are read, so that records and columns are not resident together.
    private const int DiscardWords = 64 * 1024;

    private readonly BtfFile _file;
    private readonly TypeGraphBuilder _builder;
    private readonly uint _types;
    private readonly uint _names;
    private readonly Span<MemberRow> _memberRows;
    private readonly Span<EnumeratorRow> _enumeratorRows;
    private readonly Span<ParameterRow> _parameterRows;
    private int _members;
    private int _enumerators;
    private int _parameters;
    private int _arrays;
    private int _entries;
    private bool _bad;

    /// <summary>Prepares to fill a builder that has the counts of <see cref="Count"/>.</summary>
    internal BtfColumnFiller(BtfFile file, TypeGraphBuilder builder, in TypeGraphCounts counts, uint names)
    {
        _file = file;
        _builder = builder;
        _types = (uint)((builder.Base?.TypeCount ?? 0) + counts.Types);
        _names = names;
        _memberRows = builder.Members.AsSpan();
        _enumeratorRows = builder.Enumerators.AsSpan();
        _parameterRows = builder.Parameters.AsSpan();
    }

    /// <summary>Counts what the records hold, and checks that each ends inside the section. Cost: one pass.</summary>
    /// <exception cref="InvalidImageException">A record is broken, or there are too many.</exception>
    internal static TypeGraphCounts Count(BtfFile file, ReaderLimits limits)
    {
        ReadOnlySpan<uint> words = file.Words;
        Span<int> records = stackalloc int[128];
        Span<long> elements = stackalloc long[128];
        records.Clear();
        elements.Clear();
        long types = file.Base is null ? 1 : 0;
        for (int at = 0; at < words.Length; types++)
        {
            // Most records have three words; a branch that says so lets the processor go on before it has seen the record.
            if (words.Length - at >= 3 && IsIn(ThreeWords, words[at + 1]))
            {
                at += 3;
                continue;
            }

            int length = LengthAt(file, words, at);
            uint info = words[at + 1];
            records[(int)(info >> 24) & 0x7f]++;
            elements[(int)(info >> 24) & 0x7f] += info & 0xffffff;
            at += length;
        }

        if (types > limits.MaxTypes)
        {
            InvalidImageException.Throw(file.Path, file.Section, -1, $"{types} types; at most {limits.MaxTypes} are read");
        }

        // Each element has at least 8 bytes in a file of at most 2 GiB, so the sums fit.
        return new TypeGraphCounts(
            (int)types,
            (int)(elements[(int)BtfKind.BTF_KIND_STRUCT] + elements[(int)BtfKind.BTF_KIND_UNION]),
            (int)(elements[(int)BtfKind.BTF_KIND_ENUM] + elements[(int)BtfKind.BTF_KIND_ENUM64]),
            (int)elements[(int)BtfKind.BTF_KIND_FUNC_PROTO],
            records[(int)BtfKind.BTF_KIND_ARRAY],
            (int)elements[(int)BtfKind.BTF_KIND_DATASEC]);
    }

    /// <summary>Fills all columns; false when an id or a name is out of range.</summary>
    internal bool Fill()
    {
        ReadOnlySpan<uint> words = _file.Words;
        Span<byte> kinds = _builder.Kinds.AsSpan();
        Span<uint> names = _builder.Names.AsSpan();
        Span<uint> sizes = _builder.Sizes.AsSpan();
        Span<uint> counts = _builder.Counts.AsSpan();
        Span<uint> firsts = _builder.Firsts.AsSpan();
        uint typeLimit = _types, nameLimit = _names;
        bool bad = false;
        int type = _builder.Count;
        int unread = 0;
        for (int at = 0; at < words.Length; type++)
        {
            if (at - unread >= DiscardWords)
            {
                _file.DiscardRecords(unread, at);
                unread = at;
            }

            ReadOnlySpan<uint> record = words.Slice(at, 3);
            uint name = record[0], info = record[1], third = record[2];
            bad |= name >= nameLimit;
            names[type] = name;
            sizes[type] = third;
            if (IsIn(References, info))
            {
                bool isFunction = (info >> 24 & 0x7f) == (uint)BtfKind.BTF_KIND_FUNC;
                bad |= third >= typeLimit;
                kinds[type] = (byte)(info >> 24 & (isFunction ? 0x7f : 0xff));
                counts[type] = isFunction ? info & 0xffffff : 0;
                firsts[type] = 0;
                at += 3;
            }
            else
            {
                int length = LengthAt(_file, words, at);
                kinds[type] = (byte)(info >> 24);
                (counts[type], firsts[type]) = FillOther(words.Slice(at, length), ref kinds[type], ref sizes[type]);
                at += length;
            }
        }

        _builder.SetFilled(type, _members, _enumerators, _parameters, _arrays, _entries);
        return !(bad | _bad);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsIn(uint kinds, uint info)
    {
        uint kind = (info >> 24) & 0x7f;
        return kind < 32 && ((kinds >> (int)kind) & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LengthAt(BtfFile file, ReadOnlySpan<uint> words, int at)
    {
        if (words.Length - at >= 3)
        {
            uint info = words[at + 1];
            int kind = (int)(info >> 24) & 0x7f;
            if (kind < FixedWords.Length && kind > 0)
            {
                // At most 3 * 2^24 words: no overflow.
                int length = 3 + FixedWords[kind] + (ElementWords[kind] * (int)(info & 0xffffff));
                if (length <= words.Length - at)
                {
                    return length;
                }
            }
        }

        return file.RecordWords(words, at);
    }

    // Everything with something behind the three words, and what is rare. Returns the count and the first row.
    private (uint Count, uint First) FillOther(ReadOnlySpan<uint> record, ref byte kindByte, ref uint size)
    {
        uint info = record[1];
        bool flag = info >> 31 != 0;
        ReadOnlySpan<uint> p = record[3..];
        var kind = (BtfKind)((info >> 24) & 0x7f);
        switch (kind)
        {
            case BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION:
                return AddMembers(p, flag);
            case BtfKind.BTF_KIND_FUNC_PROTO:
                kindByte = (byte)kind;
                _bad |= record[2] >= _types;
                return AddParameters(p);
            case BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64:
                return AddEnumerators(p, kind == BtfKind.BTF_KIND_ENUM64);
            case BtfKind.BTF_KIND_ARRAY:
                kindByte = (byte)kind;
                size = 0;
                _bad |= p[0] >= _types | p[1] >= _types;
                _builder.Arrays[_arrays] = new ArrayRow { Element = p[0], Index = p[1], Count = p[2] };
                return (0, (uint)_arrays++);
            case BtfKind.BTF_KIND_DATASEC:
                kindByte = (byte)kind;
                return AddEntries(p);
            case BtfKind.BTF_KIND_INT:
                kindByte = (byte)kind;
                BtfReader.NotePointerSize(_builder, _file, record[0], record[2]);
                return (0, p[0] & 0xffff00ff); // bits are the lowest byte (btf.rst, BTF_INT_BITS)
            case BtfKind.BTF_KIND_VAR:
                kindByte = (byte)kind;
                _bad |= record[2] >= _types;
                return (p[0], 0);
            case BtfKind.BTF_KIND_DECL_TAG:
                _bad |= record[2] >= _types;
                return (0, p[0]);
            case BtfKind.BTF_KIND_FWD:
                size = 0;
                return default;
            case BtfKind.BTF_KIND_FLOAT:
                kindByte = (byte)kind;
                return default;
            default:
                kindByte = (byte)TypeKind.Unknown;
                size = 0;
                return (0, (uint)kind);
        }
    }

    private (uint Count, uint First) AddMembers(ReadOnlySpan<uint> p, bool bitfields)
    {
        ReadOnlySpan<MemberWords> from = MemoryMarshal.Cast<uint, MemberWords>(p);
        Span<MemberRow> rows = _memberRows.Slice(_members, from.Length);
        uint offsetMask = bitfields ? 0xffffffu : uint.MaxValue;
        int sizeShift = bitfields ? 24 : 32;
        uint types = _types, names = _names;
        bool bad = false;
        for (int i = 0; i < from.Length; i++)
        {
            MemberWords member = from[i];
            bad |= member.Name >= names | member.Type >= types;
            ref MemberRow row = ref rows[i];
            row.SetPlace(member.Offset & offsetMask, (uint)((ulong)member.Offset >> sizeShift));
            row.Name = member.Name;
            row.Type = member.Type;
        }

        _bad |= bad;
        uint first = (uint)_members;
        _members += rows.Length;
        return ((uint)rows.Length, first);
    }

    private (uint Count, uint First) AddParameters(ReadOnlySpan<uint> p)
    {
        // A row has the words of the record.
        ReadOnlySpan<ParameterRow> from = MemoryMarshal.Cast<uint, ParameterRow>(p);
        Span<ParameterRow> rows = _parameterRows.Slice(_parameters, from.Length);
        uint types = _types, names = _names;
        bool bad = false;
        for (int i = 0; i < from.Length; i++)
        {
            ParameterRow row = from[i];
            bad |= row.Name >= names | row.Type >= types;
            rows[i] = row;
        }

        _bad |= bad;
        uint first = (uint)_parameters;
        _parameters += rows.Length;
        return ((uint)rows.Length, first);
    }

    private (uint Count, uint First) AddEnumerators(ReadOnlySpan<uint> p, bool is64)
    {
        int step = is64 ? 3 : 2;
        Span<EnumeratorRow> rows = _enumeratorRows.Slice(_enumerators, p.Length / step);
        bool bad = false;
        for (int i = 0; i < rows.Length; i++)
        {
            uint name = p[0];
            ulong value = is64 ? p[1] | ((ulong)p[2] << 32) : (ulong)(int)p[1];
            p = p[step..];
            bad |= name >= _names;
            rows[i] = new EnumeratorRow { Name = name, Value = value };
        }

        _bad |= bad;
        uint first = (uint)_enumerators;
        _enumerators += rows.Length;
        return ((uint)rows.Length, first);
    }

    private (uint Count, uint First) AddEntries(ReadOnlySpan<uint> p)
    {
        Span<SectionEntryRow> rows = _builder.Entries.AsSpan(_entries, p.Length / 3);
        for (int i = 0; i < rows.Length; i++)
        {
            _bad |= p[3 * i] >= _types;
            rows[i] = new SectionEntryRow { Type = p[3 * i], Offset = p[(3 * i) + 1], Size = p[(3 * i) + 2] };
        }

        uint first = (uint)_entries;
        _entries += rows.Length;
        return ((uint)rows.Length, first);
    }

    // A member as it is in a record.
    private readonly record struct MemberWords(uint Name, uint Type, uint Offset);
}
