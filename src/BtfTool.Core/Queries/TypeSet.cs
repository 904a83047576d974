using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>A set of types of one graph: a bit for each. Not safe to share between threads while it is added to.</summary>
/// <param name="graph">The graph whose types can be in the set.</param>
internal sealed class TypeSet(TypeGraph graph)
{
    private readonly ulong[] _bits = new ulong[(graph.TypeCount + 63) / 64];

    /// <summary>Number of types in the set.</summary>
    public int Count { get; private set; }

    /// <summary>True for what was added. Cost: O(1).</summary>
    /// <exception cref="IndexOutOfRangeException">The id is not of the graph.</exception>
    public bool Contains(TypeId id) => Contains(id.Value);

    internal bool Contains(uint id) => (_bits[id / 64] & (1UL << (int)(id % 64))) != 0;

    /// <summary>Adds a type; false when it was in the set already. Cost: O(1).</summary>
    /// <exception cref="IndexOutOfRangeException">The id is not of the graph.</exception>
    public bool Add(TypeId id) => Add(id.Value);

    internal bool Add(uint id)
    {
        ref ulong word = ref _bits[id / 64];
        ulong bit = 1UL << (int)(id % 64);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        Count++;
        return true;
    }
}
