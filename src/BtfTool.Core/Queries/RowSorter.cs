using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Puts rows in order by one column and keeps them until then; equal ones stay in the order in which they came.</summary>
/// <param name="column">What to sort by: numbers by value, text in byte order.</param>
/// <param name="descending">Whether the largest come first.</param>
internal sealed class RowSorter(RowColumn column, bool descending) : ITypeRowSink
{
    private readonly List<Entry> _entries = [];
    private readonly List<TypeRow> _rows = [];

    public void Add(in TypeRow row)
    {
        // The first bytes of a name say the order of most; as signed numbers they must keep it.
        long key = column switch
        {
            RowColumn.Name => (long)(row.Type.Graph.NamePrefix(row.Type.NameId) ^ 0x8000_0000_0000_0000),
            RowColumn.Kind => KindOrder(row.Type.Kind),
            _ => row.NumberOf(column),
        };
        _entries.Add(new Entry(key, _rows.Count));
        _rows.Add(row);
    }

    /// <summary>Hands out the first of the rows. Cost: O(n log n).</summary>
    /// <param name="top">How many at most.</param>
    /// <param name="sink">What takes them.</param>
    public void Run(long top, ITypeRowSink sink)
    {
        Span<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        Span<TypeRow> rows = CollectionsMarshal.AsSpan(_rows);
        entries.Sort(new Order(_rows, column == RowColumn.Name, descending));
        foreach (Entry entry in entries[..(int)Math.Min(top, entries.Length)])
        {
            sink.Add(rows[entry.Row]);
        }
    }

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

    private readonly record struct Entry(long Key, int Row);

    private readonly struct Order(List<TypeRow> rows, bool byName, bool descending) : IComparer<Entry>
    {
        public int Compare(Entry a, Entry b)
        {
            int order = a.Key.CompareTo(b.Key);
            if (order == 0 && byName)
            {
                Span<TypeRow> all = CollectionsMarshal.AsSpan(rows);
                order = all[a.Row].Type.Name.SequenceCompareTo(all[b.Row].Type.Name);
            }

            order = descending ? -order : order;
            return order != 0 ? order : a.Row.CompareTo(b.Row);
        }
    }
}
