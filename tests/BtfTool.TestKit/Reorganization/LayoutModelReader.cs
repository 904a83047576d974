using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.TestKit;

/// <summary>
/// Says what may move in a struct of a graph: the rules of the reorganisation, written a second time. Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="options">The constraints.</param>
public sealed class LayoutModelReader(TypeGraph graph, ReorganizeOptions options)
{
    private readonly LayoutAnalyzer _analyzer = new(graph);

    private AlignmentInference? _inference;

    /// <summary>Alignments with what is forced in types.</summary>
    internal AlignmentInference Inference => _inference ??= new AlignmentInference(_analyzer, graph, options.CachelineBytes);

    /// <summary>The model of a struct; null where nothing may move at all: unions, packed structs, members that overlap.</summary>
    public LayoutModel? Read(TypeId id)
    {
        StructLayout layout = _analyzer.Analyze(id);
        if (graph.KindOf(id) != TypeKind.Struct || layout.Summary.IsPacked || Overlaps(layout))
        {
            return null;
        }

        MemberList list = graph[id].Members;
        var members = new ModelMember[layout.Members.Length];
        bool[] isInGroup = Groups(layout, list);
        bool holdsNext = false, hasSize = false;
        long end = 0;
        int alignment = Math.Max(layout.Summary.AlignmentBytes, ForcedTail(layout));
        for (int i = 0; i < members.Length; i++)
        {
            MemberView view = list[layout.Members[i].Index];
            MemberLayout at = layout.Members[i];
            int forced = ForcedAt(at, view, (at.BitOffset / 8) - ((end + 7) / 8), layout.Summary.SizeBytes);
            members[i] = Member(at, view, Math.Max(forced, 0), layout.Summary.SizeBytes);
            bool isFixed = !hasSize || forced != 0 || holdsNext || IsMarker(view) || members[i].IsPinned || (isInGroup[i] && !options.Groups);
            isFixed |= !members[i].IsBitfield && EndsInFlexibleArray(view.Type, 0);
            isFixed |= i == members.Length - 1 && graph[_analyzer.Sizes.Strip(view.Type)] is { Kind: TypeKind.Array, ElementCount: 1 };
            isFixed |= !members[i].IsBitfield && members[i].AlignmentBytes >= options.CachelineBytes && members[i].AlignmentBytes > at.AlignmentBytes;
            members[i] = members[i] with { IsFixed = isFixed };
            hasSize |= at.EndBits > at.BitOffset;
            holdsNext = at.SizeBytes > 0 && !members[i].IsBitfield && EndsInFlexibleArray(view.Type, 0);
            end = at.EndBits;
            alignment = Math.Max(alignment, members[i].IsBitfield ? 1 : members[i].AlignmentBytes);
        }

        alignment = (int)Math.Min(alignment, Divisor(layout.Summary.SizeBytes));
        (int[][] items, int[] stretches) = Cut(members, list);
        return new LayoutModel
        {
            Members = members,
            Items = items,
            Stretches = stretches,
            AlignmentBytes = alignment,
            LineBytes = options.CachelineBytes,
            MaxSizeBytes = layout.Summary.SizeBytes,
            MayMergeRuns = options.SplitBitfields,
            Apart = Pairs(members, list),
            IsExplained = IsExplained(members, alignment, layout.Summary.SizeBytes),
        };
    }

    private ModelMember Member(in MemberLayout at, MemberView view, int forcedBytes, long structBytes)
    {
        bool isBitfield = at.BitfieldBits != 0;
        long own = Math.Min(Inference.AlignmentBytesOf(view.Type), Divisor(at.OffsetBytes | structBytes));
        own = Math.Max(Math.Max(own, forcedBytes), at.AlignmentBytes);
        return new ModelMember(at.Index, isBitfield ? at.BitfieldBits : at.SizeBytes * 8, isBitfield ? at.AlignmentBytes : (int)own,
            isBitfield ? (int)at.SizeBytes * 8 : 0)
        {
            OldBit = at.BitOffset,
            IsPinned = options.Pinned.Contains(view.NameString),
            IsHot = options.Hot.Contains(view.NameString),
        };
    }

    private static long Divisor(long value) => value == 0 ? long.MaxValue : value & -value;

    // A gap as large as the natural alignment, or larger: the smallest power of two that explains it, or a line where that does. An
    // alignment divides the size of the struct too.
    private int ForcedGap(long gap, long end, int natural, long structBytes)
    {
        if (gap < natural)
        {
            return 0;
        }

        int forced = 1;
        while (forced <= gap)
        {
            forced *= 2;
        }

        bool mayBeLine = forced < options.CachelineBytes && end % options.CachelineBytes == 0 && structBytes % options.CachelineBytes == 0;
        forced = mayBeLine ? options.CachelineBytes : forced;
        return end % forced == 0 && structBytes % forced == 0 ? forced : -1;
    }

    private int ForcedTail(StructLayout layout)
    {
        int declared = (int)graph[layout.Type].DeclaredAlignmentBytes;
        return layout.Members.IsEmpty || declared > 1 ? declared
            : Math.Max(0, ForcedGap(layout.Summary.PaddingBytes, layout.Summary.SizeBytes, layout.Summary.AlignmentBytes,
                layout.Summary.SizeBytes));
    }

