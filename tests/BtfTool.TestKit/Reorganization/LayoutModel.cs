using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;

namespace BtfTool.TestKit;

/// <summary>
/// What may be done with a struct, written down a second time and as plainly as can be: what moves as one, what nothing crosses, and
/// what an order costs. What a plan says is compared with this.
/// </summary>
public sealed class LayoutModel
{
    /// <summary>The members in their old order.</summary>
    public required ModelMember[] Members { get; init; }

    /// <summary>What moves as one: positions in <see cref="Members"/>, in the order that is kept.</summary>
    public required int[][] Items { get; init; }

    /// <summary>For each item the stretch that it must stay in; never less than that of the item before.</summary>
    public required int[] Stretches { get; init; }

    /// <summary>Pairs of positions that are to lie on different lines.</summary>
    public List<(int A, int B)> Apart { get; init; } = [];

    /// <summary>Alignment of the struct in bytes.</summary>
    public required int AlignmentBytes { get; init; }

    /// <summary>Bytes of a cache line.</summary>
    public required int LineBytes { get; init; }

    /// <summary>No layout may be larger.</summary>
    public required long MaxSizeBytes { get; init; }

    /// <summary>Whether runs of bitfields may touch.</summary>
    public bool MayMergeRuns { get; init; }

    /// <summary>Whether the rules put the members of the old order where they lie.</summary>
    public bool IsExplained { get; init; } = true;

    /// <summary>Lays the members in an order.</summary>
    /// <param name="order">Positions in <see cref="Members"/>.</param>
    /// <param name="bits">Receives the first bit of each, by position in the order.</param>
    /// <param name="objective">What it costs.</param>
    /// <returns>Whether all that is pinned lies where it must and the size is not too large.</returns>
    public bool Lay(ReadOnlySpan<int> order, Span<long> bits, out PlanObjective objective)
    {
        ModelCursor cursor = default;
        bool isLegal = true;
        for (int i = 0; i < order.Length; i++)
        {
            ref readonly ModelMember member = ref Members[order[i]];
            bits[i] = cursor.Place(member);
            isLegal &= !member.IsPinned || bits[i] == member.OldBit;
        }

        objective = Cost(order, bits, SizeOf(cursor.Bit));
        return isLegal && objective.SizeBytes <= MaxSizeBytes;
    }

    /// <summary>Lays an order of whole items of their stretches, fast: no moves, none of what the options ask for lines.</summary>
    /// <param name="order">Positions in <see cref="Members"/>.</param>
    /// <param name="objective">What it costs, but for the moves.</param>
    /// <returns>Whether it is legal.</returns>
    public bool TryLay(ReadOnlySpan<int> order, out PlanObjective objective)
    {
        ModelCursor cursor = default;
        bool isLegal = true, inRun = false;
        int straddles = 0, previous = -2;
        foreach (int position in order)
        {
            ref readonly ModelMember member = ref Members[position];
            isLegal &= !inRun || !member.IsBitfield || MayMergeRuns || position == previous + 1;
            (inRun, previous) = (member.IsBitfield, position);
            long bit = cursor.Place(member);
            isLegal &= !member.IsPinned || bit == member.OldBit;
            (long first, long last) = Lines(bit, member.SizeBits);
            straddles += first != last ? 1 : 0;
        }

        long size = SizeOf(cursor.Bit);
        objective = new PlanObjective(0, 0, KmallocBuckets.BucketOf(size), (size + LineBytes - 1) / LineBytes, straddles, size, 0);
        return isLegal && size <= MaxSizeBytes;
    }

    /// <summary>Size in bytes of what ends at a bit.</summary>
    public long SizeOf(long endBit) => ModelCursor.RoundUp((endBit + 7) / 8, AlignmentBytes);

    /// <summary>What members at given places cost.</summary>
    public PlanObjective Cost(ReadOnlySpan<int> order, ReadOnlySpan<long> bits, long sizeBytes)
    {
        int straddles = 0;
        var hot = new HashSet<long>();
        for (int i = 0; i < order.Length; i++)
        {
            ref readonly ModelMember member = ref Members[order[i]];
            (long first, long last) = Lines(bits[i], member.SizeBits);
            straddles += first != last ? 1 : 0;
            for (long line = first; member.IsHot && member.SizeBits > 0 && line <= last; line++)
            {
                hot.Add(line);
            }
        }

        return new PlanObjective(Violations(order, bits), hot.Count, KmallocBuckets.BucketOf(sizeBytes),
            (sizeBytes + LineBytes - 1) / LineBytes, straddles, sizeBytes, Moves(order));
    }

    /// <summary>Members less those of the longest part of an order that is still in the old order.</summary>
    public static int Moves(ReadOnlySpan<int> order)
    {
        // The least last member of a kept part of each length (patience sorting).
        Span<int> last = order.Length <= 256 ? stackalloc int[order.Length] : new int[order.Length];
        int longest = 0;
        foreach (int member in order)
        {
            int at = last[..longest].BinarySearch(member);
            last[~at] = member;
            longest = Math.Max(longest, ~at + 1);
        }

        return order.Length - longest;
    }

    /// <summary>First and last line of a member; the same for one without size.</summary>
    public (long First, long Last) Lines(long bit, long sizeBits)
    {
        long lineBits = 8L * LineBytes;
        return (bit / lineBits, sizeBits == 0 ? bit / lineBits : (bit + sizeBits - 1) / lineBits);
    }

    private int Violations(ReadOnlySpan<int> order, ReadOnlySpan<long> bits)
    {
        int violations = 0;
        foreach ((int a, int b) in Apart)
        {
            int i = order.IndexOf(a), j = order.IndexOf(b);
            (long firstA, long lastA) = Lines(bits[i], Members[a].SizeBits);
            (long firstB, long lastB) = Lines(bits[j], Members[b].SizeBits);
            violations += Members[a].SizeBits > 0 && Members[b].SizeBits > 0 && firstA <= lastB && firstB <= lastA ? 1 : 0;
        }

        return violations;
    }
}
