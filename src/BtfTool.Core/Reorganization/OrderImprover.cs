namespace BtfTool.Core.Reorganization;

/// <summary>
/// Betters an order step by step where members are to lie on few lines or on different ones: an item is put elsewhere, or two change
/// places, and what costs no more is kept. On the way to fewer lines with hot members it counts as better when they crowd on some. What
/// moved for nothing goes back at the end. The steps are drawn from fixed numbers, so that equal problems have equal answers.
/// </summary>
internal sealed class OrderImprover
{
    private const int Steps = 16_000;
    private const int MostReturns = 8;

    private PackingProblem _problem = null!;
    private int[] _order = [];
    private int[] _best = [];
    private int[] _marked = [];
    private int[] _segmentOf = [];
    private int[] _tails = [];
    private PackingCursor[] _cursors = [];
    private ulong _random;

    /// <summary>Whether an order has members that are to lie on few lines or on different ones.</summary>
    public static bool IsFor(PackingProblem problem) =>
        problem.HotBits > 0 || problem.Items.Any(item => item.Parts.Any(part => part.SeparateBit != 0));

    /// <summary>Betters an order; what it returns costs no more.</summary>
    /// <param name="problem">The items.</param>
    /// <param name="start">A legal order of their positions.</param>
    public int[] Improve(PackingProblem problem, int[] start)
    {
        _problem = problem;
        _random = 0x9e3779b97f4a7c15;
        int items = problem.Items.Length;
        (_order, _best, _tails) = ([.. start], [.. start], new int[items]);
        (_cursors, _segmentOf) = (new PackingCursor[items + 1], new int[items]);
        for (int s = 0; s < problem.Segments.Length; s++)
        {
            Array.Fill(_segmentOf, s, problem.Segments[s].First, problem.Segments[s].Count);
        }

        _marked = [.. Enumerable.Range(0, items).Where(i => problem.Segments[_segmentOf[i]].Count > 1
            && (problem.Items[i].HotBits > 0 || problem.Items[i].Parts.Any(part => part.SeparateBit != 0)))];
        if (!TryLay(0, out Cost cost))
        {
            return start;
        }

        PlanObjective best = cost.Objective;
        Walk(ref best, cost, crowds: true);
        _best.CopyTo(_order, 0);
        _ = TryLay(0, out cost);
        Walk(ref best, cost, crowds: false);
        _best.CopyTo(_order, 0);
        _ = TryLay(0, out cost);
        Return(cost.Objective);
        return [.. _order];
    }

    private void Walk(ref PlanObjective best, Cost now, bool crowds)
    {
        for (int step = 0; step < Steps; step++)
        {
            (int from, int to, bool swaps) = Draw();
            if (from == to)
            {
                continue;
            }

            Apply(from, to, swaps);
            if (TryLay(Math.Min(from, to), out Cost next) && next.CompareTo(now, crowds) <= 0)
            {
                now = next;
                if (next.Objective < best)
                {
                    best = next.Objective;
                    _order.CopyTo(_best, 0);
                }
            }
            else
            {
                Apply(swaps ? from : to, swaps ? to : from, swaps);
                _ = TryLay(Math.Min(from, to), out _);
            }
        }
    }

    // Two places of one segment: mostly of an item that is marked, and often beside another.
    private (int From, int To, bool Swaps) Draw()
    {
        int from = PlaceOf(_marked.Length > 0 && Next(5) < 3 ? _marked[Next(_marked.Length)] : Next(_order.Length));
        PackingSegment segment = _problem.Segments[_segmentOf[from]];
        int to = segment.First + Next(segment.Count);
        if (_marked.Length > 1 && Next(2) == 0)
        {
            int beside = PlaceOf(_marked[Next(_marked.Length)]) + Next(2);
            to = beside >= segment.First && beside < segment.First + segment.Count ? beside : to;
        }

        return (from, to, Next(2) == 0);
    }

    private int PlaceOf(int item) => Array.IndexOf(_order, item);

    private void Apply(int from, int to, bool swaps)
    {
        int item = _order[from];
        if (swaps)
        {
            (_order[from], _order[to]) = (_order[to], item);
            return;
        }

        if (from < to)
        {
            Array.Copy(_order, from + 1, _order, from, to - from);
        }
        else
        {
            Array.Copy(_order, to, _order, to + 1, from - to);
        }

        _order[to] = item;
    }

    private bool TryLay(int from, out Cost cost)
    {
        cost = default;
        for (int i = from; i < _order.Length; i++)
        {
            PackingItem item = _problem.Items[_order[i]];
            PackingCursor cursor = _cursors[i];
            bool isLegal = !_problem.IsIllegalNext(in cursor, item);
            cursor.Place(item, _problem.LineBits);
            _cursors[i + 1] = cursor;
            if (!isLegal || cursor.Fails)
            {
                return false;
            }
        }

        PlanObjective objective = _problem.ObjectiveOf(in _cursors[^1]);
        cost = new Cost(objective, Crowding());
        return objective.SizeBytes <= _problem.MaxSizeBytes;
    }

    // Sum of the squares of the hot bits of each line.
    private double Crowding()
    {
        double sum = 0, onLine = 0;
        long line = -1;
        for (int i = 0; i < _order.Length; i++)
        {
            long bits = _problem.Items[_order[i]].HotBits;
            if (bits > 0)
            {
                long at = (_cursors[i + 1].Bit - 1) / _problem.LineBits;
                sum += at == line ? 0 : onLine * onLine;
                onLine = bits + (at == line ? onLine : 0);
                line = at;
            }
        }

        return sum + (onLine * onLine);
    }

    // Puts items back behind the one that they lay behind, where that costs nothing and leaves fewer that moved.
    private void Return(PlanObjective best)
    {
        int moves = Moves();
        bool isBetter = true;
        for (int round = 0; isBetter && round < MostReturns; round++)
        {
            isBetter = false;
            for (int item = 1; item < _order.Length; item++)
            {
                int from = PlaceOf(item), behind = PlaceOf(item - 1);
                int to = behind < from ? behind + 1 : behind;
                if (_segmentOf[item] != _segmentOf[item - 1] || from == to)
                {
                    continue;
                }

                Apply(from, to, swaps: false);
                if (TryLay(Math.Min(from, to), out Cost cost) && cost.Objective <= best && Moves() < moves)
                {
                    (best, moves, isBetter) = (cost.Objective, Moves(), true);
                }
                else
                {
                    Apply(to, from, swaps: false);
                    _ = TryLay(Math.Min(from, to), out _);
                }
            }
        }
    }

    // Items less those of the longest part that keeps its order (patience sorting).
    private int Moves()
    {
        int longest = 0;
        foreach (int item in _order)
        {
            int at = _tails.AsSpan(0, longest).BinarySearch(item);
            _tails[~at] = item;
            longest = Math.Max(longest, ~at + 1);
        }

        return _order.Length - longest;
    }

    private int Next(int count)
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (int)((_random >> 11) % (ulong)count);
    }

    private readonly record struct Cost(PlanObjective Objective, double Crowding)
    {
        public int CompareTo(in Cost other, bool crowds)
        {
            if (!crowds)
            {
                return Objective.CompareTo(other.Objective);
            }

            int order = (Objective.Violations, Objective.HotLines, -Crowding).CompareTo(
                (other.Objective.Violations, other.Objective.HotLines, -other.Crowding));
            return order != 0 ? order : Objective.CompareTo(other.Objective);
        }
    }
}
