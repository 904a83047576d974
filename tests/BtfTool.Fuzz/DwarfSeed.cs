using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using static BtfTool.TestKit.Dw;

namespace BtfTool.Fuzz;

/// <summary>What a few bytes of DWARF mean.</summary>
internal enum DwarfSlotKind
{
    /// <summary>Code of an abbreviation, where it is defined.</summary>
    Code,

    /// <summary>DW_TAG.</summary>
    Tag,

    /// <summary>DW_CHILDREN.</summary>
    Children,

    /// <summary>DW_AT.</summary>
    Attribute,

    /// <summary>DW_FORM.</summary>
    Form,

    /// <summary>Length of a unit.</summary>
    UnitLength,

    /// <summary>Version, type, address size or place of the abbreviations of a unit.</summary>
    UnitHeader,

    /// <summary>Code of a DIE.</summary>
    Die,

    /// <summary>A reference to a DIE.</summary>
    Reference,

    /// <summary>Place or number of a name.</summary>
    Name,

    /// <summary>Size, place, count, bound or value.</summary>
    Number,

    /// <summary>A word of a relocation, or of a table of offsets.</summary>
    Word,
}

/// <summary>A few bytes of an input, and what they mean.</summary>
internal readonly record struct DwarfSlot(DwarfSlotKind Kind, int At, int Bytes);

/// <summary>An ELF file with DWARF to start from: where its sections are, and what the bytes in them mean.</summary>
internal sealed class DwarfSeed
{
    private static readonly string[] s_read = [".debug_info", ".debug_abbrev", ".debug_str", ".debug_str_offsets", ".debug_line_str", ".debug_addr"];
    private readonly List<DwarfSlot> _slots = [];
    private readonly List<(int Start, int Length)> _ranges = [];
    private readonly List<uint> _dies = [];

    /// <summary>Maps a file; one that is compressed has ranges only.</summary>
    public DwarfSeed(string name, byte[] elf)
    {
        Name = name;
        Elf = elf;
        ElfFile file = ElfFile.Parse(name, ByteRegion.FromBytes(elf));
        IsBigEndian = file.IsBigEndian;
        bool isPlain = true;
        foreach (ref readonly ElfSection section in file.Sections)
        {
            if (!section.HasBytes || section.SizeBytes == 0 || file.NameOf(section) is var of && !of.Contains("debug_", StringComparison.Ordinal))
            {
                continue;
            }

            _ranges.Add(((int)section.FileOffset, (int)section.SizeBytes));
            isPlain &= !section.IsCompressed && !of.StartsWith(".z", StringComparison.Ordinal);
            if (of.StartsWith(".rel", StringComparison.Ordinal) || of == ".debug_str_offsets")
            {
                AddWords((int)section.FileOffset, (int)section.SizeBytes);
            }
        }

        if (isPlain)
        {
            Map(file);
        }
    }

    /// <summary>What it is, for messages.</summary>
    public string Name { get; }

    /// <summary>The file.</summary>
    public byte[] Elf { get; }

    /// <summary>Byte order.</summary>
    public bool IsBigEndian { get; }

    /// <summary>What can be spoiled knowing what it is.</summary>
    public IReadOnlyList<DwarfSlot> Slots => _slots;

    /// <summary>Where the sections of DWARF and their relocations lie.</summary>
    public IReadOnlyList<(int Start, int Length)> Ranges => _ranges;

    /// <summary>Offsets of DIEs in their units.</summary>
    public IReadOnlyList<uint> Dies => _dies;

    private void AddWords(int start, int length)
    {
        for (int at = 0; at + 4 <= length; at += 4)
        {
            _slots.Add(new(DwarfSlotKind.Word, start + at, 4));
        }
    }

    // With the tables of the reader under test: what it understands is worth spoiling; what it does not is spoiled as bytes.
    private void Map(ElfFile elf)
    {
        try
        {
            var file = Core.Dwarf.DwarfFile.Open(elf, Name);
            int info = Start(elf, s_read[0]);
            int abbreviations = Start(elf, s_read[1]);
            MapAbbreviations(abbreviations, (int)file.Sections.Abbreviations.Length);
            foreach (ref readonly Core.Dwarf.DwarfUnit unit in file.Units)
            {
                MapUnit(file, info, unit);
            }
        }
        catch (InvalidImageException)
        {
            // The ranges are enough.
        }
    }

    private static int Start(ElfFile elf, string name)
    {
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            if (section.HasBytes && elf.NameOf(section) == name)
            {
                return (int)section.FileOffset;
            }
        }

        throw new InvalidImageException(name, "", -1, "no such section");
    }

    private void MapAbbreviations(int start, int length)
    {
        int at = start;
        int end = start + length;
        while (at < end)
        {
            if (Elf[at] == 0)
            {
                at++;
                continue;
            }

            Add(DwarfSlotKind.Code, ref at);
            Add(DwarfSlotKind.Tag, ref at);
            Add(DwarfSlotKind.Children, ref at);
            while (at + 1 < end && (Elf[at] != 0 || Elf[at + 1] != 0))
            {
                Add(DwarfSlotKind.Attribute, ref at);
                int form = Elf[at];
                Add(DwarfSlotKind.Form, ref at);
                if (form == DW_FORM_implicit_const)
                {
                    Add(DwarfSlotKind.Number, ref at);
                }
            }

            at += 2;
        }
    }

    // A LEB128 number.
    private void Add(DwarfSlotKind kind, ref int at)
    {
        int start = at;
        while (Elf[at++] >= 0x80)
        {
        }

        _slots.Add(new(kind, start, at - start));
    }

    private void MapUnit(Core.Dwarf.DwarfFile file, int info, in Core.Dwarf.DwarfUnit unit)
    {
        int start = info + (int)unit.Offset;
        _slots.Add(new(DwarfSlotKind.UnitLength, start, 4));
        int header = unit.Is64 ? 12 : 4;
        for (int at = header; at < unit.HeaderBytes; at++)
        {
            _slots.Add(new(DwarfSlotKind.UnitHeader, start + at, 1));
        }

        var table = new Core.Dwarf.AbbreviationTable(Name);
        table.Read(file.Sections.Abbreviations, unit);
        var reader = new Core.Dwarf.DieReader(file, unit);
        while (!reader.AtEnd)
        {
            uint die = reader.Offset;
            ulong code = reader.ReadUleb();
            _slots.Add(new(DwarfSlotKind.Die, start + (int)die, (int)(reader.Offset - die)));
            if (code != 0 && table.TryGet(code, out int index))
            {
                _dies.Add(die);
                uint values = reader.Offset;
                reader.Skip(table, table[index]);
                AddValues(start, values, reader.Offset);
            }
        }
    }

    // Which value is which is not asked: of a DIE's bytes each may be the start of a reference, a name or a number.
    private void AddValues(int start, uint from, uint to)
    {
        for (uint at = from; at < to; at++)
        {
            int bytes = (int)Math.Min(4, to - at);
            _slots.Add(new(DwarfSlotKind.Reference + (int)((at - from) % 3), start + (int)at, bytes));
        }
    }
}
