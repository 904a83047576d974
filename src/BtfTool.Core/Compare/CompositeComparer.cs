using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Finds what differs between two structs or unions: members by name, those of unnamed members in their place. What follows from
/// something else (members behind an inserted one, the size) is marked so.
/// </summary>
internal sealed partial class CompositeComparer(ReferenceComparer comparer, ReaderLimits limits)
{
    private const int MostInner = 16;

    private readonly MemberTypeComparer _types = new(comparer);
    private readonly Stack<Workspace> _free = [];
    private int _inner;

    /// <summary>Compares two types. Cost: linear in their members, but for sorting.</summary>
    public void Compare(CompareGraph a, uint oldId, CompareGraph b, uint newId, ChangeList into)
    {
        _inner = 0;
        Compare(new Place(a, b, "", 0, 0), oldId, newId, into);
    }

    /// <summary>Where a type without a name lies: what its members are called with, and where it begins.</summary>
    internal readonly record struct Place(CompareGraph Old, CompareGraph New, string Prefix, long OldBits, long NewBits, bool IsRepeated = false)
    {
        /// <summary>By how many bits the place itself moved.</summary>
        public long ShiftBits => NewBits - OldBits;

        /// <summary>
        /// Whether a member moved that lies so much farther in it: one that went with its place is told with that, and one that stayed
        /// where it was though its place moved did not move. The elements of an array have other places too.
        /// </summary>
        public bool IsMove(long shift) => shift != 0 && (IsRepeated || shift != -ShiftBits);

        public Place Inside(string prefix, long oldBits, long newBits) => new(Old, New, Prefix + prefix, OldBits + oldBits, NewBits + newBits);
    }

    // What one comparison needs; types without a name inside need their own.
    private sealed class Workspace
    {
        public readonly MemberEntries Old = new();
        public readonly MemberEntries New = new();
        public readonly Dictionary<NameRef, int> ByName = [];
        public readonly Dictionary<long, int> ByOffset = [];
        public readonly List<int> Kept = [];
        public int[] Next = [];
        public bool IsUnion;
        public bool HasGrowth;
    }

    internal void Compare(in Place place, uint oldId, uint newId, ChangeList into)
    {
        Workspace work = _free.Count > 0 ? _free.Pop() : new Workspace();
        work.IsUnion = place.Old.Graph.KindOf(new TypeId(oldId)) == TypeKind.Union;
        work.HasGrowth = false;
        work.Old.Fill(place.Old, oldId, limits);
        work.New.Fill(place.New, newId, limits);
        MatchNames(place, work);
        FindOrder(work);
        var changes = new ChangeList();
        FindAdded(place, work, changes);
        FindRemoved(place, work, changes);
        FindTypes(place, work, changes);
        FindMoves(place, work, changes);
        FindAlignments(place, work, changes);
        FindSize(place, oldId, newId, work, changes);
        into.HasOwnEdit |= changes.HasOwnEdit;
        into.Grown = into.Grown == -1 ? changes.Grown : into.Grown;
        foreach (TypeChange change in changes.Changes)
        {
            into.Add(change);
        }

        _free.Push(work);
    }

    private static string PathOf(in Place place, in MemberEntry entry, bool isOld) =>
        place.Prefix + (isOld ? place.Old : place.New).Graph.NameString(new NameId(entry.Name));

    private static string TextOf(CompareGraph graph, in MemberEntry entry) => TypeText.Of(graph.Graph, entry.Type, entry.BitfieldBits);

    // By name; those of one name in their order.
    private static void MatchNames(in Place place, Workspace work)
    {
        Span<MemberEntry> ours = work.Old.All, theirs = work.New.All;
        work.ByName.Clear();
        work.Next = work.Next.Length < ours.Length ? new int[Math.Max(64, 2 * ours.Length)] : work.Next;
        for (int i = ours.Length - 1; i >= 0; i--)
        {
            NameRef name = ours[i].NameIn(place.Old.Graph);
            work.Next[i] = work.ByName.GetValueOrDefault(name, -1);
            work.ByName[name] = i;
        }

        for (int k = 0; k < theirs.Length; k++)
        {
            NameRef name = theirs[k].NameIn(place.New.Graph);
            int i = work.ByName.GetValueOrDefault(name, -1);
            if (i >= 0)
            {
                (theirs[k].Match, ours[i].Match) = (i, k);
                work.ByName[name] = work.Next[i];
            }
        }
    }

    // The largest part of the members on both sides that kept their order; the others were put elsewhere. In a union there is no order.
    private static void FindOrder(Workspace work)
    {
        work.Kept.Clear();
        Span<MemberEntry> theirs = work.New.All;
        var tails = new List<int>();
        var before = new int[theirs.Length];
        for (int k = 0; k < theirs.Length; k++)
        {
            if (theirs[k].Match < 0)
            {
                continue;
            }

            long offset = work.Old[theirs[k].Match].BitOffset;
            int low = 0, high = tails.Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                (low, high) = work.Old[theirs[tails[middle]].Match].BitOffset <= offset ? (middle + 1, high) : (low, middle);
            }

            before[k] = low == 0 ? -1 : tails[low - 1];
            if (low == tails.Count)
            {
                tails.Add(k);
            }
            else
            {
                tails[low] = k;
            }
        }

