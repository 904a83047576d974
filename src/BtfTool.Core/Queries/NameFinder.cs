using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Finds the types of one name without an index: a search for the bytes in the name pools, then one for the offsets in the columns of
/// names; both are vectorised. A name may be the end of another one, so every occurrence that ends at a terminator counts.
/// </summary>
internal static class NameFinder
{
    private const int FewOffsets = 5;

    /// <summary>Appends the ids of all types whose name is exactly this one, of any kind, in order. Cost: a pass over pools and columns.</summary>
    public static void Find(TypeGraph graph, ReadOnlySpan<byte> name, List<TypeId> found)
    {
        if (name.IsEmpty || name.Contains((byte)0))
        {
            return;
        }

        var offsets = new List<uint>();
        byte[] terminated = [.. name, 0];
        for (TypeGraph? segment = graph; segment is not null; segment = segment.Base)
        {
            AddOffsets(segment, terminated, offsets);
        }

        if (offsets.Count > 0)
        {
            AddTypes(graph, offsets, found);
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

    private static void AddTypes(TypeGraph graph, List<uint> offsets, List<TypeId> found)
    {
        if (graph.Base is not null)
        {
            AddTypes(graph.Base, offsets, found);
        }

        if (offsets.Count <= FewOffsets)
        {
            AddTypesOfFew(graph, [.. offsets], found);
            return;
        }

        offsets.Sort();
        uint first = offsets[0];
        ulong[] isWanted = new ulong[((offsets[^1] - first) / 64) + 1];
        foreach (uint offset in offsets)
        {
            isWanted[(offset - first) / 64] |= 1UL << (int)((offset - first) % 64);
        }

        ReadOnlySpan<uint> names = graph.OwnNames;
        for (int row = 0; row < names.Length; row++)
        {
            uint bit = names[row] - first;
            if (bit / 64 < (uint)isWanted.Length && (isWanted[bit / 64] & (1UL << (int)(bit % 64))) != 0)
            {
                found.Add(new TypeId(graph.FirstId + (uint)row));
            }
        }
    }

    private static void AddTypesOfFew(TypeGraph graph, ReadOnlySpan<uint> offsets, List<TypeId> found)
    {
        ReadOnlySpan<uint> names = graph.OwnNames;
        for (int at = 0; names[at..].IndexOfAny(offsets) is var step and >= 0; at += step + 1)
        {
            found.Add(new TypeId(graph.FirstId + (uint)(at + step)));
        }
    }
}
