
namespace BtfTool.Core.Compare;

/// <summary>A type of the old build and the one of the new build that it is compared with.</summary>
/// <param name="Word">What both are.</param>
/// <param name="OldGraph">Which graph of the old side.</param>
/// <param name="OldId">The type in it; void where there is none.</param>
/// <param name="NewGraph">Which graph of the new side.</param>
/// <param name="NewId">The type in it; void where there is none.</param>
internal readonly record struct TypePair(TypeWord Word, int OldGraph, uint OldId, int NewGraph, uint NewId);

/// <summary>Which types are compared with which, and in what pair a type is.</summary>
internal sealed class TypePairs(CompareSide old, CompareSide now)
{
    private readonly int[] _pairOfOld = new int[old.Count];
    private readonly Dictionary<int, int> _redirected = [];
    private readonly int[] _pairOfNew = new int[now.Count];

    public List<TypePair> All { get; } = [];

    /// <summary>Whether some pair has two names.</summary>
    public bool HasRenames { get; set; }

    public int Add(in TypePair pair)
    {
        All.Add(pair);
        return All.Count - 1;
    }

    public void SetOld(int graph, uint id, int pair) => _pairOfOld[old.Graphs[graph].NumberOf(id)] = pair + 1;

    public void SetNew(int graph, uint id, int pair) => _pairOfNew[now.Graphs[graph].NumberOf(id)] = pair + 1;

    /// <summary>Makes a pair of new types only part of another.</summary>
    public void Redirect(int from, int to) => _redirected[from] = to;

    /// <summary>The pair of an old type; -1 where it has none.</summary>
    public int OfOld(CompareGraph graph, uint id) => _pairOfOld[graph.NumberOf(id)] - 1;

    /// <summary>The pair of a new type; -1 where it has none.</summary>
    public int OfNew(CompareGraph graph, uint id) =>
        _pairOfNew[graph.NumberOf(id)] - 1 is var pair && _redirected.Count > 0 ? _redirected.GetValueOrDefault(pair, pair) : pair;

    public int OfOldNumber(int number) => _pairOfOld[number] - 1;

    /// <summary>Whether two types of different names are one that was renamed.</summary>
    public bool AreRenamed(CompareGraph a, uint oldId, CompareGraph b, uint newId) =>
        HasRenames && OfOld(a, oldId) is >= 0 and var pair && pair == OfNew(b, newId);
}
