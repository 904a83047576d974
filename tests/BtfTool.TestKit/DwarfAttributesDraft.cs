using static BtfTool.TestKit.Dw;

namespace BtfTool.TestKit;

/// <summary>One attribute before it is written.</summary>
/// <param name="Attribute">DW_AT_*.</param>
/// <param name="Form">DW_FORM_* as the abbreviation has it.</param>
/// <param name="ImplicitValue">The value in the abbreviation, of DW_FORM_implicit_const.</param>
/// <param name="Write">Writes the value.</param>
public sealed record DwarfAttributeDraft(ushort Attribute, ushort Form, long ImplicitValue, Action<DwarfValueWriter> Write);

/// <summary>
/// The attributes of an entry. Any attribute can have any form; the short names choose what compilers write. Nothing is checked.
/// </summary>
public sealed class DwarfAttributesDraft
{
    private readonly List<DwarfAttributeDraft> _list = [];

    /// <summary>The attributes in order.</summary>
    public IReadOnlyList<DwarfAttributeDraft> List => _list;

    /// <summary>Adds an attribute whose value is written by the caller.</summary>
    public DwarfAttributesDraft Add(ushort attribute, ushort form, Action<DwarfValueWriter> write, long implicitValue = 0)
    {
        _list.Add(new DwarfAttributeDraft(attribute, form, implicitValue, write));
        return this;
    }

    /// <summary>Adds an attribute with the bytes of its value.</summary>
    public DwarfAttributesDraft Raw(ushort attribute, ushort form, params byte[] bytes) => Add(attribute, form, w => w.Bytes.Raw(bytes));

    /// <summary>Makes the last attribute DW_FORM_indirect, with its form before its value.</summary>
    public DwarfAttributesDraft Indirect()
    {
        DwarfAttributeDraft last = _list[^1];
        _list[^1] = last with
        {
            Form = DW_FORM_indirect,
            Write = w =>
            {
                w.Bytes.Unsigned(last.Form);
                if (last.Form == DW_FORM_implicit_const)
                {
                    w.Bytes.Signed(last.ImplicitValue);
                }

                last.Write(w);
            },
        };
        return this;
    }

    /// <summary>A string in one of the forms of strings.</summary>
    public DwarfAttributesDraft String(ushort attribute, string text, ushort form = DW_FORM_strp) => Add(attribute, form, w => w.String(text, form));

    /// <summary>An unsigned constant; the smallest DW_FORM_data unless a form is given.</summary>
    public DwarfAttributesDraft Unsigned(ushort attribute, ulong value, ushort form = 0)
    {
        ushort chosen = form != 0 ? form : value switch
        {
            <= byte.MaxValue => DW_FORM_data1,
            <= ushort.MaxValue => DW_FORM_data2,
            <= uint.MaxValue => DW_FORM_data4,
            _ => DW_FORM_data8,
        };
        return chosen == DW_FORM_implicit_const
            ? Implicit(attribute, (long)value) : Add(attribute, chosen, w => w.Constant(value, chosen));
    }

    /// <summary>A signed constant.</summary>
    public DwarfAttributesDraft Signed(ushort attribute, long value, ushort form = DW_FORM_sdata) => Unsigned(attribute, (ulong)value, form);

    /// <summary>A constant that lies in the abbreviation.</summary>
    public DwarfAttributesDraft Implicit(ushort attribute, long value) => Add(attribute, DW_FORM_implicit_const, _ => { }, value);

    /// <summary>A flag that is set: DW_FORM_flag_present, or DW_FORM_flag with a byte.</summary>
    public DwarfAttributesDraft Flag(ushort attribute, ushort form = DW_FORM_flag_present) => Add(attribute, form, w => w.Constant(1, form));

    /// <summary>A reference to an entry, of this unit or (DW_FORM_ref_addr) of any.</summary>
    public DwarfAttributesDraft Reference(ushort attribute, DieDraft target, ushort form = DW_FORM_ref4) => Reference(attribute, () => target, form);

    /// <summary>A reference to an entry that is made later.</summary>
    public DwarfAttributesDraft Reference(ushort attribute, Func<DieDraft> target, ushort form = DW_FORM_ref4) =>
        Add(attribute, form, w => w.Reference(target(), form));

    /// <summary>A reference to the type of a type unit.</summary>
    public DwarfAttributesDraft Signature(ushort attribute, ulong signature) => Add(attribute, DW_FORM_ref_sig8, w => w.Bytes.Integer(signature, 8));

