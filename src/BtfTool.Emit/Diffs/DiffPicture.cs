using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;

namespace BtfTool.Emit.Diffs;

/// <summary>Two pictures of one type in which the same members look the same, and what happened to the others.</summary>
/// <param name="Old">Before.</param>
/// <param name="New">Now.</param>
/// <param name="OldMarks">What happened to entries of the first.</param>
/// <param name="NewMarks">What happened to entries of the second.</param>
internal sealed record DiffPicture(
    PictureWords Old, PictureWords New, PictureMark[] OldMarks, PictureMark[] NewMarks)
{
    public static DiffPicture Of(PictureStudio studio, TypeRef old, TypeRef now, int cachelineBytes)
    {
        PictureWords before = studio.Draw(old.Graph, old.Id, cachelineBytes);
        int[] likeIndex = SameMembers(before.Picture.Report, now);
        PictureWords after = studio.Draw(now.Graph, now.Id, cachelineBytes, before.Picture, likeIndex);
        Dictionary<string, int> oldNames = Names(before), newNames = Names(after);
        int end = Math.Max(before.Picture.MarkEnd, after.Picture.MarkEnd);
        return new DiffPicture(before, after, Marks(before, after, newNames, PictureMark.Removed, end),
            Marks(after, before, oldNames, PictureMark.Added, end));
    }

    // For each new member the old one of its name; those without a name by what is first in them.
    private static int[] SameMembers(LayoutReport old, TypeRef now)
    {
        var names = new Dictionary<string, int>();
        MemberList members = old.Graph[old.Type].Members;
        for (int i = 0; i < members.Count; i++)
        {
            _ = names.TryAdd(KeyOf(old.Graph, members[i]), i);
        }

        MemberList others = now.View.Members;
        int[] same = new int[others.Count];
        for (int i = 0; i < same.Length; i++)
        {
            same[i] = names.Remove(KeyOf(now.Graph, others[i]), out int index) ? index : -1;
        }

        return same;
    }

    private static string KeyOf(TypeGraph graph, MemberView member)
    {
        const int Deepest = 8;
        for (int depth = 0; depth < Deepest && member.IsAnonymous; depth++)
        {
            TypeView inner = graph[member.Type];
            if (!inner.IsComposite || inner.Members.Count == 0)
            {
                return "";
            }

            member = inner.Members[0];
            if (!member.IsAnonymous)
            {
                return "{" + member.NameString;
            }
        }

        return member.NameString;
    }

    private static Dictionary<string, int> Names(PictureWords words)
    {
        var names = new Dictionary<string, int>();
        ReadOnlySpan<PictureEntry> entries = words.Picture.Entries;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Index >= 0 && !words.NameOf(entries[i]).IsEmpty)
            {
                _ = names.TryAdd(words.MemberOf(entries[i]).NameString, i);
            }
        }

        return names;
    }

    private static PictureMark[] Marks(PictureWords words, PictureWords other, Dictionary<string, int> names, PictureMark alone,
        int markEnd)
    {
        var marks = new PictureMark[markEnd];
        foreach (ref readonly PictureEntry entry in words.Picture.Entries)
        {
            if (entry.Index < 0 || words.NameOf(entry).IsEmpty)
            {
                continue;
            }

            if (!names.TryGetValue(words.MemberOf(entry).NameString, out int at))
            {
                marks[entry.Mark] = alone;
            }
            else if (other.Picture.Entries[at].SizeBits != entry.SizeBits || other.TypeOf(other.Picture.Entries[at]) != words.TypeOf(entry))
            {
                marks[entry.Mark] = PictureMark.Changed;
            }
        }

        return marks;
    }
}
