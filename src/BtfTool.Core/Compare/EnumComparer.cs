using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Finds what differs between two enumerations. A value is what an old program has compiled in, so another one for the same name
/// breaks its layout; CO-RE looks enumerators up by name.
/// </summary>
internal static class EnumComparer
{
    /// <summary>Compares two enumerations. Cost: linear in the enumerators.</summary>
    public static void Compare(CompareGraph a, uint oldId, CompareGraph b, uint newId, ChangeList into)
    {
        TypeView x = a.Graph[new TypeId(oldId)], y = b.Graph[new TypeId(newId)];
        if (x.SizeBytes != y.SizeBytes)
        {
            into.Add(Sizes(x, y));
        }

        ReadOnlySpan<EnumeratorRow> ours = a.Graph.EnumeratorsOf(oldId), theirs = b.Graph.EnumeratorsOf(newId);
        var byName = new Dictionary<NameRef, int>(ours.Length);
        var values = new HashSet<ulong>(ours.Length);
        for (int i = 0; i < ours.Length; i++)
        {
            byName.TryAdd(new NameRef(a.Graph, new NameId(ours[i].Name)), i);
            values.Add(EnumValues.Widened(x, ours[i].Value, x.Flag));
        }

        // What stands behind all that are kept is appended.
        var matches = new int[theirs.Length];
        int last = -1;
        for (int k = 0; k < theirs.Length; k++)
        {
            matches[k] = byName.Remove(new NameRef(b.Graph, new NameId(theirs[k].Name)), out int i) ? i : -1;
            last = matches[k] >= 0 ? k : last;
        }

        for (int k = 0; k < theirs.Length; k++)
        {
            string name = b.Graph.NameString(new NameId(theirs[k].Name));
            ulong widened = EnumValues.Widened(y, theirs[k].Value, x.Flag);
            string value = EnumValues.TextOf(y, (long)theirs[k].Value);
            if (matches[k] < 0)
            {
                bool isAppended = k > last && !values.Contains(widened);
                into.Add(new TypeChange { Class = isAppended ? ChangeClass.EnumAppend : ChangeClass.EnumInsert, Path = name, New = value, Breaks = Breaks.None });
            }
            else if (widened != EnumValues.Widened(x, ours[matches[k]].Value, x.Flag))
            {
                string before = EnumValues.TextOf(x, (long)ours[matches[k]].Value);
                into.Add(new TypeChange { Class = ChangeClass.EnumRenumber, Path = name, Old = before, New = value, Breaks = Breaks.Layout });
            }
        }

        AddRemoved(x, byName, into);
    }

    private static void AddRemoved(TypeView x, Dictionary<NameRef, int> byName, ChangeList into)
    {
        int[] removed = [.. byName.Values];
        Array.Sort(removed);
        EnumeratorList list = x.Enumerators;
        foreach (int i in removed)
        {
            into.Add(new TypeChange
            {
                Class = ChangeClass.EnumRemove,
                Path = x.Graph.NameString(list[i].NameId),
                Old = EnumValues.TextOf(x, list[i].Value),
                Breaks = Breaks.Source | Breaks.CoRe,
            });
        }
    }

    private static TypeChange Sizes(TypeView x, TypeView y) => new()
    {
        Class = ChangeClass.Size,
        Breaks = Breaks.Layout,
        Old = x.SizeBytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
        New = y.SizeBytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
