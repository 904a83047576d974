namespace BtfTool.Core.Reorganization;

/// <summary>How few members of one free segment can straddle, from where it begins: all orders, for segments of few items.</summary>
internal sealed class SegmentFloor
{
    /// <summary>Most items of a segment that is looked through.</summary>
    public const int MaxItems = 14;

    private const int MaxSteps = 4000;

    private readonly SearchTable<(ulong Multiset, long Bit)> _seen = new();
    private readonly List<PackingItem> _classes = [];
    private readonly int[] _counts = new int[MaxItems];
    private PackingProblem _problem = null!;
    private Func<long, int> _after = null!;
    private int _best;
    private int _steps;

    /// <summary>The least of what straddles in the segment and, by where it ends, behind it; 0 where looking took too long.</summary>
    /// <param name="problem">The items.</param>
    /// <param name="segment">A segment of at most <see cref="MaxItems"/> items.</param>
    /// <param name="startBit">Where it begins.</param>
    /// <param name="after">What straddles behind it at least, by the bit where it ends; <see cref="FutureStraddles.Impossible"/> for never.</param>
    public int Least(PackingProblem problem, PackingSegment segment, long startBit, Func<long, int> after)
    {
        (_problem, _after, _best, _steps) = (problem, after, FutureStraddles.Impossible, MaxSteps);
        _seen.Clear();
        _classes.Clear();
        Array.Clear(_counts);
        for (int i = segment.First; i < segment.First + segment.Count; i++)
        {
            PackingItem item = problem.Representatives[problem.Items[i].Class];
            int k = _classes.IndexOf(item);
            if (k < 0)
            {
                k = _classes.Count;
                _classes.Add(item);
            }

            _counts[k]++;
        }

        Descend(new PackingCursor { Bit = startBit }, segment.Count);
        return _steps > 0 ? _best : 0;
    }

    private void Descend(in PackingCursor cursor, int left)
    {
        if (left == 0)
        {
            _best = Math.Min(_best, cursor.Straddles + _after(cursor.Bit));
            return;
        }

        if (--_steps <= 0 || cursor.Straddles >= _best || IsSeen(in cursor))
        {
            return;
        }

        for (int k = 0; k < _classes.Count; k++)
        {
            if (_counts[k] > 0 && !_problem.IsIllegalNext(in cursor, _classes[k]))
            {
                PackingCursor next = cursor;
                next.Place(_classes[k], _problem.LineBits);
                _counts[k]--;
                Descend(in next, left - 1);
                _counts[k]++;
            }
        }
    }

    private bool IsSeen(in PackingCursor cursor)
    {
        ulong multiset = cursor.InRun ? 1ul : 0;
        for (int k = 0; k < _classes.Count; k++)
        {
            multiset = (multiset << 4) | (uint)_counts[k];
        }

        ref int seen = ref _seen.Find((multiset, cursor.Bit));
        if (seen >= 0 && seen <= cursor.Straddles)
        {
            return true;
        }

        seen = cursor.Straddles;
        return false;
    }
}
