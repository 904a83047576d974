using System.Globalization;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Members of one side only, renamed ones, and moves.</summary>
internal sealed partial class CompositeComparer
{
    private const int MostLookedAt = 64;

    // New members, each between two that were kept: what they moved by before and behind it tells whether it made room for itself.
    private void FindAdded(in Place place, Workspace work, ChangeList changes)
    {
        work.ByOffset.Clear();
        for (int i = work.Old.Count - 1; i >= 0; i--)
        {
            if (work.Old[i].Match < 0)
            {
                work.Next[i] = work.ByOffset.GetValueOrDefault(work.Old[i].BitOffset, -1);
                work.ByOffset[work.Old[i].BitOffset] = i;
            }
        }

        int kept = 0;
        for (int k = 0; k < work.New.Count; k++)
        {
            while (kept < work.Kept.Count && work.Kept[kept] < k)
            {
                kept++;
            }

            if (work.New[k].Match < 0)
            {
                AddAdded(place, work, k, kept, changes);
            }
        }
    }

    private void AddAdded(in Place place, Workspace work, int k, int kept, ChangeList changes)
    {
        ref MemberEntry added = ref work.New[k];
        long before = kept == 0 ? 0 : ShiftOf(work, work.Kept[kept - 1]);
        int next = kept;
        while (next < work.Kept.Count && next - kept < MostLookedAt && work.New[work.Kept[next]].BitOffset < added.EndBits)
        {
            next++;
        }

        bool isLast = next >= work.Kept.Count;
        long behind = isLast ? before : ShiftOf(work, work.Kept[next]);
        int reserved = ReservedAt(place, work, added.BitOffset - before, added.EndBits - before);
        bool isReservedItself = ReservedNames.Is(place.New.Graph, added);
        if (reserved < 0 || isReservedItself)
        {
            int renamed = RenamedTo(place, work, k, before, behind);
            if (renamed >= 0)
            {
                AddRenamed(place, work, renamed, k, changes);
                return;
            }
        }

        bool isReserved = reserved >= 0 && !isReservedItself;
        ChangeClass found = isReserved ? ChangeClass.ReservedUse : Classify(work, added, before, behind, isLast);
        changes.Add(new TypeChange
        {
            Class = found,
            Breaks = found == ChangeClass.MemberAdded && before != behind ? Breaks.Layout : Breaks.None,
            Path = PathOf(place, added, isOld: false),
            Old = isReserved ? TextOf(place.Old, work.Old[reserved]) : null,
            New = TextOf(place.New, added),
            NewBitOffset = place.NewBits + added.BitOffset,
        });
        changes.HasOwnEdit = true;
        if (isReserved)
        {
            // Where it is gone, that is because of this one.
            ref MemberEntry used = ref work.Old[reserved];
            used.IsUsed = true;
            used.Match = used.Match < 0 ? int.MaxValue : used.Match;
        }
    }

    private static long ShiftOf(Workspace work, int k) => work.New[k].BitOffset - work.Old[work.New[k].Match].BitOffset;

    private static ChangeClass Classify(Workspace work, in MemberEntry added, long before, long behind, bool isLast)
    {
        long from = added.BitOffset - before, to = added.EndBits - before;
        if (work.IsUnion || work.Old.Overlaps(from, Math.Max(to, from + 1)))
        {
            return ChangeClass.MemberAdded;
        }

        return isLast ? (from >= work.Old.EndBits ? ChangeClass.TailGrowth : ChangeClass.HoleFill)
            : before == behind ? ChangeClass.HoleFill : ChangeClass.MemberAdded;
    }

