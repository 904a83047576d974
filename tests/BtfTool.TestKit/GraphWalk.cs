using BtfTool.Core.Types;

namespace BtfTool.TestKit;

/// <summary>Reads every property of every view of a graph without allocating; what an emitter could touch is touched.</summary>
public static class GraphWalk
{
    /// <summary>A number that depends on everything read.</summary>
    public static ulong Checksum(TypeGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ulong sum = (ulong)graph.PointerSizeBytes + (graph.IsBigEndian ? 1u : 0);
        for (uint id = graph.FirstOwnType.Value; id < graph.TypeCount; id++)
        {
            sum = Mix(sum, Checksum(graph, graph[new TypeId(id)]));
        }

        return sum;
    }

    private static ulong Checksum(TypeGraph graph, TypeView t)
    {
        ulong sum = Mix((ulong)t.Kind, (ulong)t.RawKind);
        sum = Mix(sum, (t.Flag ? 1u : 0) + (t.IsAnonymous ? 2u : 0) + (t.IsQualifier ? 4u : 0));
        sum = Mix(sum, t.SizeBytes + t.ElementCount + t.Linkage + t.DeclaredAlignmentBytes);
        sum = Mix(sum, (ulong)t.IntEncoding + (ulong)t.IntBits + (ulong)t.IntBitOffset + (ulong)t.ComponentIndex);
        sum = Mix(sum, (ulong)graph.KindOf(t.Target) + (ulong)graph[t.IndexType].Kind);
        sum = Name(sum, t.Name);
        foreach (MemberView m in t.Members)
        {
            sum = Name(Mix(sum, m.BitOffset + m.BitSize + m.DeclaredAlignmentBytes + (ulong)graph.KindOf(m.Type)), m.Name);
        }

        foreach (EnumeratorView e in t.Enumerators)
        {
            sum = Name(Mix(sum, (ulong)e.Value), e.Name);
        }

        foreach (ParameterView p in t.Parameters)
        {
            sum = Name(Mix(sum, (ulong)graph.KindOf(p.Type)), p.Name);
        }

        foreach (SectionEntryView s in t.Entries)
        {
            sum = Mix(sum, s.OffsetBytes + s.SizeBytes + (ulong)graph.KindOf(s.Type));
        }

        return Mix(sum, (ulong)t.ElementsInList);
    }

    private static ulong Name(ulong sum, ReadOnlySpan<byte> name) => Mix(sum, (ulong)name.Length + (name.IsEmpty ? 0u : name[^1]));

    private static ulong Mix(ulong sum, ulong value) => (sum * 31) + value;
}
