using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>What is done with a DIE, by its tag.</summary>
internal enum DieAction : byte
{
    /// <summary>Says nothing about types; children are looked at.</summary>
    Ignore,

    /// <summary>Neither it nor anything in it declares a type.</summary>
    SkipTree,

    /// <summary>A block of code, in which types may be declared.</summary>
    Scope,
    Unit,
    BaseType,
    Reference,
    Composite,
    Enumeration,
    Array,
    Prototype,
    Unspecified,
    Member,
    Enumerator,
    Subrange,
    Parameter,
    UnspecifiedParameters,
    Annotation,
    Subprogram,
    Variable,


    /// <summary>What is in it is in no function.</summary>
    Namespace,

    /// <summary>A construct that C does not have and that the graph cannot express yet.</summary>
    Unsupported,
}

/// <summary>The action for each tag.</summary>
internal static class DieActions
{
    internal static DieAction Of(ushort tag) => tag switch
    {
        DW_TAG_member => DieAction.Member,
        DW_TAG_formal_parameter => DieAction.Parameter,
        DW_TAG_enumerator => DieAction.Enumerator,
        DW_TAG_variable => DieAction.Variable,
        DW_TAG_subprogram => DieAction.Subprogram,
        DW_TAG_structure_type or DW_TAG_union_type or DW_TAG_class_type => DieAction.Composite,
        DW_TAG_enumeration_type => DieAction.Enumeration,
        DW_TAG_base_type => DieAction.BaseType,
        DW_TAG_array_type => DieAction.Array,
        DW_TAG_subrange_type => DieAction.Subrange,
        DW_TAG_subroutine_type => DieAction.Prototype,
        DW_TAG_unspecified_parameters => DieAction.UnspecifiedParameters,
        DW_TAG_unspecified_type => DieAction.Unspecified,
        DW_TAG_LLVM_annotation => DieAction.Annotation,
        DW_TAG_pointer_type or DW_TAG_typedef or DW_TAG_const_type or DW_TAG_volatile_type or DW_TAG_restrict_type
            or DW_TAG_atomic_type or DW_TAG_packed_type or DW_TAG_shared_type or DW_TAG_immutable_type
            or DW_TAG_reference_type or DW_TAG_rvalue_reference_type or DW_TAG_template_alias => DieAction.Reference,
        DW_TAG_namespace => DieAction.Namespace,
        DW_TAG_compile_unit or DW_TAG_partial_unit or DW_TAG_type_unit or DW_TAG_skeleton_unit => DieAction.Unit,
        DW_TAG_lexical_block => DieAction.Scope,

        // A type that an inlined function declares is in its abstract instance; call sites have none.
        DW_TAG_call_site or DW_TAG_GNU_call_site or DW_TAG_inlined_subroutine => DieAction.SkipTree,
        DW_TAG_string_type or DW_TAG_variant or DW_TAG_inheritance or DW_TAG_ptr_to_member_type or DW_TAG_set_type or DW_TAG_file_type
            or DW_TAG_template_type_parameter or DW_TAG_template_value_parameter or DW_TAG_variant_part or DW_TAG_interface_type
            or DW_TAG_GNU_template_template_param or DW_TAG_GNU_template_parameter_pack or DW_TAG_coarray_type or DW_TAG_generic_subrange or DW_TAG_dynamic_type => DieAction.Unsupported,
        _ => DieAction.Ignore,
    };
}
