using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Types whose layout the graph cannot say: base classes, places that are computed when the program runs. A struct of them keeps its
/// name, as one that is declared only has; so does one that contains such a type by value, for its layout would be wrong.
/// </summary>
internal sealed partial class UnitScanner
{
    internal const string InsideReason = "members of such types are";
    private const string ComputedPlaces = "members whose place is computed when the program runs are";
    private const string ComputedSizes = "sizes that are computed when the program runs are";

    /// <summary>The types of the unit that are left out, and why; a type may be named more than once.</summary>
    internal List<OpaqueType> OpaqueTypes { get; } = [];

    /// <summary>Whether any row is <see cref="RowFlags.Opaque"/>.</summary>
    internal bool HasOpaqueRows { get; private set; }

    /// <summary>Takes the layout from a struct or union; one that is declared only has none.</summary>
    internal void MakeOpaque(int row, string why)
    {
        ref TypeRow type = ref Rows.Types[row];
        if (type.Is(RowFlags.Declaration))
        {
            return;
        }

        type.Flags |= RowFlags.Opaque | RowFlags.Declaration;
        type.SizeBytes = 0;
        type.AlignmentBytes = 0;
        type.Count = 0;
        HasOpaqueRows = true;
        OpaqueTypes.Add(new OpaqueType(type.Name, type.NameHash, why));
    }

    // A type that nothing in C is like: void where it is referred to; what contains it has no layout.
    private int AddOpaque(uint offset)
    {
        HasOpaqueRows = true;
        return AddRow(Types.TypeKind.Void, offset, RowFlags.Alias | RowFlags.Opaque, out _);
    }

    private int TakeUnsupported(ushort tag, uint offset)
    {
        switch (tag)
        {
            case DW_TAG_inheritance or DW_TAG_variant_part or DW_TAG_variant or DW_TAG_template_type_parameter
                or DW_TAG_template_value_parameter or DW_TAG_GNU_template_template_param or DW_TAG_GNU_template_parameter_pack:
                if (Parent() == DieAction.Composite)
                {
                    MakeOpaque(_stack[_stack.Count - 1].Row, NameOfPart(tag) + " are");
                }

                return -1;
            default:
                return AddOpaque(offset);
        }
    }

    private static string NameOfPart(ushort tag) => tag switch
    {
        DW_TAG_inheritance => "base classes",
        DW_TAG_variant_part or DW_TAG_variant => "variants",
        _ => "templates",
    };

    // A definition that stands elsewhere than its declaration has its name there (DWARF 5 §5.7.1).
    private ulong NameOfDeclaration(out ulong hash)
    {
        hash = 0;
        if (_die.ClassOf(DieField.Specification) != ValueClass.Reference)
        {
            RejectUnsupported("types that complete a declaration in another unit (DW_AT_specification) are");
        }

        (DieReader behind, DieRecord definition) = (_reader, _die);
        _reader.Seek(_die[DieField.Specification]);
        ref readonly Abbreviation a = ref Find(_reader.ReadUleb());
        _reader.Decode(_table, a, ref _die);
        ulong name = NameOf(DieField.Name, out hash);
        (_reader, _die) = (behind, definition);
        return name;
    }
}

/// <summary>A type that is left out.</summary>
/// <param name="Name">Its name; 0 for none.</param>
/// <param name="NameHash">Fingerprint of the name.</param>
/// <param name="Why">What it has that cannot be said, with its verb.</param>
internal readonly record struct OpaqueType(ulong Name, ulong NameHash, string Why);
