using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Makes what is told of the changes that were found: causes with their fan-out, and the types that only follow.</summary>
internal sealed class DifferenceList(
    CompareSide old, CompareSide now, TypePairs pairs, Dictionary<int, ChangeList> changes, ChangeSpread spread, EmbeddedChanges embedded, CompareOptions options)
{
    private readonly List<Found> _found = [];
    private readonly HashSet<int> _neededCauses = [];

    private sealed record Found(TypeDifference Difference, int Pair, int Rank);

    /// <summary>The result. Cost: linear in the changes and the members of the types that follow, but for sorting.</summary>
    /// <param name="compared">How many types were compared.</param>
    public GraphDiffResult Build(int compared)
    {
        List<int> causes = Causes();
        int[] fanOut = new int[causes.Count];
        foreach (int pair in causes)
        {
            spread.RootOf[pair] = Propagates(pair) ? pair : -1;
        }

        for (int i = 0; i < causes.Count; i++)
        {
            fanOut[i] = Propagates(causes[i]) ? spread.Spread(causes[i], Counts) : 0;
        }

        for (int i = 0; i < causes.Count; i++)
        {
            AddFound(causes[i], fanOut[i], isCause: true);
        }

        for (int pair = 0; pair < pairs.All.Count; pair++)
        {
            if ((spread.RootOf[pair] >= 0 && IsHolder(pair) && !IsCause(pair)) || (changes.ContainsKey(pair) && !IsCause(pair)))
            {
                AddFound(pair, 0, isCause: false);
            }
        }

        _found.Sort(Compare);
        var differences = new List<TypeDifference>(_found.Count);
        foreach (Found found in _found)
        {
            if (options.IsWanted is null || IsWanted(found.Difference) || (options.WithCauses && _neededCauses.Contains(found.Pair)))
            {
                differences.Add(found.Difference);
            }
        }

        return new GraphDiffResult(differences, compared);
    }

    private bool IsWanted(TypeDifference difference) =>
        (difference.Old is { } before && options.IsWanted!(before)) || (difference.New is { } after && options.IsWanted!(after));

    private bool IsCause(int pair)
    {
        if (!changes.TryGetValue(pair, out ChangeList? list))
        {
            return false;
        }

        foreach (TypeChange change in list.Changes)
        {
            if (!change.IsConsequence)
            {
                return true;
            }
        }

        return false;
    }

    private bool Counts(int pair) => IsHolder(pair) && !IsCause(pair);

    // A typedef of a named type holds nothing itself.
    private bool IsHolder(int pair)
    {
        TypePair type = pairs.All[pair];
        if (type.OldGraph < 0 || type.NewGraph < 0)
        {
            return false;
        }

        if (type.Word != TypeWord.Typedef)
        {
            return type.Word is TypeWord.Struct or TypeWord.Union;
        }

        TypeGraph graph = old.Graphs[type.OldGraph].Graph;
        TypeView target = graph[graph[new TypeId(type.OldId)].Target];
        return target.IsComposite && target.IsAnonymous;
    }

    private List<int> Causes()
    {
        var causes = new List<int>();
        foreach (int pair in changes.Keys)
        {
            if (IsCause(pair))
            {
                causes.Add(pair);
            }
        }

        var keys = new Dictionary<int, (int Rank, string Name)>();
        foreach (int pair in causes)
        {
            keys[pair] = (-RankOf(BreaksOf(changes[pair].Changes)), NameOf(pair));
        }

        causes.Sort((x, y) => keys[x].Rank != keys[y].Rank ? keys[x].Rank.CompareTo(keys[y].Rank)
            : string.CompareOrdinal(keys[x].Name, keys[y].Name) is not 0 and var order ? order : x.CompareTo(y));
        return causes;
    }

    // What shows in a type that holds this one: enumerations and base types only by their size, declarations and names not at all.
    private bool Propagates(int pair)
    {
        TypeWord word = pairs.All[pair].Word;
        foreach (TypeChange change in changes[pair].Changes)
        {
            bool isSeen = change.Class switch
            {
                ChangeClass.TypeAdded or ChangeClass.TypeRemoved or ChangeClass.TypeRenamed or ChangeClass.BecameComplete
                    or ChangeClass.BecameIncomplete => false,
                ChangeClass.Prototype => word != TypeWord.Function,
                _ => word is not (TypeWord.Enum or TypeWord.Base) || change.Class is ChangeClass.Size or ChangeClass.KindChanged,
            };
            if (isSeen)
            {
                return true;
            }
        }

        return false;
    }

    private string NameOf(int pair)
    {
        TypePair type = pairs.All[pair];
        return type.OldGraph >= 0 ? TypeText.NameOf(old.Graphs[type.OldGraph].Graph, type.OldId)
            : TypeText.NameOf(now.Graphs[type.NewGraph].Graph, type.NewId);
    }

    private void AddFound(int pair, int fanOut, bool isCause)
    {
        TypePair type = pairs.All[pair];
        ChangeList? list = changes.GetValueOrDefault(pair);
        var all = new List<TypeChange>();
        var causes = new List<int>();
        if (spread.IsTouched(pair) && IsHolder(pair))
        {
            embedded.Add(type, spread, all, causes);
        }

        // What it follows from may lie in a struct without a name that changed with it.
        int root = spread.RootOf[pair];
        string? cause = causes.Count > 0 ? NameOf(causes[0]) : !isCause && root >= 0 && root != pair ? NameOf(root) : null;
        for (int i = 0; i < all.Count; i++)
        {
            string name = NameOf(causes[i]);
            Breaks breaks = BreaksOf(changes[causes[i]].Changes);
            all[i] = all[i] with { Cause = name, Breaks = breaks };
        }

        bool isFollowing = !isCause || list is null || !list.HasOwnEdit;
        foreach (TypeChange change in list?.Changes ?? [])
        {
            bool isCaused = change.IsConsequence && isFollowing;
            all.Add(isCaused ? change with { Cause = cause ?? "pointer" } : change);
        }

        if (all.Count == 0)
        {
            return;
        }

        if (options.IsWanted is not null && !isCause && WantsPair(type))
        {
            _neededCauses.UnionWith(causes);
        }

        Sort(all);
        Breaks together = BreaksOf(all);
        var difference = new TypeDifference
        {
            Name = NameOf(pair),
            Old = type.OldGraph < 0 ? null : new TypeRef(old.Graphs[type.OldGraph].Graph, new TypeId(type.OldId)),
            New = type.NewGraph < 0 ? null : new TypeRef(now.Graphs[type.NewGraph].Graph, new TypeId(type.NewId)),
            Changes = all,
            IsCause = isCause,
            FanOut = options.IsExcerpt ? -1 : fanOut,
            Breaks = together,
        };
        _found.Add(new Found(difference, pair, RankOf(together)));
    }

    private bool WantsPair(in TypePair type) =>
        (type.OldGraph >= 0 && options.IsWanted!(new TypeRef(old.Graphs[type.OldGraph].Graph, new TypeId(type.OldId))))
        || (type.NewGraph >= 0 && options.IsWanted!(new TypeRef(now.Graphs[type.NewGraph].Graph, new TypeId(type.NewId))));

    // Of the whole type first, then by offset; what has none stays in its order.
    private static void Sort(List<TypeChange> all)
    {
        var keys = new (long Offset, int Index)[all.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            TypeChange change = all[i];
            long offset = change.NewBitOffset >= 0 ? change.NewBitOffset : change.OldBitOffset;
            keys[i] = (change.Path is null ? -2 : offset, i);
        }

        Array.Sort(keys);
        TypeChange[] copy = [.. all];
        for (int i = 0; i < keys.Length; i++)
        {
            all[i] = copy[keys[i].Index];
        }
    }

    private static Breaks BreaksOf(List<TypeChange> list)
    {
        Breaks breaks = Breaks.None;
        foreach (TypeChange change in list)
        {
            breaks |= change.Breaks;
        }

        return breaks;
    }

    private static int RankOf(Breaks breaks) => (breaks.HasFlag(Breaks.Layout) ? 4 : 0) + (breaks.HasFlag(Breaks.Source) ? 2 : 0)
        + (breaks.HasFlag(Breaks.CoRe) ? 1 : 0);

    private static int Compare(Found x, Found y)
    {
        TypeDifference a = x.Difference, b = y.Difference;
        if (a.IsCause != b.IsCause)
        {
            return a.IsCause ? -1 : 1;
        }

        int order = y.Rank.CompareTo(x.Rank);
        order = order != 0 ? order : b.FanOut.CompareTo(a.FanOut);
        order = order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        order = order != 0 ? order : a.Changes.Count.CompareTo(b.Changes.Count);
        order = order != 0 ? order : string.CompareOrdinal(a.Changes[0].Path, b.Changes[0].Path);
        order = order != 0 ? order : string.CompareOrdinal(a.Changes[0].Old, b.Changes[0].Old);
        order = order != 0 ? order : string.CompareOrdinal(a.Changes[0].New, b.Changes[0].New);
        return order != 0 ? order : x.Pair.CompareTo(y.Pair);
    }
}
