using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Finds types that are there under another name, and types of one name that became another kind. A renamed type is one of two members or
/// enumerators at least that is gone, and the only one new of its shape.
/// </summary>
internal sealed class RenameFinder(CompareSide old, CompareSide now, TypePairs pairs, ReferenceComparer comparer, PairFinder finder)
{
    private readonly Dictionary<(TypeWord, ulong), int> _byShape = [];
    private readonly HashSet<int> _joined = [];

    /// <summary>Joins pairs of one side each. Cost: linear in them and their members.</summary>
    public void Find()
    {
        FindKinds();
        FindNames();
        if (_joined.Count > 0)
        {
            finder.Removed.RemoveAll(_joined.Contains);
            finder.Added.RemoveAll(_joined.Contains);
            comparer.ForgetDifferent();
        }
    }

    // struct, union and enum share one name space.
    private void FindKinds()
    {
        var byName = new Dictionary<NameRef, int>();
        foreach (int pair in finder.Removed)
        {
            if (IsTag(pairs.All[pair].Word))
            {
                byName[NameOld(pair)] = byName.ContainsKey(NameOld(pair)) ? -1 : pair;
            }
        }

        foreach (int pair in finder.Added)
        {
            if (IsTag(pairs.All[pair].Word) && byName.GetValueOrDefault(NameNew(pair), -1) is >= 0 and int gone
                && pairs.All[gone].Word != pairs.All[pair].Word)
            {
                byName[NameNew(pair)] = -1;
                Join(gone, pair);
            }
        }
    }

    private static bool IsTag(TypeWord word) => word is TypeWord.Struct or TypeWord.Union or TypeWord.Enum;

    private NameRef NameOld(int pair)
    {
        TypeGraph graph = old.Graphs[pairs.All[pair].OldGraph].Graph;
        return new NameRef(graph, graph[new TypeId(pairs.All[pair].OldId)].NameId);
    }

    private NameRef NameNew(int pair)
    {
        TypeGraph graph = now.Graphs[pairs.All[pair].NewGraph].Graph;
        return new NameRef(graph, graph[new TypeId(pairs.All[pair].NewId)].NameId);
    }

    private void FindNames()
    {
        var added = new Dictionary<(TypeWord, ulong), int>();
        Collect(finder.Removed, _byShape, isOld: true);
        Collect(finder.Added, added, isOld: false);
        var found = new List<(int, int)>();
        foreach (((TypeWord, ulong) shape, int gone) in _byShape)
        {
            if (gone >= 0 && added.GetValueOrDefault(shape, -1) is >= 0 and int pair && AreAlike(pairs.All[gone], pairs.All[pair]))
            {
                found.Add((gone, pair));
            }
        }

        foreach ((int gone, int pair) in found)
        {
            Join(gone, pair);
        }
    }

    private void Collect(List<int> from, Dictionary<(TypeWord, ulong), int> into, bool isOld)
    {
        foreach (int pair in from)
        {
            TypePair type = pairs.All[pair];
            TypeGraph graph = isOld ? old.Graphs[type.OldGraph].Graph : now.Graphs[type.NewGraph].Graph;
            uint id = isOld ? type.OldId : type.NewId;
            TypeView view = graph[new TypeId(id)];
            if (IsTag(type.Word) && view.ElementsInList >= 2 && !_joined.Contains(pair))
            {
                (TypeWord, ulong) shape = (type.Word, TypeShape.Of(graph, id));
                into[shape] = into.ContainsKey(shape) ? -1 : pair;
            }
        }
    }

    // Their members are referred to alike, or both refer to the type itself.
    private bool AreAlike(in TypePair gone, in TypePair added)
    {
        CompareGraph a = old.Graphs[gone.OldGraph], b = now.Graphs[added.NewGraph];
        TypeView x = a.Graph[new TypeId(gone.OldId)], y = b.Graph[new TypeId(added.NewId)];
        if (!TypeShape.AreAlike(a.Graph, gone.OldId, b.Graph, added.NewId))
        {
            return false;
        }

        if (!x.IsComposite)
        {
            return true;
        }

        string name = x.NameString, other = y.NameString;
        MemberList ours = x.Members, theirs = y.Members;
        for (int i = 0; i < ours.Count && i < theirs.Count; i++)
        {
            if (!comparer.Same(a, ours[i].Type.Value, b, theirs[i].Type.Value)
                && !TypeText.Of(a.Graph, ours[i].Type.Value).Split(' ').AsSpan()
                    .SequenceEqual(TypeText.Of(b.Graph, theirs[i].Type.Value).Split(' ').Select(word => word == other ? name : word).ToArray()))
            {
                return false;
            }
        }

        return true;
    }

    private void Join(int gone, int added)
    {
        TypePair x = pairs.All[gone], y = pairs.All[added];
        _joined.Add(gone);
        _joined.Add(added);
        pairs.All[gone] = x with { NewGraph = y.NewGraph, NewId = y.NewId };
        pairs.Redirect(added, gone);
        pairs.HasRenames = true;
        finder.Different.Add(gone);
    }
}
