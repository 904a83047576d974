using BtfTool.Core.Queries;

namespace BtfTool.Emit.Lists;

/// <summary>Sums over the rows of a list. A sum that does not fit stays at the largest number.</summary>
internal sealed class ListTotals
{
    private readonly long[] _sums = new long[RowColumns.All.Length];

    /// <summary>Number of rows.</summary>
    public long Types { get; private set; }

    /// <summary>Whether the sum of a column means something: that of sizes and counts does, that of alignments does not.</summary>
    public static bool IsSummed(RowColumn column) => column is not (RowColumn.Id or RowColumn.Name or RowColumn.Kind
        or RowColumn.LargestHole or RowColumn.Alignment);

    /// <summary>Adds a row.</summary>
    public void Add(in TypeRow row)
    {
        Types++;
        foreach (RowColumn column in RowColumns.All)
        {
            if (IsSummed(column))
            {
                long sum = _sums[(int)column] + row.NumberOf(column);
                _sums[(int)column] = sum < 0 ? long.MaxValue : sum;
            }
        }
    }

    /// <summary>The sum of a column; of packed and flexible the number of such types.</summary>
    public long SumOf(RowColumn column) => _sums[(int)column];
}
