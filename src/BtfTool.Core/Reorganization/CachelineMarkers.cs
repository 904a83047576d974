using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Which members lie in a cache line group: between two members without size whose names say begin and end of one (Linux 6.8:
/// <c>__cacheline_group_begin__NAME</c>). A group that does not end is none.
/// </summary>
internal readonly struct CachelineMarkers
{
    private readonly bool[]? _inside;

    private CachelineMarkers(bool[]? inside) => _inside = inside;

    private static ReadOnlySpan<byte> Begin => "__cacheline_group_begin__"u8;

    private static ReadOnlySpan<byte> End => "__cacheline_group_end__"u8;

    /// <summary>Looks for groups. Cost: linear in the members, and in the groups that are open at one time.</summary>
    public static CachelineMarkers Of(TypeGraph graph, StructLayout layout)
    {
        bool[]? inside = null;
        MemberList members = graph[layout.Type].Members;
        var open = new List<int>();
        for (int i = 0; i < layout.Members.Length; i++)
        {
            if (layout.Members[i].SizeBytes != 0)
            {
                continue;
            }

            ReadOnlySpan<byte> name = members[layout.Members[i].Index].Name;
            if (name.StartsWith(Begin))
            {
                open.Add(i);
            }
            else if (name.StartsWith(End))
            {
                int begin = FindOpen(members, layout, open, name[End.Length..]);
                if (begin >= 0)
                {
                    inside ??= new bool[layout.Members.Length];
                    Array.Fill(inside, true, begin, i - begin + 1);
                }
            }
        }

        return new CachelineMarkers(inside);
    }

    /// <summary>Whether a member, by its place among those sorted by offset, lies in a group.</summary>
    public bool Contains(int position) => _inside is not null && _inside[position];

    private static int FindOpen(MemberList members, StructLayout layout, List<int> open, ReadOnlySpan<byte> name)
    {
        for (int k = open.Count - 1; k >= 0; k--)
        {
            if (members[layout.Members[open[k]].Index].Name[Begin.Length..].SequenceEqual(name))
            {
                int begin = open[k];
                open.RemoveAt(k);
                return begin;
            }
        }

        return -1;
    }
}
