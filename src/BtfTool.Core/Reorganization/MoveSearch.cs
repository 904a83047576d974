using System.Buffers.Binary;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Finds the order that costs no more than a bound and moves the fewest members. It walks the old order and writes the new one: a step
/// takes over the next item, leaves it for later, or writes one that comes later. Items of a class are alike, so a state is how far the
/// old order was read, which classes are owed and which were taken ahead, and the cursor. Moves are allowed one more at a time until
/// an order is found: then none with fewer exists.
/// </summary>
internal sealed class MoveSearch
{
    private const int MaxOutstanding = 16;
    private const int MaxLocalClasses = 126;
    private const int ActionTake = 0;
    private const int ActionLeave = 1;
    private const int ActionOwed = 2;
    private const int ActionAhead = 3;

    /// <summary>About the states of a search without proof, at ten for each that is kept.</summary>
    private const int RoughNodes = 500_000;

    /// <summary>States after which the bounds are worth their tables.</summary>
    private const int EasyNodes = 3000;

    private readonly SearchTable<Key> _seen = new();
    private readonly MoveBounds _bounds = new();
    private bool _hasBounds;
    private Node[] _nodes = new Node[1024];
    private int _count;
    private int[] _layers = [];
    private int[] _localOf = [];
    private int[] _classes = new int[MaxLocalClasses];
    private int[] _left = [];
    private long[] _ends = [];
    private PackingProblem _problem = null!;
    private PlanObjective _bound;
    private int _maxMoves;
    private int _maxNodes;
    private int _beam;
    private bool _overflowed;
    private int _classCount;

    /// <summary>Positions of the items in the order found.</summary>
    public int[] Order { get; private set; } = [];

    /// <summary>Whether no order within the bound has fewer moves.</summary>
    public bool IsProven { get; private set; }

    /// <summary>Searches for an order; false where none was found.</summary>
    /// <param name="problem">The items.</param>
    /// <param name="bound">What the order may cost, moves aside.</param>
    /// <param name="mostMoves">Moves that are known to do; fewer are looked for.</param>
    /// <param name="maxNodes">States after which the search for a proof ends.</param>
    public bool Run(PackingProblem problem, PlanObjective bound, int mostMoves, int maxNodes)
    {
        (_problem, _bound, _beam, IsProven) = (problem, bound, 0, false);
        Prepare();
        _hasBounds = false;
        _maxNodes = Math.Min(EasyNodes, maxNodes);
        for (int moves = 1; moves < mostMoves; moves++)
        {
            bool found = Search(moves);
            if (_overflowed && !_hasBounds)
            {
                UseBounds();
                _maxNodes = maxNodes;
                moves = Math.Max(moves, FewestPossible());
                found = moves < mostMoves && Search(moves);
            }

            if (found)
            {
                IsProven = true;
                return true;
            }

            if (_overflowed)
            {
                return SearchRoughly(mostMoves);
            }
        }

        IsProven = true;
        return false;
    }

    private void UseBounds()
    {
        _hasBounds = true;
        _bounds.Build(_problem, _bound.Straddles - _problem.WideMembers, _ends);
    }

    private int FewestPossible()
    {
        PackingCursor start = default;
        long waste = (_ends[0] - _problem.SumOf(_problem.Segments[0]).Sum) / 8;
        return (_bounds.Least(0, 0, in start, _bound.Straddles - _problem.WideMembers, waste) + 1) / 2;
    }

    // Whether the moves that are left do for what is left.
    private bool Suffices(in Node node, int s)
    {
        int outstanding = 0;
        for (UInt128 rest = node.Outstanding; rest != 0; rest >>= 8)
        {
            outstanding++;
        }

        int edits = _bounds.Least(s, _problem.Segments[s].First + node.Taken, in node.Cursor,
            _bound.Straddles - _problem.WideMembers - node.Cursor.Straddles, (_ends[s] - node.Cursor.Bit - node.Left) / 8);
        return node.Moves + ((edits - outstanding + 1) / 2) <= _maxMoves;
    }

    // Keeps the best states of each layer only: no proof, but an answer.
    private bool SearchRoughly(int mostMoves)
    {
        int wide = Math.Clamp(RoughNodes / (20 * _problem.Items.Length), 48, 384);
        foreach (int width in (ReadOnlySpan<int>)[48, wide])
        {
            _beam = width;
            _maxNodes = int.MaxValue;
            bool found = Search(mostMoves - 1);
            if (found)
            {
                return true;
            }
        }

        return false;
    }

