using static BtfTool.TestKit.Dw;

namespace BtfTool.TestKit;

/// <summary>
/// DWARF that is allowed, or was written by compilers of the past, and that the compilers at hand do not write: one program for each
/// way to read it wrongly.
/// </summary>
public static class DwarfTraps
{
    /// <summary>
    /// Members of <c>s</c> at 4, 0x10000 and 8 in forms that in DWARF 3 may also mean a location list (DW_FORM_data4, data8), and one in
    /// an expression with DW_OP_constu and DW_OP_plus, at 12.
    /// </summary>
    public static DwarfAssembler MemberLocationsInFormsOfLists()
    {
        DwarfUnitDraft u = Unit(3, out DwarfAssembler d, out DieDraft i);
        u.Struct("s", 0x10004)
            .Child(DW_TAG_member, a => a.Name("at_4").Type(i).MemberLocation(4, DW_FORM_data4))
            .Child(DW_TAG_member, a => a.Name("at_8").Type(i).MemberLocation(8, DW_FORM_data8))
            .Child(DW_TAG_member, a => a.Name("at_12").Type(i).Block(DW_AT_data_member_location, [DW_OP_constu, 12, DW_OP_plus]))
            .Child(DW_TAG_member, a => a.Name("at_65536").Type(i).MemberLocation(0x10000, DW_FORM_data4));
        return d;
    }

    /// <summary>A union whose members have no place (0), and a struct with one such member that is static and one that is wrong.</summary>
    public static DwarfAssembler MembersWithoutLocation()
    {
        DwarfUnitDraft u = Unit(4, out DwarfAssembler d, out DieDraft i);
        u.Die(DW_TAG_union_type, a => a.Name("u").ByteSize(4)).Child(DW_TAG_member, a => a.Name("a").Type(i))
            .Child(DW_TAG_member, a => a.Name("b").Type(i).BitSize(3));
        u.Struct("with_static", 4).Member("a", i, 0)
            .Child(DW_TAG_member, a => a.Name("shared").Type(i).External().Declaration());
        u.Struct("broken", 8).Member("a", i, 0).Child(DW_TAG_member, a => a.Name("nowhere").Type(i));
        return d;
    }

    /// <summary>
    /// Arrays with neither bound nor count, which is a flexible array, and for GCC before 9 also one of length 0: last in
    /// <c>flexible</c>, not last in <c>middle</c>, in union <c>u</c>, as element in <c>nested</c>.
    /// </summary>
    public static DwarfAssembler ArraysWithoutBound()
    {
        DwarfUnitDraft u = Unit(4, out DwarfAssembler d, out DieDraft i);
        DieDraft open = u.Array(i).Child(DW_TAG_subrange_type);
        DieDraft grid = u.Array(i).Child(DW_TAG_subrange_type).UpperBound(1);
        u.Struct("flexible", 4).Member("count", i, 0).Member("data", open, 4);
        u.Struct("middle", 8).Member("a", i, 0).Member("mark", open, 4).Member("b", i, 4);
        u.Die(DW_TAG_union_type, a => a.Name("u").ByteSize(4)).Child(DW_TAG_member, a => a.Name("a").Type(i))
            .Child(DW_TAG_member, a => a.Name("all").Type(open));
        u.Struct("nested", 4).Member("count", i, 0).Member("rows", grid, 4);
        return d;
    }

    /// <summary>
    /// Arrays of length 0 by an upper bound of -1 in two forms (the same bits in four bytes, where addresses have eight, are the bound of
    /// 2^32 elements), of length 3 by a lower bound of 1 and by a count, and of a length
    /// that is known when the program runs: by an expression, and by a reference.
    /// </summary>
    public static DwarfAssembler BoundsInOddForms()
    {
        DwarfUnitDraft u = Unit(5, out DwarfAssembler d, out DieDraft i);
        DieDraft s = u.Struct("s", 24).Member("a", i, 0);
        foreach ((string name, ushort form) in new[] { ("sdata", DW_FORM_sdata), ("data8", DW_FORM_data8), ("data4", DW_FORM_data4) })
        {
            DieDraft empty = u.Array(i).Child(DW_TAG_subrange_type, a => a.Unsigned(DW_AT_upper_bound, ulong.MaxValue, form));
            s.Member("empty_" + name, empty, 4);
        }

        s.Member("from_one", u.Array(i).Child(DW_TAG_subrange_type, a => a.Unsigned(DW_AT_lower_bound, 1).Unsigned(DW_AT_upper_bound, 3)), 4);
        s.Member("counted", u.Array(i).Child(DW_TAG_subrange_type, a => a.Signed(DW_AT_count, 2)), 16);
        DieDraft length = u.Die(DW_TAG_variable, a => a.Name("n").Type(i).Flag(DW_AT_artificial));
        u.Typedef("by_expression", u.Array(i).Child(DW_TAG_subrange_type, a => a.Block(DW_AT_upper_bound, [DW_OP_fbreg, 0x70, DW_OP_deref], DW_FORM_exprloc)));
        u.Typedef("by_reference", u.Array(i).Child(DW_TAG_subrange_type, a => a.Reference(DW_AT_count, length)));
        return d;
    }

