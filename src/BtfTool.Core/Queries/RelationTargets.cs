using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Resolves the types that relations are asked for.</summary>
internal static class RelationTargets
{
    /// <summary>
    /// The types that a name or pattern means (<see cref="TypeNameQuery"/>), a base type (<c>long unsigned int</c>) or <c>void</c>. All
    /// types of the name are among them, also those that are only declared: a pointer to <c>struct file</c> is one wherever that is
    /// defined.
    /// </summary>
    /// <param name="graph">Where to look; the types of its base are included.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="problem">Why there is none, one line without a full stop; null when there is one.</param>
    /// <returns>The types; empty when there is none.</returns>
    public static TypeSet Resolve(TypeGraph graph, string text, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(text);
        var targets = new TypeSet(graph);
        problem = null;
        if (text.Trim() == "void")
        {
            targets.Add(TypeId.Void);
            return targets;
        }

        TypeNameResult result = TypeNameQuery.Resolve(graph, text);
        foreach (TypeId id in result.Types)
        {
            targets.Add(id);
        }

        if (targets.Count == 0)
        {
            AddBaseTypes(graph, text.Trim(), targets);
            problem = targets.Count == 0 ? result.Problem : null;
            return targets;
        }

        AddNamesakes(graph, result.Types, targets);
        return targets;
    }

    private static void AddBaseTypes(TypeGraph graph, string name, TypeSet targets)
    {
        var named = new List<TypeRef>();
        NameFinder.Find(new TypeGraphSet(graph), Encoding.UTF8.GetBytes(name), named);
        foreach ((_, TypeId id) in named)
        {
            if (graph.KindOf(id) is TypeKind.Int or TypeKind.Float)
            {
                targets.Add(id);
            }
        }
    }

    // One pass for any number of types: by what a reader of C would call the same.
    private static void AddNamesakes(TypeGraph graph, IReadOnlyList<TypeId> types, TypeSet targets)
    {
        var wanted = new HashSet<TypeId>(types, new SameTag(graph));
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeKind kind = graph.KindOf(new TypeId(id));
            if (SameTag.WordOf(graph, new TypeId(id), kind) != 0 && !graph[new TypeId(id)].IsAnonymous && wanted.Contains(new TypeId(id)))
            {
                targets.Add(id);
            }
        }
    }

    private sealed class SameTag(TypeGraph graph) : IEqualityComparer<TypeId>
    {
        // A forward says which of struct and union it declares.
        public static TypeKind WordOf(TypeGraph graph, TypeId id, TypeKind kind) => kind switch
        {
            TypeKind.Forward => graph[id].Flag ? TypeKind.Union : TypeKind.Struct,
            TypeKind.Enum or TypeKind.Enum64 => TypeKind.Enum,
            TypeKind.Struct or TypeKind.Union or TypeKind.Typedef => kind,
            _ => 0,
        };

        public int GetHashCode(TypeId id)
        {
            var hash = default(HashCode);
            hash.AddBytes(graph[id].Name);
            return hash.ToHashCode();
        }

        public bool Equals(TypeId x, TypeId y) => WordOf(graph, x, graph.KindOf(x)) == WordOf(graph, y, graph.KindOf(y))
            && graph[x].Name.SequenceEqual(graph[y].Name);
    }
}
