using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>Puts rows in order by one column and keeps them until then; equal ones stay in the order in which they came.</summary>
/// <param name="column">What to sort by: numbers by value, text in byte order.</param>
/// <param name="descending">Whether the largest come first.</param>
internal sealed class RowSorter(RowColumn column, bool descending) : ITypeRowSink
{
    private readonly List<long> _keys = [];
    private readonly List<TypeRow> _rows = [];

    public void Add(in TypeRow row)
    {
        long key = column switch
        {
            RowColumn.Name => KeyOf(row.Type, 0),
            RowColumn.Kind => KindOrder(row.Type.Kind),
            _ => row.NumberOf(column),
        };

        // Upside down: the complement turns the order around, and equal ones still come in the order of the rows.
        _keys.Add(descending ? ~key : key);
        _rows.Add(row);
    }

    /// <summary>Hands out the first of the rows. Cost: O(n log n).</summary>
    /// <param name="top">How many at most.</param>
    /// <param name="sink">What takes them.</param>
    public void Run(long top, ITypeRowSink sink)
    {
        Span<long> keys = CollectionsMarshal.AsSpan(_keys);
        Span<TypeRow> rows = CollectionsMarshal.AsSpan(_rows);
        var order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        keys.Sort(order.AsSpan());
        for (int start = 0, end; start < order.Length && start < top; start = end)
        {
            end = start + 1;
            while (end < order.Length && keys[end] == keys[start])
            {
                end++;
            }

            SortEqual(order.AsSpan(start, end - start));
        }

        foreach (int row in order.AsSpan(0, (int)Math.Min(top, order.Length)))
        {
            sink.Add(rows[row]);
        }
    }

    // Rows of one key: names may differ behind it, all else is equal.
    private void SortEqual(Span<int> order)
    {
        if (column == RowColumn.Name && order.Length > 1)
        {
            SortNames(order, sizeof(long));
        }
        else
        {
            order.Sort();
        }
    }

    // Eight bytes of all names at a time: thousands begin alike, and a comparison of two would walk over that again and again.
    private void SortNames(Span<int> order, int offset)
    {
        const int Few = 16, Far = 256;
        if (order.Length < Few || offset > Far)
        {
            order.Sort(CompareNames);
            return;
        }

        Span<TypeRow> rows = CollectionsMarshal.AsSpan(_rows);
        var keys = new long[order.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            long key = KeyOf(rows[order[i]].Type, offset);
            keys[i] = descending ? ~key : key;
        }

        keys.AsSpan().Sort(order);
        for (int start = 0, end; start < keys.Length; start = end)
        {
            end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            SortNames(order[start..end], offset + sizeof(long));
        }
    }

    // Some bytes of a name as a number: as signed numbers they must keep their order.
    private static long KeyOf(TypeView type, int offset) => (long)(type.Graph.NamePrefix(type.NameId, offset) ^ 0x8000_0000_0000_0000);

    private int CompareNames(int a, int b)
    {
        Span<TypeRow> rows = CollectionsMarshal.AsSpan(_rows);
        int order = rows[a].Type.Name.SequenceCompareTo(rows[b].Type.Name);
        return order == 0 ? a.CompareTo(b) : descending ? -order : order;
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
}
