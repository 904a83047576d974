using System.Runtime.CompilerServices;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>The attributes that are read; a decoded DIE has one value for each.</summary>
internal enum DieField : byte
{
    None,
    Name,
    ByteSize,
    BitSize,
    Type,
    MemberLocation,
    DataBitOffset,
    BitOffset,
    Declaration,
    Encoding,
    UpperBound,
    LowerBound,
    Count,
    ConstValue,
    Alignment,
    Sibling,
    Specification,
    AbstractOrigin,
    External,
    LowPc,
    Location,
    Inline,
    Language,
    CompDir,
    StrOffsetsBase,
    AddrBase,
    DwoName,
    Vector,
    Signature,
    Stride,
    Ranges,
    ContainingType,
    NoReturn,
    DeclFile,
    DeclLine,
    StmtList,
    RangeListsBase,
    Producer,
    Limit,
}

/// <summary>What a value is, by its form (DWARF 5 §7.5.5).</summary>
internal enum ValueClass : byte
{
    None,
    Constant,
    SignedConstant,
    Flag,
    Reference,
    GlobalReference,
    Signature,
    InfoString,
    String,
    LineString,
    StringIndex,
    Block,
    Address,
    AddressIndex,
    SectionOffset,
    ListIndex,
    Supplementary,
}

/// <summary>One decoded DIE: the values of its attributes, and which are there.</summary>
internal unsafe struct DieRecord
{
    private fixed ulong _values[(int)DieField.Limit];
    private fixed byte _classes[(int)DieField.Limit];
    private ulong _present;

