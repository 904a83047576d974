namespace BtfTool.Core.Types;

/// <summary>The members of a struct or union; enumerates without allocating.</summary>
public readonly struct MemberList
{
    private readonly TypeGraph _graph;
    private readonly TypeGraph _segment;
    private readonly uint _first;
    private readonly uint _count;

    internal MemberList(TypeGraph graph, TypeGraph segment, uint first, uint count)
    {
        _graph = graph;
        _segment = segment;
        _first = first;
        _count = count;
    }

    /// <summary>How many there are.</summary>
    public int Count => (int)_count;

    /// <summary>The one at a position from 0 to <see cref="Count"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not one of the list.</exception>
    public MemberView this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, _count, nameof(index));
            return new MemberView(_graph, _segment, _first + (uint)index);
        }
    }

    /// <summary>Starts before the first.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the list.</summary>
    public struct Enumerator
    {
        private readonly MemberList _list;
        private int _at;

        internal Enumerator(MemberList list)
        {
            _list = list;
            _at = -1;
        }

        /// <summary>The one reached by <see cref="MoveNext"/>.</summary>
        public readonly MemberView Current => new(_list._graph, _list._segment, _list._first + (uint)_at);

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext() => ++_at < (int)_list._count;
    }
}

/// <summary>The enumerators of an enumeration; enumerates without allocating.</summary>
public readonly struct EnumeratorList
{
    private readonly TypeGraph _graph;
    private readonly TypeGraph _segment;
    private readonly uint _first;
    private readonly uint _count;

    internal EnumeratorList(TypeGraph graph, TypeGraph segment, uint first, uint count)
    {
        _graph = graph;
        _segment = segment;
        _first = first;
        _count = count;
    }

    /// <summary>How many there are.</summary>
    public int Count => (int)_count;

    /// <summary>The one at a position from 0 to <see cref="Count"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not one of the list.</exception>
    public EnumeratorView this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, _count, nameof(index));
            return new EnumeratorView(_graph, _segment, _first + (uint)index);
        }
    }

    /// <summary>Starts before the first.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the list.</summary>
    public struct Enumerator
    {
        private readonly EnumeratorList _list;
        private int _at;

        internal Enumerator(EnumeratorList list)
        {
            _list = list;
            _at = -1;
        }

        /// <summary>The one reached by <see cref="MoveNext"/>.</summary>
        public readonly EnumeratorView Current => new(_list._graph, _list._segment, _list._first + (uint)_at);

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext() => ++_at < (int)_list._count;
    }
}

/// <summary>The parameters of a prototype; enumerates without allocating.</summary>
public readonly struct ParameterList
{
    private readonly TypeGraph _graph;
    private readonly TypeGraph _segment;
    private readonly uint _first;
    private readonly uint _count;

    internal ParameterList(TypeGraph graph, TypeGraph segment, uint first, uint count)
    {
        _graph = graph;
        _segment = segment;
        _first = first;
        _count = count;
    }

    /// <summary>How many there are.</summary>
    public int Count => (int)_count;

    /// <summary>The one at a position from 0 to <see cref="Count"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not one of the list.</exception>
    public ParameterView this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, _count, nameof(index));
            return new ParameterView(_graph, _segment, _first + (uint)index);
        }
    }

    /// <summary>Starts before the first.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the list.</summary>
    public struct Enumerator
    {
        private readonly ParameterList _list;
        private int _at;

        internal Enumerator(ParameterList list)
        {
            _list = list;
            _at = -1;
        }

        /// <summary>The one reached by <see cref="MoveNext"/>.</summary>
        public readonly ParameterView Current => new(_list._graph, _list._segment, _list._first + (uint)_at);

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext() => ++_at < (int)_list._count;
    }
}

/// <summary>The variables of a data section; enumerates without allocating.</summary>
public readonly struct SectionEntryList
{
    private readonly TypeGraph _segment;
    private readonly uint _first;
    private readonly uint _count;

    internal SectionEntryList(TypeGraph segment, uint first, uint count)
    {
        _segment = segment;
        _first = first;
        _count = count;
    }

    /// <summary>How many there are.</summary>
    public int Count => (int)_count;

    /// <summary>The one at a position from 0 to <see cref="Count"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not one of the list.</exception>
    public SectionEntryView this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, _count, nameof(index));
            return new SectionEntryView(_segment, _first + (uint)index);
        }
    }

    /// <summary>Starts before the first.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the list.</summary>
    public struct Enumerator
    {
        private readonly SectionEntryList _list;
        private int _at;

        internal Enumerator(SectionEntryList list)
        {
            _list = list;
            _at = -1;
        }

        /// <summary>The one reached by <see cref="MoveNext"/>.</summary>
        public readonly SectionEntryView Current => new(_list._segment, _list._first + (uint)_at);

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext() => ++_at < (int)_list._count;
    }
}
