using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// One of the two builds: its graphs, with a number for every type of all of them together. Types of a base that several graphs extend
/// have one number.
/// </summary>
internal sealed class CompareSide
{
    private readonly Dictionary<TypeGraph, int> _firstNumbers = [];

    public CompareSide(TypeGraphSet set, ReaderLimits limits)
    {
        var graphs = new List<CompareGraph>();
        foreach (TypeGraph graph in set.Graphs)
        {
            graphs.Add(new CompareGraph(this, graph, graphs.Count, limits));
            HasFunctions |= graphs[^1].HasFunctions(set.FirstTypeOf(graph));
        }

        Graphs = [.. graphs];
        Set = set;
    }

    public TypeGraphSet Set { get; }

    public CompareGraph[] Graphs { get; }

    /// <summary>How many types there are; their numbers are below it.</summary>
    public int Count { get; private set; }

    public bool HasFunctions { get; }

    /// <summary>Number of the first type of a segment.</summary>
    public int FirstNumberOf(TypeGraph segment)
    {
        if (!_firstNumbers.TryGetValue(segment, out int first))
        {
            _firstNumbers[segment] = first = Count;
            Count = checked(Count + segment.OwnCount);
        }

        return first;
    }
}

/// <summary>One graph of a build.</summary>
internal sealed class CompareGraph
{
    private readonly TypeGraph[] _segments;
    private readonly int[] _firsts;
    private readonly ReaderLimits _limits;
    private TypeSizes? _sizes;

    public CompareGraph(CompareSide side, TypeGraph graph, int index, ReaderLimits limits)
    {
        Graph = graph;
        Index = index;
        _limits = limits;
        HasAlignments = graph.Has(Facet.EveryAlignment);
        var segments = new List<TypeGraph>();
        for (TypeGraph? at = graph; at is not null; at = at.Base)
        {
            segments.Add(at);
        }

        _segments = [.. segments];
        _firsts = new int[_segments.Length];
        for (int i = 0; i < _firsts.Length; i++)
        {
            _firsts[i] = side.FirstNumberOf(_segments[i]) - (int)_segments[i].FirstId;
        }
    }

    public TypeGraph Graph { get; }

    public int Index { get; }

    public TypeSizes Sizes => _sizes ??= new TypeSizes(Graph, _limits);

    /// <summary>Whether types are as declared, and not as encoded.</summary>
    public bool IsDeclared => Graph.Has(Facet.SourceDeclarations);

    /// <summary>Whether the alignments that the source gives types and members are known.</summary>
    public bool HasAlignments { get; }

    /// <summary>The number of a type among all of its side.</summary>
    public int NumberOf(uint id)
    {
        int i = 0;
        while (id < _segments[i].FirstId)
        {
            i++;
        }

        return _firsts[i] + (int)id;
    }

    /// <summary>What decides which types of two sides are one: the segment that has the type.</summary>
    public TypeGraph SegmentOf(uint id)
    {
        int i = 0;
        while (id < _segments[i].FirstId)
        {
            i++;
        }

        return _segments[i];
    }

    public bool HasFunctions(TypeId first)
    {
        for (uint id = first.Value; id < Graph.TypeCount; id++)
        {
            if (Graph.KindOf(new TypeId(id)) == TypeKind.Function)
            {
                return true;
            }
        }

        return false;
    }
}