    // -1 where no alignment explains the gap; bitfields have none.
    private int ForcedAt(in MemberLayout at, MemberView view, long gap, long structBytes)
    {
        int natural = Math.Max(at.AlignmentBytes, (int)view.DeclaredAlignmentBytes);
        int shown = view.IsBitfield ? 0 : ForcedGap(gap, at.OffsetBytes, natural, structBytes);
        int declared = natural > _analyzer.Sizes.AlignmentBytesOf(view.Type) ? natural : 0;
        return shown < 0 ? shown : Math.Max(shown, declared);
    }

    // struct { } name: nobody embeds a type that has no name and no members but to mark a place. One with a name may just be empty here.
    private bool IsMarker(MemberView view)
    {
        TypeView type = graph[_analyzer.Sizes.Strip(view.Type)];
        bool isEmptyType = type.IsComposite && type.Members.Count == 0 && (view.Type != type.Id || !type.IsAnonymous);
        return !view.IsBitfield && _analyzer.Sizes.SizeBytesOf(type.Id) == 0 && !isEmptyType;
    }

    private static bool[] Groups(StructLayout layout, MemberList list)
    {
        const string begin = "__cacheline_group_begin__", end = "__cacheline_group_end__";
        var inside = new bool[layout.Members.Length];
        var open = new Dictionary<string, int>();
        for (int i = 0; i < inside.Length; i++)
        {
            string name = list[layout.Members[i].Index].NameString;
            if (name.StartsWith(begin, StringComparison.Ordinal))
            {
                open[name[begin.Length..]] = i;
            }
            else if (name.StartsWith(end, StringComparison.Ordinal) && open.Remove(name[end.Length..], out int from))
            {
                Array.Fill(inside, true, from, i - from + 1);
            }
        }

        return inside;
    }

    private bool EndsInFlexibleArray(TypeId id, int depth)
    {
        TypeView type = graph[_analyzer.Sizes.Strip(id)];
        if (type.Kind == TypeKind.Array)
        {
            return type.ElementCount == 0;
        }

        bool found = false;
        for (int i = 0; type.IsComposite && depth < 64 && i < type.Members.Count; i++)
        {
            bool mayEndIt = type.Kind == TypeKind.Union || i == type.Members.Count - 1;
            found |= mayEndIt && !type.Members[i].IsBitfield && EndsInFlexibleArray(type.Members[i].Type, depth + 1);
        }

        return found;
    }

    private static bool Overlaps(StructLayout layout)
    {
        long end = 0;
        foreach (MemberLayout member in layout.Members)
        {
            if (member.BitOffset < end)
            {
                return true;
            }

            end = Math.Max(end, member.EndBits);
        }

        return end > layout.Summary.SizeBytes * 8;
    }

    private (int[][] Items, int[] Stretches) Cut(ModelMember[] members, MemberList list)
    {
        var owner = new int[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            bool goesOn = i > 0 && members[i].IsBitfield && members[i - 1].IsBitfield && !options.SplitBitfields;
            owner[i] = goesOn ? owner[i - 1] : i;
        }

        foreach (IReadOnlyList<string> together in options.KeepTogether)
        {
            int[] positions = [.. Positions(members, list, together)];
            foreach (int position in positions.Where(p => p != positions[0]))
            {
                Array.ForEach([.. Enumerable.Range(0, members.Length).Where(i => owner[i] == owner[position])], i => owner[i] = owner[positions[0]]);
            }
        }

        // What holds one that stays lies where that one lies.
        int Place(int[] item) => Array.Find(item, p => members[p].IsFixed) is int held and not 0 ? held : item[0];
        int[][] items = [.. Enumerable.Range(0, members.Length).GroupBy(i => owner[i]).Select(g => g.Order().ToArray()).OrderBy(Place)];
        var stretches = new int[items.Length];
        int stretch = 0;
        for (int i = 0; i < items.Length; i++)
        {
            bool isFixed = items[i].Any(p => members[p].IsFixed);
            stretch += isFixed ? 1 : 0;
            stretches[i] = stretch;
            stretch += isFixed ? 1 : 0;
        }

        return (items, stretches);
    }

    private List<(int A, int B)> Pairs(ModelMember[] members, MemberList list)
    {
        var pairs = new HashSet<(int A, int B)>();
        foreach (IReadOnlyList<string> apart in options.Separate)
        {
            int[] positions = [.. Positions(members, list, apart)];
            pairs.UnionWith(positions.SelectMany(a => positions.Where(b => a < b).Select(b => (a, b))));
        }

        return [.. pairs];
    }

    private static IEnumerable<int> Positions(ModelMember[] members, MemberList list, IReadOnlyList<string> names) =>
        Enumerable.Range(0, members.Length).Where(i => names.Contains(Encoding.UTF8.GetString(list[members[i].Index].Name)));

    private static bool IsExplained(ModelMember[] members, int alignment, long sizeBytes)
    {
        ModelCursor cursor = default;
        foreach (ModelMember member in members)
        {
            if (cursor.Place(member) != member.OldBit)
            {
                return false;
            }
        }

        return ModelCursor.RoundUp((cursor.Bit + 7) / 8, alignment) == sizeBytes;
    }
}
