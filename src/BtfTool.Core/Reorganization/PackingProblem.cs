using BtfTool.Core.Layout;

namespace BtfTool.Core.Reorganization;

/// <summary>A stretch of items that may change their order among each other; a fixed item is one of its own.</summary>
/// <param name="First">Its first item.</param>
/// <param name="Count">Number of items.</param>
internal readonly record struct PackingSegment(int First, int Count);

/// <summary>
/// Items in the order that they have, cut into segments, with the bounds that prune the search. Sizes and offsets in bits unless named
/// otherwise.
/// </summary>
internal sealed class PackingProblem
{
    public PackingProblem(IReadOnlyList<PackingItem> items, long alignmentBytes, int cachelineBytes, long maxSizeBytes)
        : this(items, alignmentBytes, cachelineBytes, maxSizeBytes, WideOf(items, cachelineBytes * 8L))
    {
    }

    private PackingProblem(IReadOnlyList<PackingItem> items, long alignmentBytes, int cachelineBytes, long maxSizeBytes, int wideMembers)
    {
        WideMembers = wideMembers;
        Items = [.. items];
        AlignmentBytes = alignmentBytes;
        LineBits = cachelineBytes * 8L;
        MaxSizeBytes = maxSizeBytes;
        Segments = CutSegments();
        ClassCount = NumberClasses();
        Representatives = new PackingItem[ClassCount];
        foreach (PackingItem item in Items)
        {
            Representatives[item.Class] ??= item;
            Runs += item.StartsWithBitfield ? 1 : 0;
            HotBits += item.HotBits;
        }
    }

    public PackingItem[] Items { get; }

    /// <summary>For each item that of the problem that this one was reduced from; -1 for what stands for left out lines. Null otherwise.</summary>
    public int[]? Originals { get; private init; }

    /// <summary>Number of runs of bitfields.</summary>
    public int Runs { get; }

    public PackingSegment[] Segments { get; }

    /// <summary>Alignment of the struct.</summary>
    public long AlignmentBytes { get; }

    /// <summary>Bits of a cache line.</summary>
    public long LineBits { get; }

    /// <summary>No layout may be larger.</summary>
    public long MaxSizeBytes { get; }

    /// <summary>Number of classes of items that are laid alike.</summary>
    public int ClassCount { get; }

    /// <summary>An item of each class.</summary>
    public PackingItem[] Representatives { get; }

    /// <summary>Members wider than a line, which straddle wherever they lie.</summary>
    public int WideMembers { get; }

    /// <summary>Bits of hot members.</summary>
    public long HotBits { get; }

    /// <summary>An order of classes as one of the items: those of a class in the order that they had.</summary>
    /// <param name="classes">The class of each item in turn.</param>
    public int[] InTurn(ReadOnlySpan<int> classes)
    {
        int[] next = new int[ClassCount];
        int[] order = new int[Items.Length];
        for (int i = 0; i < order.Length; i++)
        {
            int c = classes[i];
            while (Items[next[c]].Class != c)
            {
                next[c]++;
            }

            order[i] = next[c]++;
        }

        return order;
    }

    /// <summary>Whether two runs of bitfields may become neighbours.</summary>
    public bool MayMergeRuns { get; init; }

    /// <summary>Whether any order but the given one is legal.</summary>
    public bool CanMove => Segments.Any(segment => segment.Count > 1);

    /// <summary>The same problem with another limit for the size.</summary>
    public PackingProblem WithLimit(long maxSizeBytes) => new(Items, AlignmentBytes, (int)(LineBits / 8), maxSizeBytes, WideMembers)
    {
        MayMergeRuns = MayMergeRuns,
    };

    /// <summary>Whether the members lie in the same order in both.</summary>
    public bool HasOrderOf(PackingProblem other) => Items.SelectMany(item => item.Parts).Select(part => part.Member)
        .SequenceEqual(other.Items.SelectMany(item => item.Parts).Select(part => part.Member));

