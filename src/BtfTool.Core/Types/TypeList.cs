namespace BtfTool.Core.Types;

/// <summary>Types of a graph that follow each other, by id; enumerates without allocating. Safe to share between threads.</summary>
public readonly struct TypeList
{
    private readonly TypeGraph _graph;
    private readonly uint _first;
    private readonly uint _end;

    internal TypeList(TypeGraph graph, TypeId first)
    {
        _graph = graph;
        _first = first.Value;
        _end = Math.Max(_first, (uint)graph.TypeCount);
    }

    /// <summary>How many there are.</summary>
    public int Count => (int)(_end - _first);

    /// <summary>Starts before the first.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the list.</summary>
    public struct Enumerator
    {
        private readonly TypeList _list;
        private uint _next;

        internal Enumerator(TypeList list)
        {
            _list = list;
            _next = list._first;
        }

        /// <summary>The one reached by <see cref="MoveNext"/>. Cost: O(layers).</summary>
        public readonly TypeView Current => _list._graph[new TypeId(_next - 1)];

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext() => _next++ < _list._end;
    }
}
