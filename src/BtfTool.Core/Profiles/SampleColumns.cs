using System.Buffers.Text;
using System.Text;

namespace BtfTool.Core.Profiles;

/// <summary>One row of samples.</summary>
internal readonly ref struct SampleRow
{
    public ReadOnlySpan<byte> Type { get; init; }

    public SampleGroup Group { get; init; }
}

/// <summary>Which column holds what, as the header says.</summary>
internal sealed class SampleColumns
{
    private static readonly string[] s_names = ["type", "offset", "reads", "writes", "cpu"];

    private readonly int[] _columns = [-1, -1, -1, -1, -1];
    private int _count;

    /// <summary>Reads a header; null where a column is missing or named twice.</summary>
    public static SampleColumns? Of(CsvFields header)
    {
        var columns = new SampleColumns { _count = header.Count };
        for (int i = 0; i < header.Count; i++)
        {
            int what = Array.IndexOf(s_names, Encoding.UTF8.GetString(header[i]).ToLowerInvariant());
            if (what >= 0)
            {
                if (columns._columns[what] >= 0)
                {
                    return null;
                }

                columns._columns[what] = i;
            }
        }

        return columns._columns.Contains(-1) ? null : columns;
    }

    /// <summary>Reads a row; what was expected where it is none, else null.</summary>
    public string? MistakeIn(CsvFields fields, out SampleRow row)
    {
        row = default;
        if (fields.Count != _count)
        {
            return $"{_count} columns expected, as in the header; there are {fields.Count}";
        }

        ReadOnlySpan<byte> type = WithoutKeyword(fields[_columns[0]]);
        if (type.IsEmpty)
        {
            return "type: the name of a struct or union expected";
        }

        if (!TryOffset(fields[_columns[1]], out long offset))
        {
            return "offset: bytes from the start of the type expected, decimal or 0x and hexadecimal";
        }

        if (!TryNumber(fields[_columns[2]], 'D', out long reads) || !TryNumber(fields[_columns[3]], 'D', out long writes))
        {
            return "reads, writes: counts from 0 to 9223372036854775807 expected";
        }

        if (!TryNumber(fields[_columns[4]], 'D', out long cpu) || cpu > int.MaxValue)
        {
            return "cpu: the number of a processor expected";
        }

        row = new SampleRow { Type = type, Group = new SampleGroup(offset, (int)cpu, reads, writes) };
        return null;
    }

    private static ReadOnlySpan<byte> WithoutKeyword(ReadOnlySpan<byte> type)
    {
        int blank = type.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = blank < 0 ? type : type[..blank];
        return word.SequenceEqual("struct"u8) || word.SequenceEqual("union"u8) || word.SequenceEqual("class"u8)
            ? type[word.Length..].TrimStart(" \t"u8) : type;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out long value) =>
        text.StartsWith("0x"u8) || text.StartsWith("0X"u8) ? TryNumber(text[2..], 'X', out value) : TryNumber(text, 'D', out value);

    private static bool TryNumber(ReadOnlySpan<byte> text, char format, out long value)
    {
        bool isNumber = Utf8Parser.TryParse(text, out ulong number, out int used, format) && used == text.Length
            && char.IsAsciiHexDigit((char)text[0]) && number <= long.MaxValue;
        value = isNumber ? (long)number : 0;
        return isNumber;
    }
}