    /// <summary>A block or expression; DW_FORM_block1 unless a form is given.</summary>
    public DwarfAttributesDraft Block(ushort attribute, byte[] bytes, ushort form = DW_FORM_block1) => Add(attribute, form, w => w.Block(bytes, form));

    /// <summary>An offset into a section of another kind.</summary>
    public DwarfAttributesDraft SectionOffset(ushort attribute, ulong offset, string section, ushort form = DW_FORM_sec_offset) =>
        Add(attribute, form, w => w.SectionOffset(offset, section));

    /// <summary>An address, as it is or by its number in .debug_addr.</summary>
    public DwarfAttributesDraft Address(ushort attribute, ulong address, ushort form = DW_FORM_addr) => Add(attribute, form, w => w.Address(address, form));

    public DwarfAttributesDraft Name(string name, ushort form = DW_FORM_strp) => String(DW_AT_name, name, form);

    public DwarfAttributesDraft Producer(string text, ushort form = DW_FORM_strp) => String(DW_AT_producer, text, form);

    public DwarfAttributesDraft Folder(string text, ushort form = DW_FORM_strp) => String(DW_AT_comp_dir, text, form);

    public DwarfAttributesDraft Language(ulong language) => Unsigned(DW_AT_language, language);

    public DwarfAttributesDraft ByteSize(ulong bytes, ushort form = 0) => Unsigned(DW_AT_byte_size, bytes, form);

    public DwarfAttributesDraft BitSize(ulong bits, ushort form = 0) => Unsigned(DW_AT_bit_size, bits, form);

    public DwarfAttributesDraft DataBitOffset(ulong bits, ushort form = 0) => Unsigned(DW_AT_data_bit_offset, bits, form);

    public DwarfAttributesDraft BitOffset(ulong bits, ushort form = 0) => Unsigned(DW_AT_bit_offset, bits, form);

    public DwarfAttributesDraft Encoding(ulong encoding) => Unsigned(DW_AT_encoding, encoding);

    public DwarfAttributesDraft Alignment(ulong bytes, ushort form = 0) => Unsigned(DW_AT_alignment, bytes, form);

    public DwarfAttributesDraft Declaration(ushort form = DW_FORM_flag_present) => Flag(DW_AT_declaration, form);

    public DwarfAttributesDraft External(ushort form = DW_FORM_flag_present) => Flag(DW_AT_external, form);

    /// <summary>The type, in this unit or by another form.</summary>
    public DwarfAttributesDraft Type(DieDraft type, ushort form = DW_FORM_ref4) => Reference(DW_AT_type, type, form);

    /// <summary>A type that is made later.</summary>
    public DwarfAttributesDraft Type(Func<DieDraft> type, ushort form = DW_FORM_ref4) => Reference(DW_AT_type, type, form);

    /// <summary>The place of a member as a constant.</summary>
    public DwarfAttributesDraft MemberLocation(ulong bytes, ushort form = 0) => Unsigned(DW_AT_data_member_location, bytes, form);

    /// <summary>The place of a member as DWARF 2 has it: an expression of DW_OP_plus_uconst.</summary>
    public DwarfAttributesDraft MemberLocationExpression(ulong bytes, ushort form = DW_FORM_block1)
    {
        var expression = new DwarfBytes(bigEndian: false);
        expression.Raw([DW_OP_plus_uconst]);
        expression.Unsigned(bytes);
        return Block(DW_AT_data_member_location, expression.ToArray(), form);
    }

    /// <summary>Where it is declared: the number of a file of the unit, and a line.</summary>
    public DwarfAttributesDraft Declared(ulong file, ulong line) => Unsigned(DW_AT_decl_file, file).Unsigned(DW_AT_decl_line, line);

    /// <summary>The table of the lines and files of the unit; before DWARF 4 its form is DW_FORM_data4 or data8.</summary>
    public DwarfAttributesDraft LineTable(ushort form = DW_FORM_sec_offset) =>
        Add(DW_AT_stmt_list, form, w => w.OwnTable(".debug_line"));

    /// <summary>The strings that DW_FORM_strx counts from.</summary>
    public DwarfAttributesDraft StringOffsetsBase() => Add(DW_AT_str_offsets_base, DW_FORM_sec_offset, w => w.OwnTable(".debug_str_offsets"));

    /// <summary>The addresses that DW_FORM_addrx counts from.</summary>
    public DwarfAttributesDraft AddressBase() => Add(DW_AT_addr_base, DW_FORM_sec_offset, w => w.OwnTable(".debug_addr"));
}
