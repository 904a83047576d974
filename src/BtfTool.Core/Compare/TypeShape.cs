using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Types in one number: equal for types that are declared alike, whatever graph they are of; the same in every process.</summary>
internal static class TypeShape
{
    /// <summary>Size, and the names, places and widths of the members, or the enumerators. Cost: linear in them.</summary>
    public static ulong Of(TypeGraph graph, uint id)
    {
        TypeView type = graph[new TypeId(id)];
        ulong hash = NameHash.Mix(((ulong)TypeWords.Of(graph, id) << 56) ^ type.SizeBytes);
        if (type.IsComposite)
        {
            foreach (ref readonly MemberRow member in graph.MembersOf(id))
            {
                ulong name = NameHash.Of(graph.NameOf(new NameId(member.Name)), member.BitOffset);
                hash = NameHash.Mix(hash ^ name) + member.BitSize;
            }
        }
        else if (type.IsEnum)
        {
            ulong mask = EnumValues.MaskOf(type);
            foreach (ref readonly EnumeratorRow value in graph.EnumeratorsOf(id))
            {
                hash = NameHash.Mix(hash ^ NameHash.Of(graph.NameOf(new NameId(value.Name)), value.Value & mask));
            }
        }

        return hash;
    }

    /// <summary>How many members or enumerators of two types have one name; one more where the sizes are the same. Cost: linear in them.</summary>
    public static int InCommon(TypeGraph a, uint oldId, TypeGraph b, uint newId)
    {
        var names = new HashSet<ulong>();
        foreach (ulong name in NamesOf(a, oldId))
        {
            names.Add(name);
        }

        int common = a[new TypeId(oldId)].SizeBytes == b[new TypeId(newId)].SizeBytes ? 1 : 0;
        foreach (ulong name in NamesOf(b, newId))
        {
            common += names.Remove(name) ? 2 : 0;
        }

        return common;
    }

    private static ulong[] NamesOf(TypeGraph graph, uint id)
    {
        TypeView type = graph[new TypeId(id)];
        var names = new ulong[type.IsComposite || type.IsEnum ? type.ElementsInList : 0];
        for (int i = 0; i < names.Length; i++)
        {
            uint name = type.IsComposite ? graph.MembersOf(id)[i].Name : graph.EnumeratorsOf(id)[i].Name;
            names[i] = NameHash.Of(graph.NameOf(new NameId(name)));
        }

        return names;
    }
}
