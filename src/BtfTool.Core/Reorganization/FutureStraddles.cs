namespace BtfTool.Core.Reorganization;

/// <summary>
/// How many members straddle at least in the segments to come, by the byte where the segment at hand ends, if the struct is to be no
/// larger than a limit. What is fixed lies where the end puts it; what is free may do without straddling.
/// </summary>
internal sealed class FutureStraddles
{
    /// <summary>Stands for: such a struct would be larger than the limit.</summary>
    public const int Impossible = 255;

    /// <summary>Ends that are told apart; from there on all that is known is whether the limit can be kept.</summary>
    private const int Width = 192;

    private readonly SegmentFloor _floor = new();
    private bool _looksThrough;
    private byte[] _exact = [];
    private byte[] _least = [];
    private long[] _firstBytes = [];
    private long[] _latestBits = [];

    /// <summary>Fills the table. Cost: segments × what the end of each can vary by, at most <see cref="Width"/>.</summary>
    /// <param name="problem">The items.</param>
    /// <param name="limitBytes">The largest size of the struct.</param>
    /// <param name="looksThrough">Whether to try all orders of short free segments.</param>
    public void Build(PackingProblem problem, long limitBytes, bool looksThrough = false)
    {
        _looksThrough = looksThrough;
        int segments = problem.Segments.Length;
        if (_firstBytes.Length < segments)
        {
            (_firstBytes, _latestBits) = (new long[segments * 2], new long[segments * 2]);
            (_least, _exact) = (new byte[segments * 2 * Width], new byte[segments * 2 * Width]);
        }

        problem.LatestEnds(limitBytes, _latestBits);
        problem.EarliestEnds(_firstBytes);
        for (int s = segments - 1; s >= 0; s--)
        {
            int least = Impossible;
            for (int k = Width - 1; k >= 0; k--)
            {
                long bit = (_firstBytes[s] + k) * 8;
                int exact = k == Width - 1 && bit < _latestBits[s] ? 0 : bit > _latestBits[s] ? Impossible : Behind(problem, s, bit);
                least = Math.Min(least, exact);
                (_exact[(s * Width) + k], _least[(s * Width) + k]) = ((byte)exact, (byte)least);
            }
        }
    }

    /// <summary>The least, where a segment ends at a bit or later.</summary>
    public int After(int segment, long endBit) => In(_least, segment, endBit);

    private int In(byte[] table, int segment, long endBit)
    {
        if (endBit > _latestBits[segment])
        {
            return Impossible;
        }

        long k = (endBit / 8) - _firstBytes[segment];
        return k >= Width - 1 ? 0 : table[(segment * Width) + (int)Math.Max(0, k)];
    }

    // An end within a byte is any place of that byte and may be rounded up to the next.
    private int Exactly(int segment, long endBit) =>
        endBit % 8 == 0 ? In(_exact, segment, endBit) : Math.Min(In(_exact, segment, endBit), In(_exact, segment, endBit + 7));

    private int Behind(PackingProblem problem, int segment, long bit)
    {
        if (segment == problem.Segments.Length - 1)
        {
            return 0;
        }

        PackingSegment next = problem.Segments[segment + 1];
        var cursor = new PackingCursor { Bit = bit };
        if (next.Count == 1)
        {
            PackingItem item = problem.Items[next.First];
            cursor.Place(item, problem.LineBits);
            int own = item.StartsWithBitfield ? 0 : cursor.Straddles;
            return cursor.Fails ? Impossible : Math.Min(Impossible, own + Exactly(segment + 1, cursor.Bit));
        }

        if (_looksThrough && next.Count <= SegmentFloor.MaxItems)
        {
            return _floor.Least(problem, next, bit, end => Exactly(segment + 1, end));
        }

        (long sum, long least) = problem.SumOf(next);
        return After(segment + 1, PackingCursor.RoundUp(bit, least) + sum);
    }
}