    private void Prepare()
    {
        if (_ends.Length < _problem.Segments.Length)
        {
            _ends = new long[_problem.Segments.Length * 2];
        }

        _problem.LatestEnds(_bound.SizeBytes, _ends);
        if (_localOf.Length < _problem.ClassCount)
        {
            _localOf = new int[_problem.ClassCount * 2];
        }

        int layers = (2 * _problem.Items.Length) + 3;
        if (_layers.Length < layers)
        {
            (_layers, _left) = (new int[layers * 2], new int[layers * 2]);
        }
    }

    private bool Search(int maxMoves)
    {
        _maxMoves = maxMoves;
        _count = 0;
        _overflowed = false;
        int first = Append(new Node { Parent = -1, Next = -1 });
        var frontier = new List<int> { first };
        for (int s = 0; s < _problem.Segments.Length; s++)
        {
            frontier = Walk(s, frontier);
            if (_overflowed || frontier.Count == 0)
            {
                return false;
            }
        }

        int best = frontier[0];
        foreach (int node in frontier)
        {
            best = RankOf(node).CompareTo(RankOf(best)) < 0 ? node : best;
        }

        Order = Replay(best);
        return true;
    }

    private PlanObjective RankOf(int node) => _problem.ObjectiveOf(in _nodes[node].Cursor) with { Moves = _nodes[node].Moves };

    private List<int> Walk(int s, List<int> starts)
    {
        PackingSegment segment = _problem.Segments[s];
        int layers = (2 * segment.Count) + 1;
        Array.Fill(_layers, -1, 0, layers);
        long total = NumberClasses(segment);
        _seen.Clear();
        foreach (int start in starts)
        {
            Node node = _nodes[start];
            Enter(node with { Outstanding = default, Taken = 0, Left = total, Parent = start, Action = -1 }, 0, s);
        }

        for (int layer = 0; layer < layers - 1 && !_overflowed; layer++)
        {
            if (_beam > 0)
            {
                Narrow(layer);
            }

            for (int n = _layers[layer]; n >= 0 && !_overflowed; n = _nodes[n].Next)
            {
                Expand(n, layer, segment, s);
            }
        }

        var ends = new List<int>();
        for (int n = _layers[layers - 1]; n >= 0; n = _nodes[n].Next)
        {
            ends.Add(n);
        }

        return ends;
    }

    // What is left of each class behind a place of the old order is counted on the way.
    private long NumberClasses(PackingSegment segment)
    {
        long total = 0;
        int classes = 0;
        Array.Fill(_localOf, -1);
        for (int i = segment.First; i < segment.First + segment.Count; i++)
        {
            PackingItem item = _problem.Items[i];
            total += item.SizeBits;
            if (_localOf[item.Class] < 0 && classes < MaxLocalClasses)
            {
                _classes[classes] = item.Class;
                _localOf[item.Class] = classes++;
            }

            _overflowed |= _localOf[item.Class] < 0;
        }

        _classCount = classes;
        int size = classes * (segment.Count + 1);
        if (_left.Length < size)
        {
            _left = new int[size * 2];
        }

        Array.Clear(_left, segment.Count * classes, classes);
        for (int i = segment.Count - 1; i >= 0; i--)
        {
            Array.Copy(_left, (i + 1) * classes, _left, i * classes, classes);
            int local = _localOf[_problem.Items[segment.First + i].Class];
            if (local >= 0)
            {
                _left[(i * classes) + local]++;
            }
        }

        return total;
    }

