namespace BtfTool.Core.Diagnostics;

/// <summary>
/// How far two names are apart: Damerau-Levenshtein in its restricted form (optimal string alignment): insert, delete or replace a
/// byte, swap two neighbours that are not touched again.
/// </summary>
internal static class EditDistance
{
    /// <summary>Longest name in bytes that can be measured.</summary>
    public const int MaxBytes = 128;

    /// <summary>The largest distance at which another name may have been meant: a third of the length, at most 3.</summary>
    public static int LimitFor(int lengthBytes) => Math.Clamp(lengthBytes / 3, 0, 3);

    /// <summary>
    /// The distance, or any number above the limit when it is above that. Cost: the length times the limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A name is longer than <see cref="MaxBytes"/>.</exception>
    public static int Measure(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(a.Length, MaxBytes, nameof(a));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(b.Length, MaxBytes, nameof(b));
        if (Math.Abs(a.Length - b.Length) > limit)
        {
            return limit + 1;
        }

        Span<int> cells = stackalloc int[3 * (MaxBytes + 2)];
        Span<int> before = cells[..(MaxBytes + 2)];
        Span<int> last = cells.Slice(MaxBytes + 2, MaxBytes + 2);
        Span<int> row = cells[(2 * (MaxBytes + 2))..];
        int far = limit + 1;
        int smallestBefore = 0;
        for (int j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int from = Math.Max(1, i - limit);
            int to = Math.Min(b.Length, i + limit);
            row[from - 1] = from == 1 ? i : far;
            int smallest = far;
            for (int j = from; j <= to; j++)
            {
                int above = j == i + limit ? far : last[j];
                int cell = Math.Min(Math.Min(above, row[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cell = Math.Min(cell, before[j - 2] + 1);
                }

                row[j] = cell;
                smallest = Math.Min(smallest, cell);
            }

            // A swap reaches back two rows, so one hopeless row is not the end.
            if (smallest > limit && smallestBefore > limit)
            {
                return far;
            }

            smallestBefore = smallest;
            Span<int> free = before;
            before = last;
            last = row;
            row = free;
        }

        return last[b.Length];
    }
}
