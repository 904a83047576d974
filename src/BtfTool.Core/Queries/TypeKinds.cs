using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The words for kinds of types that have a name, and sets of kinds.</summary>
public static class TypeKinds
{
    private static readonly (string Word, TypeKind Kind)[] s_words =
    [
        ("struct", TypeKind.Struct), ("union", TypeKind.Union), ("enum", TypeKind.Enum), ("typedef", TypeKind.Typedef),
        ("int", TypeKind.Int), ("float", TypeKind.Float), ("forward", TypeKind.Forward), ("function", TypeKind.Function),
        ("variable", TypeKind.Variable), ("section", TypeKind.DataSection),
    ];

    /// <summary>The words that <see cref="TryParse"/> takes, for messages and help.</summary>
    public static string Words => string.Join(", ", s_words.Select(entry => entry.Word));

    /// <summary>The set of some kinds.</summary>
    public static ulong SetOf(params ReadOnlySpan<TypeKind> kinds)
    {
        ulong set = 0;
        foreach (TypeKind kind in kinds)
        {
            set |= 1UL << (int)kind;
        }

        return set;
    }

    /// <summary>Whether a kind is in a set.</summary>
    public static bool Contains(ulong set, TypeKind kind) => (set & (1UL << (int)kind)) != 0;

    /// <summary>The kinds of a word, both of them for enumerations; false for any other word.</summary>
    public static bool TryParse(string word, out ulong set)
    {
        set = 0;
        foreach ((string known, TypeKind kind) in s_words)
        {
            set |= known == word ? SetOf(kind) | (kind == TypeKind.Enum ? SetOf(TypeKind.Enum64) : 0) : 0;
        }

        return set != 0;
    }

    /// <summary>The word for a kind.</summary>
    public static ReadOnlySpan<byte> WordOf(TypeKind kind) => kind switch
    {
        TypeKind.Struct => "struct"u8,
        TypeKind.Union => "union"u8,
        TypeKind.Enum or TypeKind.Enum64 => "enum"u8,
        TypeKind.Typedef => "typedef"u8,
        TypeKind.Int => "int"u8,
        TypeKind.Float => "float"u8,
        TypeKind.Forward => "forward"u8,
        TypeKind.Function => "function"u8,
        TypeKind.Variable => "variable"u8,
        TypeKind.DataSection => "section"u8,
        TypeKind.Pointer => "pointer"u8,
        TypeKind.Array => "array"u8,
        _ => "other"u8,
    };
}
