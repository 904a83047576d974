using System.Globalization;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Tables;

/// <summary>
/// Writes a table: cells one after the other, from left to right. An aligned table is kept until its end, because its widths are not
/// known before; one with more than <see cref="MaxKeptBytes"/> of text is written in parts of that size, each with widths at least those
/// of the part before. Control characters are escaped. Not safe for use by several threads.
/// </summary>
public sealed class TableWriter
{
    /// <summary>Bytes of text that an aligned table keeps.</summary>
    public const int MaxKeptBytes = 64 * 1024 * 1024;

    private const int GapColumns = 2;

    private readonly Utf8Writer _output;
    private readonly TableColumn[] _columns;
    private readonly TableFormat _format;
    private readonly int[] _widths;
    private bool _hasHeader;
    private byte[] _text = [];
    private Kept[] _cells = [];
    private int _textBytes;
    private int _cellCount;
    private int _column;

    /// <summary>Begins a table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="columns">At least one.</param>
    /// <param name="format">How.</param>
    /// <param name="header">Whether the first line has the names of the columns.</param>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public TableWriter(Utf8Writer output, IReadOnlyList<TableColumn> columns, TableFormat format, bool header = true)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
        {
            throw new ArgumentException("a table has at least one column", nameof(columns));
        }

        _output = output;
        _columns = [.. columns];
        _format = format;
        _widths = new int[_columns.Length];
        _hasHeader = header;
        if (header && format == TableFormat.Tsv)
        {
            WriteHeader();
        }
    }

    /// <summary>The next cell, text. Behind the cell of the last column the row ends. Cost: its length.</summary>
    public void Cell(ReadOnlySpan<byte> text)
    {
        int longest = checked(text.Length * CellText.LargestGrowth);
        if (_format == TableFormat.Tsv)
        {
            WriteTsv(text, longest);
        }
        else
        {
            byte[] kept = RoomFor(longest);
            int written = text.Length, characters = text.Length;
            if (CellText.IsPlain(text))
            {
                text.CopyTo(kept.AsSpan(_textBytes));
            }
            else
            {
                (written, characters) = CellText.Escape(text, escapeBackslashes: false, kept.AsSpan(_textBytes));
            }

            Keep(written, characters);
        }

        EndCell();
    }

    /// <summary>The next cell, a decimal number.</summary>
    public void Cell(long value)
    {
        const int LongestNumber = 20;
        if (_format == TableFormat.Tsv)
        {
            StartTsv();
            _output.WriteDecimal(value);
        }
        else
        {
            byte[] kept = RoomFor(LongestNumber);
            _ = value.TryFormat(kept.AsSpan(_textBytes), out int written, default, CultureInfo.InvariantCulture);
            Keep(written, written);
        }

        EndCell();
    }

    /// <summary>Writes what was kept. The row at hand must be complete.</summary>
    public void Finish()
    {
        if (_hasHeader && _format == TableFormat.Aligned)
        {
            for (int i = 0; i < _columns.Length; i++)
            {
                _widths[i] = Math.Max(_widths[i], _columns[i].Name.Length);
            }

            WriteHeader();
        }

        int at = 0;
        for (int i = 0; i < _cellCount; i++)
        {
            Kept cell = _cells[i];
            WriteAligned(_text.AsSpan(at, cell.Bytes), cell.Characters, i % _columns.Length);
            at += cell.Bytes;
        }

        _hasHeader = false;
        _cellCount = 0;
        _textBytes = 0;
    }

    private void WriteHeader()
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            string name = _columns[i].Name;
            if (_format == TableFormat.Aligned)
            {
                WriteAligned(System.Text.Encoding.UTF8.GetBytes(name), name.Length, i);
                continue;
            }

            _output.Write(i > 0 ? "\t"u8 : []);
            _output.Write(name);
            _output.Write(i == _columns.Length - 1 ? "\n"u8 : []);
        }
    }

    // No spaces at the end of a line.
    private void WriteAligned(ReadOnlySpan<byte> text, int characters, int column)
    {
        int padding = _widths[column] - characters;
        bool isLast = column == _columns.Length - 1;
        _output.Fill((byte)' ', column > 0 ? GapColumns : 0);
        _output.Fill((byte)' ', _columns[column].IsRightAligned ? padding : 0);
        _output.Write(text);
        _output.Fill((byte)' ', _columns[column].IsRightAligned || isLast ? 0 : padding);
        _output.Write(isLast ? "\n"u8 : []);
    }

    private void WriteTsv(ReadOnlySpan<byte> text, int longest)
    {
        StartTsv();
        if (CellText.IsPlain(text))
        {
            _output.Write(text);
            return;
        }

        byte[] escaped = RoomFor(longest);
        (int written, _) = CellText.Escape(text, escapeBackslashes: true, escaped);
        _output.Write(escaped.AsSpan(0, written));
    }

    private void StartTsv() => _output.Write(_column > 0 ? "\t"u8 : []);

    private byte[] RoomFor(int bytes)
    {
        if (_text.Length - _textBytes < bytes)
        {
            Array.Resize(ref _text, Math.Max(_textBytes + bytes, Math.Max(2 * _text.Length, 64 * 1024)));
        }

        return _text;
    }

    private void Keep(int bytes, int characters)
    {
        if (_cellCount == _cells.Length)
        {
            Array.Resize(ref _cells, Math.Max(2 * _cells.Length, 4096));
        }

        _cells[_cellCount++] = new Kept(bytes, characters);
        _textBytes += bytes;
        _widths[_column] = Math.Max(_widths[_column], characters);
    }

    private void EndCell()
    {
        if (++_column < _columns.Length)
        {
            return;
        }

        _column = 0;
        if (_format == TableFormat.Tsv)
        {
            _output.Write((byte)'\n');
        }
        else if (_textBytes > MaxKeptBytes)
        {
            Finish();
        }
    }

    private readonly record struct Kept(int Bytes, int Characters);
}
