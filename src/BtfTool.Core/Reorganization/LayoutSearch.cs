using BtfTool.Core.Layout;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Finds the order that costs least, moves left aside: a few greedy orders first, then, where none of them meets the bounds, branch and
/// bound over the multiset of items that are left and the bit that was reached. Reusable; not safe to share between threads.
/// </summary>
internal sealed class LayoutSearch
{
    /// <summary>Most items of a problem that is searched to the end; the recursion is as deep.</summary>
    private const int MaxItems = 256;

    /// <summary>Steps after which better bounds are worth their cost.</summary>
    private const int EasySteps = 20_000;

    /// <summary>Items up to which the search alone comes to its end.</summary>
    private const int FewItems = 12;

    private readonly SearchTable<Key> _seen = new();
    private bool _looksThrough;
    private PackingProblem _problem = null!;
    private int[][] _counts = [];
    private int[][] _classes = [];
    private long[] _endsAny = [];
    private readonly OrderImprover _improver = new();
    private readonly FutureStraddles _fewerLines = new();
    private readonly FutureStraddles _sameLines = new();
    private readonly FutureStraddles _smaller = new();
    private int[] _path = [];
    private int[] _bestPath = [];
    private int _depth;
    private int _steps;

    /// <summary>The least that was found.</summary>
    public PlanObjective Best { get; private set; }

    /// <summary>The classes of the items in the order found.</summary>
    public ReadOnlySpan<int> BestClasses => _bestPath.AsSpan(0, _problem.Items.Length);

    /// <summary>Whether no order costs less.</summary>
    public bool IsProven { get; private set; }

    /// <summary>Searches.</summary>
    /// <param name="problem">The items.</param>
    /// <param name="given">What the given order costs.</param>
    /// <param name="maxSteps">Steps after which the search ends without proof.</param>
    public void Run(PackingProblem problem, PlanObjective given, int maxSteps)
    {
        _problem = problem;
        Prepare();
        for (int i = 0; i < problem.Items.Length; i++)
        {
            _bestPath[i] = problem.Items[i].Class;
        }

        Accept(given);
        if (IsWithoutRivals())
        {
            IsProven = true;
            return;
        }

        for (int rule = 0; rule < GreedyRules && !IsWithoutRivals(); rule++)
        {
            Greedy(rule);
        }

        IsProven = IsWithoutRivals();
        if (!IsProven && problem.Items.Length > FewItems && OrderImprover.IsFor(problem))
        {
            Improve();
            IsProven = IsWithoutRivals();
        }

        if (!IsProven && problem.Items.Length <= MaxItems)
        {
            bool mayLookThrough = problem.Segments.Skip(1).Any(segment => segment.Count is > 1 and <= SegmentFloor.MaxItems);
            IsProven = SearchAll(mayLookThrough ? Math.Min(EasySteps, maxSteps) : maxSteps);
            if (!IsProven && mayLookThrough)
            {
                _looksThrough = true;
                Accept(Best);
                IsProven = IsWithoutRivals() || SearchAll(maxSteps);
            }
        }
    }

    // From the order as it is, which keeps most members where they are, and from the best that is known.
    private void Improve()
    {
        int[] given = [.. Enumerable.Range(0, _problem.Items.Length)];
        int[] best = _problem.InTurn(BestClasses);
        foreach (int[] start in (int[][])(best.AsSpan().SequenceEqual(given) ? [given] : [given, best]))
        {
            int[] order = _improver.Improve(_problem, start);
            for (int i = 0; i < order.Length; i++)
            {
                _path[i] = _problem.Items[order[i]].Class;
            }

            Offer(_problem.Lay(order));
        }
    }

    private bool SearchAll(int steps)
    {
        _seen.Clear();
        _steps = steps;
        _depth = 0;
        ResetCounts();
        Descend(0, default, 0);
        return _steps > 0;
    }

    private void Prepare()
    {
        _looksThrough = false;
        int items = _problem.Items.Length, segments = _problem.Segments.Length;
        if (_path.Length < items)
        {
            (_path, _bestPath) = (new int[items * 2], new int[items * 2]);
        }

        if (_endsAny.Length < segments)
        {
            _endsAny = new long[segments * 2];
        }

        _classes = new int[segments][];
        _counts = new int[segments][];
        for (int s = 0; s < segments; s++)
        {
            _classes[s] = ClassesOf(_problem.Segments[s]);
            _counts[s] = new int[_classes[s].Length];
        }

        _problem.LatestEnds(_problem.MaxSizeBytes, _endsAny);
    }

    private int[] ClassesOf(PackingSegment segment)
    {
        if (segment.Count == 1)
        {
            return [_problem.Items[segment.First].Class];
        }

        var classes = new List<int>();
        for (int i = segment.First; i < segment.First + segment.Count; i++)
        {
            if (!classes.Contains(_problem.Items[i].Class))
            {
                classes.Add(_problem.Items[i].Class);
            }
        }

        return [.. classes];
    }

