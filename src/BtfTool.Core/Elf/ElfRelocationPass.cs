using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Elf;

/// <summary>Applies the entries of one relocation section.</summary>
internal ref struct ElfRelocationPass
{
    private readonly ElfFile _elf;
    private readonly ElfSection _relocations;
    private readonly ElfSymbols? _symbols;
    private readonly bool _is64;
    private readonly bool _bigEndian;
    private readonly bool _hasAddends;
    private readonly ushort _machine;

    // Nearly all entries of a section are of one or two types.
    private uint _lastType;
    private ElfRelocationRule _lastRule;

    internal ElfRelocationPass(ElfFile elf, in ElfSection relocations, ElfSymbols? symbols)
    {
        _elf = elf;
        _relocations = relocations;
        _symbols = symbols;
        _is64 = elf.Is64Bit;
        _bigEndian = elf.IsBigEndian;
        _machine = elf.Machine;
        _hasAddends = relocations.Type == ElfSectionType.SHT_RELA;
        _lastType = 0;
        _lastRule = ElfRelocationRules.Find(_machine, _is64, 0);
    }

    /// <summary>Size of an entry in bytes.</summary>
    internal readonly int EntryBytes => (_is64 ? 8 : 4) * (_hasAddends ? 3 : 2);

    /// <summary>Applies a run of entries.</summary>
    /// <param name="entries">Whole entries.</param>
    /// <param name="entriesAt">Byte offset of the first in the section, for messages.</param>
    /// <param name="target">The section that they apply to.</param>
    internal void Apply(ReadOnlySpan<byte> entries, long entriesAt, Span<byte> target)
    {
        int word = _is64 ? 8 : 4;
        int step = EntryBytes;
        for (int at = 0; at < entries.Length; at += step)
        {
            ReadOnlySpan<byte> entry = entries.Slice(at, step);
            ulong offset = ElfWords.Read(entry, word, _bigEndian);
            (uint symbol, uint type) = Split(ElfWords.Read(entry[word..], word, _bigEndian));
            if (type != _lastType)
            {
                _lastRule = ElfRelocationRules.Find(_machine, _is64, type);
                _lastType = type;
            }

            ElfRelocationRule rule = _lastRule;
            if (rule.Operation == ElfRelocationOperation.None)
            {
                continue;
            }

            if (rule.Operation == ElfRelocationOperation.Unknown)
            {
                if (IsOfMemory(symbol))
                {
                    continue;
                }

                Fail(entriesAt + at, $"relocation type {type} of {ElfMachine.NameOf(_machine)} is not known for debug information");
            }

            if (offset >= (ulong)target.Length || rule.SizeBytes > (ulong)target.Length - offset)
            {
                Fail(entriesAt + at, $"the relocation is for {rule.SizeBytes} bytes at {offset}; the section has {target.Length}");
            }

            ulong value = 0;
            if (!(_symbols?.TryGetRelocationValue(symbol, out value) ?? symbol == 0))
            {
                Fail(entriesAt + at, $"the relocation is for symbol {symbol}; there are {_symbols?.Count ?? 0}");
            }

            value += _hasAddends ? ElfWords.Read(entry[(2 * word)..], word, _bigEndian) : 0;
            Change(rule, target[(int)offset..], value, entriesAt + at);
        }
    }

    // Where code and data lie matters to locations (gcc -fPIC on i386 writes R_386_GOTOFF there), and in no place that says what a type
    // is: those refer to sections that are not loaded.
    private readonly bool IsOfMemory(uint symbol)
    {
        if (_symbols is null || symbol == 0 || symbol >= (uint)_symbols.Count)
        {
            return false;
        }

        uint section = _symbols[(int)symbol].SectionIndex;
        return section is ElfSymbol.Undefined or ElfSymbol.Common
            || (section < (uint)_elf.Sections.Length && (_elf.Sections[(int)section].Flags & ElfSectionFlags.SHF_ALLOC) != 0);
    }

    private readonly void Change(ElfRelocationRule rule, Span<byte> place, ulong value, long entryAt)
    {
        int size = rule.SizeBytes;
        switch (rule.Operation)
        {
            case ElfRelocationOperation.Set:
                value += _hasAddends ? 0 : ElfWords.Read(place, size, _bigEndian);
                ElfWords.Write(place, size, _bigEndian, value);
                break;
            case ElfRelocationOperation.Add:
                ElfWords.Write(place, size, _bigEndian, ElfWords.Read(place, size, _bigEndian) + value);
                break;
            case ElfRelocationOperation.Subtract:
                ElfWords.Write(place, size, _bigEndian, ElfWords.Read(place, size, _bigEndian) - value);
                break;
            case ElfRelocationOperation.SetSixBits:
            case ElfRelocationOperation.AddSixBits:
            case ElfRelocationOperation.SubtractSixBits:
                place[0] = (byte)((place[0] & 0xc0) | ((byte)Combine(rule.Operation, place[0], value) & 0x3f));
                break;
            default:
                ChangeLeb(rule.Operation, place, value, entryAt);
                break;
        }
    }

    private readonly void ChangeLeb(ElfRelocationOperation operation, Span<byte> place, ulong value, long entryAt)
    {
        const int MostBytes = 10;
        ulong old = 0;
        int count = 0;
        while (true)
        {
            if (count == Math.Min(place.Length, MostBytes))
            {
                Fail(entryAt, "the relocation is for a LEB128 that does not end");
            }

            old |= (ulong)(place[count] & 0x7f) << (7 * count);
            if ((place[count++] & 0x80) == 0)
            {
                break;
            }
        }

        ulong rest = Combine(operation, old, value);
        for (int i = 0; i < count; i++)
        {
            place[i] = (byte)((rest & 0x7f) | (i + 1 < count ? 0x80u : 0));
            rest >>= 7;
        }
    }

    private static ulong Combine(ElfRelocationOperation operation, ulong old, ulong value) => operation switch
    {
        ElfRelocationOperation.AddSixBits or ElfRelocationOperation.AddLeb => old + value,
        ElfRelocationOperation.SubtractSixBits or ElfRelocationOperation.SubtractLeb => old - value,
        _ => value,
    };

    private readonly (uint Symbol, uint Type) Split(ulong info)
    {
        if (!_is64)
        {
            return ((uint)info >> 8, (uint)info & 0xff);
        }

        if (_machine == ElfMachine.EM_MIPS)
        {
            return SplitMips(info);
        }

        // 64-bit SPARC keeps something else in the upper bits of the type.
        uint type = (uint)info;
        return ((uint)(info >> 32), _machine == ElfMachine.EM_SPARCV9 ? type & 0xff : type);
    }

    // 64-bit MIPS has, in the order of the file: the symbol, a byte for a second symbol, three types. The 64-bit integer that others
    // have there would be in another order on little-endian machines. A second and third type are "none" in debug information.
    private readonly (uint Symbol, uint Type) SplitMips(ulong info)
    {
        if (!_bigEndian)
        {
            info = (info << 32) | System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((uint)(info >> 32));
        }

        uint types = (uint)info & 0xffffff;
        return ((uint)(info >> 32), types);
    }

    [DoesNotReturn]
    private readonly void Fail(long entryAt, string rule) => InvalidImageException.Throw(_elf.Path, _elf.NameOf(_relocations), entryAt, rule);
}
