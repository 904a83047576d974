namespace BtfTool.Core.Types;

/// <summary>
/// Graphs that are asked together: a kernel with its modules, or the one graph of a file. Ids of different graphs overlap, so a type
/// of a set is a <see cref="TypeRef"/>. Immutable; safe to share between threads.
/// </summary>
public sealed class TypeGraphSet
{
    private readonly TypeGraph[] _graphs;

    /// <summary>Makes a set.</summary>
    /// <param name="graphs">
    /// At least one. Where a graph extends another (a module's extends the kernel's), the other comes first.
    /// </param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TypeGraphSet(params IReadOnlyList<TypeGraph> graphs)
    {
        ArgumentNullException.ThrowIfNull(graphs);
        if (graphs.Count == 0)
        {
            throw new ArgumentException("a set has at least one graph", nameof(graphs));
        }

        _graphs = [.. graphs];
    }

    /// <summary>The graphs, a base before those that extend it.</summary>
    public ReadOnlySpan<TypeGraph> Graphs => _graphs;

    /// <summary>
    /// The types that a graph adds to those of the graphs before it: where its base is in the set its own, else all that it knows.
    /// </summary>
    /// <param name="graph">One of <see cref="Graphs"/>.</param>
    /// <returns>The first id; the others follow it up to <see cref="TypeGraph.TypeCount"/>.</returns>
    public TypeId FirstTypeOf(TypeGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Base is { } known && Array.IndexOf(_graphs, known) >= 0 ? graph.FirstOwnType : new TypeId(1);
    }

    /// <summary>The types from <see cref="FirstTypeOf"/> on: over all graphs of the set each type comes once.</summary>
    /// <param name="graph">One of <see cref="Graphs"/>.</param>
    public TypeList TypesOf(TypeGraph graph) => new(graph, FirstTypeOf(graph));
}
