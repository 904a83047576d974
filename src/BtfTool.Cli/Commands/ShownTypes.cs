using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>Which types <c>show</c> writes for the names that were typed, and in which order.</summary>
internal static class ShownTypes
{
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
