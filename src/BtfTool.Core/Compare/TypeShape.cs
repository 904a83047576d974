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

    /// <summary>Whether two types are of one shape, and not only of one hash. Cost: linear in their members or enumerators.</summary>
    public static bool AreAlike(TypeGraph a, uint oldId, TypeGraph b, uint newId)
    {
        TypeView x = a[new TypeId(oldId)], y = b[new TypeId(newId)];
        if (TypeWords.Of(a, oldId) != TypeWords.Of(b, newId) || x.SizeBytes != y.SizeBytes || x.IsComposite != y.IsComposite || x.IsEnum != y.IsEnum)
        {
            return false;
        }

        return x.IsComposite ? AreMembersAlike(a, a.MembersOf(oldId), b, b.MembersOf(newId))
            : !x.IsEnum || AreValuesAlike(x, a.EnumeratorsOf(oldId), y, b.EnumeratorsOf(newId));
    }

    /// <summary>Whether the members of two types of one shape read the same in C too. Cost: linear in them.</summary>
    public static bool AreTwins(TypeGraph a, uint id, TypeGraph b, uint otherId, int depth = 0)
    {
        const int MostNesting = 8;
        if (!AreAlike(a, id, b, otherId))
        {
            return false;
        }

        ReadOnlySpan<MemberRow> ours = a[new TypeId(id)].IsComposite ? a.MembersOf(id) : [], theirs = ours.IsEmpty ? [] : b.MembersOf(otherId);
        for (int i = 0; i < ours.Length; i++)
        {
            TypeView x = a[new TypeId(ours[i].Type)], y = b[new TypeId(theirs[i].Type)];
            bool isInside = x.IsComposite && x.IsAnonymous && y.IsComposite && y.IsAnonymous && depth < MostNesting;
            if (isInside ? !AreTwins(a, ours[i].Type, b, theirs[i].Type, depth + 1)
                : TypeText.Of(a, ours[i].Type) != TypeText.Of(b, theirs[i].Type))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreMembersAlike(TypeGraph a, ReadOnlySpan<MemberRow> ours, TypeGraph b, ReadOnlySpan<MemberRow> theirs)
    {
        bool isAlike = ours.Length == theirs.Length;
        for (int i = 0; i < ours.Length && isAlike; i++)
        {
            isAlike = ours[i].BitOffset == theirs[i].BitOffset && ours[i].BitSize == theirs[i].BitSize
                && TypeWords.SameName(a, new NameId(ours[i].Name), b, new NameId(theirs[i].Name));
        }

        return isAlike;
    }

    private static bool AreValuesAlike(TypeView x, ReadOnlySpan<EnumeratorRow> ours, TypeView y, ReadOnlySpan<EnumeratorRow> theirs)
    {
        ulong mask = EnumValues.MaskOf(x);
        bool isAlike = ours.Length == theirs.Length;
        for (int i = 0; i < ours.Length && isAlike; i++)
        {
            isAlike = ((ours[i].Value ^ theirs[i].Value) & mask) == 0
                && TypeWords.SameName(x.Graph, new NameId(ours[i].Name), y.Graph, new NameId(theirs[i].Name));
        }

        return isAlike;
    }

    /// <summary>How many members or enumerators of two types have one name; one more where the sizes are the same. Cost: linear in them.</summary>
    public static int InCommon(TypeGraph a, uint oldId, TypeGraph b, uint newId)
    {
        var names = new HashSet<NameRef>();
        foreach (NameRef name in NamesOf(a, oldId))
        {
            names.Add(name);
        }

        int common = a[new TypeId(oldId)].SizeBytes == b[new TypeId(newId)].SizeBytes ? 1 : 0;
        foreach (NameRef name in NamesOf(b, newId))
        {
            common += names.Remove(name) ? 2 : 0;
        }

        return common;
    }

    private static NameRef[] NamesOf(TypeGraph graph, uint id)
    {
        TypeView type = graph[new TypeId(id)];
        var names = new NameRef[type.IsComposite || type.IsEnum ? type.ElementsInList : 0];
        for (int i = 0; i < names.Length; i++)
        {
            uint name = type.IsComposite ? graph.MembersOf(id)[i].Name : graph.EnumeratorsOf(id)[i].Name;
            names[i] = new NameRef(graph, new NameId(name));
        }

        return names;
    }
}
