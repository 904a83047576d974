using static BtfTool.TestKit.Dw;

namespace BtfTool.TestKit;

/// <summary>How the offsets into other sections become relocations in a relocatable file.</summary>
/// <param name="Type32">The machine's type for 4 bytes.</param>
/// <param name="Type64">The machine's type for 8 bytes.</param>
/// <param name="WithAddends">RELA, with zeros in place; REL, with the addend in place, otherwise.</param>
public sealed record DwarfRelocations(uint Type32, uint Type64, bool WithAddends = true);

/// <summary>
/// Writes DWARF 2 to 5, well-formed or not, in a way that reads like the tree that it makes:
/// <code>
/// var d = new DwarfAssembler();
/// DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12));
/// DieDraft i = u.Base("int", 4, DW_ATE_signed);
/// u.Die(DW_TAG_structure_type, a => a.Name("s").ByteSize(8)).Member("a", i, 0).Bitfield("b", i, bitOffset: 32, bitSize: 3);
/// byte[] elf = d.ToElf();
/// </code>
/// Nothing is checked: sizes, forms and references are written as given; what can be derived is derived unless it is set.
/// </summary>
/// <param name="bigEndian">Byte order of all sections.</param>
public sealed class DwarfAssembler(bool bigEndian = false)
{
    private readonly List<DwarfUnitDraft> _units = [];
    private readonly List<(string Name, byte[] Bytes)> _raw = [];
    private readonly List<(string Name, Func<byte[], byte[]> Change)> _changes = [];

    /// <summary>Byte order of all sections.</summary>
    public bool IsBigEndian { get; } = bigEndian;

    /// <summary>.debug_str.</summary>
    public DwarfStringsDraft Strings { get; } = new();

    /// <summary>.debug_line_str.</summary>
    public DwarfStringsDraft LineStrings { get; } = new();

    /// <summary>The units in order.</summary>
    public IReadOnlyList<DwarfUnitDraft> Units => _units;

    /// <summary>Adds a unit with an entry at its top and nothing else.</summary>
    public DwarfUnitDraft Unit(int version, bool dwarf64 = false, int addressBytes = 8, byte unitType = DW_UT_compile)
    {
        var unit = new DwarfUnitDraft(version, dwarf64, addressBytes, unitType);
        _units.Add(unit);
        return unit;
    }

    /// <summary>Adds a type unit: in .debug_types before DWARF 5, among the others since.</summary>
    public DwarfUnitDraft TypeUnit(int version, ulong signature, bool dwarf64 = false, int addressBytes = 8)
    {
        DwarfUnitDraft unit = Unit(version, dwarf64, addressBytes, DW_UT_type);
        unit.Signature = signature;
        return unit;
    }

    /// <summary>Adds a section as it is.</summary>
    public DwarfAssembler RawSection(string name, byte[] bytes)
    {
        _raw.Add((name, bytes));
        return this;
    }

    /// <summary>Changes a section after it is written: cuts it short, flips bytes, empties it.</summary>
    public DwarfAssembler Spoil(string name, Func<byte[], byte[]> change)
    {
        _changes.Add((name, change));
        return this;
    }

    /// <summary>The sections that are not empty, by name, in the order in which they are written.</summary>
    public List<(string Name, byte[] Bytes)> ToSections() =>
        [.. Write().Select(s => (s.Name, s.Bytes.ToArray())).Concat(_raw).Where(s => s.Item2.Length > 0).Select(s => (s.Name, Spoiled(s.Name, s.Item2)))];

    /// <summary>One section; empty when there is none of that name.</summary>
    public byte[] ToSection(string name) => ToSections().FirstOrDefault(s => s.Name == name).Bytes ?? [];

    /// <summary>An ELF file with the sections.</summary>
    /// <param name="is64">64-bit ELF.</param>
    /// <param name="machine">e_machine; x86-64 unless given.</param>
    /// <param name="relocations">Makes it relocatable (ET_REL) with relocations; null for ET_EXEC with the offsets in place.</param>
    /// <param name="compressed">Compresses the sections (SHF_COMPRESSED, zlib).</param>
    public byte[] ToElf(bool is64 = true, ushort machine = 62, DwarfRelocations? relocations = null, bool compressed = false)
    {
        var elf = new ElfAssembler(is64, IsBigEndian, machine, type: (ushort)(relocations is null ? 2 : 1));
        if (relocations is not null)
        {
            DwarfElf.AddRelocatable(elf, Written(), relocations, Spoiled, compressed);
        }
        else
        {
            foreach ((string name, byte[] bytes) in ToSections())
            {
                DwarfElf.Add(elf, name, bytes, compressed);
            }
        }

        return elf.ToBytes();
    }

    private List<(string Name, DwarfBytes Bytes)> Written()
    {
        List<(string Name, DwarfBytes Bytes)> sections = [.. Write().Where(s => s.Bytes.Length > 0)];
        foreach ((string name, byte[] raw) in _raw)
        {
            var bytes = new DwarfBytes(IsBigEndian);
            bytes.Raw(raw);
            sections.Add((name, bytes));
        }

        return sections;
    }

    private byte[] Spoiled(string name, byte[] bytes) => _changes.Where(c => c.Name == name).Aggregate(bytes, (b, change) => change.Change(b));

