using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Finds the types of one name without an index: a search for the bytes in the name pools, then one for the offsets in the columns of
/// names; both are vectorised. A name may be the end of another one, so every occurrence that ends at a terminator counts.
/// </summary>
internal static class NameFinder
{
    // Up to here a vectorised pass for each offset is cheaper than one look at every name.
    private const int FewOffsets = 8;
    private const int FilterBits = 1 << 16;

    /// <summary>Appends all types of a set whose name is exactly this one, of any kind, in order. Cost: a pass over pools and columns.</summary>
    public static void Find(TypeGraphSet set, ReadOnlySpan<byte> name, List<TypeRef> found)
    {
        if (name.IsEmpty || name.Contains((byte)0))
        {
            return;
        }

        byte[] terminated = [.. name, 0];
        var ids = new List<TypeId>();
        var ofBases = new Dictionary<TypeGraph, List<uint>>();
        foreach (TypeGraph graph in set.Graphs)
        {
            ids.Clear();
            List<uint> offsets = [.. OffsetsBelow(graph, terminated, ofBases)];
            AddOffsets(graph, terminated, offsets);
            if (offsets.Count > 0)
            {
                AddTypes(graph, set.FirstTypeOf(graph), offsets, ids);
            }

            foreach (TypeId id in ids)
            {
                found.Add(new TypeRef(graph, id));
            }
        }
    }

    // The pools below a graph are searched once, however many modules lie over them.
    private static List<uint> OffsetsBelow(TypeGraph graph, byte[] terminated, Dictionary<TypeGraph, List<uint>> known)
    {
        if (graph.Base is not { } below)
        {
            return [];
        }

        if (!known.TryGetValue(below, out List<uint>? offsets))
        {
            offsets = [];
            for (TypeGraph? segment = below; segment is not null; segment = segment.Base)
            {
                AddOffsets(segment, terminated, offsets);
            }

            known[below] = offsets;
        }

        return offsets;
    }

    /// <summary>
    /// Appends the values of all <see cref="NameId"/>s that spell a name, which is not empty and has no zero byte. Cost: a pass over the pools.
    /// </summary>
    public static void AddPlaces(TypeGraph graph, ReadOnlySpan<byte> name, List<uint> places)
    {
        byte[] terminated = [.. name, 0];
        for (TypeGraph? segment = graph; segment is not null; segment = segment.Base)
        {
            AddOffsets(segment, terminated, places);
        }
    }

    private static void AddOffsets(TypeGraph segment, ReadOnlySpan<byte> terminated, List<uint> offsets)
    {
        ReadOnlySpan<byte> pool = segment.OwnPool;
        for (int at = 0; pool[at..].IndexOf(terminated) is var step and >= 0; at += step + terminated.Length)
        {
            offsets.Add(segment.FirstName + (uint)(at + step));
        }
    }

    private static void AddTypes(TypeGraph graph, TypeId first, List<uint> offsets, List<TypeId> found)
    {
        if (graph.Base is not null && first.Value < graph.FirstId)
        {
            AddTypes(graph.Base, first, offsets, found);
        }

        if (offsets.Count <= FewOffsets)
        {
            AddTypesOfFew(graph, offsets, found);
            return;
        }

        AddTypesOfMany(graph, offsets, found);
    }

    // A filter that stays in the first cache says no to nearly every name; what passes is searched for.
    private static void AddTypesOfMany(TypeGraph graph, List<uint> offsets, List<TypeId> found)
    {
        offsets.Sort();
        Span<ulong> filter = new ulong[FilterBits / 64];
        foreach (uint offset in offsets)
        {
            uint bit = FilterBit(offset);
            filter[(int)(bit / 64)] |= 1UL << (int)(bit % 64);
        }

        ReadOnlySpan<uint> names = graph.OwnNames;
        for (int row = 0; row < names.Length; row++)
        {
            uint bit = FilterBit(names[row]);
            if ((filter[(int)(bit / 64)] & (1UL << (int)(bit % 64))) != 0 && offsets.BinarySearch(names[row]) >= 0)
            {
                found.Add(new TypeId(graph.FirstId + (uint)row));
            }
        }
    }

    // Multiplicative hashing: the upper 16 bits of a product with 2^32 / the golden ratio.
    private static uint FilterBit(uint offset) => (offset * 0x9E3779B1) >> 16;

    private static void AddTypesOfFew(TypeGraph graph, List<uint> offsets, List<TypeId> found)
    {
        ReadOnlySpan<uint> names = graph.OwnNames;
        int before = found.Count;
        foreach (uint offset in offsets)
        {
            for (int at = 0; names[at..].IndexOf(offset) is var step and >= 0; at += step + 1)
            {
                found.Add(new TypeId(graph.FirstId + (uint)(at + step)));
            }
        }

        found.Sort(before, found.Count - before, null);
    }
}
