using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Which members lie in a cache line group: between two members without size whose names say begin and end of one (Linux 6.8:
/// <c>__cacheline_group_begin__NAME</c>). A group that does not end is none.
/// </summary>
internal readonly struct CachelineMarkers
{
    private static readonly byte[] s_begin = Encoding.ASCII.GetBytes(CachelineGroup.BeginPrefix);
    private static readonly byte[] s_end = Encoding.ASCII.GetBytes(CachelineGroup.EndPrefix);

    private readonly bool[]? _inside;

    private CachelineMarkers(bool[]? inside) => _inside = inside;

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
            if (name.StartsWith(s_begin))
            {
                open.Add(i);
            }
            else if (name.StartsWith(s_end))
            {
                int begin = FindOpen(members, layout, open, name[s_end.Length..]);
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
            if (members[layout.Members[open[k]].Index].Name[s_begin.Length..].SequenceEqual(name))
            {
                int begin = open[k];
                open.RemoveAt(k);
                return begin;
            }
        }

        return -1;
    }
}
