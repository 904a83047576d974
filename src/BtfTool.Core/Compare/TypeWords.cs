using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>The name spaces that types of a name lie in; two types are one where word and name are.</summary>
internal enum TypeWord : byte
{
    None,
    Struct,
    Union,
    Enum,
    Typedef,
    Base,
    Function,
}

/// <summary>Words of types.</summary>
internal static class TypeWords
{
    public static TypeWord Of(TypeGraph graph, uint id) => graph.KindOf(new TypeId(id)) switch
    {
        TypeKind.Struct => TypeWord.Struct,
        TypeKind.Union => TypeWord.Union,
        TypeKind.Forward => graph[new TypeId(id)].Flag ? TypeWord.Union : TypeWord.Struct,
        TypeKind.Enum or TypeKind.Enum64 => TypeWord.Enum,
        TypeKind.Typedef => TypeWord.Typedef,
        TypeKind.Int or TypeKind.Float => TypeWord.Base,
        TypeKind.Function => TypeWord.Function,
        _ => TypeWord.None,
    };

    /// <summary>How C writes it before the name, with a space; empty where C writes nothing.</summary>
    public static string Prefix(TypeWord word) => word switch
    {
        TypeWord.Struct => "struct ",
        TypeWord.Union => "union ",
        TypeWord.Enum => "enum ",
        TypeWord.Typedef => "typedef ",
        TypeWord.Function => "function ",
        _ => "",
    };

    public static bool SameName(TypeGraph a, NameId nameOfA, TypeGraph b, NameId nameOfB)
    {
        ReadOnlySpan<byte> name = a.NameOf(nameOfA);
        ReadOnlySpan<byte> other = b.NameTail(nameOfB);
        return other.StartsWith(name) && (name.Length == other.Length || other[name.Length] == 0);
    }
}
