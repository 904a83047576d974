using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The types of each graph that the names and patterns of a list mean.</summary>
internal sealed class ListedNames
{
    private readonly TypeSet?[] _sets;

    public ListedNames(TypeGraphSet graphs, TypeListOptions options, ulong kinds)
    {
        _sets = new TypeSet?[graphs.Graphs.Length];
        foreach (string text in options.Names)
        {
            string? problem = null;
            bool isFound = false;
            for (int i = 0; i < _sets.Length; i++)
            {
                TypeGraph graph = graphs.Graphs[i];
                TypeSet set = _sets[i] ??= new TypeSet(graph);
                bool isHere = Add(graph, text, options.Kinds, kinds, set, out string? said);
                isFound |= isHere;
                problem ??= said;
            }

            if (!isFound)
            {
                Problems.Add(problem ?? $"no type matches '{text}'");
            }
        }
    }

    public List<string> Problems { get; } = [];

    /// <summary>The types of a graph; null where no names were given.</summary>
    public TypeSet? SetOf(int graph) => _sets[graph];

    // True when the text means something, be it nothing of a wanted kind.
    private static bool Add(TypeGraph graph, string text, ulong asked, ulong byDefault, TypeSet set, out string? problem)
    {
        TypeNameResult result = TypeNameQuery.Resolve(graph, text);
        problem = result.Problem;

        // A name in full, or one with a word such as enum in front, says by itself which kind is meant.
        bool isPattern = NameExpression.IsPattern(text.Trim()) && !text.Trim().Contains(' ');
        ulong kinds = asked != 0 ? asked : isPattern ? byDefault : ulong.MaxValue;
        foreach (TypeId id in result.Types)
        {
            if (TypeKinds.Contains(kinds, graph.KindOf(id)))
            {
                set.Add(id);
            }
        }

        return AddOtherKinds(graph, text.Trim(), asked, set) || result.Types.Count > 0;
    }

    // Functions, variables, base types and declarations: listed only where their kind was asked for.
    private static bool AddOtherKinds(TypeGraph graph, string text, ulong asked, TypeSet set)
    {
        ulong others = asked & ~TypeKinds.SetOf(TypeKind.Struct, TypeKind.Union, TypeKind.Enum, TypeKind.Enum64, TypeKind.Typedef);
        if (others == 0)
        {
            return false;
        }

        var names = new NameMatcher(graph, text);
        bool isFound = false;
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (TypeKinds.Contains(others, graph.KindOf(new TypeId(id))) && names.Matches(graph[new TypeId(id)].NameId))
            {
                set.Add(id);
                isFound = true;
            }
        }

        return isFound;
    }
}
