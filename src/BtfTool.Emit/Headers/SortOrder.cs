using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// bpftool's sorted order: by rank, name of what a type leads to, own name, hash, id. Types of the last rank are sorted apart, when those
/// before are printed, because few of them have anything left to print. Rule: bpftool 7.8.
/// </summary>
/// <remarks>
/// Names are compared 8 bytes at a time as big-endian integers: an array of keys is sorted by the runtime's sort for integers, without a
/// call per comparison, and runs of equal keys are sorted by the next 8 bytes. A name that ends has a zero byte in its last key.
/// </remarks>
internal sealed class SortOrder
{
    private const int LastRank = 10;

    // Names that agree in so many bytes count as equal; bounds the depth of the sort.
    private const int MaxComparedBytes = 16 * 1024;

    // A terminal that is being looked for.
    private const uint Busy = uint.MaxValue;

    private readonly TypeColumns _types;
    private readonly DisambiguationHash _hash;

    // Where references lead to; 0 is not known yet, or void.
    private readonly uint[] _terminals;
    private readonly int _early;
    private uint[] _ids;
    private ulong[] _keys;

    public SortOrder(TypeColumns types, int maxNesting)
    {
        _types = types;
        _hash = new DisambiguationHash(types, maxNesting);
        _terminals = new uint[types.Count];
        _ids = GC.AllocateUninitializedArray<uint>((int)types.Count);
        _keys = [];
        _early = Collect();
    }

    // What the keys of a pass are taken from.
    private enum Stage
    {
        SortName,
        OwnName,
        Hash,
        Id,
        End,
    }

    /// <summary>Types of all ranks but the last, in order. Void is never among them.</summary>
    public ReadOnlySpan<uint> Early => _ids.AsSpan(0, _early);

    /// <summary>PTR CONST VOLATILE RESTRICT TYPEDEF TYPE_TAG DECL_TAG: what takes rank and name of its target.</summary>
    public static bool IsReference(TypeKind kind) =>
        kind is TypeKind.Pointer or TypeKind.Typedef or TypeKind.TypeTag or TypeKind.DeclTag || TypeColumns.IsQualifier(kind);

    /// <summary>Sorts types of the last rank in place.</summary>
    public void SortLate(uint[] ids, int count)
    {
        _ids = ids;
        Sort(0, count, Stage.SortName, 0);
    }

    /// <summary>Whether a type is of the last rank.</summary>
    public bool IsLate(uint id) => RankOf(id) == LastRank;

    private int RankOf(uint id)
    {
        TypeKind kind = _types.Kind(id);
        bool isNamed = _types.IsNamed(id);
        if (!IsReference(kind) && kind != TypeKind.Array)
        {
            return Rank(kind, isNamed);
        }

        // A name anywhere before counts for what follows, and it is the outermost type whose name decides.
        return isNamed ? Rank(_types.Kind(Terminal(id)), true) : LastRank;
    }

    private static int Rank(TypeKind kind, bool isNamed) => kind switch
    {
        TypeKind.Enum or TypeKind.Enum64 => isNamed ? 1 : 0,
        TypeKind.Int or TypeKind.Float => 2,
        TypeKind.Struct or TypeKind.Union => isNamed ? 3 : LastRank,
        TypeKind.FunctionPrototype => isNamed ? 4 : LastRank,
        _ => LastRank,
    };

    // Groups the types of early ranks by rank, sorts each group, and returns how many there are.
    private int Collect()
    {
        Span<int> ends = stackalloc int[LastRank + 1];
        ends.Clear();
        var ranks = new byte[_types.Count];
        for (uint id = 1; id < _types.Count; id++)
        {
            int rank = RankOf(id);
            ranks[id] = (byte)rank;
            ends[rank]++;
        }

        int early = 0;
        for (int rank = 0; rank < LastRank; rank++)
        {
            early += ends[rank];
            ends[rank] = early - ends[rank];
        }

        for (uint id = 1; id < _types.Count; id++)
        {
            if (ranks[id] != LastRank)
            {
                _ids[ends[ranks[id]]++] = id;
            }
        }

        int start = 0;
        for (int rank = 0; rank < LastRank; rank++)
        {
            Sort(start, ends[rank], Stage.SortName, 0);
            start = ends[rank];
        }

        return early;
    }

    private void Sort(int start, int end, Stage stage, int offset)
    {
        int count = end - start;
        if (count < 2 || stage == Stage.End)
        {
            return;
        }

        if (_keys.Length < end)
        {
            _keys = GC.AllocateUninitializedArray<ulong>(end);
        }

        Span<ulong> keys = _keys.AsSpan(start, count);
        Span<uint> ids = _ids.AsSpan(start, count);
        bool differ = false;
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = Key(ids[i], stage, offset);
            differ |= keys[i] != keys[0];
        }

        if (differ)
        {
            keys.Sort(ids);
        }

        // A pass over a run of equal keys overwrites the keys of that run only.
        for (int i = start; i < end;)
        {
            ulong key = _keys[i];
            int first = i;
            while (i < end && _keys[i] == key)
            {
                i++;
            }

            if (i - first > 1)
            {
                SortRun(first, i, stage, offset, key);
            }
        }
    }

    private void SortRun(int start, int end, Stage stage, int offset, ulong key)
    {
        bool goesOn = stage is Stage.SortName or Stage.OwnName && (key & 0xff) != 0 && offset < MaxComparedBytes
            && !IsOneName(start, end, stage);
        if (goesOn)
        {
            Sort(start, end, stage, offset + 8);
        }
        else
        {
            Sort(start, end, stage + 1, 0);
        }
    }

    private bool IsOneName(int start, int end, Stage stage)
    {
        NameId name = NameFor(_ids[start], stage);
        for (int i = start + 1; i < end; i++)
        {
            if (NameFor(_ids[i], stage) != name)
            {
                return false;
            }
        }

        return true;
    }

    private ulong Key(uint id, Stage stage, int offset) => stage switch
    {
        Stage.SortName or Stage.OwnName => _types.Graph.NamePrefix(NameFor(id, stage), offset),
        Stage.Hash => _hash.Of(id),
        _ => id,
    };

    private NameId NameFor(uint id, Stage stage)
    {
        if (stage == Stage.OwnName)
        {
            return _types.Name(id);
        }

        TypeKind kind = _types.Kind(id);
        if (IsReference(kind) || kind == TypeKind.Array)
        {
            return _types.Name(Terminal(id));
        }

        if (kind is TypeKind.Enum or TypeKind.Enum64 && !_types.IsNamed(id))
        {
            EnumeratorList enumerators = _types.View(id).Enumerators;
            return enumerators.Count == 0 ? default : enumerators[0].NameId;
        }

        return _types.Name(id);
    }

    // Follows references and array elements; each link is followed once. A cycle leads to void.
    private uint Terminal(uint id)
    {
        uint end = id;
        while (IsReference(_types.Kind(end)) || _types.Kind(end) == TypeKind.Array)
        {
            uint known = _terminals[end];
            if (known != 0)
            {
                end = known == Busy ? 0 : known;
                break;
            }

            _terminals[end] = Busy;
            end = _types.Target(end);
        }

        for (uint at = id; _terminals[at] == Busy; at = _types.Target(at))
        {
            _terminals[at] = end;
        }

        return end;
    }
}
