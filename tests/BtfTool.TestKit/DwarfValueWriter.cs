using static BtfTool.TestKit.Dw;

namespace BtfTool.TestKit;

/// <summary>Writes the values of attributes into the section of a unit.</summary>
public sealed class DwarfValueWriter
{
    // So that the length of a reference does not depend on where it points.
    private const int PaddedReferenceBytes = 5;

    internal DwarfValueWriter(DwarfAssembler assembler, DwarfUnitDraft unit, DwarfBytes bytes)
    {
        Assembler = assembler;
        Unit = unit;
        Bytes = bytes;
    }

    /// <summary>The section, for values that nothing here writes.</summary>
    public DwarfBytes Bytes { get; }

    /// <summary>The unit that is written.</summary>
    public DwarfUnitDraft Unit { get; }

    private DwarfAssembler Assembler { get; }

    /// <summary>Writes a constant in a form of constants, flags or numbers.</summary>
    public void Constant(ulong value, ushort form)
    {
        switch (form)
        {
            case DW_FORM_udata or DW_FORM_strx or DW_FORM_addrx or DW_FORM_loclistx or DW_FORM_rnglistx or DW_FORM_GNU_str_index
                or DW_FORM_GNU_addr_index:
                Bytes.Unsigned(value);
                break;
            case DW_FORM_sdata:
                Bytes.Signed((long)value);
                break;
            case DW_FORM_flag_present or DW_FORM_implicit_const:
                break;
            default:
                Bytes.Integer(value, FixedBytes(form));
                break;
        }
    }

    /// <summary>Writes a string or a place of one.</summary>
    public void String(string text, ushort form)
    {
        switch (form)
        {
            case DW_FORM_string:
                Bytes.Text(text);
                break;
            case DW_FORM_strp or DW_FORM_strp_sup or DW_FORM_GNU_strp_alt:
                Bytes.Offset(Assembler.Strings.Place(text), Unit.OffsetBytes, ".debug_str");
                break;
            case DW_FORM_line_strp:
                Bytes.Offset(Assembler.LineStrings.Place(text), Unit.OffsetBytes, ".debug_line_str");
                break;
            default:
                Constant((ulong)Unit.StringIndex(Assembler.Strings.Place(text)), form);
                break;
        }
    }

    /// <summary>Writes a reference to an entry.</summary>
    public void Reference(DieDraft target, ushort form)
    {
        ulong inUnit = (ulong)(target.SectionOffset - (target.Unit ?? Unit).SectionOffset);
        switch (form)
        {
            case DW_FORM_ref_addr:
                // DWARF 2 §7.5.4: as large as an address; from DWARF 3 on as an offset.
                Bytes.Offset((ulong)target.SectionOffset, Unit.Version == 2 ? Unit.AddressBytes : Unit.OffsetBytes, ".debug_info");
                break;
            case DW_FORM_ref_udata:
                Bytes.Unsigned(inUnit, PaddedReferenceBytes);
                break;
            case DW_FORM_GNU_ref_alt:
                Bytes.Integer((ulong)target.SectionOffset, Unit.OffsetBytes);
                break;
            case DW_FORM_ref_sig8:
                Bytes.Integer(target.Unit?.Signature ?? 0, 8);
                break;
            default:
                Bytes.Integer(inUnit, FixedBytes(form));
                break;
        }
    }

    /// <summary>Writes the length of a block and its bytes.</summary>
    public void Block(byte[] block, ushort form)
    {
        if (form is DW_FORM_block or DW_FORM_exprloc)
        {
            Bytes.Unsigned((ulong)block.Length);
        }
        else
        {
            Bytes.Integer((ulong)block.Length, form == DW_FORM_block4 ? 4 : form == DW_FORM_block2 ? 2 : 1);
        }

        Bytes.Raw(block);
    }

    /// <summary>Writes an address or the number of one.</summary>
    public void Address(ulong address, ushort form)
    {
        if (form == DW_FORM_addr)
        {
            Bytes.Integer(address, Unit.AddressBytes);
        }
        else
        {
            Constant((ulong)Unit.AddressIndex(address), form);
        }
    }

    /// <summary>Writes an offset into a section, as large as the unit's format has them.</summary>
    public void SectionOffset(ulong offset, string section) => Bytes.Offset(offset, Unit.OffsetBytes, section);

    /// <summary>Writes where the unit's own part of a section begins.</summary>
    public void OwnTable(string section) => SectionOffset(Unit.TableOffsets.GetValueOrDefault(section), section);

    private static int FixedBytes(ushort form) => form switch
    {
        DW_FORM_data1 or DW_FORM_ref1 or DW_FORM_strx1 or DW_FORM_addrx1 or DW_FORM_flag => 1,
        DW_FORM_data2 or DW_FORM_ref2 or DW_FORM_strx2 or DW_FORM_addrx2 => 2,
        DW_FORM_strx3 or DW_FORM_addrx3 => 3,
        DW_FORM_data8 or DW_FORM_ref8 or DW_FORM_ref_sup8 or DW_FORM_ref_sig8 => 8,
        DW_FORM_data16 => 16,
        _ => 4,
    };
}
