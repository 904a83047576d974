using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Follows changes to the types that hold a changed one by value: as a member, in an array, behind typedefs, in a type without a name. Works on the
/// old types, each a node; a pointer ends the way. Cost: linear in the types and members; what each cause reaches is counted within a limit.
/// </summary>
internal sealed class ChangeSpread
{
    private const long StepsPerEdge = 64;

    private readonly CompareSide _old;
    private readonly TypePairs _pairs;
    private readonly int[] _firstHolder;
    private int[] _holders = [];
    private readonly int[] _nodeOfPair;
    private readonly int[] _seen;
    private readonly bool[] _isTouched;
    private int[] _countedIn = [];
    private int[] _nextOfPair = [];
    private int _round;
    private long _steps;

    public ChangeSpread(CompareSide old, TypePairs pairs, bool isNeeded)
    {
        _old = old;
        _pairs = pairs;
        _firstHolder = new int[old.Count + 2];
        _seen = new int[old.Count];
        RootOf = new int[pairs.All.Count];
        Array.Fill(RootOf, -1);
        _isTouched = new bool[pairs.All.Count];
        _nodeOfPair = new int[pairs.All.Count];
        Array.Fill(_nodeOfPair, -1);
        if (isNeeded)
        {
            LinkHolders();
        }
    }

    /// <summary>The cause that a pair follows; its own number where it is one, -1 where it is not touched.</summary>
    public int[] RootOf { get; }

    /// <summary>Whether a pair holds another that changed.</summary>
    public bool IsTouched(int pair) => _isTouched[pair];

    /// <summary>Marks all that a cause reaches and that no graver one reached; how many types it reaches in all, of those that count.</summary>
    /// <param name="pair">The cause.</param>
    /// <param name="counts">Tells which types are counted.</param>
    public int Spread(int pair, Func<int, bool> counts)
    {
        RootOf[pair] = RootOf[pair] < 0 ? pair : RootOf[pair];
        if (_nodeOfPair[pair] < 0 || _holders.Length == 0)
        {
            return 0;
        }

        int count = 0;
        _round++;
        var open = new Stack<int>();
        foreach (int node in NodesOf(pair))
        {
            Push(node, open);
        }

        while (open.TryPop(out int node))
        {
            int at = _pairs.OfOldNumber(node);
            if (at >= 0 && at != pair && _countedIn[at] != _round)
            {
                _countedIn[at] = _round;
                count += counts(at) ? 1 : 0;
                _isTouched[at] = true;
                RootOf[at] = RootOf[at] < 0 ? pair : RootOf[at];
            }

            for (int i = _firstHolder[node]; i < _firstHolder[node + 1]; i++)
            {
                Push(_holders[i], open);
            }
        }

        return count;
    }

    private void Push(int node, Stack<int> open)
    {
        if (_seen[node] != _round && _steps < (1 << 22) + (StepsPerEdge * _holders.Length))
        {
            _steps++;
            _seen[node] = _round;
            open.Push(node);
        }
    }

    // All old types of a pair: twins of one layout.
    private IEnumerable<int> NodesOf(int pair)
    {
        for (int node = _nodeOfPair[pair]; node >= 0; node = _nextOfPair[node])
        {
            yield return node;
        }
    }

    private void LinkHolders()
    {
        _countedIn = new int[_pairs.All.Count];
        _nextOfPair = new int[_old.Count];
        for (int node = _old.Count - 1; node >= 0; node--)
        {
            int pair = _pairs.OfOldNumber(node);
            _nextOfPair[node] = -1;
            if (pair >= 0)
            {
                _nextOfPair[node] = _nodeOfPair[pair];
                _nodeOfPair[pair] = node;
            }
        }

        Visit((held, _) => _firstHolder[held + 2]++);
        for (int i = 2; i < _firstHolder.Length; i++)
        {
            _firstHolder[i] += _firstHolder[i - 1];
        }

        _holders = new int[_firstHolder[^1]];
        Visit((held, holder) => _holders[_firstHolder[held + 1]++] = holder);
    }

    // Every type that another has by value, with the one that has it. A segment that several graphs extend is visited once.
    private void Visit(Action<int, int> visit)
    {
        var seen = new HashSet<TypeGraph>();
        foreach (CompareGraph graph in _old.Graphs)
        {
            for (TypeGraph? segment = graph.Graph; segment is not null && seen.Add(segment); segment = segment.Base)
            {
                for (uint id = segment.FirstId; id < segment.FirstId + (uint)segment.OwnCount; id++)
                {
                    Visit(graph, id, visit);
                }
            }
        }
    }

    private static void Visit(CompareGraph graph, uint id, Action<int, int> visit)
    {
        TypeView type = graph.Graph[new TypeId(id)];
        if (type.IsComposite)
        {
            foreach (ref readonly MemberRow member in graph.Graph.MembersOf(id))
            {
                visit(graph.NumberOf(member.Type), graph.NumberOf(id));
            }
        }
        else if (type.Kind is TypeKind.Array or TypeKind.Typedef or TypeKind.TypeTag || type.IsQualifier)
        {
            visit(graph.NumberOf(type.Target.Value), graph.NumberOf(id));
        }
    }
}
