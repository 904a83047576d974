using System.Text;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>
/// Rows of text under a heading, in columns as wide as their widest cell up to a bound. A last column that is given in pieces is wrapped
/// between them. Names from files are made harmless. Not safe to share between threads.
/// </summary>
internal sealed class TextRows(Utf8Writer output, params TextRows.Column[] columns)
{
    private const int Indent = 2;
    private const int Gap = 2;
    private const int WrapAt = 110;
    private const int WidestCell = 64;

    private readonly List<string[]> _rows = [];
    private readonly List<IReadOnlyList<string>?> _pieces = [];

    /// <summary>A column.</summary>
    /// <param name="Heading">What stands above it; empty for none.</param>
    /// <param name="IsRight">Whether it is right-aligned.</param>
    /// <param name="Style">How its cells look.</param>
    internal readonly record struct Column(string Heading, bool IsRight = false, TextStyle Style = TextStyle.Plain);

    public int Count => _rows.Count;

    public void Add(params string[] cells) => Add(null, cells);

    /// <summary>Adds a row with a last column of several pieces, with a comma behind each but the last.</summary>
    public void Add(IReadOnlyList<string>? pieces, params string[] cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = Harmless(cells[i]);
        }

        _rows.Add(cells);
        _pieces.Add(pieces);
    }

    /// <summary>Writes a heading and the rows; nothing without rows.</summary>
    public void Write(string heading)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        output.Write((byte)'\n');
        output.Style(TextStyle.Keyword);
        output.Write(heading);
        output.Style(TextStyle.Plain);
        output.Write((byte)'\n');
        int[] widths = Widths();
        if (columns.Any(column => column.Heading.Length > 0))
        {
            WriteRow([.. columns.Select(column => column.Heading)], null, widths, isHeading: true);
        }

        for (int i = 0; i < _rows.Count; i++)
        {
            WriteRow(_rows[i], _pieces[i], widths, isHeading: false);
        }
    }

    /// <summary>A text without control characters and without what is not UTF-8.</summary>
    public static string Harmless(string text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or >= '\x7f')
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                byte[] escaped = new byte[bytes.Length * CellText.LargestGrowth];
                return Encoding.UTF8.GetString(escaped, 0, CellText.Escape(bytes, escapeBackslashes: false, escaped).Bytes);
            }
        }

        return text;
    }

    private int[] Widths()
    {
        int[] widths = [.. columns.Select(column => column.Heading.Length)];
        foreach (string[] row in _rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], Math.Min(row[i].Length, WidestCell));
            }
        }

        return widths;
    }

    private void WriteRow(string[] cells, IReadOnlyList<string>? pieces, int[] widths, bool isHeading)
    {
        int blanks = Indent, at = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            int missing = Math.Max(0, widths[i] - cells[i].Length);
            blanks += columns[i].IsRight ? missing : 0;
            if (cells[i].Length > 0)
            {
                output.Fill((byte)' ', blanks);
                WriteStyled(cells[i], isHeading ? TextStyle.Comment : columns[i].Style);
                at += blanks + cells[i].Length;
                blanks = 0;
            }

            blanks += Gap + (columns[i].IsRight ? 0 : missing);
        }

        if (pieces is { Count: > 0 })
        {
            output.Fill((byte)' ', blanks);
            WritePieces(pieces, at + blanks);
        }

        output.Write((byte)'\n');
    }

    private void WritePieces(IReadOnlyList<string> pieces, int start)
    {
        int at = start;
        for (int i = 0; i < pieces.Count; i++)
        {
            string piece = Harmless(pieces[i]);
            if (at > start && at + piece.Length + 1 > WrapAt)
            {
                output.Write((byte)'\n');
                output.Fill((byte)' ', start);
                at = start;
            }
            else if (at > start)
            {
                output.Write((byte)' ');
                at++;
            }

            output.Write(piece);
            at += piece.Length + 1;
            if (i + 1 < pieces.Count)
            {
                output.Write((byte)',');
            }
        }
    }

    private void WriteStyled(string text, TextStyle style)
    {
        if (style == TextStyle.Plain)
        {
            output.Write(text);
            return;
        }

        output.Style(style);
        output.Write(text);
        output.Style(TextStyle.Plain);
    }
}
