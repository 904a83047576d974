using BtfTool.Core.Layout;

namespace BtfTool.Core.Reorganization;

/// <summary>Which members moved between two orders: those outside a longest list that keeps its order.</summary>
internal static class OrderMoves
{
    /// <summary>The moves, in the new order. Cost: n log n.</summary>
    /// <param name="before">The old order.</param>
    /// <param name="after">The new order, of the same members.</param>
    public static MemberMove[] Between(ReadOnlySpan<MemberLayout> before, ReadOnlySpan<PlacedMember> after)
    {
        var oldPlace = new Dictionary<int, int>(before.Length);
        for (int i = 0; i < before.Length; i++)
        {
            oldPlace.Add(before[i].Index, i);
        }

        bool[] keeps = LongestKept(after, oldPlace);
        var moves = new List<MemberMove>();
        for (int i = 0; i < after.Length; i++)
        {
            if (!keeps[i])
            {
                int place = oldPlace[after[i].Member];
                moves.Add(new MemberMove(after[i].Member, i == 0 ? -1 : after[i - 1].Member, place == 0 ? -1 : before[place - 1].Index));
            }
        }

        return [.. moves];
    }

    private static bool[] LongestKept(ReadOnlySpan<PlacedMember> after, Dictionary<int, int> oldPlace)
    {
        int n = after.Length, length = 0;
        int[] places = new int[n], tails = new int[n], parents = new int[n];
        for (int i = 0; i < n; i++)
        {
            places[i] = oldPlace[after[i].Member];
            int low = 0, high = length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = places[tails[middle]] < places[i] ? (middle + 1, high) : (low, middle);
            }

            parents[i] = low == 0 ? -1 : tails[low - 1];
            tails[low] = i;
            length = Math.Max(length, low + 1);
        }

        var keeps = new bool[n];
        for (int i = length == 0 ? -1 : tails[length - 1]; i >= 0; i = parents[i])
        {
            keeps[i] = true;
        }

        return keeps;
    }
}
