using System.Runtime.CompilerServices;

namespace BtfTool.Core.Dwarf;

/// <summary>Numbers keys in the order in which they are met first; made empty at no cost.</summary>
internal sealed class VisitTable
{
    private const ulong Spread = 0x9e3779b97f4a7c15;

    private Slot[] _slots = new Slot[1 << 12];
    private RowList<ulong> _keys = new(1 << 10);
    private int _round = 1;

    /// <summary>Number of keys.</summary>
    internal int Count => _keys.Count;

    /// <summary>The key of a number.</summary>
    internal ulong this[int index] => _keys[index];

    /// <summary>Forgets all keys.</summary>
    internal void Clear()
    {
        _keys.Count = 0;
        if (++_round == int.MaxValue)
        {
            Array.Clear(_slots);
            _round = 1;
        }
    }

    /// <summary>The number of a key; that of a new one is the count before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int IndexOf(ulong key)
    {
        Slot[] slots = _slots;
        uint mask = (uint)slots.Length - 1;
        for (uint at = (uint)((key * Spread) >> 40) & mask; ; at = (at + 1) & mask)
        {
            ref Slot slot = ref slots[at];
            if (slot.Round != _round)
            {
                return Add(ref slot, key);
            }

            if (slot.Key == key)
            {
                return slot.Index;
            }
        }
    }

    private int Add(ref Slot slot, ulong key)
    {
        int index = _keys.Count;
        slot = new Slot { Key = key, Index = index, Round = _round };
        _keys.Add(key);
        if (_keys.Count * 2 > _slots.Length)
        {
            Grow();
        }

        return index;
    }

    private void Grow()
    {
        _slots = new Slot[_slots.Length * 2];
        uint mask = (uint)_slots.Length - 1;
        for (int index = 0; index < _keys.Count; index++)
        {
            uint at = (uint)((_keys[index] * Spread) >> 40) & mask;
            while (_slots[at].Round == _round)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = new Slot { Key = _keys[index], Index = index, Round = _round };
        }
    }

    private struct Slot
    {
        internal ulong Key;
        internal int Index;
        internal int Round;
    }
}
