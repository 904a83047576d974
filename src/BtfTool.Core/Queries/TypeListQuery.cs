using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Lists types of some graphs that are asked together. Not safe to share between threads.</summary>
public sealed class TypeListQuery
{
    private static readonly ulong s_composites = TypeKinds.SetOf(TypeKind.Struct, TypeKind.Union);

    private readonly TypeListOptions _options;
    private readonly TypeGraphSet _graphs;
    private readonly TypeSet[][] _required;
    private readonly TypeSet?[] _named;
    private readonly List<string> _problems = [];
    private readonly bool _withSaving;
    private readonly ulong _kinds;

    /// <summary>Resolves the names. Cost: for each a pass over the graphs; for each relation a few.</summary>
    /// <param name="graphs">The types.</param>
    /// <param name="options">Which are wanted.</param>
    public TypeListQuery(TypeGraphSet graphs, TypeListOptions options)
    {
        ArgumentNullException.ThrowIfNull(graphs);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _graphs = graphs;
        _kinds = options.Kinds != 0 ? options.Kinds : DefaultKinds(options);
        _withSaving = options.WithSaving || options.SortBy == RowColumn.Saving || (options.Where?.Uses(RowColumn.Saving) ?? false);
        _required = new TypeSet[graphs.Graphs.Length][];
        _named = new TypeSet?[graphs.Graphs.Length];
        var names = new ListedNames(graphs, options, _kinds);
        var relations = new ListedRelations(graphs, options);
        for (int i = 0; i < _required.Length; i++)
        {
            _named[i] = names.SetOf(i);
            _required[i] = relations.SetsOf(i);
        }

        _problems.AddRange(names.Problems);
        _problems.AddRange(relations.Problems);
    }

    /// <summary>What names mean nothing in any of the graphs, one line each; no type is listed where there are some.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Hands out the rows. Cost: linear in the types and members; sorting adds its own.</summary>
    public void Run(ITypeRowSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (_problems.Count > 0)
        {
            return;
        }

        if (_options.SortBy is not { } column)
        {
            ListInFileOrder(sink, _options.Top);
            return;
        }

        var sorter = new RowSorter(column, _options.Descending);
        ListInFileOrder(sorter, long.MaxValue);
        sorter.Run(_options.Top, sink);
    }

    private void ListInFileOrder(ITypeRowSink sink, long top)
    {
        var distinct = new DistinctTypesOfSet(_graphs);
        for (int i = 0; i < _graphs.Graphs.Length && top > 0; i++)
        {
            foreach (ref readonly TypeRow row in Rows(i, distinct))
            {
                if (--top < 0)
                {
                    break;
                }

                sink.Add(row);
            }
        }
    }

    private TypeRowWalk Rows(int graph, DistinctTypesOfSet distinct)
    {
        TypeGraph types = _graphs.Graphs[graph];
        bool withBase = _options.IncludeBase || _options.Names.Count > 0;
        TypeId first = withBase ? _graphs.FirstTypeOf(types) : types.FirstOwnType;
        var reader = new TypeRowReader(types, _options.CachelineBytes, _withSaving);
        return new TypeRowWalk(types, first, reader, _options, _kinds, _named[graph], _required[graph], distinct);
    }

    private static ulong DefaultKinds(TypeListOptions options) => options.HasEnumerator is not null
        ? TypeKinds.SetOf(TypeKind.Enum, TypeKind.Enum64)
        : options.Takes is not null ? s_composites | TypeKinds.SetOf(TypeKind.Function, TypeKind.Typedef) : s_composites;
}