    private void Expand(int index, int layer, PackingSegment segment, int s)
    {
        Node node = _nodes[index];
        Span<byte> outstanding = stackalloc byte[MaxOutstanding];
        BinaryPrimitives.WriteUInt128LittleEndian(outstanding, node.Outstanding);
        if (node.Taken < segment.Count)
        {
            PackingItem item = _problem.Items[segment.First + node.Taken];
            int local = _localOf[item.Class];
            if (outstanding.Count((byte)((local + 1) | 0x80)) <= _left[((node.Taken + 1) * _classCount) + local])
            {
                Write(node with { Taken = node.Taken + 1, Parent = index, Action = ActionTake }, item, layer + 2, s);
            }

            if (segment.Count > 1 && !(item.IsNothing && _problem.Runs < 2))
            {
                Leave(in node, index, item, outstanding, layer, s);
            }
        }

        if (segment.Count == 1)
        {
            return;
        }

        if (node.Moves < _maxMoves)
        {
            for (int k = 0; k < _classCount; k++)
            {
                Ahead(in node, index, k, outstanding, layer, segment, s);
            }

            return;
        }

        // Nothing may be taken ahead any more: only what is owed can be written.
        byte last = 0;
        foreach (byte entry in outstanding)
        {
            if (entry is > 0 and < 0x80 && entry != last)
            {
                Ahead(in node, index, entry - 1, outstanding, layer, segment, s);
                last = entry;
            }
        }
    }

    private void Leave(in Node node, int index, PackingItem item, Span<byte> outstanding, int layer, int s)
    {
        byte local = (byte)(_localOf[item.Class] + 1);
        bool isPaid = outstanding.Contains((byte)(local | 0x80));
        int moves = node.Moves + (isPaid ? 0 : item.Members);
        Span<byte> after = stackalloc byte[MaxOutstanding];
        if (moves <= _maxMoves && Change(outstanding, local, after))
        {
            Enter(node with
            {
                Outstanding = BinaryPrimitives.ReadUInt128LittleEndian(after),
                Taken = node.Taken + 1,
                Moves = moves,
                Parent = index,
                Action = ActionLeave,
            }, layer + 1, s);
        }
    }

    // Writes an item that was left before, or else one that comes later.
    private void Ahead(in Node node, int index, int k, Span<byte> outstanding, int layer, PackingSegment segment, int s)
    {
        byte local = (byte)(k + 1);
        PackingItem item = _problem.Representatives[_classes[k]];
        bool isOwed = outstanding.Contains(local);
        int moves = node.Moves + (isOwed ? 0 : item.Members);
        if (!isOwed)
        {
            bool isNext = node.Taken < segment.Count && _problem.Items[segment.First + node.Taken].Class == _classes[k];
            int left = _left[(node.Taken * _classCount) + k] - outstanding.Count((byte)(local | 0x80));
            if (isNext || left <= 0 || moves > _maxMoves || (item.IsNothing && _problem.Runs < 2))
            {
                return;
            }
        }

        Span<byte> after = stackalloc byte[MaxOutstanding];
        if (Change(outstanding, (byte)(local | 0x80), after))
        {
            Write(node with
            {
                Outstanding = BinaryPrimitives.ReadUInt128LittleEndian(after),
                Moves = moves,
                Parent = index,
                Action = (_classes[k] << 2) | (isOwed ? ActionOwed : ActionAhead),
            }, item, layer + 1, s);
        }
    }

    // Takes away its opposite or adds it; the bytes stay sorted, so that equal contents are equal.
    private bool Change(ReadOnlySpan<byte> outstanding, byte entry, Span<byte> after)
    {
        int opposite = outstanding.IndexOf((byte)(entry ^ 0x80));
        if (opposite >= 0)
        {
            outstanding[..opposite].CopyTo(after);
            outstanding[(opposite + 1)..].CopyTo(after[opposite..]);
            after[^1] = 0;
            return true;
        }

        if (outstanding[^1] != 0)
        {
            _overflowed = _beam == 0;
            return false;
        }

        int place = 0;
        while (outstanding[place] != 0 && outstanding[place] <= entry)
        {
            place++;
        }

        outstanding[..place].CopyTo(after);
        after[place] = entry;
        outstanding[place..^1].CopyTo(after[(place + 1)..]);
        return true;
    }

    private void Write(Node node, PackingItem item, int layer, int s)
    {
        if (_problem.IsIllegalNext(in node.Cursor, item))
        {
            return;
        }

        node.Cursor.Place(item, _problem.LineBits);
        node.Left -= item.SizeBits;
        ref readonly PackingCursor cursor = ref node.Cursor;
        if (!cursor.Fails && cursor.Violations <= _bound.Violations && cursor.HotLines <= _bound.HotLines
            && cursor.Straddles + _problem.WideMembers <= _bound.Straddles)
        {
            Enter(node, layer, s);
        }
    }

