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
    PictureWords Old, PictureWords New, Dictionary<int, PictureMark> OldMarks, Dictionary<int, PictureMark> NewMarks)
{
    public static DiffPicture Of(PictureStudio studio, TypeRef old, TypeRef now, int cachelineBytes)
    {
        PictureWords before = studio.Draw(old.Graph, old.Id, cachelineBytes);
        int[] likeIndex = SameMembers(before.Picture.Report, now);
        PictureWords after = studio.Draw(now.Graph, now.Id, cachelineBytes, before.Picture, likeIndex);
        Dictionary<NameKey, int> oldNames = Names(before), newNames = Names(after);
        return new DiffPicture(before, after, Marks(before, after, newNames, PictureMark.Removed), Marks(after, before, oldNames, PictureMark.Added));
    }

    // For each new member the old one of its name; those without a name by what is first in them.
    private static int[] SameMembers(LayoutReport old, TypeRef now)
    {
        var names = new Dictionary<NameKey, int>();
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

    private static NameKey KeyOf(TypeGraph graph, MemberView member)
    {
        const int Deepest = 8;
        for (int depth = 0; depth < Deepest && member.IsAnonymous; depth++)
        {
            TypeView inner = graph[member.Type];
            if (!inner.IsComposite || inner.Members.Count == 0)
            {
                return default;
            }

            member = inner.Members[0];
            if (!member.IsAnonymous)
            {
                return new NameKey(member.NameString, true);
            }
        }

        return new NameKey(member.NameString, false);
    }

    private static Dictionary<NameKey, int> Names(PictureWords words)
    {
        var names = new Dictionary<NameKey, int>();
        ReadOnlySpan<PictureEntry> entries = words.Picture.Entries;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Index >= 0 && !words.NameOf(entries[i]).IsEmpty)
            {
                _ = names.TryAdd(new NameKey(words.MemberOf(entries[i]).NameString, false), i);
            }
        }

        return names;
    }

    private static Dictionary<int, PictureMark> Marks(PictureWords words, PictureWords other, Dictionary<NameKey, int> names, PictureMark alone)
    {
        var marks = new Dictionary<int, PictureMark>();
        foreach (ref readonly PictureEntry entry in words.Picture.Entries)
        {
            if (entry.Index < 0 || words.NameOf(entry).IsEmpty)
            {
                continue;
            }

            if (!names.TryGetValue(new NameKey(words.MemberOf(entry).NameString, false), out int at))
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

    private readonly record struct NameKey(string? Name, bool IsInner);
}
