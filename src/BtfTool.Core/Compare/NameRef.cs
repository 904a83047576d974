using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// A name as the key of a table: equal where the bytes are, whatever graph they are of. Its hash is seeded by the process, so no input can
/// make many names collide.
/// </summary>
internal readonly struct NameRef : IEquatable<NameRef>
{
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly TypeGraph _graph;
    private readonly NameId _name;
    private readonly ulong _hash;

    /// <summary>The key of a name of a graph. Cost: its length.</summary>
    public NameRef(TypeGraph graph, NameId name)
        : this(graph, name, HashOf(graph, name))
    {
    }

    /// <summary>The same, of a hash that is known.</summary>
    /// <param name="graph">Has the name.</param>
    /// <param name="name">The name.</param>
    /// <param name="hash">Of <see cref="HashOf"/>.</param>
    public NameRef(TypeGraph graph, NameId name, ulong hash) => (_graph, _name, _hash) = (graph, name, hash);

    /// <summary>The hash of a name, in this process.</summary>
    public static ulong HashOf(TypeGraph graph, NameId name) => NameHash.Of(graph.NameOf(name), s_seed);

    /// <inheritdoc/>
    public bool Equals(NameRef other) => _hash == other._hash && TypeWords.SameName(_graph, _name, other._graph, other._name);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NameRef other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash.GetHashCode();
}
