namespace BtfTool.Core.Profiles;

/// <summary>The fields of one line of CSV. Reusable.</summary>
internal sealed class CsvFields
{
    private const int MostFields = 64;

    private readonly byte[] _text = new byte[SampleFile.LongestLineBytes];
    private readonly (int Start, int Length)[] _fields = new (int, int)[MostFields];

    /// <summary>Number of fields; those beyond what is kept are counted, and empty.</summary>
    public int Count { get; private set; }

    /// <summary>A field without blanks around it, and without its quotes.</summary>
    public ReadOnlySpan<byte> this[int field] =>
        field < MostFields ? _text.AsSpan(_fields[field].Start, _fields[field].Length) : default;

    /// <summary>Splits a line; false where a quoted field does not end, or something stands behind its end.</summary>
    /// <param name="line">The line without its end, at most <see cref="SampleFile.LongestLineBytes"/>.</param>
    public bool Split(ReadOnlySpan<byte> line)
    {
        Count = 0;
        int written = 0;
        while (true)
        {
            line = line.TrimStart(" \t"u8);
            int start = written;
            if (!line.IsEmpty && line[0] == '"')
            {
                if (!TryQuoted(ref line, ref written))
                {
                    return false;
                }
            }
            else
            {
                int comma = line.IndexOf((byte)',');
                ReadOnlySpan<byte> field = (comma < 0 ? line : line[..comma]).TrimEnd(" \t\r"u8);
                field.CopyTo(_text.AsSpan(written));
                written += field.Length;
                line = comma < 0 ? default : line[comma..];
            }

            if (Count < MostFields)
            {
                _fields[Count] = (start, written - start);
            }

            Count++;
            if (line.IsEmpty)
            {
                return true;
            }

            line = line[1..];
        }
    }

    // Leaves the line at the comma behind the field.
    private bool TryQuoted(ref ReadOnlySpan<byte> line, ref int written)
    {
        int start = written;
        line = line[1..];
        while (true)
        {
            int quote = line.IndexOf((byte)'"');
            if (quote < 0)
            {
                return false;
            }

            line[..quote].CopyTo(_text.AsSpan(written));
            written += quote;
            line = line[(quote + 1)..];
            if (line.IsEmpty || line[0] != '"')
            {
                break;
            }

            _text[written++] = (byte)'"';
            line = line[1..];
        }

        Span<byte> field = SampleFile.Trimmed(_text.AsSpan(start, written - start));
        field.CopyTo(_text.AsSpan(start));
        written = start + field.Length;
        line = line.TrimStart(" \t\r"u8);
        return line.IsEmpty || line[0] == ',';
    }
}
