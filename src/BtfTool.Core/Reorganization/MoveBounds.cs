namespace BtfTool.Core.Reorganization;

/// <summary>
/// How many edits of the old order are needed at least from a place on. An edit leaves an item out or writes one in; here any class of
/// the segment may be written in, as often as one likes. A move is two edits. What is told apart: the place in a cache line, the members
/// that may still straddle, and the bytes that may still be lost in the segment.
/// </summary>
internal sealed class MoveBounds
{
    private const byte Never = 200;
    private const int MostStraddles = 40;
    private const int MostWaste = 40;

    private byte[] _table = [];
    private int[] _rows = [];
    private int[] _widths = [];
    private long[] _earliest = [];
    private int _phases;
    private int _straddleWidth;
    private bool _countsStraddles;
    private bool _mayMergeRuns;

    /// <summary>Fills the table. Cost: items × bytes of a line × classes of a segment × what is allowed.</summary>
    /// <param name="problem">The items.</param>
    /// <param name="straddles">Straddling members allowed in the whole, those wider than a line aside.</param>
    /// <param name="latestEnds">The last bit where each segment may end.</param>
    public void Build(PackingProblem problem, int straddles, ReadOnlySpan<long> latestEnds)
    {
        int items = problem.Items.Length, segments = problem.Segments.Length;
        _phases = (int)(problem.LineBits / 8);
        _mayMergeRuns = problem.MayMergeRuns;
        _countsStraddles = straddles is >= 0 and <= MostStraddles;
        _straddleWidth = _countsStraddles ? straddles + 1 : 1;
        if (_rows.Length < items + segments)
        {
            _rows = new int[(items + segments) * 2];
        }

        if (_widths.Length < segments)
        {
            (_widths, _earliest) = (new int[segments * 2], new long[segments * 2]);
        }

        problem.EarliestEnds(_earliest);
        Measure(problem, latestEnds);
        for (int s = segments - 1; s >= 0; s--)
        {
            Fill(problem, s);
        }
    }

    /// <summary>Edits needed from an item on.</summary>
    /// <param name="segment">The segment at hand.</param>
    /// <param name="item">Position of the item that is next in the old order; that behind the segment's last when none is.</param>
    /// <param name="cursor">Where the new order is.</param>
    /// <param name="straddles">Straddling members that are still allowed.</param>
    /// <param name="wasteBytes">Bytes that may still be lost in the segment.</param>
    public int Least(int segment, int item, in PackingCursor cursor, int straddles, long wasteBytes)
    {
        int width = _widths[segment];
        int waste = width == 1 ? 0 : (int)Math.Min(wasteBytes, width - 1);
        int phase = cursor.InRun && _mayMergeRuns ? _phases : (int)((cursor.Bit + 7) / 8 % _phases);
        return _table[_rows[item + segment] + (((phase * _straddleWidth) + (_countsStraddles ? straddles : 0)) * width) + waste];
    }

    // Each segment has a row for each of its items and one for its end.
    private void Measure(PackingProblem problem, ReadOnlySpan<long> latestEnds)
    {
        int size = 0;
        for (int s = 0; s < problem.Segments.Length; s++)
        {
            PackingSegment segment = problem.Segments[s];
            long start = s == 0 ? 0 : _earliest[s - 1] * 8;
            long waste = (latestEnds[s] - start - problem.SumOf(segment).Sum) / 8;
            _widths[s] = segment.Count == 1 || waste is < 0 or > MostWaste ? 1 : (int)waste + 1;
            for (int i = segment.First; i <= segment.First + segment.Count; i++)
            {
                _rows[i + s] = size;
                size += (_phases + 1) * _straddleWidth * _widths[s];
            }
        }

        if (_table.Length < size)
        {
            _table = new byte[size + (size / 2)];
        }
    }

    private void Fill(PackingProblem problem, int s)
    {
        PackingSegment segment = problem.Segments[s];
        FillEnd(problem, s);
        var steps = new Dictionary<int, Step[]>();
        for (int i = segment.First; i < segment.First + segment.Count; i++)
        {
            if (!steps.ContainsKey(problem.Items[i].Class))
            {
                steps.Add(problem.Items[i].Class, StepsOf(problem, problem.Items[i], _widths[s]));
            }
        }

        IReadOnlyCollection<Step[]> classes = segment.Count > 1 ? steps.Values : [];

        int stride = (_phases + 1) * _straddleWidth * _widths[s];
        WriteIn(_table.AsSpan(_rows[segment.First + segment.Count + s], stride), classes, _widths[s]);
        for (int i = segment.First + segment.Count - 1; i >= segment.First; i--)
        {
            Span<byte> row = _table.AsSpan(_rows[i + s], stride);
            TakeOrLeave(steps[problem.Items[i].Class], row, _table.AsSpan(_rows[i + 1 + s], stride), _widths[s], segment.Count > 1);
            WriteIn(row, classes, _widths[s]);
        }
    }

