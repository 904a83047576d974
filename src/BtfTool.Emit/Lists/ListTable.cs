using System.Globalization;
using System.Text;
using BtfTool.Core.Queries;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Lists;

/// <summary>Writes a list of types as a table. Not safe to share between threads.</summary>
public sealed class ListTable : ITypeRowSink
{
    private readonly RowColumn[] _columns;
    private readonly TableWriter _table;
    private readonly ListTotals? _totals;

    /// <summary>Begins the table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="columns">The columns, at least one.</param>
    /// <param name="format">How.</param>
    /// <param name="header">Whether the first line has the names of the columns.</param>
    /// <param name="totals">Whether the last line has sums.</param>
    public ListTable(Utf8Writer output, IReadOnlyList<RowColumn> columns, TableFormat format, bool header, bool totals)
    {
        _columns = [.. columns];
        _table = new TableWriter(output, [.. _columns.Select(c => new TableColumn(RowColumns.NameOf(c), IsRightAligned(c)))], format, header);
        _totals = totals ? new ListTotals() : null;
    }

    /// <inheritdoc/>
    public void Add(in TypeRow row)
    {
        foreach (RowColumn column in _columns)
        {
            if (column == RowColumn.Name)
            {
                Name(row);
            }
            else if (column == RowColumn.Kind)
            {
                _table.Cell(row.TextOf(column));
            }
            else if (RowColumns.IsYesOrNo(column))
            {
                _table.Cell(row.NumberOf(column) != 0 ? "yes"u8 : "no"u8);
            }
            else
            {
                _table.Cell(row.NumberOf(column));
            }
        }

        _totals?.Add(row);
    }

    /// <summary>Writes the totals and what was kept.</summary>
    public void Finish()
    {
        if (_totals is not null)
        {
            AddTotals(_totals);
        }

        _table.Finish();
    }

    // A type without a name is told by its id.
    private void Name(in TypeRow row)
    {
        ReadOnlySpan<byte> name = row.Type.Name;
        if (!name.IsEmpty)
        {
            _table.Cell(name);
            return;
        }

        Span<byte> text = stackalloc byte[32];
        "(unnamed "u8.CopyTo(text);
        _ = row.Type.Id.Value.TryFormat(text[9..], out int digits, default, CultureInfo.InvariantCulture);
        text[9 + digits] = (byte)')';
        _table.Cell(text[..(10 + digits)]);
    }

    private void AddTotals(ListTotals totals)
    {
        string label = string.Create(CultureInfo.InvariantCulture, $"(total of {totals.Types} type{(totals.Types == 1 ? "" : "s")})");
        foreach (RowColumn column in _columns)
        {
            if (ListTotals.IsSummed(column))
            {
                _table.Cell(totals.SumOf(column));
            }
            else
            {
                _table.Cell(column == RowColumn.Name ? Encoding.UTF8.GetBytes(label) : []);
            }
        }
    }

    private static bool IsRightAligned(RowColumn column) => !RowColumns.IsText(column) && !RowColumns.IsYesOrNo(column);
}