    private void ResetCounts()
    {
        for (int s = 0; s < _counts.Length; s++)
        {
            Array.Clear(_counts[s]);
            PackingSegment segment = _problem.Segments[s];
            for (int i = segment.First; i < segment.First + segment.Count; i++)
            {
                _counts[s][Array.IndexOf(_classes[s], _problem.Items[i].Class)]++;
            }
        }
    }

    private void Accept(PlanObjective objective)
    {
        Best = objective;
        long lineBytes = _problem.LineBits / 8;
        long fewer = Math.Max(KmallocBuckets.LargestSizeBelow(objective.SizeBytes), (objective.Cachelines - 1) * lineBytes);
        long same = Math.Min(Math.Min(objective.BucketBytes, objective.Cachelines * lineBytes), _problem.MaxSizeBytes);
        _fewerLines.Build(_problem, Math.Min(fewer, _problem.MaxSizeBytes), _looksThrough);
        _sameLines.Build(_problem, same, _looksThrough);
        _smaller.Build(_problem, objective.SizeBytes - 1, _looksThrough);
    }

    // Whether the bounds alone say that nothing costs less.
    private bool IsWithoutRivals()
    {
        PackingCursor start = default;
        return !IsViable(in start, _problem.HotBits, FirstEnd(), 0);
    }

    private long FirstEnd()
    {
        PackingSegment first = _problem.Segments[0];
        PackingCursor cursor = default;
        for (int i = first.First; i < first.First + first.Count; i++)
        {
            cursor.Bit += _problem.Items[i].SizeBits;
        }

        return cursor.Bit;
    }

    private bool IsViable(in PackingCursor cursor, long hotBitsLeft, long end, int segment)
    {
        int hotLines = cursor.HotLines;
        if (hotBitsLeft > 0)
        {
            long room = cursor.IsOnHotLine ? _problem.LineBits - (cursor.Bit % _problem.LineBits) : 0;
            hotLines += (int)((Math.Max(0, hotBitsLeft - room) + _problem.LineBits - 1) / _problem.LineBits);
        }

        int straddles = cursor.Straddles + _problem.WideMembers;
        return (cursor.Violations, hotLines).CompareTo((Best.Violations, Best.HotLines)) switch
        {
            > 0 => false,
            < 0 => end <= _endsAny[segment],
            _ => _fewerLines.After(segment, end) != FutureStraddles.Impossible
                || straddles + Counted(_sameLines.After(segment, end)) < Best.Straddles
                || straddles + Counted(_smaller.After(segment, end)) <= Best.Straddles,
        };
    }

    private static int Counted(int straddles) => straddles == FutureStraddles.Impossible ? int.MaxValue / 2 : straddles;

    private void Descend(int segment, in PackingCursor cursor, long hotBitsDone)
    {
        if (segment == _problem.Segments.Length)
        {
            Offer(in cursor);
            return;
        }

        int[] counts = _counts[segment], classes = _classes[segment];
        long left = 0, least = long.MaxValue;
        ulong multiset = 0;
        for (int k = 0; k < counts.Length; k++)
        {
            if (counts[k] > 0)
            {
                PackingItem item = _problem.Representatives[classes[k]];
                left += item.SizeBits * counts[k];
                least = Math.Min(least, item.LeastAlignmentBits);
                multiset += Mix(((ulong)(uint)k << 32) | (uint)counts[k]);
            }
        }

        if (least == long.MaxValue)
        {
            Descend(segment + 1, in cursor, hotBitsDone);
            return;
        }

        if (--_steps <= 0 || !IsViable(in cursor, _problem.HotBits - hotBitsDone, PackingCursor.RoundUp(cursor.Bit, least) + left, segment)
            || IsDominated(segment, multiset, in cursor))
        {
            return;
        }

        int free = FreeClass(segment, in cursor);
        if (free >= 0)
        {
            Try(segment, free, in cursor, hotBitsDone);
            return;
        }

        Branch(segment, in cursor, hotBitsDone);
    }

    // What takes no room and finds its place here need not wait, unless it may be wanted between two runs of bitfields.
    private int FreeClass(int segment, in PackingCursor cursor)
    {
        for (int k = 0; _problem.Runs < 2 && k < _counts[segment].Length; k++)
        {
            PackingItem item = _problem.Representatives[_classes[segment][k]];
            if (_counts[segment][k] > 0 && item.SizeBits == 0 && item.Parts.Length == 1 && item.Parts[0].PinnedBit < 0
                && (cursor.Bit & (Math.Max(8, item.Parts[0].AlignmentBits) - 1)) == 0)
            {
                return k;
            }
        }

        return -1;
    }