    // Behind the last item of a segment the next begins, with all that may be lost in it.
    private void FillEnd(PackingProblem problem, int s)
    {
        PackingSegment segment = problem.Segments[s];
        int width = _widths[s], end = _rows[segment.First + segment.Count + s];
        for (int cell = 0; cell < (_phases + 1) * _straddleWidth; cell++)
        {
            byte least = 0;
            if (s + 1 < problem.Segments.Length)
            {
                int next = _widths[s + 1];
                least = _table[_rows[problem.Segments[s + 1].First + s + 1] + (cell * next) + next - 1];
            }

            _table.AsSpan(end + (cell * width), width).Fill(least);
        }
    }

    private void TakeOrLeave(Step[] steps, Span<byte> row, ReadOnlySpan<byte> next, int width, bool mayLeave)
    {
        int stride = _straddleWidth * width;
        for (int phase = 0; phase < _phases; phase++)
        {
            (int after, int straddle, int lost) = steps[phase];
            Span<byte> cells = row.Slice(phase * stride, stride);
            ReadOnlySpan<byte> taken = next.Slice(after * stride, stride), left = next.Slice(phase * stride, stride);
            for (int k = 0; k < stride; k++)
            {
                int least = IsAllowed(k, width, straddle, lost) ? taken[k - (straddle * width) - lost] : Never;
                cells[k] = (byte)(mayLeave ? Math.Min(least, left[k] + 1) : least);
            }
        }

        FillAny(row, stride);
    }

    private void WriteIn(Span<byte> row, IReadOnlyCollection<Step[]> classes, int width)
    {
        int stride = _straddleWidth * width;
        for (bool changed = classes.Count > 0; changed;)
        {
            changed = false;
            foreach (Step[] steps in classes)
            {
                for (int phase = 0; phase < _phases; phase++)
                {
                    (int after, int straddle, int lost) = steps[phase];
                    Span<byte> cells = row.Slice(phase * stride, stride);
                    ReadOnlySpan<byte> written = row.Slice(after * stride, stride);
                    for (int k = (straddle * width) + lost; k < stride; k++)
                    {
                        if (cells[k] > written[k - (straddle * width) - lost] + 1 && IsAllowed(k, width, straddle, lost))
                        {
                            cells[k] = (byte)(written[k - (straddle * width) - lost] + 1);
                            changed = true;
                        }
                    }
                }
            }

            FillAny(row, stride);
        }
    }

    private static bool IsAllowed(int cell, int width, int straddle, int lost) => cell / width >= straddle && cell % width >= lost;

    // The last phase stands for any.
    private void FillAny(Span<byte> row, int stride)
    {
        Span<byte> any = row.Slice(_phases * stride, stride);
        any.Fill(Never);
        for (int k = 0; k < _phases * stride; k++)
        {
            any[k % stride] = Math.Min(any[k % stride], row[k]);
        }
    }

    // Two runs of bitfields are never neighbours, so that what follows one begins at the next byte.
    private Step[] StepsOf(PackingProblem problem, PackingItem item, int width)
    {
        var steps = new Step[_phases];
        bool isKnown = !problem.MayMergeRuns && item.Parts.All(part => part.AlignmentBits <= problem.LineBits);
        for (int phase = 0; phase < _phases; phase++)
        {
            var cursor = new PackingCursor { Bit = phase * 8 };
            cursor.Place(item, problem.LineBits);
            long lost = (cursor.Bit - (phase * 8) - item.SizeBits) / 8;
            steps[phase] = isKnown
                ? new Step((int)((cursor.Bit + 7) / 8 % _phases), _countsStraddles ? cursor.Straddles : 0, width == 1 ? 0 : (int)Math.Min(lost, MostWaste + 1))
                : new Step(_phases, 0, 0);
        }

        return steps;
    }

    private readonly record struct Step(int After, int Straddles, int Lost);
}
