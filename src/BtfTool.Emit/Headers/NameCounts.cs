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
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private readonly TypeGraph _graph;
    private Slot[] _slots;

    // Beside the slots, because it is read for names that come again only.
    private uint[] _counts;
    private int _used;

    public NameCounts(TypeGraph graph, int expectedNames)
    {
        _graph = graph;
        _slots = new Slot[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedNames * 2))];
        _counts = new uint[_slots.Length];
    }

    /// <summary>Counts a name once more; 1 when it is new.</summary>
    /// <param name="name">The place of the name; not that of the empty name.</param>
    /// <param name="bytes">What it spells.</param>
    public uint Count(NameId name, ReadOnlySpan<byte> bytes)
    {
        uint hash = Hash(bytes, _seed);
        Slot[] slots = _slots;
        uint mask = (uint)slots.Length - 1;
        uint at = hash & mask;
        for (Slot slot = slots[at]; slot.Name != 0; slot = slots[at])
        {
            if (slot.Name == name.Value || (slot.Hash == hash && _graph.NameOf(new NameId(slot.Name)).SequenceEqual(bytes)))
            {
                return ++_counts[at] + 1;
            }

            at = (at + 1) & mask;
        }

        slots[at] = new Slot { Name = name.Value, Hash = hash };
        if (++_used * 2 > slots.Length)
        {
            Grow();
        }

        return 1;
    }

    private void Grow()
    {
        Slot[] old = _slots;
        uint[] oldCounts = _counts;
        _slots = new Slot[old.Length * 2];
        _counts = new uint[_slots.Length];
        uint mask = (uint)_slots.Length - 1;
        for (int i = 0; i < old.Length; i++)
        {
            if (old[i].Name != 0)
            {
                uint at = old[i].Hash & mask;
                while (_slots[at].Name != 0)
                {
                    at = (at + 1) & mask;
                }

                _slots[at] = old[i];
                _counts[at] = oldCounts[i];
            }
        }
    }

    private static uint Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        ulong hash = seed ^ (ulong)bytes.Length;
        if (bytes.Length >= 8)
        {
            for (ReadOnlySpan<byte> rest = bytes; rest.Length > 8; rest = rest[8..])
            {
                hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest));
            }

            // The last 8 bytes may overlap those before.
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]));
        }
        else
        {
            ulong rest = 0;
            foreach (byte b in bytes)
            {
                rest = (rest << 8) | b;
            }

            hash = Mix(hash ^ rest);
        }

        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, 0x9E3779B97F4A7C15, out ulong low);
        return high ^ low;
    }

    private struct Slot
    {
        public uint Name;
        public uint Hash;
    }
}
