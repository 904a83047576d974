using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Decides which type is compared with which: those of one word and name. Where several layouts have one name, equal ones are paired first, then
/// those with most members in common; the rest is added or removed. A declaration without a definition counts where its side has nothing else.
/// </summary>
internal sealed class PairFinder(CompareSide old, CompareSide now, NameGroups groups, TypePairs pairs, ReferenceComparer comparer)
{
    // Beyond these, types of one name are paired in the order of their shapes, and looked at for equals only behind equal shapes.
    private const int MostNearest = 16;
    private const int MostTwins = 8;

    private readonly List<Candidate> _old = [];
    private readonly List<Candidate> _new = [];
    private readonly Dictionary<ulong, int> _shapes = [];

    private struct Candidate
    {
        public int Graph;
        public uint Id;
        public ulong Shape;
        public int NextOfShape;
        public int Pair;
        public bool IsForward;
    }

    /// <summary>Pairs whose two types are not declared alike.</summary>
    public List<int> Different { get; } = [];

    /// <summary>Pairs of one side only.</summary>
    public List<int> Removed { get; } = [];

    /// <inheritdoc cref="Removed"/>
    public List<int> Added { get; } = [];

    private readonly HashSet<int> _besideOthers = [];

    /// <summary>Whether the other side of a pair of one side has the name too, with another layout.</summary>
    public bool IsOneOfSeveral(int pair) => _besideOthers.Contains(pair);

    /// <summary>How many pairs have both sides.</summary>
    public int Both { get; private set; }

    /// <summary>Finds all pairs. Cost: linear in the types, their members and names.</summary>
    public void Find()
    {
        foreach (ref readonly NameGroup group in groups.Groups)
        {
            if (group.Old >= 0 && group.New >= 0 && groups[group.Old].Next < 0 && groups[group.New].Next < 0)
            {
                FindOne(group.Word, groups[group.Old], groups[group.New]);
            }
            else
            {
                FindSeveral(group);
            }
        }
    }

    private void FindOne(TypeWord word, in NamedType x, in NamedType y)
    {
        CompareGraph a = old.Graphs[x.Graph], b = now.Graphs[y.Graph];
        int pair = pairs.Add(new TypePair(word, x.Graph, x.Id, y.Graph, y.Id));
        pairs.SetOld(x.Graph, x.Id, pair);
        pairs.SetNew(y.Graph, y.Id, pair);
        Both++;
        if (!ReferenceComparer.IsOneType(a, x.Id, b, y.Id) && !comparer.SameContents(a, x.Id, b, y.Id))
        {
            Different.Add(pair);
        }
    }

    private void FindSeveral(in NameGroup group)
    {
        Collect(group.Old, old, _old);
        Collect(group.New, now, _new);
        PairEquals(group.Word);
        PairNearest(group.Word);
        AddRest(group.Word);
        Point(_old, isOld: true);
        Point(_new, isOld: false);
    }

    private void Collect(int first, CompareSide side, List<Candidate> into)
    {
        into.Clear();
        for (int at = first; at >= 0; at = groups[at].Next)
        {
            NamedType type = groups[at];
            TypeGraph graph = side.Graphs[type.Graph].Graph;
            bool isForward = graph.KindOf(new TypeId(type.Id)) == TypeKind.Forward;
            ulong shape = isForward ? 0 : TypeShape.Of(graph, type.Id);
            into.Add(new Candidate { Graph = type.Graph, Id = type.Id, Shape = shape, Pair = -1, IsForward = isForward });
        }
    }

    private void PairEquals(TypeWord word)
    {
        LinkShapes(_new);
        Span<Candidate> theirs = CollectionsMarshal.AsSpan(_new);
        foreach (ref Candidate ours in CollectionsMarshal.AsSpan(_old))
        {
            int at = ours.IsForward ? -1 : _shapes.GetValueOrDefault(ours.Shape, -1);
            for (int tries = 0; at >= 0 && tries < MostTwins; at = theirs[at].NextOfShape, tries++)
            {
                ref Candidate other = ref theirs[at];
                if (!other.IsForward && comparer.SameContents(old.Graphs[ours.Graph], ours.Id, now.Graphs[other.Graph], other.Id))
                {
                    other.Pair = other.Pair >= 0 ? other.Pair : AddPair(word, ours, other);
                    ours.Pair = other.Pair;
                    break;
                }
            }
        }

        // A new one whose equal has another partner already.
        LinkShapes(_old);
        foreach (ref Candidate other in theirs)
        {
            other.Pair = other.Pair >= 0 || other.IsForward ? other.Pair : EqualOf(other);
        }
    }

    private int EqualOf(in Candidate type)
    {
        int at = _shapes.GetValueOrDefault(type.Shape, -1);
        for (int tries = 0; at >= 0 && tries < MostTwins; at = _old[at].NextOfShape, tries++)
        {
            Candidate ours = _old[at];
            if (ours.Pair >= 0 && comparer.SameContents(old.Graphs[ours.Graph], ours.Id, now.Graphs[type.Graph], type.Id))
            {
                return ours.Pair;
            }
        }

        return -1;
    }

    private void LinkShapes(List<Candidate> types)
    {
        _shapes.Clear();
        Span<Candidate> all = CollectionsMarshal.AsSpan(types);
        for (int i = 0; i < all.Length; i++)
        {
            all[i].NextOfShape = _shapes.GetValueOrDefault(all[i].Shape, -1);
            _shapes[all[i].Shape] = i;
        }
    }

