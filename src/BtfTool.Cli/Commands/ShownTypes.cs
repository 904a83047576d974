using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>Which types <c>show</c> writes for the names that were typed, and in which order.</summary>
internal static class ShownTypes
{
    /// <summary>
    /// The types of names that were resolved in a kernel and its modules, in the order of the names; those that follow each other and
    /// are of one graph together.
    /// </summary>
    public static List<FoundTypes> Of(TypeGraphSet set, IReadOnlyList<IReadOnlyList<TypeRef>> named, bool paholeCompat)
    {
        if (set.Graphs.Length == 1)
        {
            return [new FoundTypes(set.Graphs[0], Of(set.Graphs[0], [.. named.Select(IdsOf)], paholeCompat))];
        }

        var groups = new List<FoundTypes>();
        foreach (TypeRef type in paholeCompat ? FirstOfEachName(named) : All(set, named))
        {
            if (groups.Count == 0 || groups[^1].Graph != type.Graph)
            {
                groups.Add(new FoundTypes(type.Graph, new List<TypeId>())
                {
                    Module = type.Graph == set.Graphs[0] ? null : KernelModules.NameOf(type.Graph),
                });
            }

            ((List<TypeId>)groups[^1].Types!).Add(type.Id);
        }

        return groups;
    }

    private static IReadOnlyList<TypeId> IdsOf(IReadOnlyList<TypeRef> types) => [.. types.Select(type => type.Id)];

    private static List<TypeRef> All(TypeGraphSet set, IReadOnlyList<IReadOnlyList<TypeRef>> named)
    {
        var distinct = new DistinctTypesOfSet(set);
        var shown = new List<TypeRef>();
        foreach (TypeRef type in named.SelectMany(types => types))
        {
            foreach (TypeId id in All(type.Graph, [[type.Id]]))
            {
                TypeRef owned = OwnerOf(new TypeRef(type.Graph, id));
                if (distinct.Add(owned))
                {
                    shown.Add(owned);
                }
            }
        }

        return shown;
    }

    // A typedef of a module may lead to a struct of the kernel.
    private static TypeRef OwnerOf(TypeRef type)
    {
        TypeGraph graph = type.Graph;
        while (type.Id.Value < graph.FirstId)
        {
            graph = graph.Base!;
        }

        return new TypeRef(graph, type.Id);
    }

    private static List<TypeRef> FirstOfEachName(IReadOnlyList<IReadOnlyList<TypeRef>> named) =>
        [.. named.SelectMany(types => types.DistinctBy(type => type.View.NameString))];

    /// <summary>The types of names that were resolved, as they are shown with or without <c>--pahole-compat</c>.</summary>
    public static IReadOnlyList<TypeId> Of(TypeGraph graph, IReadOnlyList<IReadOnlyList<TypeId>> named, bool paholeCompat) =>
        paholeCompat ? FirstOfEachName(graph, named) : All(graph, named);

    /// <summary>
    /// All types of each name, each once; behind a typedef the struct, union or enum that it leads to, when that has a name of its own
    /// and so is not written with it.
    /// </summary>
    private static List<TypeId> All(TypeGraph graph, IReadOnlyList<IReadOnlyList<TypeId>> named)
    {
        var shown = new List<TypeId>();
        var seen = new HashSet<TypeId>();
        foreach (TypeId id in named.SelectMany(types => types))
        {
            if (seen.Add(id))
            {
                shown.Add(id);
            }

            if (graph.KindOf(id) == TypeKind.Typedef && TypeNameQuery.CompositeBehind(graph, id) is { } composite
                && !graph[composite].IsAnonymous && seen.Add(composite))
            {
                shown.Add(composite);
            }
        }

        return shown;
    }

    /// <summary>
    /// What <c>pahole -C</c> writes (observed: pahole 1.31): the first type of each name and nothing else, as often as it was asked for.
    /// A pattern, which pahole does not have, stands for the names that it matches.
    /// </summary>
    private static List<TypeId> FirstOfEachName(TypeGraph graph, IReadOnlyList<IReadOnlyList<TypeId>> named) =>
        [.. named.SelectMany(types => types.DistinctBy(id => graph[id].NameString))];
}
