using System.Runtime.CompilerServices;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The rows of one graph that fulfil what is asked, in the order of the file; types that say the same as an earlier one are left out.</summary>
internal sealed class TypeRowWalk
{
    private readonly TypeGraph _graph;
    private readonly TypeRowReader _reader;
    private readonly TypeListOptions _options;
    private readonly ulong _kinds;
    private readonly TypeSet? _named;
    private readonly TypeSet[] _required;
    private readonly DistinctTypesOfSet _distinct;
    private readonly TypeSizes? _strip;
    private uint _next;
    private TypeRow _current;

    public TypeRowWalk(TypeGraph graph, TypeId first, TypeRowReader reader, TypeListOptions options, ulong kinds, TypeSet? named,
        TypeSet[] required, DistinctTypesOfSet distinct)
    {
        _graph = graph;
        _reader = reader;
        _options = options;
        _kinds = kinds;
        _named = named;
        _required = required;
        _distinct = distinct;
        _strip = required.Length > 0 && TypeKinds.Contains(kinds, TypeKind.Typedef) ? new TypeSizes(graph) : null;
        _next = first.Value;
    }

    public ref readonly TypeRow Current => ref _current;

    public TypeRowWalk GetEnumerator() => this;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool MoveNext()
    {
        while (_next < (uint)_graph.TypeCount)
        {
            var id = new TypeId(_next++);
            if (!IsWanted(id))
            {
                continue;
            }

            _current = _reader.Read(id);
            if (_options.Where?.Matches(_current) != false && (_current.Type.IsAnonymous || _distinct.Add(new TypeRef(_graph, id))))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsWanted(TypeId id)
    {
        TypeKind kind = _graph.KindOf(id);
        if (!(_named?.Contains(id) ?? TypeKinds.Contains(_kinds, kind)))
        {
            return false;
        }

        foreach (TypeSet set in _required)
        {
            if (!set.Contains(id) && !(kind == TypeKind.Typedef && _strip is not null && set.Contains(_strip.Strip(id))))
            {
                return false;
            }
        }

        if (_options.Filter?.Accepts(_graph, id) == false)
        {
            return false;
        }

        // Most enumerations that are asked for by an enumerator have no name: there the answer would be missed.
        return _options.IncludeUnnamed || _options.HasEnumerator is not null || !_graph[id].IsAnonymous;
    }
}
