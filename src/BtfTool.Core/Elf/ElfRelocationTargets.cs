using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Elf;

/// <summary>
/// Which section an address of a relocatable file lies in: there an address is an offset, and its relocation alone says of what.
/// Immutable once made.
/// </summary>
internal sealed class ElfRelocationTargets
{
    private readonly ulong[] _places;
    private readonly int[] _sections;

    private ElfRelocationTargets(ulong[] places, int[] sections)
    {
        _places = places;
        _sections = sections;
    }

    /// <summary>Notes the relocations of a section that lead to sections of the program. Cost: O(relocations), a sort where they are in no order.</summary>
    /// <exception cref="InvalidImageException">The relocations or their symbols are broken.</exception>
    internal static ElfRelocationTargets Read(ElfFile elf, in ElfSection section)
    {
        var places = new List<ulong>();
        var sections = new List<int>();
        int first = elf.Type == ElfFileType.ET_REL ? elf.Relocations.FirstFor(section.Index) : 0;
        for (int at = first; at != 0; at = elf.Relocations.NextAfter(at))
        {
            ElfSection relocations = elf.Sections[at];
            if (relocations.Type != ElfSectionType.SHT_CREL && relocations.Link < (uint)elf.Sections.Length
                && elf.Sections[(int)relocations.Link] is { HasBytes: true } table)
            {
                Add(elf, relocations, ElfSymbols.Read(elf, table), places, sections);
            }
        }

        ulong[] keys = [.. places];
        int[] values = [.. sections];
        if (!IsSorted(keys))
        {
            Array.Sort(keys, values);
        }

        return new ElfRelocationTargets(keys, values);
    }

    /// <summary>Index of the section that the value at a byte of the relocated section is an offset in; 0 when there is none. Cost: O(log).</summary>
    internal int SectionAt(ulong offset)
    {
        int at = Array.BinarySearch(_places, offset);
        return at >= 0 ? _sections[at] : 0;
    }

    private static void Add(ElfFile elf, in ElfSection relocations, ElfSymbols symbols, List<ulong> places, List<int> sections)
    {
        var pass = new ElfRelocationPass(elf, relocations, symbols);
        ByteRegion entries = elf.Read(relocations);
        int step = pass.EntryBytes;
        int word = elf.AddressSizeBytes;
        for (long at = 0; at + step <= entries.Length; at += step)
        {
            ReadOnlySpan<byte> entry = entries.Span(at, step);
            (uint symbol, _) = pass.Split(ElfWords.Read(entry[word..], word, elf.IsBigEndian));
            if (symbol == 0 || symbol >= (uint)symbols.Count)
            {
                continue;
            }

            uint target = symbols[(int)symbol].SectionIndex;
            if (target < (uint)elf.Sections.Length && (elf.Sections[(int)target].Flags & ElfSectionFlags.SHF_ALLOC) != 0)
            {
                places.Add(ElfWords.Read(entry, word, elf.IsBigEndian));
                sections.Add((int)target);
            }
        }
    }

    private static bool IsSorted(ulong[] keys)
    {
        for (int i = 1; i < keys.Length; i++)
        {
            if (keys[i] < keys[i - 1])
            {
                return false;
            }
        }

        return true;
    }
}
