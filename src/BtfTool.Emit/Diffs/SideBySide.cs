using System.Runtime.InteropServices;

namespace BtfTool.Emit.Diffs;

/// <summary>How a line of one side stands to one of the other.</summary>
internal enum PairState
{
    /// <summary>The same at the same place.</summary>
    Same,

    /// <summary>The same at another place, in the same order.</summary>
    Moved,

    /// <summary>There on both sides, and different.</summary>
    Changed,

    /// <summary>Only before, or at this place only before.</summary>
    Removed,

    /// <summary>Only now, or at this place only now.</summary>
    Added,
}

/// <summary>A line of the comparison: a line of either side or of both.</summary>
/// <param name="Old">Before; null where there is none.</param>
/// <param name="New">Now; null where there is none.</param>
/// <param name="State">How they differ.</param>
/// <param name="Twin">Of a member that changed its place in the order: where it stands on the other side.</param>
internal sealed record SidePair(SideRow? Old, SideRow? New, PairState State, SideRow? Twin = null)
{
    /// <summary>By how much it moved, in bits or in values of an enumerator.</summary>
    public long Delta => Old is not null && New is not null && Old.Position >= 0 && New.Position >= 0 ? New.Position - Old.Position
        : Old is { Kind: SideRowKind.Enumerator } && New is not null ? New.Position - Old.Position : 0;
}

/// <summary>
/// Puts the lines of two definitions beside each other: names that are on both sides in the same order (a longest increasing sequence)
/// hold them together, what is between is paired where it begins at one place. Cost: n log n.
/// </summary>
internal static class SideBySide
{
    /// <param name="left">Lines before.</param>
    /// <param name="right">Lines now.</param>
    /// <param name="differs">Whether what is of one name differs beyond its place.</param>
    /// <param name="isRenamed">Whether what is of two names at one place is one member.</param>
    public static List<SidePair> Of(
        List<SideRow> left, List<SideRow> right, Func<SideRow, SideRow, bool> differs, Func<SideRow, SideRow, bool> isRenamed)
    {
        int[] matches = Match(left, right);
        bool[] isAnchor = LongestIncreasing(matches);
        var twins = new Dictionary<SideRow, SideRow>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < matches.Length; i++)
        {
            if (matches[i] >= 0 && !isAnchor[i])
            {
                (twins[left[i]], twins[right[matches[i]]]) = (right[matches[i]], left[i]);
            }
        }

        var pairs = new List<SidePair>(Math.Max(left.Count, right.Count));
        int at = 0, from = 0;
        for (int i = 0; i <= left.Count; i++)
        {
            bool isEnd = i == left.Count;
            if (!isEnd && !isAnchor[i])
            {
                continue;
            }

            int j = isEnd ? right.Count : matches[i];
            AddBlock(CollectionsMarshal.AsSpan(left)[from..i], CollectionsMarshal.AsSpan(right)[at..j], twins, isRenamed, pairs);
            if (!isEnd)
            {
                PairState state = differs(left[i], right[j]) ? PairState.Changed
                    : left[i].Position != right[j].Position ? PairState.Moved : PairState.Same;
                pairs.Add(new SidePair(left[i], right[j], state));
            }

            (from, at) = (i + 1, j + 1);
        }

        return pairs;
    }

    private static int[] Match(List<SideRow> left, List<SideRow> right)
    {
        var places = new Dictionary<string, int>(right.Count);
        for (int j = 0; j < right.Count; j++)
        {
            _ = places.TryAdd(right[j].Key, j);
        }

        int[] matches = new int[left.Count];
        for (int i = 0; i < matches.Length; i++)
        {
            matches[i] = places.Remove(left[i].Key, out int j) ? j : -1;
        }

        return matches;
    }

    private static bool[] LongestIncreasing(int[] values)
    {
        // The ends of the best sequence of each length, and for each element the one before it.
        int[] ends = new int[values.Length], before = new int[values.Length];
        int length = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < 0)
            {
                continue;
            }

            int low = 0, high = length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = values[ends[middle]] < values[i] ? (middle + 1, high) : (low, middle);
            }

            before[i] = low > 0 ? ends[low - 1] : -1;
            ends[low] = i;
            length = Math.Max(length, low + 1);
        }

        bool[] isIn = new bool[values.Length];
        for (int i = length > 0 ? ends[length - 1] : -1; i >= 0; i = before[i])
        {
            isIn[i] = true;
        }

        return isIn;
    }

    // What is on one side only; beside each other are a hole and what fills it, an old name and a new.
    private static void AddBlock(ReadOnlySpan<SideRow> left, ReadOnlySpan<SideRow> right, Dictionary<SideRow, SideRow> twins,
        Func<SideRow, SideRow, bool> isRenamed, List<SidePair> pairs)
    {
        int i = 0, j = 0;
        while (i < left.Length || j < right.Length)
        {
            bool both = i < left.Length && j < right.Length;
            if (both && left[i].Position == right[j].Position && CanPair(left[i], right[j], isRenamed)
                && !twins.ContainsKey(left[i]) && !twins.ContainsKey(right[j]))
            {
                pairs.Add(new SidePair(left[i++], right[j++], PairState.Changed));
            }
            else if (i < left.Length && (!both || left[i].Position <= right[j].Position))
            {
                pairs.Add(new SidePair(left[i], null, PairState.Removed, twins.GetValueOrDefault(left[i++])));
            }
            else
            {
                pairs.Add(new SidePair(null, right[j], PairState.Added, twins.GetValueOrDefault(right[j++])));
            }
        }
    }

    private static bool CanPair(SideRow left, SideRow right, Func<SideRow, SideRow, bool> isRenamed) =>
        left.Kind == SideRowKind.Gap ? right.Kind is SideRowKind.Member or SideRowKind.Gap
        : right.Kind == SideRowKind.Gap ? left.Kind == SideRowKind.Member
        : left.Kind == right.Kind && left.Kind is SideRowKind.Member or SideRowKind.Enumerator && isRenamed(left, right);
}