    /// <summary>Bytes of a struct whose members end at a bit.</summary>
    public long SizeBytesOf(long endBit) => PackingCursor.RoundUp((endBit + 7) / 8, AlignmentBytes);

    /// <summary>
    /// The same problem with more items alike: what is wider than a line is shortened by whole lines, which follow at the end of its
    /// segment, and what cannot straddle is told from what can only where it matters.
    /// </summary>
    public PackingProblem Reduce()
    {
        var items = new List<PackingItem>();
        var originals = new List<int>();
        foreach (PackingSegment segment in Segments)
        {
            long skipped = 0;
            for (int i = segment.First; i < segment.First + segment.Count; i++)
            {
                items.Add(segment.Count > 1 ? Shortened(Items[i], ref skipped) : Items[i]);
                originals.Add(i);
            }

            if (skipped > 0)
            {
                items.Add(new PackingItem([new PackingPart { Kind = PartKind.Skip, Member = -1, SizeBits = skipped, AlignmentBits = 8, PinnedBit = -1 }])
                {
                    IsFixed = true,
                });
                originals.Add(-1);
            }
        }

        return new PackingProblem(items, AlignmentBytes, (int)(LineBits / 8), MaxSizeBytes, WideMembers)
        {
            MayMergeRuns = MayMergeRuns,
            Originals = [.. originals],
        };
    }

    /// <summary>An order of the items of a reduced problem as one of this problem's.</summary>
    public static int[] Restore(PackingProblem reduced, ReadOnlySpan<int> order)
    {
        var restored = new List<int>(order.Length);
        foreach (int item in order)
        {
            if (reduced.Originals![item] >= 0)
            {
                restored.Add(reduced.Originals[item]);
            }
        }

        return [.. restored];
    }

    private PackingItem Shortened(PackingItem item, ref long skippedBits)
    {
        PackingPart part = item.Parts[0];
        if (item.Parts.Length != 1 || part.Kind != PartKind.Plain || part.IsHot || part.SeparateBit != 0 || part.AlignmentBits > LineBits)
        {
            return item;
        }

        bool neverCounts = part.SizeBits > LineBits || part.SizeBits <= part.AlignmentBits;
        long lines = part.SizeBits > LineBits ? part.SizeBits / LineBits * LineBits : 0;
        skippedBits += lines;
        return new PackingItem([part with { SizeBits = part.SizeBits - lines, NeverCounts = neverCounts }]);
    }

    private static int WideOf(IReadOnlyList<PackingItem> items, long lineBits) =>
        items.Sum(item => item.Parts.Count(part => part.Member >= 0 && part.SizeBits > lineBits));

    /// <summary>Lays all items in an order.</summary>
    /// <param name="order">Positions in <see cref="Items"/>.</param>
    public PackingCursor Lay(ReadOnlySpan<int> order)
    {
        PackingCursor cursor = default;
        foreach (int item in order)
        {
            cursor.Fails |= IsIllegalNext(in cursor, Items[item]);
            cursor.Place(Items[item], LineBits);
        }

        return cursor;
    }

    /// <summary>Whether an item must not follow: it would join two runs of bitfields.</summary>
    public bool IsIllegalNext(in PackingCursor cursor, PackingItem item) => cursor.InRun && item.StartsWithBitfield && !MayMergeRuns;

    /// <summary>What a layout costs; moves are not counted.</summary>
    /// <param name="cursor">After all items.</param>
    public PlanObjective ObjectiveOf(in PackingCursor cursor)
    {
        long size = SizeBytesOf(cursor.Bit);
        return new PlanObjective(cursor.Violations, cursor.HotLines, KmallocBuckets.BucketOf(size), LinesOf(size),
            cursor.Straddles + WideMembers, size, 0);
    }

    /// <summary>Lines of an object.</summary>
    public long LinesOf(long sizeBytes) => ((sizeBytes * 8) + LineBits - 1) / LineBits;

