using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The types of each graph that stand in the relations that a list asks for.</summary>
internal sealed class ListedRelations
{
    private readonly List<TypeSet>[] _sets;
    private readonly TypeGraphSet _graphs;

    public ListedRelations(TypeGraphSet graphs, TypeListOptions options)
    {
        _graphs = graphs;
        _sets = [.. graphs.Graphs.ToArray().Select(_ => new List<TypeSet>())];
        AddRelation(options.Contains, (relations, wanted) => relations.ContainersOf(wanted, options.ContainsDepth));
        AddRelation(options.PointsTo, (relations, wanted) => relations.PointersTo(wanted));
        AddRelation(options.Takes, (relations, wanted) => relations.TakersOf(wanted));
        AddNames(options.HasMember, (relations, name) => relations.HavingMember(name), "struct or union has a member");
        AddNames(options.HasEnumerator, (relations, name) => relations.HavingEnumerator(name), "enum has an enumerator");
    }

    public List<string> Problems { get; } = [];

    /// <summary>The sets that a type of a graph must be in, all of them.</summary>
    public TypeSet[] SetsOf(int graph) => [.. _sets[graph]];

    private void AddRelation(string? text, Func<TypeRelations, TypeSet, TypeSet> find)
    {
        string? problem = null;
        bool isFound = text is null;
        for (int i = 0; i < _sets.Length && text is not null; i++)
        {
            TypeGraph graph = _graphs.Graphs[i];
            TypeSet wanted = RelationTargets.Resolve(graph, text, out string? said);
            isFound |= said is null;
            problem ??= said;
            _sets[i].Add(said is null ? find(new TypeRelations(graph), wanted) : wanted);
        }

        if (!isFound)
        {
            Problems.Add(problem!);
        }
    }

    private void AddNames(string? name, Func<TypeRelations, string, TypeSet> find, string what)
    {
        int found = name is null ? 1 : 0;
        for (int i = 0; i < _sets.Length && name is not null; i++)
        {
            TypeSet set = find(new TypeRelations(_graphs.Graphs[i]), name);
            found += set.Count;
            _sets[i].Add(set);
        }

        if (found == 0)
        {
            Problems.Add($"no {what} named '{name}'");
        }
    }
}
