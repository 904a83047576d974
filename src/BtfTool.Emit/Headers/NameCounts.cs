using System.Buffers.Binary;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Counts how often each name was given out. Open addressing over name ids, keyed by the bytes of the names, since two ids may spell
/// the same name. Nothing is allocated per name.
/// </summary>
internal sealed class NameCounts
{
    // Differs from run to run, so that no input can be made to collide.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly TypeGraph _graph;
    private Slot[] _slots;
    private int _used;

    public NameCounts(TypeGraph graph, int expectedNames)
    {
        _graph = graph;
        _slots = new Slot[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedNames * 2))];
    }

    /// <summary>Counts a name once more; 1 when it is new.</summary>
    public uint Count(NameId name)
    {
        ReadOnlySpan<byte> bytes = _graph.NameOf(name);
        uint hash = Hash(bytes);
        uint mask = (uint)_slots.Length - 1;
        uint at = hash & mask;
        while (_slots[at].Count != 0)
        {
            ref Slot slot = ref _slots[at];
            if (slot.Name == name.Value || (slot.Hash == hash && _graph.NameOf(new NameId(slot.Name)).SequenceEqual(bytes)))
            {
                return ++slot.Count;
            }

            at = (at + 1) & mask;
        }

        _slots[at] = new Slot { Name = name.Value, Hash = hash, Count = 1 };
        if (++_used * 2 > _slots.Length)
        {
            Grow();
        }

        return 1;
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[old.Length * 2];
        uint mask = (uint)_slots.Length - 1;
        foreach (ref readonly Slot slot in old.AsSpan())
        {
            if (slot.Count != 0)
            {
                uint at = slot.Hash & mask;
                while (_slots[at].Count != 0)
                {
                    at = (at + 1) & mask;
                }

                _slots[at] = slot;
            }
        }
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Seed ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        ulong rest = 0;
        foreach (byte b in bytes)
        {
            rest = (rest << 8) | b;
        }

        hash = Mix(hash ^ rest);
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, 0x9E3779B97F4A7C15, out ulong low);
        return high ^ low ^ Seed;
    }

    private struct Slot
    {
        public uint Name;
        public uint Hash;
        public uint Count;
    }
}