    // The first pass finds places, strings and abbreviations; sizes do not depend on them, so that the second has all right.
    private List<(string Name, DwarfBytes Bytes)> Write()
    {
        _ = WriteUnits();
        var tables = new DwarfTables(IsBigEndian);
        foreach (DwarfUnitDraft unit in _units)
        {
            tables.Add(unit);
        }

        (DwarfBytes info, DwarfBytes types) = WriteUnits();
        return
        [
            (".debug_info", info), (".debug_types", types), (".debug_abbrev", tables.Abbreviations), (".debug_line", tables.Lines),
            (".debug_str_offsets", tables.StringOffsets), (".debug_addr", tables.Addresses),
            (".debug_str", Bytes(Strings)), (".debug_line_str", Bytes(LineStrings)),
        ];
    }

    private DwarfBytes Bytes(DwarfStringsDraft strings)
    {
        var bytes = new DwarfBytes(IsBigEndian);
        bytes.Raw(strings.ToArray());
        return bytes;
    }

    private (DwarfBytes Info, DwarfBytes Types) WriteUnits()
    {
        var info = new DwarfBytes(IsBigEndian);
        var types = new DwarfBytes(IsBigEndian);
        foreach (DwarfUnitDraft unit in _units)
        {
            WriteUnit(unit, unit.SectionName == ".debug_types" ? types : info);
        }

        return (info, types);
    }

    private void WriteUnit(DwarfUnitDraft unit, DwarfBytes to)
    {
        unit.SectionOffset = to.Length;
        int lengthBytes = unit.IsDwarf64 ? 12 : 4;
        to.InitialLength(unit.LengthAsWritten ?? (ulong)Math.Max(0, unit.EndOffset - unit.SectionOffset - lengthBytes), unit.IsDwarf64);
        to.Integer(unit.VersionAsWritten ?? (ulong)unit.Version, 2);
        ulong abbreviations = unit.AbbreviationsOffsetAsWritten ?? (ulong)(unit.AbbreviationsOf ?? unit).AbbreviationsOffset;
        byte addressBytes = unit.AddressBytesAsWritten ?? (byte)unit.AddressBytes;
        if (unit.Version >= 5)
        {
            to.Integer(unit.UnitTypeAsWritten ?? unit.UnitType, 1);
            to.Integer(addressBytes, 1);
            to.Offset(abbreviations, unit.OffsetBytes, ".debug_abbrev");
        }
        else
        {
            to.Offset(abbreviations, unit.OffsetBytes, ".debug_abbrev");
            to.Integer(addressBytes, 1);
        }

        if (unit.IsOfTypes || (unit.Version >= 5 && unit.UnitType is DW_UT_skeleton or DW_UT_split_compile))
        {
            to.Integer(unit.Signature, 8);
        }

        if (unit.IsOfTypes)
        {
            DieDraft? type = unit.TypeDie ?? (unit.Root.Children.Count > 0 ? unit.Root.Children[0] : null);
            to.Integer((ulong)((type?.SectionOffset ?? unit.SectionOffset) - unit.SectionOffset), unit.OffsetBytes);
        }

        WriteTree(unit, to);
        to.Raw(unit.Tail);
        unit.EndOffset = to.Length;
    }

    // With a stack of its own, so that trees can be as deep as a reader must expect.
    private void WriteTree(DwarfUnitDraft unit, DwarfBytes to)
    {
        var writer = new DwarfValueWriter(this, unit, to);
        var open = new Stack<(DieDraft Die, int Next)>();
        WriteDie(unit.Root, writer);
        open.Push((unit.Root, 0));
        while (open.TryPop(out (DieDraft Die, int Next) at))
        {
            if (at.Die.WritesChildren && at.Next < at.Die.Children.Count)
            {
                DieDraft child = at.Die.Children[at.Next];
                open.Push((at.Die, at.Next + 1));
                WriteDie(child, writer);
                open.Push((child, 0));
                continue;
            }

            if (at.Die.WritesChildren && !at.Die.WithoutEndOfChildren)
            {
                to.Raw([0]);
            }

            at.Die.EndOffset = to.Length;
        }
    }

    private static void WriteDie(DieDraft die, DwarfValueWriter writer)
    {
        die.Unit = writer.Unit;
        die.SectionOffset = writer.Bytes.Length;
        if (die.InsteadBytes is { } instead)
        {
            writer.Bytes.Raw(instead);
            return;
        }

        IReadOnlyList<DwarfAttributeDraft> attributes = die.Attributes.List;
        if (writer.Unit.WithSiblings && die.WritesChildren && die != writer.Unit.Root)
        {
            int end = die.EndOffset - writer.Unit.SectionOffset;
            attributes = [.. attributes, new DwarfAttributeDraft(DW_AT_sibling, DW_FORM_ref4, 0, w => w.Bytes.Integer((ulong)end, 4))];
        }

        ulong code = writer.Unit.CodeOf(die, attributes);
        writer.Bytes.Unsigned(die.AbbreviationCode ?? code);
        foreach (DwarfAttributeDraft attribute in attributes)
        {
            attribute.Write(writer);
        }

        writer.Bytes.Raw(die.Tail);
    }
}