    /// <summary>For each segment the last bit where it may end if the struct is to be no larger; -1 where none will do.</summary>
    /// <param name="sizeBytes">The size.</param>
    /// <param name="ends">One for each segment.</param>
    public void LatestEnds(long sizeBytes, Span<long> ends)
    {
        long end = sizeBytes < 0 ? -1 : sizeBytes / AlignmentBytes * AlignmentBytes * 8;
        for (int s = Segments.Length - 1; s >= 0; s--)
        {
            ends[s] = end;
            end = end < 0 ? -1 : LatestStart(Segments[s], end);
        }
    }

    /// <summary>A size that no legal order is below, in bytes.</summary>
    public long LowerBoundBytes()
    {
        Span<long> ends = Segments.Length <= 64 ? stackalloc long[Segments.Length] : new long[Segments.Length];
        return ends.IsEmpty ? 0 : SizeBytesOf(EarliestEnds(ends));
    }

    /// <summary>For each segment a byte that it ends in or behind, in every legal order; returns the bit for the last one.</summary>
    /// <param name="endBytes">One for each segment.</param>
    public long EarliestEnds(Span<long> endBytes)
    {
        long bit = 0;
        for (int s = 0; s < Segments.Length; s++)
        {
            PackingSegment segment = Segments[s];
            if (segment.Count == 1)
            {
                PackingCursor cursor = new() { Bit = bit };
                cursor.Place(Items[segment.First], LineBits);
                bit = Math.Max(cursor.Bit, PinnedEnd(Items[segment.First]));
            }
            else
            {
                (long sum, long least) = SumOf(segment);
                bit = PackingCursor.RoundUp(bit, least) + sum;
            }

            endBytes[s] = bit / 8;
        }

        return bit;
    }

    private static long PinnedEnd(PackingItem item) => item.Parts[0].PinnedBit < 0 ? 0 : item.Parts[0].PinnedBit + item.SizeBits;

    /// <summary>Bits of the items of a segment, and the least alignment of their starts.</summary>
    public (long Sum, long Least) SumOf(PackingSegment segment)
    {
        long sum = 0, least = long.MaxValue;
        for (int i = segment.First; i < segment.First + segment.Count; i++)
        {
            sum += Items[i].SizeBits;
            least = Math.Min(least, Items[i].LeastAlignmentBits);
        }

        return (sum, least);
    }

    private long LatestStart(PackingSegment segment, long end)
    {
        (long sum, long least) = SumOf(segment);
        long start = end - sum;
        if (start < 0)
        {
            return -1;
        }

        start &= -least;
        long pinned = segment.Count == 1 ? Items[segment.First].Parts[0].PinnedBit : -1;
        return pinned < 0 ? start : pinned > start ? -1 : pinned;
    }

    private PackingSegment[] CutSegments()
    {
        var segments = new List<PackingSegment>();
        int first = 0;
        for (int i = 0; i < Items.Length; i++)
        {
            if (Items[i].IsFixed)
            {
                if (i > first)
                {
                    segments.Add(new PackingSegment(first, i - first));
                }

                segments.Add(new PackingSegment(i, 1));
                first = i + 1;
            }
        }

        if (Items.Length > first)
        {
            segments.Add(new PackingSegment(first, Items.Length - first));
        }

        return [.. segments];
    }

    private int NumberClasses()
    {
        var firsts = new List<PackingItem>();
        var byHash = new Dictionary<int, List<int>>();
        foreach (PackingItem item in Items)
        {
            var hash = new HashCode();
            foreach (PackingPart part in item.Parts)
            {
                hash.Add((part.Kind, part.SizeBits, part.AlignmentBits, part.UnitBits, part.ShiftBits, part.IsHot, part.SeparateBit,
                    part.NeverCounts));
            }

            int key = hash.ToHashCode();
            if (!byHash.TryGetValue(key, out List<int>? likely))
            {
                byHash[key] = likely = [];
            }

            int found = likely.FindIndex(c => firsts[c].IsLike(item));
            item.Class = found >= 0 ? likely[found] : firsts.Count;
            if (found < 0)
            {
                likely.Add(firsts.Count);
                firsts.Add(item);
            }
        }

        return firsts.Count;
    }
}
