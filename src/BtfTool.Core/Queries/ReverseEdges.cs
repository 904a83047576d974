using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Which references a <see cref="ReverseEdges"/> holds.</summary>
[Flags]
internal enum EdgeKinds
{
    /// <summary>What typedefs, qualifiers, type tags and arrays are of.</summary>
    Transparent = 1,

    /// <summary>What pointers point to.</summary>
    Pointers = 2,

    /// <summary>The types of all members.</summary>
    Members = 4,

    /// <summary>The types of members without a name.</summary>
    UnnamedMembers = 8,

    /// <summary>What variables and functions are of.</summary>
    Declarations = 16,
}

/// <summary>
/// For each type those that refer to it, in the order of the file; one that refers to it by several members is there several times.
/// Cost: two passes over types and members, 4 bytes for each type and reference.
/// </summary>
internal sealed class ReverseEdges
{
    private readonly TypeGraph _graph;
    private readonly EdgeKinds _kinds;
    private readonly int[] _ends;
    private readonly uint[] _sources;

    public ReverseEdges(TypeGraph graph, EdgeKinds kinds)
    {
        _graph = graph;
        _kinds = kinds;

        // Counted one place further up, summed, and moved down while the rows are filled: then each place is its row's end.
        var places = new int[graph.TypeCount + 1];
        Visit(places, null);
        for (int i = 1; i < places.Length; i++)
        {
            places[i] += places[i - 1];
        }

        _sources = new uint[places[^1]];
        _ends = places;
        Visit(places, _sources);
    }

    /// <summary>The types that refer to one.</summary>
    public ReadOnlySpan<uint> To(uint id)
    {
        int start = id == 0 ? 0 : _ends[id - 1];
        return _sources.AsSpan(start, _ends[id] - start);
    }

    private void Visit(int[] places, uint[]? sources)
    {
        for (uint id = 1; id < (uint)_graph.TypeCount; id++)
        {
            TypeKind kind = _graph.KindOf(new TypeId(id));
            if (kind is TypeKind.Struct or TypeKind.Union)
            {
                VisitMembers(id, places, sources);
            }
            else if (IsWanted(kind))
            {
                Put(_graph[new TypeId(id)].Target.Value, id, places, sources);
            }
        }
    }

    private void VisitMembers(uint id, int[] places, uint[]? sources)
    {
        if ((_kinds & (EdgeKinds.Members | EdgeKinds.UnnamedMembers)) == 0)
        {
            return;
        }

        foreach (ref readonly MemberRow member in _graph.MembersOf(id))
        {
            if ((_kinds & EdgeKinds.Members) != 0 || _graph.IsEmptyName(new NameId(member.Name)))
            {
                Put(member.Type, id, places, sources);
            }
        }
    }

    private static void Put(uint target, uint source, int[] places, uint[]? sources)
    {
        if (sources is null)
        {
            places[target + 1]++;
        }
        else
        {
            sources[places[target]++] = source;
        }
    }

    private bool IsWanted(TypeKind kind) => kind switch
    {
        TypeKind.Pointer => (_kinds & EdgeKinds.Pointers) != 0,
        TypeKind.Variable or TypeKind.Function => (_kinds & EdgeKinds.Declarations) != 0,
        _ => IsTransparent(kind) && (_kinds & EdgeKinds.Transparent) != 0,
    };

    /// <summary>True for what a value passes through: typedefs, qualifiers, type tags, arrays.</summary>
    public static bool IsTransparent(TypeKind kind) => kind is TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile
        or TypeKind.Restrict or TypeKind.Atomic or TypeKind.TypeTag or TypeKind.Array;
}
