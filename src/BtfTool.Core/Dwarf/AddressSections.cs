using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>Names the sections that addresses lie in.</summary>
internal sealed class AddressSections
{
    private readonly ElfFile _elf;
    private readonly NameInterner _interner;
    private readonly Dictionary<int, NameId> _names = [];
    private readonly ulong[] _starts;
    private readonly int[] _indices;
    private HashSet<ulong>? _namesAtZero;

    internal AddressSections(DwarfFile file, NameInterner interner)
    {
        ElfFile elf = _elf = file.Sections.Elf;
        _interner = interner;
        var loaded = new List<(ulong Start, int Index)>();
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            // Thread-local storage is laid over the addresses of others.
            if ((section.Flags & (ElfSectionFlags.SHF_ALLOC | ElfSectionFlags.SHF_TLS)) == ElfSectionFlags.SHF_ALLOC && section.SizeBytes > 0)
            {
                loaded.Add((section.Address, section.Index));
            }
        }

        loaded.Sort();
        _starts = [.. loaded.Select(s => s.Start)];
        _indices = [.. loaded.Select(s => s.Index)];
    }

    /// <summary>
    /// False for what linkers leave of the address of something in a section that they discarded: in a relocatable file no relocation, else
    /// 0 (ld) or all ones (DWARF 6 and later). At 0 only a symbol tells: per-CPU data of a kernel may lie there.
    /// Cost: O(1); the symbols once, if any address is 0.
    /// </summary>
    internal bool IsReal(in TypeRow type)
    {
        ulong all = _elf.Is64Bit ? ulong.MaxValue : uint.MaxValue;
        return _elf.Type == ElfFileType.ET_REL ? type.First != 0
            : type.SizeBytes != all && (type.SizeBytes != 0 || (_namesAtZero ??= ReadNamesAtZero()).Contains(type.NameHash));
    }

    private HashSet<ulong> ReadNamesAtZero()
    {
        var names = new HashSet<ulong>();
        try
        {
            if (ElfSymbols.TryRead(_elf, ElfSectionType.SHT_SYMTAB, out ElfSymbols? symbols))
            {
                foreach (ElfSymbol symbol in symbols)
                {
                    if (symbol.Value == 0 && symbol.SectionIndex - 1 < (uint)_elf.Sections.Length - 1)
                    {
                        _ = names.Add(DwarfNames.HashOf(symbols.NameOf(symbol)));
                    }
                }
            }
        }
        catch (InvalidImageException)
        {
            // Without symbols nothing is known to lie at 0.
        }

        return names;
    }

    /// <summary>The name of the section of an address; none when it lies in none. Cost: O(log sections).</summary>
    /// <param name="address">The address, in a linked file.</param>
    /// <param name="section">The section, in a relocatable file; 0 where it is not known.</param>
    internal NameId NameOf(ulong address, int section)
    {
        if (_elf.Type != ElfFileType.ET_REL)
        {
            int at = Array.BinarySearch(_starts, address);
            at = at >= 0 ? at : ~at - 1;
            section = at >= 0 && address - _starts[at] < _elf.Sections[_indices[at]].SizeBytes ? _indices[at] : 0;
        }

        if (section == 0)
        {
            return default;
        }

        if (!_names.TryGetValue(section, out NameId name))
        {
            name = _interner.Intern(Encoding.UTF8.GetBytes(_elf.NameOf(_elf.Sections[section])));
            _names[section] = name;
        }

        return name;
    }
}
