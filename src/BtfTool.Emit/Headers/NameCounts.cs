using System.Buffers.Binary;
using System.Numerics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Counts how often each name was given out. Open addressing over name ids, keyed by the bytes of the names, since two ids may spell
/// the same name. Nothing is allocated per name.
/// </summary>
internal sealed class NameCounts
{
    // Differs from run to run, so that no input can be made to collide.
    private readonly ulong _factor = (ulong)Random.Shared.NextInt64() | 1;
    private readonly TypeGraph _graph;

    // How often names that came again came again, by the id that stands in the table.
    private readonly Dictionary<uint, uint> _repeats = [];
    private Slot[] _slots;
    private int _used;

    public NameCounts(TypeGraph graph, int expectedNames)
    {
        _graph = graph;
        _slots = new Slot[Math.Max(16, expectedNames + (expectedNames / 2))];
    }

    /// <summary>Counts a name once more; 1 when it is new. The name must not be the empty one at 0.</summary>
    public uint Count(NameId name) => Count(name, out _);

    /// <inheritdoc cref="Count(NameId)"/>
    /// <param name="name">The place of the name.</param>
    /// <param name="bytes">What it spells.</param>
    public uint Count(NameId name, out ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> tail = _graph.NameTail(name);
        uint hash = Hash(tail, _factor, out int length);
        bytes = tail[..length];
        Slot[] slots = _slots;
        uint at = FirstPlace(hash, slots);
        for (Slot slot = slots[at]; slot.Name != 0; slot = slots[at])
        {
            if (slot.Hash == hash && (slot.Name == name.Value || _graph.NameOf(new NameId(slot.Name)).SequenceEqual(bytes)))
            {
                uint count = _repeats.GetValueOrDefault(slot.Name) + 1;
                _repeats[slot.Name] = count;
                return count + 1;
            }

            at = NextPlace(at, slots);
        }

        slots[at] = new Slot { Name = name.Value, Hash = hash };
        if (++_used > slots.Length / 4 * 3)
        {
            Grow();
        }

        return 1;
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[old.Length * 2];
        foreach (Slot slot in old)
        {
            if (slot.Name != 0)
            {
                uint at = FirstPlace(slot.Hash, _slots);
                while (_slots[at].Name != 0)
                {
                    at = NextPlace(at, _slots);
                }

                _slots[at] = slot;
            }
        }
    }

    // The table is not a power of two long: fewer pages are touched.
    private static uint FirstPlace(uint hash, Slot[] slots) => (uint)(((ulong)hash * (uint)slots.Length) >> 32);

    private static uint NextPlace(uint at, Slot[] slots) => at + 1 < (uint)slots.Length ? at + 1 : 0;

    // Finds the end of the name on the way.
    private static uint Hash(ReadOnlySpan<byte> tail, ulong factor, out int length)
    {
        ulong hash = 0;
        for (length = 0; ; length += 8)
        {
            ReadOnlySpan<byte> rest = tail[length..];
            ulong word = rest.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(rest) : Last(rest);

            // The highest bit of each byte that is 0, exact for the first from below.
            ulong zeros = (word - 0x0101010101010101) & ~word & 0x8080808080808080;
            if (zeros != 0)
            {
                int bits = BitOperations.TrailingZeroCount(zeros) & ~7;
                length += bits / 8;
                return (uint)(Mix(hash ^ (word & ((1UL << bits) - 1)), factor) >> 32);
            }

            hash = Mix(hash ^ word, factor);
        }
    }

    // Less than 8 bytes, with zeros behind.
    private static ulong Last(ReadOnlySpan<byte> rest)
    {
        ulong word = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            word |= (ulong)rest[i] << (8 * i);
        }

        return word;
    }

    private static ulong Mix(ulong value, ulong factor)
    {
        ulong product = unchecked(value * factor);
        return product ^ (product >> 32);
    }

    private struct Slot
    {
        public uint Name;
        public uint Hash;
    }
}
