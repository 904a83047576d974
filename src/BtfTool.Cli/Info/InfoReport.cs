using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Info;

/// <summary>All that <c>info</c> says of an input.</summary>
/// <param name="Facts">The file.</param>
/// <param name="Graph">Its types; null where they were not read: not asked for, or split BTF without its base.</param>
/// <param name="Ranking">The leading types; null without a graph.</param>
internal sealed record InfoReport(SourceFacts Facts, TypeGraph? Graph, TypeRanking? Ranking)
{
    /// <summary>Words for a BTF kind: <c>struct</c>, <c>function prototype</c>.</summary>
    public static string WordOf(int kind) => (TypeKind)kind switch
    {
        TypeKind.Int => "int",
        TypeKind.Pointer => "pointer",
        TypeKind.Array => "array",
        TypeKind.Struct => "struct",
        TypeKind.Union => "union",
        TypeKind.Enum => "enum",
        TypeKind.Forward => "forward",
        TypeKind.Typedef => "typedef",
        TypeKind.Volatile => "volatile",
        TypeKind.Const => "const",
        TypeKind.Restrict => "restrict",
        TypeKind.Function => "function",
        TypeKind.FunctionPrototype => "function_prototype",
        TypeKind.Variable => "variable",
        TypeKind.DataSection => "data_section",
        TypeKind.Float => "float",
        TypeKind.DeclTag => "declaration_tag",
        TypeKind.TypeTag => "type_tag",
        TypeKind.Enum64 => "enum64",
        _ => "kind_" + kind.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>What the types are read from, in words.</summary>
    public string Format => Facts.Format switch
    {
        SourceFormat.Dwarf => "DWARF",
        SourceFormat.Baseline => "baseline",
        _ => Facts.IsSplit ? "split BTF" : "BTF",
    };

    /// <summary>Pointer size in bytes; that of the ELF class where there is no graph, null where nothing says it.</summary>
    public int? PointerSizeBytes => Graph?.PointerSizeBytes ?? Facts.Elf?.AddressBits / 8;

    /// <summary>A struct or union by its name.</summary>
    public static string NameOf(TypeView type) => (type.Kind == TypeKind.Union ? "union " : "struct ") + type.NameString;
}
