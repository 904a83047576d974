using static BtfTool.TestKit.Dw;

namespace BtfTool.TestKit;

/// <summary>A DIE that attributes may refer to, before or after it is written.</summary>
public sealed class DwarfLabel
{
    internal DieDraft? Die { get; set; }
}

/// <summary>One attribute of a DIE as it is to be written.</summary>
/// <param name="Attribute">DW_AT_*.</param>
/// <param name="Form">DW_FORM_*.</param>
/// <param name="Value">A number, text, a label, the bytes of a block, the value as it is (ReadOnlyMemory), or the attribute inside.</param>
public sealed record DwarfAttribute(ushort Attribute, ushort Form, object Value)
{
    /// <summary>DW_AT_name as DW_FORM_string.</summary>
    public static DwarfAttribute Name(string name) => new(DW_AT_name, DW_FORM_string, name);

    /// <summary>DW_AT_type as DW_FORM_ref4.</summary>
    public static DwarfAttribute Type(DwarfLabel type) => new(DW_AT_type, DW_FORM_ref4, type);

    /// <summary>DW_AT_byte_size as DW_FORM_udata.</summary>
    public static DwarfAttribute Size(long bytes) => new(DW_AT_byte_size, DW_FORM_udata, bytes);

    /// <summary>DW_AT_data_member_location as DW_FORM_udata.</summary>
    public static DwarfAttribute At(long bytes) => new(DW_AT_data_member_location, DW_FORM_udata, bytes);

    /// <summary>DW_AT_declaration as DW_FORM_flag_present.</summary>
    public static DwarfAttribute Declared { get; } = new(DW_AT_declaration, DW_FORM_flag_present, 0L);

    internal void AddTo(DwarfAttributesDraft to)
    {
        switch (Value)
        {
            case string text:
                to.String(Attribute, text, Form);
                break;
            case DwarfLabel label:
                to.Reference(Attribute, () => label.Die ?? throw new InvalidOperationException("the label stands nowhere"), Form);
                break;
            case byte[] block:
                to.Block(Attribute, block, Form);
                break;
            case ReadOnlyMemory<byte> bytes:
                to.Raw(Attribute, Form, bytes.ToArray());
                break;
            case DwarfAttribute inside:
                (inside with { Attribute = Attribute }).AddTo(to);
                to.Indirect();
                break;
            case long address when Form == DW_FORM_addr:
                to.Address(Attribute, (ulong)address);
                break;
            default:
                to.Unsigned(Attribute, (ulong)(long)Value, Form);
                break;
        }
    }
}

/// <summary>
/// <see cref="DwarfAssembler"/> one DIE after the other: for what a test writes by numbers, and for what is no tree at all.
/// <code>
/// var d = new DieTreeAssembler();
/// d.BeginUnit();
/// DwarfLabel i = d.Base("int", 4);
/// d.Open(0x13, Name("s"), Size(8));
/// d.Die(0x0d, Name("a"), Type(i), At(4));
/// d.Close();
/// d.EndUnit();
/// byte[] elf = d.ToElf();
/// </code>
/// </summary>
public sealed class DieTreeAssembler(int version = 4, bool bigEndian = false, bool is64 = false, int addressBytes = 8)
{
    private readonly DwarfAssembler _assembler = new(bigEndian);
    private readonly Stack<DieDraft> _open = new();

    /// <summary>Starts a unit with its root DIE, a compile unit of C11 unless said otherwise. All units share their abbreviations.</summary>
    public DwarfUnitDraft BeginUnit(int language = 0x1d, byte unitType = DW_UT_compile, ushort tag = DW_TAG_compile_unit, int? writtenVersion = null,
        params DwarfAttribute[] attributes)
    {
        // Compilers have no name at 0, which in .debug_str is often the empty one.
        _ = _assembler.Strings.Place("");
        DwarfUnitDraft unit = _assembler.Unit(version, is64, addressBytes, unitType);
        unit.AbbreviationsOf = unit == _assembler.Units[0] ? null : _assembler.Units[0];
        unit.VersionAsWritten = (ushort?)writtenVersion;
        Fill(unit.Root, [DwarfAttribute.Name("unit.c"), new(DW_AT_language, DW_FORM_udata, (long)language), .. attributes]);
        (unit.Root.Tag, unit.Root.HasChildren) = (tag, true);
        _open.Push(unit.Root);
        return unit;
    }

    /// <summary>Ends the root DIE and the unit.</summary>
    /// <param name="writtenLength">The length to write; the true one unless given.</param>
    /// <param name="close">Whether to end the lists of children that are still open.</param>
    public void EndUnit(long? writtenLength = null, bool close = true)
    {
        _assembler.Units[^1].LengthAsWritten = (ulong?)writtenLength;
        while (_open.TryPop(out DieDraft? die))
        {
            die.WithoutEndOfChildren = !close;
        }
    }

    /// <summary>A DIE without children.</summary>
    public DwarfLabel Die(ushort tag, params DwarfAttribute[] attributes)
    {
        DieDraft die = _open.Peek().Add(tag);
        Fill(die, attributes);
        return new DwarfLabel { Die = die };
    }

    /// <summary>A DIE whose children follow up to <see cref="Close"/>.</summary>
    public DwarfLabel Open(ushort tag, params DwarfAttribute[] attributes)
    {
        DwarfLabel label = Die(tag, attributes);
        label.Die!.HasChildren = true;
        _open.Push(label.Die);
        return label;
    }

    /// <summary>Ends a list of children.</summary>
    public void Close() => _open.Pop();

    /// <summary>Bytes that are no DIE: in the list of children that is open, or behind the last unit.</summary>
    public void Raw(params byte[] bytes)
    {
        if (_open.TryPeek(out DieDraft? parent))
        {
            parent.Add(0).InsteadBytes = bytes;
        }
        else
        {
            _assembler.Spoil(".debug_info", info => [.. info, .. bytes]);
        }
    }

    /// <summary>Changes a section after it is written.</summary>
    public DieTreeAssembler Spoil(string section, Func<byte[], byte[]> change)
    {
        _assembler.Spoil(section, change);
        return this;
    }

    /// <summary>Changes one byte of <c>.debug_info</c> after it is written.</summary>
    public void SpoilByte(int at, byte value) => Spoil(".debug_info", info => [.. info[..at], value, .. info[(at + 1)..]]);

    /// <summary>Adds a section as it is.</summary>
    public DieTreeAssembler RawSection(string name, byte[] bytes)
    {
        _assembler.RawSection(name, bytes);
        return this;
    }

    /// <summary>A signed integer type, or one of another DW_ATE_*.</summary>
    public DwarfLabel Base(string name, long bytes, long encoding = DW_ATE_signed) =>
        Die(DW_TAG_base_type, DwarfAttribute.Name(name), DwarfAttribute.Size(bytes), new(DW_AT_encoding, DW_FORM_data1, encoding));

    /// <summary>A label to be placed later with <see cref="Place"/>.</summary>
    public static DwarfLabel NewLabel() => new();

    /// <summary>Makes a label stand for the DIE of another one.</summary>
    public static void Place(DwarfLabel label, DwarfLabel at) => label.Die = at.Die;

    /// <summary>An ELF file with the sections.</summary>
    public byte[] ToElf() => _assembler.ToElf(is64: addressBytes == 8);

    private static void Fill(DieDraft die, DwarfAttribute[] attributes)
    {
        foreach (DwarfAttribute attribute in attributes)
        {
            attribute.AddTo(die.Attributes);
        }
    }
}
