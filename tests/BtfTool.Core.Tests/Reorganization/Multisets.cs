namespace BtfTool.Core.Tests.Reorganization;

/// <summary>Enumerates multisets, and puts each in an order that its number decides.</summary>
internal static class Multisets
{
    /// <summary>All multisets of a size of numbers below a limit; each ascending. The array is used again.</summary>
    public static IEnumerable<int[]> Of(int size, int limit)
    {
        var set = new int[size];
        while (true)
        {
            yield return set;
            int i = size - 1;
            while (i >= 0 && set[i] == limit - 1)
            {
                i--;
            }

            if (i < 0)
            {
                yield break;
            }

            Array.Fill(set, set[i] + 1, i, size - i);
        }
    }

    /// <summary>Shuffles by a seed: the same for the same seed everywhere.</summary>
    public static void Shuffle<T>(Span<T> items, int seed)
    {
        uint state = (uint)seed * 2654435761u + 12345;
        for (int i = items.Length - 1; i > 0; i--)
        {
            state = (state * 1664525) + 1013904223;
            int j = (int)((state >> 8) % (uint)(i + 1));
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
