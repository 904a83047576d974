using BtfTool.TestKit;
using static BtfTool.TestKit.Dw;

namespace BtfTool.Core.Tests.TestKit;

/// <summary>Assembled DWARF that several tests use.</summary>
internal static class DwarfSamples
{
    /// <summary>A unit of C with one or more types of most kinds, in the forms that its version has.</summary>
    public static DwarfAssembler Everything(int version, bool dwarf64, bool bigEndian, int addressBytes = 8)
    {
        var d = new DwarfAssembler(bigEndian);
        DwarfUnitDraft u = d.Unit(version, dwarf64, addressBytes);
        ushort section = version >= 4 ? DW_FORM_sec_offset : dwarf64 ? DW_FORM_data8 : DW_FORM_data4;
        ushort flag = version >= 4 ? DW_FORM_flag_present : DW_FORM_flag;
        ushort name = version >= 5 ? DW_FORM_line_strp : DW_FORM_strp;
        u.WithSiblings = true;
        u.Files.AddRange(["a.c", "b.h"]);
        u.Top(a => a.Producer("an assembler").Language(12).Name("a.c", name).Folder("/src", DW_FORM_string).LineTable(section));
        if (version >= 5)
        {
            u.Top(a => a.StringOffsetsBase().AddressBase());
        }

        DieDraft i = u.Base("int", 4, DW_ATE_signed);
        DieDraft s = u.Die(DW_TAG_structure_type, a => a.Name("s").ByteSize(24).Declared(1, 3));
        s.Member("a", i, 0).Child(DW_TAG_member, a => a.Name("next", DW_FORM_string).Type(() => Pointer(u)).MemberLocationExpression(8));
        if (version >= 4)
        {
            s.Bitfield("bits", i, bitOffset: 128, bitSize: 3);
        }

        s.LegacyBitfield("old", i, offsetBytes: 16, storageBytes: 4, bitOffset: 26, bitSize: 3);
        u.Pointer(s);
        u.Die(DW_TAG_union_type, a => a.ByteSize(4, DW_FORM_udata)).Child(DW_TAG_member, a => a.Name("u").Type(i, DW_FORM_ref_udata));
        u.Array(i).UpperBound(2).UpperBound(3);
        u.Array(i).Count(7).Child(DW_TAG_subrange_type);
        u.Die(DW_TAG_enumeration_type, a => a.Name("e").ByteSize(4).Type(i, DW_FORM_ref8)).Enumerator("MINUS", -1).Enumerator("ONE", 1);
        u.Typedef("t", s);
        u.Die(DW_TAG_const_type);
        u.Die(DW_TAG_volatile_type, a => a.Type(i, DW_FORM_ref_addr));
        u.Die(DW_TAG_structure_type, a => a.Name("declared").Declaration(flag));
        u.Die(DW_TAG_subroutine_type, a => a.Type(i).Flag(DW_AT_prototyped, flag))
            .Child(DW_TAG_formal_parameter, a => a.Type(i, DW_FORM_ref2)).Child(DW_TAG_unspecified_parameters);
        u.Die(DW_TAG_subprogram, a => a.Name("f").Type(i).External(flag).Address(DW_AT_low_pc, 0x1000).Unsigned(DW_AT_high_pc, 0x1010, DW_FORM_data8))
            .Child(DW_TAG_lexical_block, null, block => block.Child(DW_TAG_variable, a => a.Name("inner").Type(i)));
        u.Die(DW_TAG_variable, a => a.Name("v").Type(i).Block(DW_AT_location, Location(addressBytes), version >= 4 ? DW_FORM_exprloc : DW_FORM_block1));
        if (version >= 5)
        {
            AddFormsOfDwarf5(u, i);
        }

        return d;
    }

    private static void AddFormsOfDwarf5(DwarfUnitDraft u, DieDraft i)
    {
        u.Die(DW_TAG_structure_type, a => a.Name("by_index", DW_FORM_strx1).ByteSize(8).Implicit(DW_AT_alignment, 64))
            .Child(DW_TAG_member, a => a.Name("x2", DW_FORM_strx2).Type(i).MemberLocation(0, DW_FORM_implicit_const))
            .Child(DW_TAG_member, a => a.Name("x3", DW_FORM_strx3).Type(i).MemberLocation(4, DW_FORM_sdata))
            .Child(DW_TAG_member, a => a.Name("x", DW_FORM_strx).Type(i).MemberLocation(4, DW_FORM_data8))
            .Child(DW_TAG_member, a => a.Name("x4", DW_FORM_strx4).Type(i).Unsigned(DW_AT_data_member_location, 4, DW_FORM_udata).Indirect());
        u.Die(DW_TAG_variable, a => a.Name("wide").Type(i).Raw(DW_AT_const_value, DW_FORM_data16, [.. Enumerable.Range(0, 16).Select(n => (byte)n)]));
        u.Die(DW_TAG_subprogram, a => a.Name("g").Address(DW_AT_low_pc, 0x2000, DW_FORM_addrx).Unsigned(DW_AT_high_pc, 16, DW_FORM_data4));
    }

    private static DieDraft Pointer(DwarfUnitDraft u) => u.Root.Children.First(die => die.Tag == DW_TAG_pointer_type);

    private static byte[] Location(int addressBytes) => [DW_OP_addr, .. new byte[addressBytes]];
}
