using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>How values of each form lie in a DIE and what they are (DWARF 5 §7.5.6).</summary>
internal static class DwarfForms
{
    /// <summary>Returned for a form whose size varies.</summary>
    internal const int Varies = -1;

    /// <summary>Returned for a form that is not known: the rest of the DIE cannot be found.</summary>
    internal const int Unknown = -2;

    /// <summary>Says how a form is read; returns its size in bytes, or <see cref="Varies"/> or <see cref="Unknown"/>.</summary>
    internal static int Describe(ulong form, in DwarfUnit unit, ref AbbreviationStep step)
    {
        int offsetBytes = unit.Is64 ? 8 : 4;
        switch (form)
        {
            case DW_FORM_addr:
                return Fixed(unit.AddressBytes, ValueClass.Address, ref step);
            case DW_FORM_data1:
                return Fixed(1, ValueClass.Constant, ref step);
            case DW_FORM_data2:
                return Fixed(2, ValueClass.Constant, ref step);
            case DW_FORM_data4:
                return Fixed(4, ValueClass.Constant, ref step);
            case DW_FORM_data8:
                return Fixed(8, ValueClass.Constant, ref step);
            case DW_FORM_flag:
                return Fixed(1, ValueClass.Flag, ref step);
            case DW_FORM_ref1:
                return Fixed(1, ValueClass.Reference, ref step);
            case DW_FORM_ref2:
                return Fixed(2, ValueClass.Reference, ref step);
            case DW_FORM_ref4:
                return Fixed(4, ValueClass.Reference, ref step);
            case DW_FORM_ref8:
                return Fixed(8, ValueClass.Reference, ref step);
            case DW_FORM_ref_addr:
                return Fixed(unit.Version < 3 ? unit.AddressBytes : offsetBytes, ValueClass.GlobalReference, ref step);
            case DW_FORM_ref_sig8:
                return Fixed(8, ValueClass.Signature, ref step);
            case DW_FORM_strp:
                return Fixed(offsetBytes, ValueClass.String, ref step);
            case DW_FORM_line_strp:
                return Fixed(offsetBytes, ValueClass.LineString, ref step);
            case DW_FORM_sec_offset:
                return Fixed(offsetBytes, ValueClass.SectionOffset, ref step);
            case DW_FORM_strx1:
                return Fixed(1, ValueClass.StringIndex, ref step);
            case DW_FORM_strx2:
                return Fixed(2, ValueClass.StringIndex, ref step);
            case DW_FORM_strx3:
                return Fixed(3, ValueClass.StringIndex, ref step);
            case DW_FORM_strx4:
                return Fixed(4, ValueClass.StringIndex, ref step);
            case DW_FORM_addrx1:
                return Fixed(1, ValueClass.AddressIndex, ref step);
            case DW_FORM_addrx2:
                return Fixed(2, ValueClass.AddressIndex, ref step);
            case DW_FORM_addrx3:
                return Fixed(3, ValueClass.AddressIndex, ref step);
            case DW_FORM_addrx4:
                return Fixed(4, ValueClass.AddressIndex, ref step);
            default:
                return DescribeOther(form, offsetBytes, ref step);
        }
    }

    private static int DescribeOther(ulong form, int offsetBytes, ref AbbreviationStep step)
    {
        switch (form)
        {
            case DW_FORM_implicit_const:
                return Implicit(ValueClass.SignedConstant, ref step);
            case DW_FORM_flag_present:
                return Implicit(ValueClass.Flag, ref step);
            case DW_FORM_udata:
                return Variable(StepOp.Uleb, ValueClass.Constant, ref step);
            case DW_FORM_sdata:
                return Variable(StepOp.Sleb, ValueClass.SignedConstant, ref step);
            case DW_FORM_ref_udata:
                return Variable(StepOp.Uleb, ValueClass.Reference, ref step);
            case DW_FORM_strx or DW_FORM_GNU_str_index:
                return Variable(StepOp.Uleb, ValueClass.StringIndex, ref step);
            case DW_FORM_addrx or DW_FORM_GNU_addr_index:
                return Variable(StepOp.Uleb, ValueClass.AddressIndex, ref step);
            case DW_FORM_loclistx or DW_FORM_rnglistx:
                return Variable(StepOp.Uleb, ValueClass.ListIndex, ref step);
            case DW_FORM_string:
                return Variable(StepOp.InlineString, ValueClass.InfoString, ref step);
            case DW_FORM_block1:
                return Variable(StepOp.Block1, ValueClass.Block, ref step);
            case DW_FORM_block2:
                return Variable(StepOp.Block2, ValueClass.Block, ref step);
            case DW_FORM_block4:
                return Variable(StepOp.Block4, ValueClass.Block, ref step);
            case DW_FORM_block or DW_FORM_exprloc:
                return Variable(StepOp.BlockUleb, ValueClass.Block, ref step);
            case DW_FORM_indirect:
                return Variable(StepOp.Indirect, ValueClass.None, ref step);
            case DW_FORM_data16:
                // Its value is not needed: a constant of this size is no size, offset or count that can be represented.
                step.Field = DieField.None;
                return 16;
            case DW_FORM_ref_sup4:
                return Fixed(4, ValueClass.Supplementary, ref step);
            case DW_FORM_ref_sup8:
                return Fixed(8, ValueClass.Supplementary, ref step);
            case DW_FORM_strp_sup or DW_FORM_GNU_ref_alt or DW_FORM_GNU_strp_alt:
                return Fixed(offsetBytes, ValueClass.Supplementary, ref step);
            default:
                return Unknown;
        }
    }

    private static int Fixed(int bytes, ValueClass valueClass, ref AbbreviationStep step)
    {
        step.Op = bytes switch { 1 => StepOp.Fixed1, 2 => StepOp.Fixed2, 3 => StepOp.Fixed3, 4 => StepOp.Fixed4, _ => StepOp.Fixed8 };
        step.Class = valueClass;
        return bytes;
    }

    private static int Variable(StepOp op, ValueClass valueClass, ref AbbreviationStep step)
    {
        step.Op = op;
        step.Class = valueClass;
        return Varies;
    }

    private static int Implicit(ValueClass valueClass, ref AbbreviationStep step)
    {
        step.Op = StepOp.Implicit;
        step.Class = valueClass;
        return 0;
    }
}
