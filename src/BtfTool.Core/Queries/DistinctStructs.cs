using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The structs and unions of a kernel and its modules.</summary>
public static class DistinctStructs
{
    /// <summary>
    /// All structs (and unions) with a name and members, in the order of the graphs; what says the same as an earlier one is left out. Cost: a pass
    /// over the members.
    /// </summary>
    /// <param name="set">The types.</param>
    /// <param name="filter">Which of them; null for all.</param>
    /// <param name="unions">Whether unions are taken too.</param>
    public static IReadOnlyList<TypeRef> Of(TypeGraphSet set, NameFilter? filter = null, bool unions = false)
    {
        ArgumentNullException.ThrowIfNull(set);
        var distinct = new DistinctTypesOfSet(set);
        var structs = new List<TypeRef>();
        foreach (TypeGraph graph in set.Graphs)
        {
            for (uint id = set.FirstTypeOf(graph).Value; id < (uint)graph.TypeCount; id++)
            {
                TypeView type = graph[new TypeId(id)];
                if ((type.Kind == TypeKind.Struct || (unions && type.Kind == TypeKind.Union)) && type.Members.Count > 0 && !type.IsAnonymous
                    && filter?.Accepts(graph, type.Id) != false && distinct.Add(new TypeRef(graph, type.Id)))
                {
                    structs.Add(new TypeRef(graph, type.Id));
                }
            }
        }

        return structs;
    }
}