    internal void Clear() => _present = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(DieField field, ulong value, ValueClass valueClass)
    {
        _values[(int)field] = value;
        _classes[(int)field] = (byte)valueClass;
        _present |= 1UL << (int)field;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool Has(DieField field) => ((_present >> (int)field) & 1) != 0;

    /// <summary>The value, 0 when absent.</summary>
    internal readonly ulong this[DieField field]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Has(field) ? _values[(int)field] : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly ValueClass ClassOf(DieField field) => Has(field) ? (ValueClass)_classes[(int)field] : ValueClass.None;

    /// <summary>A constant or an implicit one; false when the attribute is absent or of another class.</summary>
    internal readonly bool TryConstant(DieField field, out ulong value)
    {
        value = this[field];
        return ClassOf(field) is ValueClass.Constant or ValueClass.SignedConstant;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool Flag(DieField field) => this[field] != 0;
}

/// <summary>Which attributes are read, and of which tags.</summary>
internal static class DieFields
{
    private const ulong TypeFields = 1UL << (int)DieField.Name | 1UL << (int)DieField.ByteSize | 1UL << (int)DieField.BitSize
        | 1UL << (int)DieField.Type | 1UL << (int)DieField.Declaration | 1UL << (int)DieField.Alignment
        | 1UL << (int)DieField.Signature | 1UL << (int)DieField.Specification | 1UL << (int)DieField.AbstractOrigin;

    private const ulong MemberFields = 1UL << (int)DieField.Name | 1UL << (int)DieField.Type | 1UL << (int)DieField.MemberLocation
        | 1UL << (int)DieField.DataBitOffset | 1UL << (int)DieField.BitOffset | 1UL << (int)DieField.BitSize
        | 1UL << (int)DieField.ByteSize | 1UL << (int)DieField.Alignment | 1UL << (int)DieField.Declaration
        | 1UL << (int)DieField.External | 1UL << (int)DieField.ConstValue;

    private const ulong SubprogramFields = 1UL << (int)DieField.Name | 1UL << (int)DieField.Type | 1UL << (int)DieField.Declaration
        | 1UL << (int)DieField.External | 1UL << (int)DieField.LowPc | 1UL << (int)DieField.Inline | 1UL << (int)DieField.Ranges
        | 1UL << (int)DieField.NoReturn
        | 1UL << (int)DieField.Specification | 1UL << (int)DieField.AbstractOrigin;

    private const ulong VariableFields = 1UL << (int)DieField.Name | 1UL << (int)DieField.Type | 1UL << (int)DieField.Declaration
        | 1UL << (int)DieField.External | 1UL << (int)DieField.Location | 1UL << (int)DieField.ConstValue
        | 1UL << (int)DieField.Specification | 1UL << (int)DieField.AbstractOrigin;

    private const ulong SubrangeFields = 1UL << (int)DieField.UpperBound | 1UL << (int)DieField.LowerBound | 1UL << (int)DieField.Count;

    private const ulong UnitFields = 1UL << (int)DieField.Name | 1UL << (int)DieField.Language | 1UL << (int)DieField.CompDir
        | 1UL << (int)DieField.StrOffsetsBase | 1UL << (int)DieField.AddrBase | 1UL << (int)DieField.DwoName
        | 1UL << (int)DieField.LowPc | 1UL << (int)DieField.RangeListsBase | 1UL << (int)DieField.Producer;

    /// <summary>Where things are declared; read when that is asked for only.</summary>
    internal const ulong Places = 1UL << (int)DieField.DeclFile | 1UL << (int)DieField.DeclLine | 1UL << (int)DieField.StmtList;

    private const ulong NameAndValue = 1UL << (int)DieField.Name | 1UL << (int)DieField.ConstValue;

    /// <summary>The field that an attribute fills, <see cref="DieField.None"/> for those that are never read.</summary>
    internal static DieField Of(ulong attribute) => attribute switch
    {
        DW_AT_name => DieField.Name,
        DW_AT_byte_size => DieField.ByteSize,
        DW_AT_bit_size => DieField.BitSize,
        DW_AT_type => DieField.Type,
        DW_AT_data_member_location => DieField.MemberLocation,
        DW_AT_data_bit_offset => DieField.DataBitOffset,
        DW_AT_bit_offset => DieField.BitOffset,
        DW_AT_declaration => DieField.Declaration,
        DW_AT_encoding => DieField.Encoding,
        DW_AT_upper_bound => DieField.UpperBound,
        DW_AT_lower_bound => DieField.LowerBound,
        DW_AT_count => DieField.Count,
        DW_AT_const_value => DieField.ConstValue,
        DW_AT_alignment => DieField.Alignment,
        DW_AT_sibling => DieField.Sibling,
        DW_AT_specification => DieField.Specification,
        DW_AT_abstract_origin => DieField.AbstractOrigin,
        DW_AT_external => DieField.External,
        DW_AT_low_pc or DW_AT_entry_pc => DieField.LowPc,
        DW_AT_location => DieField.Location,
        DW_AT_inline => DieField.Inline,
        DW_AT_language => DieField.Language,
        DW_AT_comp_dir => DieField.CompDir,
        DW_AT_str_offsets_base => DieField.StrOffsetsBase,
        DW_AT_addr_base or DW_AT_GNU_addr_base => DieField.AddrBase,
        DW_AT_dwo_name or DW_AT_GNU_dwo_name => DieField.DwoName,
        DW_AT_GNU_vector => DieField.Vector,
        DW_AT_signature => DieField.Signature,
        DW_AT_byte_stride or DW_AT_bit_stride => DieField.Stride,
        DW_AT_ranges => DieField.Ranges,
        DW_AT_containing_type => DieField.ContainingType,
        DW_AT_rnglists_base => DieField.RangeListsBase,
        DW_AT_noreturn => DieField.NoReturn,
        DW_AT_decl_file => DieField.DeclFile,
        DW_AT_decl_line => DieField.DeclLine,
        DW_AT_stmt_list => DieField.StmtList,
        DW_AT_producer => DieField.Producer,
        _ => DieField.None,
    };

    /// <summary>The fields that are wanted of a tag, one bit each.</summary>
    internal static ulong WantedOf(DieAction action, bool hasChildren) =>
        WantedOf(action) | (hasChildren ? 1UL << (int)DieField.Sibling : 0);

    private static ulong WantedOf(DieAction action) => action switch
    {
        DieAction.Ignore or DieAction.Scope or DieAction.SkipTree or DieAction.UnspecifiedParameters or DieAction.Unsupported
            or DieAction.Namespace => 0,
        DieAction.Composite => TypeFields | 1UL << (int)DieField.ContainingType,
        DieAction.Array => TypeFields | 1UL << (int)DieField.Vector | 1UL << (int)DieField.Stride,
        DieAction.BaseType or DieAction.Enumeration or DieAction.Reference or DieAction.Prototype or DieAction.Unspecified
            => TypeFields | 1UL << (int)DieField.Encoding,
        DieAction.Member => MemberFields,
        DieAction.Subrange => SubrangeFields,
        DieAction.Enumerator or DieAction.Annotation => NameAndValue,
        DieAction.Parameter => 1UL << (int)DieField.Name | 1UL << (int)DieField.Type | 1UL << (int)DieField.AbstractOrigin,
        DieAction.Subprogram => SubprogramFields,
        DieAction.Variable => VariableFields,
        DieAction.Unit => UnitFields,
        _ => 0,
    };
}
