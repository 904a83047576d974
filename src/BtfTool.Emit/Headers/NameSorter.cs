using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>Sorts types of one rank: by the name of what they lead to, own name, hash, id. Rule: bpftool 7.8.</summary>
/// <remarks>
/// Names are compared 8 bytes at a time as big-endian integers: an array of keys is sorted as integers, without a call per comparison,
/// and runs of equal keys are sorted by the next 8 bytes. A name that ends has a zero byte in its last key.
/// </remarks>
internal sealed class NameSorter
{
    // Names that agree in so many bytes count as equal; bounds the depth of the sort.
    private const int MaxComparedBytes = 16 * 1024;

    // From here on counting digits is faster than comparing keys.
    private const int LeastForRadix = 512;
    private const int DigitBits = 8;
    private const int Digits = 1 << DigitBits;

    private readonly TypeColumns _types;
    private readonly Terminals _terminals;
    private readonly DisambiguationHash _hash;
    private ulong[] _keys = [];
    private ulong[] _otherKeys = [];
    private uint[] _otherIds = [];

    public NameSorter(TypeColumns types, Terminals terminals, DisambiguationHash hash)
    {
        _types = types;
        _terminals = terminals;
        _hash = hash;
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

    /// <summary>Sorts in place.</summary>
    public void Sort(Span<uint> ids)
    {
        if (_keys.Length < ids.Length)
        {
            _keys = GC.AllocateUninitializedArray<ulong>(ids.Length);
        }

        Sort(ids, _keys.AsSpan(0, ids.Length), Stage.SortName, 0);
    }

    private void Sort(Span<uint> ids, Span<ulong> keys, Stage stage, int offset)
    {
        if (ids.Length < 2 || stage == Stage.End)
        {
            return;
        }

        ulong varying = FillKeys(ids, keys, stage, offset);
        if (varying != 0)
        {
            SortByKeys(ids, keys, varying);
        }

        // A pass over a run of equal keys overwrites the keys of that run only.
        for (int i = 0; i < keys.Length;)
        {
            ulong key = keys[i];
            int first = i;
            while (++i < keys.Length && keys[i] == key)
            {
            }

            if (i - first > 1)
            {
                SortRun(ids[first..i], keys[first..i], stage, offset, key);
            }
        }
    }

    // Returns the bits in which keys differ.
    private ulong FillKeys(ReadOnlySpan<uint> ids, Span<ulong> keys, Stage stage, int offset)
    {
        ulong varying = 0;
        ulong first = Key(ids[0], stage, offset);
        for (int i = 0; i < keys.Length; i++)
        {
            ulong key = Key(ids[i], stage, offset);
            keys[i] = key;
            varying |= key ^ first;
        }

        return varying;
    }

    private void SortByKeys(Span<uint> ids, Span<ulong> keys, ulong varying)
    {
        if (ids.Length >= LeastForRadix)
        {
            SortByDigits(ids, keys, varying);
        }
        else if (ids.Length > 16)
        {
            keys.Sort(ids);
        }
        else
        {
            for (int i = 1; i < keys.Length; i++)
            {
                ulong key = keys[i];
                uint id = ids[i];
                int at = i;
                for (; at > 0 && keys[at - 1] > key; at--)
                {
                    (keys[at], ids[at]) = (keys[at - 1], ids[at - 1]);
                }

                (keys[at], ids[at]) = (key, id);
            }
        }
    }

    // A stable sort by each digit, the lowest first; digits that do not vary are passed over.
    private void SortByDigits(Span<uint> ids, Span<ulong> keys, ulong varying)
    {
        if (_otherKeys.Length < ids.Length)
        {
            _otherKeys = GC.AllocateUninitializedArray<ulong>(ids.Length);
            _otherIds = GC.AllocateUninitializedArray<uint>(ids.Length);
        }

        Span<ulong> fromKeys = keys, toKeys = _otherKeys.AsSpan(0, keys.Length);
        Span<uint> fromIds = ids, toIds = _otherIds.AsSpan(0, ids.Length);
        Span<int> starts = stackalloc int[Digits];
        for (int shift = 0; shift < 64; shift += DigitBits)
        {
            if (((varying >> shift) & (Digits - 1)) == 0)
            {
                continue;
            }

            CountDigits(fromKeys, starts, shift);
            for (int i = 0; i < fromKeys.Length; i++)
            {
                ulong key = fromKeys[i];
                int to = starts[(int)(key >> shift) & (Digits - 1)]++;
                toKeys[to] = key;
                toIds[to] = fromIds[i];
            }

            Span<ulong> otherKeys = fromKeys;
            Span<uint> otherIds = fromIds;
            fromKeys = toKeys;
            fromIds = toIds;
            toKeys = otherKeys;
            toIds = otherIds;
        }

        // The last digit was written to where the keys came from, or beside it.
        if (fromKeys != keys)
        {
            fromKeys.CopyTo(keys);
            fromIds.CopyTo(ids);
        }
    }

    private static void CountDigits(ReadOnlySpan<ulong> keys, Span<int> starts, int shift)
    {
        starts.Clear();
        foreach (ulong key in keys)
        {
            starts[(int)(key >> shift) & (Digits - 1)]++;
        }

        int start = 0;
        foreach (ref int count in starts)
        {
            (count, start) = (start, start + count);
        }
    }

    private void SortRun(Span<uint> ids, Span<ulong> keys, Stage stage, int offset, ulong key)
    {
        bool goesOn = stage is Stage.SortName or Stage.OwnName && (key & 0xff) != 0 && offset < MaxComparedBytes && !IsOneName(ids, stage);
        if (goesOn)
        {
            Sort(ids, keys, stage, offset + 8);
        }
        else
        {
            Sort(ids, keys, stage + 1, 0);
        }
    }

    private bool IsOneName(ReadOnlySpan<uint> ids, Stage stage)
    {
        NameId name = NameFor(ids[0], stage);
        foreach (uint id in ids[1..])
        {
            if (NameFor(id, stage) != name)
            {
                return false;
            }
        }

        return true;
    }

    private ulong Key(uint id, Stage stage, int offset) => stage switch
    {
        Stage.SortName or Stage.OwnName => _types.Graph.NamePrefixBehind(NameFor(id, stage), offset),
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
        if (SortOrder.IsReference(kind) || kind == TypeKind.Array)
        {
            return _types.Name(_terminals.Of(id));
        }

        if (kind is TypeKind.Enum or TypeKind.Enum64 && !_types.IsNamed(id))
        {
            ReadOnlySpan<EnumeratorRow> enumerators = _types.Enumerators(id);
            return enumerators.IsEmpty ? default : new NameId(enumerators[0].Name);
        }

        return _types.Name(id);
    }
}