    private static int ReservedAt(in Place place, Workspace work, long from, long to)
    {
        int last = work.Old.LastBefore(Math.Max(to, from + 1));
        for (int i = last; i >= 0 && last - i < MostLookedAt && work.Old.EndOfAll(i) > from; i--)
        {
            if (work.Old[i].EndBits > from && ReservedNames.Is(place.Old.Graph, work.Old[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // At the same offset; or, where others made it move, beside the same neighbour.
    private int RenamedTo(in Place place, Workspace work, int k, long before, long behind)
    {
        ref MemberEntry added = ref work.New[k];
        for (int way = 0; way < 3; way++)
        {
            long offset = added.BitOffset - (way == 0 ? before : way == 1 ? behind : 0);
            int tries = 0;
            for (int i = work.ByOffset.GetValueOrDefault(offset, -1); i >= 0 && tries < MostLookedAt; i = work.Next[i], tries++)
            {
                ref MemberEntry gone = ref work.Old[i];
                if (gone.Match < 0 && gone.SizeBits == added.SizeBits && gone.BitfieldBits == added.BitfieldBits
                    && (gone.BitOffset == added.BitOffset || HaveOneNeighbour(work, i, k))
                    && comparer.Same(place.Old, gone.Type, place.New, added.Type))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private static bool HaveOneNeighbour(Workspace work, int i, int k) =>
        (i > 0 && k > 0 && AreOne(work, i - 1, k - 1)) || (i + 1 < work.Old.Count && k + 1 < work.New.Count && AreOne(work, i + 1, k + 1));

    private static bool AreOne(Workspace work, int i, int k) => work.New[k].Match == i || work.New[k].Renamed == i;

    private static void AddRenamed(in Place place, Workspace work, int i, int k, ChangeList changes)
    {
        ref MemberEntry gone = ref work.Old[i];
        ref MemberEntry added = ref work.New[k];
        gone.Match = int.MaxValue;
        added.Renamed = i;
        changes.Add(new TypeChange
        {
            Class = ChangeClass.MemberRenamed,
            Breaks = BreakRules.OfName | (gone.BitOffset == added.BitOffset ? Breaks.None : Breaks.Layout),
            Path = PathOf(place, gone, isOld: true),
            Old = place.Old.Graph.NameString(new NameId(gone.Name)),
            New = place.New.Graph.NameString(new NameId(added.Name)),
            OldBitOffset = place.OldBits + gone.BitOffset,
            NewBitOffset = place.NewBits + added.BitOffset,
        });
    }

    private static void FindRemoved(in Place place, Workspace work, ChangeList changes)
    {
        foreach (ref MemberEntry gone in work.Old.All)
        {
            if (gone.Match >= 0)
            {
                continue;
            }

            changes.Add(new TypeChange
            {
                Class = ChangeClass.MemberRemoved,
                Breaks = BreakRules.OfRemovedMember,
                Path = PathOf(place, gone, isOld: true),
                Old = TextOf(place.Old, gone),
                OldBitOffset = place.OldBits + gone.BitOffset,
            });
            changes.HasOwnEdit = true;
        }
    }

    // Those that left their order are moves of their own; the others follow from what was changed before them, where anything was.
    private static void FindMoves(in Place place, Workspace work, ChangeList changes)
    {
        int kept = 0;
        List<TypeChange> run = [];
        long before = 0;
        bool hasReordered = work.Kept.Count < MatchedIn(work);
        for (int k = 0; k < work.New.Count; k++)
        {
            if (work.New[k].Match < 0)
            {
                continue;
            }

            bool isKept = kept < work.Kept.Count && work.Kept[kept] == k;
            kept += isKept ? 1 : 0;
            long shift = ShiftOf(work, k);
            if (place.IsMove(shift))
            {
                bool follows = isKept && (changes.HasOwnEdit || work.HasGrowth || hasReordered || before != 0);
                TypeChange move = MoveOf(place, work, k, shift, follows);
                if (run.Count > 0 && (run[^1].ShiftBits != shift + place.ShiftBits || run[^1].IsConsequence != follows || !follows
                    || run[^1].Breaks != move.Breaks))
                {
                    Fold(run, changes);
                    run = [];
                }

                run.Add(move);
                changes.HasOwnEdit |= !follows;
                work.New[k].IsOwnMove = !follows;
            }
            else if (run.Count > 0)
            {
                Fold(run, changes);
                run = [];
            }

            before = isKept ? shift : before;
        }

        Fold(run, changes);
    }

    private static int MatchedIn(Workspace work)
    {
        int count = 0;
        foreach (ref MemberEntry entry in work.New.All)
        {
            count += entry.Match >= 0 ? 1 : 0;
        }

        return count;
    }

    private static TypeChange MoveOf(in Place place, Workspace work, int k, long shift, bool follows)
    {
        ref MemberEntry now = ref work.New[k];
        return new TypeChange
        {
            Class = ChangeClass.MemberMoved,
            Breaks = now.RemainsOf(work.Old[now.Match]) ? Breaks.None : Breaks.Layout,
            Path = PathOf(place, now, isOld: false),
            OldBitOffset = place.OldBits + now.BitOffset - shift,
            NewBitOffset = place.NewBits + now.BitOffset,
            ShiftBits = shift + place.ShiftBits,
            IsConsequence = follows,
        };
    }

    // What the source gives a member itself, where it is not told as a move. It breaks nothing; what it does to the type is told of that.
    private static void FindAlignments(in Place place, Workspace work, ChangeList changes)
    {
        if (!place.Old.HasAlignments || !place.New.HasAlignments)
        {
            return;
        }

        foreach (ref MemberEntry now in work.New.All)
        {
            if (now.Match < 0 || now.IsOwnMove || now.DeclaredAlignmentBytes == work.Old[now.Match].DeclaredAlignmentBytes)
            {
                continue;
            }

            ref MemberEntry before = ref work.Old[now.Match];
            long ours = AlignmentOf(place.Old, before), theirs = AlignmentOf(place.New, now);
            if (ours != theirs)
            {
                changes.Add(new TypeChange
                {
                    Class = ChangeClass.Alignment,
                    Breaks = Breaks.None,
                    Path = PathOf(place, now, isOld: false),
                    Old = ours.ToString(CultureInfo.InvariantCulture),
                    New = theirs.ToString(CultureInfo.InvariantCulture),
                    OldBitOffset = place.OldBits + before.BitOffset,
                    NewBitOffset = place.NewBits + now.BitOffset,
                });
                changes.HasOwnEdit = true;
            }
        }
    }

    private static long AlignmentOf(CompareGraph graph, in MemberEntry entry) =>
        entry.DeclaredAlignmentBytes != 0 ? entry.DeclaredAlignmentBytes : graph.Sizes.AlignmentBytesOf(new TypeId(entry.Type));

    private static void Fold(List<TypeChange> run, ChangeList changes)
    {
        if (run.Count > 0)
        {
            changes.Add(run.Count == 1 ? run[0] : run[0] with { Count = run.Count, Folded = run });
        }
    }
}
