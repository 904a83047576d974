using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Finds the enumeration that an enumerator belongs to.</summary>
internal static class EnumeratorOwner
{
    /// <summary>
    /// The first enumeration with an enumerator of this name, or the typedef of one that has no name itself; null when there is none.
    /// Cost: a pass over all enumerators and, for an enumeration without a name, one over all types.
    /// </summary>
    /// <param name="graph">Where to look.</param>
    /// <param name="first">The first type to look at.</param>
    /// <param name="name">The name of the enumerator.</param>
    public static TypeId? Find(TypeGraph graph, TypeId first, ReadOnlySpan<byte> name)
    {
        for (uint id = first.Value; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            foreach (EnumeratorView enumerator in type.Enumerators)
            {
                if (enumerator.Name.SequenceEqual(name))
                {
                    return type.IsAnonymous ? TypedefOf(graph, type.Id) : type.Id;
                }
            }
        }

        return null;
    }

    private static TypeId TypedefOf(TypeGraph graph, TypeId unnamed)
    {
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.Kind == TypeKind.Typedef && type.Target == unnamed)
            {
                return type.Id;
            }
        }

        return unnamed;
    }
}