    private void Branch(int segment, in PackingCursor cursor, long hotBitsDone)
    {
        int[] counts = _counts[segment], classes = _classes[segment];
        Span<(long Rank, int Class)> choices = counts.Length <= 32 ? stackalloc (long, int)[counts.Length] : new (long, int)[counts.Length];
        int found = 0;
        for (int k = 0; k < counts.Length; k++)
        {
            PackingItem item = _problem.Representatives[classes[k]];
            if (counts[k] > 0 && !_problem.IsIllegalNext(in cursor, item))
            {
                PackingCursor next = cursor;
                next.Place(item, _problem.LineBits);
                long waste = next.Bit - cursor.Bit - item.SizeBits;
                long cost = (((next.Violations - cursor.Violations + next.HotLines - cursor.HotLines) * 4L) + next.Straddles - cursor.Straddles) << 50;
                choices[found++] = (cost + (Math.Min(waste, 1 << 20) << 28) - Math.Min(item.SizeBits, 1 << 27), k);
            }
        }

        choices = choices[..found];
        choices.Sort(static (a, b) => a.Rank.CompareTo(b.Rank));
        foreach ((_, int k) in choices)
        {
            Try(segment, k, in cursor, hotBitsDone);
        }
    }

    private void Try(int segment, int k, in PackingCursor cursor, long hotBitsDone)
    {
        PackingItem item = _problem.Representatives[_classes[segment][k]];
        PackingCursor next = cursor;
        next.Place(item, _problem.LineBits);
        if (next.Fails)
        {
            return;
        }

        _counts[segment][k]--;
        _path[_depth++] = _classes[segment][k];
        Descend(segment, in next, hotBitsDone + item.HotBits);
        _depth--;
        _counts[segment][k]++;
    }

    private bool IsDominated(int segment, ulong multiset, in PackingCursor cursor)
    {
        var key = new Key(multiset, cursor.Bit, cursor.Mask, (segment * 4) + (cursor.InRun ? 1 : 0) + (cursor.IsOnHotLine ? 2 : 0));
        ref int seen = ref _seen.Find(in key);
        int violations = Math.Min(cursor.Violations, 1023), hot = Math.Min(cursor.HotLines, 1023), straddles = Math.Min(cursor.Straddles, 1023);
        if (seen >= 0 && (seen >> 20) <= violations && ((seen >> 10) & 1023) <= hot && (seen & 1023) <= straddles)
        {
            return true;
        }

        seen = (violations << 20) | (hot << 10) | straddles;
        return false;
    }

    private void Offer(in PackingCursor cursor)
    {
        PlanObjective objective = _problem.ObjectiveOf(in cursor);
        if (!cursor.Fails && objective.SizeBytes <= _problem.MaxSizeBytes && objective < Best)
        {
            Array.Copy(_path, _bestPath, _problem.Items.Length);
            Accept(objective);
        }
    }

    private const int GreedyRules = 5;

    private void Greedy(int rule)
    {
        ResetCounts();
        _depth = 0;
        PackingCursor cursor = default;
        for (int s = 0; s < _counts.Length; s++)
        {
            for (int n = 0; n < _problem.Segments[s].Count; n++)
            {
                int k = ChooseGreedily(s, in cursor, rule);
                if (k < 0)
                {
                    return;
                }

                _counts[s][k]--;
                _path[_depth++] = _classes[s][k];
                cursor.Place(_problem.Representatives[_classes[s][k]], _problem.LineBits);
            }
        }

        Offer(in cursor);
    }

    private int ChooseGreedily(int segment, in PackingCursor cursor, int rule)
    {
        int best = -1;
        (long, long, long) least = default;
        for (int k = 0; k < _counts[segment].Length; k++)
        {
            PackingItem item = _problem.Representatives[_classes[segment][k]];
            if (_counts[segment][k] == 0 || _problem.IsIllegalNext(in cursor, item))
            {
                continue;
            }

            PackingCursor next = cursor;
            next.Place(item, _problem.LineBits);
            long waste = next.Bit - cursor.Bit - item.SizeBits;
            long cost = ((next.Violations - cursor.Violations + next.HotLines - cursor.HotLines) * 1000L) + next.Straddles - cursor.Straddles;
            (long, long, long) rank = rule switch
            {
                0 => (cost, waste, 0),
                1 => (cost, waste, -item.SizeBits),
                2 => (0, item.LeastAlignmentBits, 0),
                3 => (0, -item.LeastAlignmentBits, 0),
                _ => (cost, -item.LeastAlignmentBits, -item.SizeBits),
            };
            if (best < 0 || rank.CompareTo(least) < 0)
            {
                (best, least) = (k, rank);
            }
        }

        return best;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }

    private readonly record struct Key(ulong Multiset, long Bit, uint Mask, int Place)
    {
        public override int GetHashCode() => (int)(Mix(Multiset ^ ((ulong)Bit * 0x9e3779b97f4a7c15) ^ Mask ^ ((ulong)(uint)Place << 40)) >> 32);
    }
}
