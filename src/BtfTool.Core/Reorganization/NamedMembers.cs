using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>Finds members by name; one inside an anonymous struct or union stands for the member of the struct that holds it.</summary>
internal static class NamedMembers
{
    /// <summary>Index of the member; -1 where there is none of the name.</summary>
    public static int Find(TypeGraph graph, TypeSizes sizes, TypeId id, string name, int maxNesting)
    {
        ReadOnlySpan<byte> wanted = System.Text.Encoding.UTF8.GetBytes(name);
        MemberList members = graph[id].Members;
        for (int i = 0; i < members.Count; i++)
        {
            if (Has(graph, sizes, members[i], wanted, maxNesting))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>All names that <see cref="Find"/> knows.</summary>
    public static List<string> NamesOf(TypeGraph graph, TypeSizes sizes, TypeId id, int maxNesting)
    {
        var names = new List<string>();
        Collect(graph, sizes, id, names, maxNesting);
        return names;
    }

    private static bool Has(TypeGraph graph, TypeSizes sizes, MemberView member, ReadOnlySpan<byte> wanted, int depth)
    {
        if (!member.IsAnonymous)
        {
            return member.Name.SequenceEqual(wanted);
        }

        TypeView type = graph[sizes.Strip(member.Type)];
        if (!type.IsComposite || depth <= 0)
        {
            return false;
        }

        foreach (MemberView inner in type.Members)
        {
            if (Has(graph, sizes, inner, wanted, depth - 1))
            {
                return true;
            }
        }

        return false;
    }

    private static void Collect(TypeGraph graph, TypeSizes sizes, TypeId id, List<string> names, int depth)
    {
        foreach (MemberView member in graph[id].Members)
        {
            TypeId inner = sizes.Strip(member.Type);
            if (!member.IsAnonymous)
            {
                names.Add(member.NameString);
            }
            else if (graph[inner].IsComposite && depth > 0)
            {
                Collect(graph, sizes, inner, names, depth - 1);
            }
        }
    }

    /// <summary>What to say of a name that no member has.</summary>
    public static string Unknown(TypeGraph graph, TypeSizes sizes, TypeId id, string name, int maxNesting)
    {
        string? near = Nearest(name, NamesOf(graph, sizes, id, maxNesting));
        return near is null ? $"has no member '{name}'" : $"has no member '{name}': did you mean '{near}'?";
    }

    private static string? Nearest(string typed, List<string> names)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(typed);
        int limit = EditDistance.LimitFor(bytes.Length);
        string? nearest = null;
        if (bytes.Length > EditDistance.MaxBytes)
        {
            return null;
        }

        foreach (string name in names)
        {
            byte[] other = System.Text.Encoding.UTF8.GetBytes(name);
            int distance = other.Length > EditDistance.MaxBytes ? limit + 1 : EditDistance.Measure(bytes, other, limit);
            if (distance <= limit)
            {
                (nearest, limit) = (name, distance - 1);
            }
        }

        return nearest;
    }
}