    private int AddPair(TypeWord word, in Candidate x, in Candidate y)
    {
        Both++;
        return pairs.Add(new TypePair(word, x.Graph, x.Id, y.Graph, y.Id));
    }

    private void PairNearest(TypeWord word)
    {
        List<int> ours = Open(old, _old), theirs = Open(now, _new);
        if (ours.Count == 0 || theirs.Count == 0)
        {
            return;
        }

        var best = new List<(int Common, ulong Low, ulong High, int Old, int New)>();
        bool isFew = ours.Count <= MostNearest && theirs.Count <= MostNearest;
        for (int i = 0; i < ours.Count; i++)
        {
            for (int k = isFew ? 0 : i; k < (isFew ? theirs.Count : Math.Min(i + 1, theirs.Count)); k++)
            {
                Candidate x = _old[ours[i]], y = _new[theirs[k]];
                int common = isFew ? TypeShape.InCommon(old.Graphs[x.Graph].Graph, x.Id, now.Graphs[y.Graph].Graph, y.Id) : 0;
                best.Add((-common, Math.Min(x.Shape, y.Shape), Math.Max(x.Shape, y.Shape), ours[i], theirs[k]));
            }
        }

        best.Sort();
        foreach ((_, _, _, int i, int k) in best)
        {
            if (_old[i].Pair >= 0 || _new[k].Pair >= 0)
            {
                continue;
            }

            int pair = AddPair(word, _old[i], _new[k]);
            Different.Add(pair);
            SetPair(_old, i, pair);
            SetPair(_new, k, pair);
        }
    }

    // Those without a partner, in the order of their shapes; of twins only one.
    private static List<int> Open(CompareSide side, List<Candidate> types)
    {
        var open = new List<int>();
        for (int i = 0; i < types.Count; i++)
        {
            if (types[i].Pair < 0 && !types[i].IsForward)
            {
                open.Add(i);
            }
        }

        open.Sort((x, y) => types[x].Shape != types[y].Shape ? types[x].Shape.CompareTo(types[y].Shape) : x.CompareTo(y));
        int kept = 0;
        for (int i = 0; i < open.Count; i++)
        {
            if (!HasTwin(side, types, open, kept, types[open[i]]))
            {
                open[kept++] = open[i];
            }
        }

        open.RemoveRange(kept, open.Count - kept);
        return open;
    }

    // Whether one of those that were kept before is the same.
    private static bool HasTwin(CompareSide side, List<Candidate> types, List<int> open, int kept, in Candidate type)
    {
        for (int i = kept - 1; i >= 0 && kept - i <= MostTwins && types[open[i]].Shape == type.Shape; i--)
        {
            Candidate other = types[open[i]];
            if (TypeShape.AreTwins(side.Graphs[other.Graph].Graph, other.Id, side.Graphs[type.Graph].Graph, type.Id))
            {
                return true;
            }
        }

        return false;
    }

    private static void SetPair(List<Candidate> types, int index, int pair)
    {
        Candidate type = types[index];
        type.Pair = pair;
        types[index] = type;
    }

    private void AddRest(TypeWord word)
    {
        int declared = DeclaredOnly(_old), declaredThere = DeclaredOnly(_new);
        List<int> ours = Open(old, _old), theirs = Open(now, _new);
        if (declared >= 0 && theirs.Count > 0)
        {
            PairDeclared(word, _old[declared], _new[theirs[0]]);
            SetPair(_new, theirs[0], pairs.All.Count - 1);
            theirs.RemoveAt(0);
        }
        else if (declaredThere >= 0 && ours.Count > 0)
        {
            PairDeclared(word, _old[ours[0]], _new[declaredThere]);
            SetPair(_old, ours[0], pairs.All.Count - 1);
            ours.RemoveAt(0);
        }

        foreach (int i in ours)
        {
            SetPair(_old, i, pairs.Add(new TypePair(word, _old[i].Graph, _old[i].Id, -1, 0)));
            AddOneSided(Removed, declaredThere < 0 && _new.Count > 0);
        }

        foreach (int i in theirs)
        {
            SetPair(_new, i, pairs.Add(new TypePair(word, -1, 0, _new[i].Graph, _new[i].Id)));
            AddOneSided(Added, declared < 0 && _old.Count > 0);
        }
    }

    private void AddOneSided(List<int> into, bool isBesideOthers)
    {
        into.Add(pairs.All.Count - 1);
        if (isBesideOthers)
        {
            _besideOthers.Add(pairs.All.Count - 1);
        }
    }

    private void PairDeclared(TypeWord word, in Candidate x, in Candidate y) => Different.Add(AddPair(word, x, y));

    private static int DeclaredOnly(List<Candidate> types)
    {
        foreach (Candidate type in types)
        {
            if (!type.IsForward)
            {
                return -1;
            }
        }

        return types.Count - 1;
    }

    // Declarations, and twins that were left out, belong to the first pair of the name, and to that of their shape.
    private void Point(List<Candidate> types, bool isOld)
    {
        int first = -1;
        _shapes.Clear();
        foreach (Candidate type in types)
        {
            if (type.Pair >= 0)
            {
                first = first < 0 ? type.Pair : first;
                _shapes[type.Shape] = type.Pair;
            }
        }

        foreach (Candidate type in types)
        {
            int pair = type.Pair >= 0 ? type.Pair : type.IsForward ? first : _shapes.GetValueOrDefault(type.Shape, first);
            if (pair >= 0 && isOld)
            {
                pairs.SetOld(type.Graph, type.Id, pair);
            }
            else if (pair >= 0)
            {
                pairs.SetNew(type.Graph, type.Id, pair);
            }
        }
    }
}