        for (int k = tails.Count == 0 ? -1 : tails[^1]; k >= 0; k = before[k])
        {
            work.Kept.Add(k);
        }

        work.Kept.Reverse();
    }

    private void FindTypes(in Place place, Workspace work, ChangeList changes)
    {
        foreach (ref MemberEntry theirs in work.New.All)
        {
            if (theirs.Match < 0)
            {
                continue;
            }

            ref MemberEntry ours = ref work.Old[theirs.Match];
            if (ours.BitfieldBits == theirs.BitfieldBits && comparer.Same(place.Old, ours.Type, place.New, theirs.Type))
            {
                NoteGrowth(place, work, ours, theirs, changes);
                continue;
            }

            if (TryInside(place, ours, theirs, changes))
            {
                NoteGrowth(place, work, ours, theirs, changes);
            }
            else
            {
                string path = PathOf(place, theirs, isOld: false);
                TypeChange change = _types.Of(place, ours, theirs, path);
                bool isReserved = ours.IsUsed && theirs.SizeBits < ours.SizeBits;
                changes.Add(change with
                {
                    IsConsequence = isReserved,
                    Breaks = isReserved && theirs.RemainsOf(ours) ? Breaks.None : change.Breaks,
                });
                changes.HasOwnEdit |= ours.SizeBits != theirs.SizeBits
                    || place.Old.Sizes.AlignmentBytesOf(new TypeId(ours.Type)) != place.New.Sizes.AlignmentBytesOf(new TypeId(theirs.Type));
            }
        }
    }

    // The member says the same, and takes more or less room: the type that it has by value changed.
    private static void NoteGrowth(in Place place, Workspace work, in MemberEntry ours, in MemberEntry theirs, ChangeList changes)
    {
        bool isOther = ours.SizeBits != theirs.SizeBits || (place.Old.IsDeclared == place.New.IsDeclared
            && place.Old.Sizes.AlignmentBytesOf(new TypeId(ours.Type)) != place.New.Sizes.AlignmentBytesOf(new TypeId(theirs.Type)));
        if (isOther)
        {
            work.HasGrowth = true;
            changes.Grown = changes.Grown == -1 ? 0 : changes.Grown;
        }
    }

    // Types without a name, perhaps in arrays or behind pointers, are compared member by member.
    private bool TryInside(in Place place, in MemberEntry ours, in MemberEntry theirs, ChangeList changes)
    {
        if (ours.BitfieldBits != theirs.BitfieldBits || _inner >= MostInner)
        {
            return false;
        }

        uint x = ours.Type, y = theirs.Type;
        string suffix = _types.Unwrap(place, ref x, ref y, changes, PathOf(place, theirs, isOld: false), ours, theirs);
        TypeView inner = place.Old.Graph[new TypeId(x)];
        if (suffix.Length == 0)
        {
            return false;
        }

        _inner++;
        bool isBehindPointer = suffix.Contains('>', StringComparison.Ordinal);
        string name = PathOf(new Place(place.Old, place.New, "", 0, 0), theirs, isOld: false);
        Place inside = isBehindPointer ? new Place(place.Old, place.New, place.Prefix + name + suffix, 0, 0)
            : place.Inside(name + suffix, ours.BitOffset, theirs.BitOffset) with { IsRepeated = place.IsRepeated || suffix.Contains('[') };
        if (inner.IsEnum)
        {
            EnumComparer.Compare(place.Old, x, place.New, y, changes);
        }
        else
        {
            Compare(inside, x, y, changes);
        }

        _inner--;
        return true;
    }

    private static void FindSize(in Place place, uint oldId, uint newId, Workspace work, ChangeList changes)
    {
        long ours = place.Old.Sizes.SizeBytesOf(new TypeId(oldId)), theirs = place.New.Sizes.SizeBytesOf(new TypeId(newId));
        string? path = place.Prefix.Length == 0 ? null : place.Prefix.TrimEnd('.', '>', '-');
        bool isExplained = changes.HasOwnEdit || work.HasGrowth;
        if (ours != theirs)
        {
            changes.Add(new TypeChange
            {
                Class = ChangeClass.Size,
                Breaks = Breaks.Layout,
                Path = path,
                Old = ours.ToString(CultureInfo.InvariantCulture),
                New = theirs.ToString(CultureInfo.InvariantCulture),
                IsConsequence = isExplained,
            });
        }

        int alignment = place.Old.Sizes.AlignmentBytesOf(new TypeId(oldId));
        int alignmentThere = place.New.Sizes.AlignmentBytesOf(new TypeId(newId));
        bool isSaidByBoth = place.Old.HasAlignments && place.New.HasAlignments;
        bool isSaidByNone = !place.Old.HasAlignments && !place.New.HasAlignments;
        if (alignment != alignmentThere && (isSaidByBoth || (isSaidByNone && changes.Changes.Count > 0)))
        {
            changes.Add(new TypeChange
            {
                Class = ChangeClass.Alignment,
                Breaks = Breaks.Layout,
                Path = path,
                Old = alignment.ToString(CultureInfo.InvariantCulture),
                New = alignmentThere.ToString(CultureInfo.InvariantCulture),
                IsConsequence = isExplained || changes.Changes.Count > 0,
            });
        }
    }
}
