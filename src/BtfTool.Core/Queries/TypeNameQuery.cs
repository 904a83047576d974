using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Resolves what users type for types: <c>spinlock</c>, <c>struct spinlock</c>, <c>union x</c>, <c>enum y</c>, <c>typedef z</c>, and
/// shell patterns (<c>tcp_*</c>, <c>?</c>, <c>[abc]</c>) with or without such a word in front.
/// </summary>
public static class TypeNameQuery
{
    /// <summary>
    /// Finds the structs, unions, enumerations and typedefs that a name or pattern means. A name is taken as it is even if it could be
    /// read as a pattern (Rust types have brackets in their names). Cost: a vectorised pass over the names for a name, a match against
    /// every type's name for a pattern.
    /// </summary>
    /// <param name="graph">Where to look; the types of its base are included.</param>
    /// <param name="text">What was typed.</param>
    public static TypeNameResult Resolve(TypeGraph graph, string text)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(text);
        (Tag tag, string name) = Split(text.Trim());
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        var named = new List<TypeId>();
        NameFinder.Find(graph, bytes, named);
        List<TypeId> found = named.FindAll(id => IsDefinition(graph[id], tag));
        if (found.Count == 0 && GlobPattern.IsPattern(bytes))
        {
            return Match(graph, tag, bytes, text.Trim());
        }

        if (found.Count == 0)
        {
            return Explain(graph, tag, bytes, named);
        }

        new DistinctTypes(graph).RemoveTwins(found);
        return new TypeNameResult(found, null);
    }

    /// <summary>
    /// The struct, union or enumeration that a typedef names in the end, through other typedefs, qualifiers and type tags; null when it
    /// names something else (a pointer, an integer, a struct that is only declared). Cost: the length of the chain.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not of this graph.</exception>
    public static TypeId? CompositeBehind(TypeGraph graph, TypeId typedef)
    {
        ArgumentNullException.ThrowIfNull(graph);
        TypeView type = graph[typedef];

        // A chain that is longer than there are types is a ring.
        for (int left = graph.TypeCount; left > 0 && (type.IsQualifier || type.Kind is TypeKind.Typedef or TypeKind.TypeTag); left--)
        {
            type = graph[type.Target];
        }

        return type.IsComposite || type.IsEnum ? type.Id : null;
    }

    private static (Tag Tag, string Name) Split(string text)
    {
        int space = text.IndexOfAny([' ', '\t']);
        Tag tag = space < 0 ? Tag.Any : text[..space] switch
        {
            "struct" => Tag.Struct,
            "union" => Tag.Union,
            "enum" => Tag.Enum,
            "typedef" => Tag.Typedef,
            _ => Tag.Any,
        };
        return (tag, tag == Tag.Any ? text : text[space..].Trim());
    }

    private static TypeNameResult Match(TypeGraph graph, Tag tag, byte[] bytes, string typed)
    {
        var pattern = new GlobPattern(bytes);
        var distinct = new DistinctTypes(graph);
        var found = new List<TypeId>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (!type.NameId.IsNone && IsDefinition(type, tag) && pattern.IsMatch(type.Name) && distinct.Add(type.Id))
            {
                found.Add(type.Id);
            }
        }

        return new TypeNameResult(found, found.Count > 0 ? null : $"no type matches '{typed}'");
    }

    private static TypeNameResult Explain(TypeGraph graph, Tag tag, byte[] bytes, List<TypeId> named)
    {
        string name = Encoding.UTF8.GetString(bytes);
        List<TypeId> declared = named.FindAll(id => IsDeclaration(graph[id], tag));
        if (declared.Count > 0)
        {
            new DistinctTypes(graph).RemoveTwins(declared);
            return new TypeNameResult(declared, $"{WordOf(graph[declared[0]])} {name} is only declared here, not defined");
        }

        if (named.Count > 0)
        {
            string asked = tag == Tag.Any ? "a struct, union, enum or typedef" : WithArticle(tag.ToString().ToLowerInvariant());
            return new TypeNameResult([], $"'{name}' is {WithArticle(WordOf(graph[named[0]]))}, not {asked}");
        }

        if (tag == Tag.Any && EnumeratorOwner.Find(graph, bytes) is { } owner)
        {
            return new TypeNameResult([], DescribeEnumerator(graph, name, owner));
        }

        string what = tag == Tag.Any ? name : $"{tag.ToString().ToLowerInvariant()} {name}";
        IReadOnlyList<string> nearest = NameSuggestions.For(graph, bytes, type => IsDefinition(type, tag));
        string suggestion = nearest.Count == 0 ? "" : $": did you mean {string.Join(" or ", nearest.Select(n => $"'{n}'"))}?";
        return new TypeNameResult([], $"unknown type '{what}'{suggestion}");
    }

    private static string DescribeEnumerator(TypeGraph graph, string name, TypeId owner)
    {
        TypeView type = graph[owner];
        if (type.IsAnonymous)
        {
            return $"'{name}' is an enumerator of an enum without a name, not a type";
        }

        string meant = $"{WordOf(type)} {type.NameString}";
        return $"'{name}' is an enumerator of {meant}, not a type: did you mean '{meant}'?";
    }

    private static bool IsDefinition(TypeView type, Tag tag) => type.Kind switch
    {
        TypeKind.Struct => tag is Tag.Any or Tag.Struct,
        TypeKind.Union => tag is Tag.Any or Tag.Union,
        TypeKind.Typedef => tag is Tag.Any or Tag.Typedef,
        TypeKind.Enum or TypeKind.Enum64 => (tag is Tag.Any or Tag.Enum) && type.ElementsInList > 0,
        _ => false,
    };

    // BTF has no forward for enumerations: one without enumerators is one (btf.rst leaves it open; observed: pahole and clang).
    private static bool IsDeclaration(TypeView type, Tag tag) => type.Kind switch
    {
        TypeKind.Forward => tag == Tag.Any || tag == (type.Flag ? Tag.Union : Tag.Struct),
        TypeKind.Enum or TypeKind.Enum64 => (tag is Tag.Any or Tag.Enum) && type.ElementsInList == 0,
        _ => false,
    };

    private static string WordOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct => "struct",
        TypeKind.Union => "union",
        TypeKind.Enum or TypeKind.Enum64 => "enum",
        TypeKind.Forward => type.Flag ? "union" : "struct",
        TypeKind.Typedef => "typedef",
        TypeKind.Int => "integer type",
        TypeKind.Float => "floating point type",
        TypeKind.Function => "function",
        TypeKind.Variable => "variable",
        TypeKind.DataSection => "data section",
        TypeKind.DeclTag or TypeKind.TypeTag => "tag",
        _ => "type of another kind",
    };

    private static string WithArticle(string word) => (word[0] is 'a' or 'e' or 'i' or 'o' ? "an " : "a ") + word;

    // The words of C, as they are typed.
    private enum Tag
    {
        Any,
        Struct,
        Union,
        Enum,
        Typedef,
    }
}