    private void Enter(Node node, int layer, int s)
    {
        if (node.Cursor.Bit + node.Left > _ends[s] || (_hasBounds && !Suffices(in node, s)))
        {
            return;
        }

        ref int seen = ref _seen.Find(new Key(node.Outstanding, node.Cursor.Bit, node.Taken, node.Cursor));
        if (seen < 0)
        {
            node.Next = _layers[layer];
            seen = Append(node);
            _layers[layer] = seen;
        }
        else if (node.Moves < _nodes[seen].Moves)
        {
            node.Next = _nodes[seen].Next;
            _nodes[seen] = node;
        }
    }

    private int Append(in Node node)
    {
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _count * 2);
        }

        _overflowed |= _count >= _maxNodes;
        _nodes[_count] = node;
        return _count++;
    }

    private void Narrow(int layer)
    {
        var all = new List<(long Rank, int Node)>();
        for (int n = _layers[layer]; n >= 0; n = _nodes[n].Next)
        {
            long rank = ((long)_nodes[n].Moves << 44) + (((long)_nodes[n].Cursor.Straddles) << 40) + Math.Min(_nodes[n].Cursor.Bit + _nodes[n].Left, 1L << 39);
            all.Add((rank, n));
        }

        if (all.Count <= _beam)
        {
            return;
        }

        all.Sort(static (a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : a.Node.CompareTo(b.Node));
        _layers[layer] = -1;
        for (int k = _beam - 1; k >= 0; k--)
        {
            _nodes[all[k].Node].Next = _layers[layer];
            _layers[layer] = all[k].Node;
        }
    }

    private int[] Replay(int last)
    {
        var actions = new List<int>();
        for (int n = last; n >= 0; n = _nodes[n].Parent)
        {
            actions.Add(_nodes[n].Action);
        }

        actions.Reverse();
        var order = new List<int>();
        var owed = new Dictionary<int, Queue<int>>();
        var ahead = new Dictionary<int, Queue<int>>();
        int next = 0;
        foreach (int action in actions.Skip(1))
        {
            switch (action < 0 ? -1 : action & 3)
            {
                case ActionTake:
                    order.Add(next++);
                    break;
                case ActionLeave:
                    int left = _problem.Items[next].Class;
                    if (ahead.TryGetValue(left, out Queue<int>? places) && places.Count > 0)
                    {
                        order[places.Dequeue()] = next;
                    }
                    else
                    {
                        QueueOf(owed, left).Enqueue(next);
                    }

                    next++;
                    break;
                case ActionOwed:
                    order.Add(owed[action >> 2].Dequeue());
                    break;
                case ActionAhead:
                    QueueOf(ahead, action >> 2).Enqueue(order.Count);
                    order.Add(-1);
                    break;
            }
        }

        return [.. order];
    }

    private static Queue<int> QueueOf(Dictionary<int, Queue<int>> queues, int key)
    {
        if (!queues.TryGetValue(key, out Queue<int>? queue))
        {
            queues[key] = queue = new Queue<int>();
        }

        return queue;
    }

    private struct Node
    {
        public PackingCursor Cursor;
        public UInt128 Outstanding;
        public long Left;
        public int Taken;
        public int Moves;
        public int Parent;
        public int Next;
        public int Action;
    }

    private readonly record struct Key(UInt128 Outstanding, long Bit, int Taken, ulong Costs, uint Mask)
    {
        public Key(UInt128 outstanding, long bit, int taken, in PackingCursor cursor)
            : this(outstanding, bit, taken,
                ((ulong)(uint)cursor.Violations << 40) | ((ulong)(uint)cursor.HotLines << 22) | ((ulong)(uint)cursor.Straddles << 2)
                | (cursor.InRun ? 1u : 0) | (cursor.IsOnHotLine ? 2u : 0), cursor.Mask)
        {
        }

        public override int GetHashCode()
        {
            ulong hash = ((ulong)Outstanding * 0x9e3779b97f4a7c15) ^ ((ulong)(Outstanding >> 64) * 0xbf58476d1ce4e5b9);
            hash = (hash ^ (hash >> 29) ^ (ulong)Bit ^ ((ulong)(uint)Taken << 40)) * 0x94d049bb133111eb;
            hash = (hash ^ (hash >> 32) ^ Costs ^ Mask) * 0x9e3779b97f4a7c15;
            return (int)(hash >> 32);
        }
    }
}
