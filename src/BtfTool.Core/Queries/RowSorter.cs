using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Puts rows in order by one column; equal ones stay in the order in which they came. Keeps 16 bytes for each.</summary>
/// <param name="graphs">Where the rows are from.</param>
/// <param name="column">What to sort by: numbers by value, text in byte order.</param>
/// <param name="descending">Whether the largest come first.</param>
internal sealed class RowSorter(TypeGraphSet graphs, RowColumn column, bool descending)
{
    private readonly List<Entry> _entries = [];

    public void Add(int graph, in TypeRow row)
    {
        // The first bytes of a name say the order of most; as signed numbers they must keep it.
        long key = column switch
        {
            RowColumn.Name => (long)(row.Type.Graph.NamePrefix(row.Type.NameId) ^ 0x8000_0000_0000_0000),
            RowColumn.Kind => KindOrder(row.Type.Kind),
            _ => row.NumberOf(column),
        };
        _entries.Add(new Entry(key, graph, row.Type.Id));
    }

    /// <summary>The first of the rows. Cost: O(n log n).</summary>
    public IEnumerable<(int Graph, TypeId Id)> Sort(long top)
    {
        Entry[] entries = [.. _entries];
        Array.Sort(entries, Compare);
        for (int i = 0; i < entries.Length && i < top; i++)
        {
            yield return (entries[i].Graph, entries[i].Id);
        }
    }

    // Ids grow within a graph, and graphs come one after the other.
    private int Compare(Entry a, Entry b)
    {
        int order = a.Key.CompareTo(b.Key);
        if (order == 0 && column == RowColumn.Name)
        {
            order = NameOf(a).SequenceCompareTo(NameOf(b));
        }

        order = descending ? -order : order;
        order = order != 0 ? order : a.Graph.CompareTo(b.Graph);
        return order != 0 ? order : a.Id.CompareTo(b.Id);
    }

    private ReadOnlySpan<byte> NameOf(Entry entry) => graphs.Graphs[entry.Graph][entry.Id].Name;

    // In the order of the words, of which none is longer than 8 bytes.
    private static long KindOrder(TypeKind kind)
    {
        long order = 0;
        ReadOnlySpan<byte> word = TypeKinds.WordOf(kind);
        for (int i = 0; i < sizeof(long); i++)
        {
            order = (order << 8) | (i < word.Length ? word[i] : 0L);
        }

        return order;
    }

    private readonly record struct Entry(long Key, int Graph, TypeId Id);
}
