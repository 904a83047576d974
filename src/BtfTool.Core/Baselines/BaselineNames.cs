using BtfTool.Core.IO;

namespace BtfTool.Core.Baselines;

/// <summary>Blocks of a baseline by the text that names them: an open hash table over the text itself.</summary>
internal sealed class BaselineNames
{
    private int[] _slots = new int[1024];
    private (int Start, int Length, BaselineSpace Space)[] _entries = new (int, int, BaselineSpace)[256];

    /// <summary>Number of blocks; their ids are 1 to this.</summary>
    public int Count { get; private set; }

    /// <summary>Gives the next block its id; false when there is one of the name.</summary>
    public bool TryAdd(ReadOnlySpan<byte> text, int start, int length, BaselineSpace space)
    {
        if (2 * (Count + 1) > _slots.Length)
        {
            Grow(text);
        }

        int slot = SlotOf(text, text.Slice(start, length), space);
        if (_slots[slot] != 0)
        {
            return false;
        }

        AddUnnamed();
        _entries[Count - 1] = (start, length, space);
        _slots[slot] = Count;
        return true;
    }

    /// <summary>Gives the next block its id, and no name.</summary>
    public void AddUnnamed()
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
        }

        _entries[Count++] = (-1, 0, default);
    }

    /// <summary>The id of a block; 0 when there is none.</summary>
    public uint Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, BaselineSpace space) => (uint)_slots[SlotOf(text, name, space)];

    private int SlotOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, BaselineSpace space)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)XxHash64.Of(name, (ulong)space) & mask; ; slot = (slot + 1) & mask)
        {
            if (_slots[slot] == 0)
            {
                return slot;
            }

            (int start, int length, BaselineSpace known) = _entries[_slots[slot] - 1];
            if (known == space && text.Slice(start, length).SequenceEqual(name))
            {
                return slot;
            }
        }
    }

    private void Grow(ReadOnlySpan<byte> text)
    {
        _slots = new int[4 * _slots.Length];
        for (int i = 0; i < Count; i++)
        {
            (int start, int length, BaselineSpace space) = _entries[i];
            if (start >= 0)
            {
                _slots[SlotOf(text, text.Slice(start, length), space)] = i + 1;
            }
        }
    }
}