    /// <summary>Enumerations that do not say their type: sign and width are in the forms of their values.</summary>
    public static DwarfAssembler EnumerationsWithoutType()
    {
        DwarfUnitDraft u = Unit(2, out DwarfAssembler d, out _);
        u.Die(DW_TAG_enumeration_type, a => a.Name("negative").ByteSize(4)).Enumerator("MINUS", -1).Enumerator("ONE", 1);
        u.Die(DW_TAG_enumeration_type, a => a.Name("positive").ByteSize(4))
            .Child(DW_TAG_enumerator, a => a.Name("TOP").Unsigned(DW_AT_const_value, 0xffffffff, DW_FORM_data4));
        u.Die(DW_TAG_enumeration_type, a => a.Name("byte").ByteSize(1))
            .Child(DW_TAG_enumerator, a => a.Name("HIGH").Unsigned(DW_AT_const_value, 0xff, DW_FORM_data1));
        u.Die(DW_TAG_enumeration_type, a => a.Name("wide").ByteSize(8))
            .Child(DW_TAG_enumerator, a => a.Name("ALL").Unsigned(DW_AT_const_value, ulong.MaxValue, DW_FORM_data8)).Enumerator("LOW", long.MinValue);
        return d;
    }

    /// <summary>
    /// One struct <c>s { int a; int bits : 3; }</c> of two units of DWARF 2, whose references across units are as large as an address;
    /// addresses have the given size.
    /// </summary>
    public static DwarfAssembler ReferencesAcrossUnits(int version, int addressBytes, bool dwarf64 = false)
    {
        var d = new DwarfAssembler();
        DwarfUnitDraft second = d.Unit(version, dwarf64, addressBytes).Top(a => a.Name("a.c").Language(12));
        DwarfUnitDraft first = d.Unit(version, dwarf64, addressBytes).Top(a => a.Name("b.c").Language(12));
        DieDraft i = first.Base("int", 4, DW_ATE_signed);
        second.Struct("s", 8)
            .Child(DW_TAG_member, a => a.Name("a").Type(i, DW_FORM_ref_addr).MemberLocationExpression(0))
            .Child(DW_TAG_member, a => a.Name("bits").Type(i, DW_FORM_ref_addr).ByteSize(4).BitSize(3).BitOffset(29).MemberLocationExpression(4));
        return d;
    }

    /// <summary>
    /// A struct <c>s { int a; int b; }</c> whose abbreviations have codes that are large, far apart and in falling order, and whose
    /// attributes are in DW_FORM_indirect.
    /// </summary>
    public static DwarfAssembler SparseCodesAndIndirectForms()
    {
        DwarfUnitDraft u = Unit(5, out DwarfAssembler d, out DieDraft i);
        u.AbbreviationCodes = index => index % 2 == 0 ? 0x1_0000_0000UL - (ulong)index : (ulong)(1000 * (40 - index));
        u.Die(DW_TAG_structure_type, a => a.Name("s").Indirect().ByteSize(8, DW_FORM_udata).Indirect())
            .Child(DW_TAG_member, a => a.Name("a", DW_FORM_string).Indirect().Type(i).Indirect().MemberLocation(0).Indirect())
            .Child(DW_TAG_member, a => a.Name("b").Type(i, DW_FORM_ref_addr).Indirect().MemberLocation(4, DW_FORM_sdata).Indirect());
        return d;
    }

    /// <summary>Three units; the second has an attribute in a form that nobody knows. The struct of the others is <c>s</c>, 4 bytes.</summary>
    public static DwarfAssembler UnknownFormInOneUnit()
    {
        var d = new DwarfAssembler();
        for (int n = 0; n < 3; n++)
        {
            DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12));
            DieDraft i = u.Base("int", 4, DW_ATE_signed);
            if (n == 1)
            {
                u.Die(DW_TAG_structure_type, a => a.Name("lost").Raw(DW_AT_byte_size, 0x5f, 4));
            }
            else
            {
                u.Struct("s", 4).Member("a", i, 0);
            }
        }

        return d;
    }

    /// <summary>A type that is not known, with and without a name, behind a pointer and a typedef.</summary>
    public static DwarfAssembler UnspecifiedTypes()
    {
        DwarfUnitDraft u = Unit(5, out DwarfAssembler d, out _);
        u.Typedef("nothing", u.Die(DW_TAG_unspecified_type));
        u.Typedef("named", u.Die(DW_TAG_unspecified_type, a => a.Name("decltype(nullptr)")));
        DieDraft odd = u.Die(DW_TAG_base_type, a => a.Name("_BitInt(37)").ByteSize(8).BitSize(37).Encoding(DW_ATE_signed));
        u.Struct("s", 16).Member("to_nothing", u.Pointer(u.Root.Children[1]), 0).Member("wide", odd, 8);
        return d;
    }

    /// <summary>All of them by name, those that other tools read without complaint.</summary>
    public static IReadOnlyDictionary<string, Func<DwarfAssembler>> WellFormed { get; } = new Dictionary<string, Func<DwarfAssembler>>
    {
        [nameof(MemberLocationsInFormsOfLists)] = MemberLocationsInFormsOfLists,
        [nameof(MembersWithoutLocation)] = MembersWithoutLocation,
        [nameof(ArraysWithoutBound)] = ArraysWithoutBound,
        [nameof(BoundsInOddForms)] = BoundsInOddForms,
        [nameof(EnumerationsWithoutType)] = EnumerationsWithoutType,
        [nameof(ReferencesAcrossUnits)] = () => ReferencesAcrossUnits(2, 8),
        [nameof(SparseCodesAndIndirectForms)] = SparseCodesAndIndirectForms,
        [nameof(UnspecifiedTypes)] = UnspecifiedTypes,
    };

    private static DwarfUnitDraft Unit(int version, out DwarfAssembler assembler, out DieDraft type)
    {
        assembler = new DwarfAssembler();
        DwarfUnitDraft unit = assembler.Unit(version).Top(a => a.Name("a.c").Language(12));
        type = unit.Base("int", 4, DW_ATE_signed);
        return unit;
    }
}
