namespace BtfTool.Core.Reorganization;

/// <summary>
/// The states that a search has seen, by key. Open addressing; clearing costs nothing, so that one table serves many structs.
/// </summary>
/// <typeparam name="TKey">What makes states equal.</typeparam>
internal sealed class SearchTable<TKey>
    where TKey : struct, IEquatable<TKey>
{
    private TKey[] _keys = new TKey[1024];
    private int[] _values = new int[1024];
    private int[] _rounds = new int[1024];
    private int _round = 1;
    private int _count;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _round++;
        _count = 0;
    }

    /// <summary>Number of states.</summary>
    public int Count => _count;

    /// <summary>The value of a state; a new one has -1.</summary>
    public ref int Find(in TKey key)
    {
        if (_count * 2 >= _keys.Length)
        {
            Grow();
        }

        int slot = SlotOf(in key);
        if (_rounds[slot] != _round)
        {
            (_keys[slot], _values[slot], _rounds[slot]) = (key, -1, _round);
            _count++;
        }

        return ref _values[slot];
    }

    private int SlotOf(in TKey key)
    {
        int mask = _keys.Length - 1;
        int slot = key.GetHashCode() & mask;
        while (_rounds[slot] == _round && !_keys[slot].Equals(key))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        (TKey[] keys, int[] values, int[] rounds, int round) = (_keys, _values, _rounds, _round);
        int size = keys.Length * 2;
        (_keys, _values, _rounds, _round) = (new TKey[size], new int[size], new int[size], 1);
        for (int i = 0; i < keys.Length; i++)
        {
            if (rounds[i] == round)
            {
                int slot = SlotOf(in keys[i]);
                (_keys[slot], _values[slot], _rounds[slot]) = (keys[i], values[i], 1);
            }
        }
    }
}
