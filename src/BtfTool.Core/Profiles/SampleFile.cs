using System.Globalization;
using System.Text;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Profiles;

/// <summary>
/// Reads samples: CSV with a header that names the columns <c>type,offset,reads,writes,cpu</c> in any order; further columns are not
/// looked at. Blank lines, lines that begin with <c>#</c>, blanks around fields, quotes, CRLF and a byte order mark are no mistakes.
/// </summary>
public static class SampleFile
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LongestLineBytes = 64 * 1024;

    /// <summary>Most sums of one byte on one processor that are kept, over all types that are asked for.</summary>
    public const int MaxGroups = 1 << 20;

    private const string Header = "a header with the columns type,offset,reads,writes,cpu expected";

    /// <summary>Reads a stream once, from where it stands to its end. Memory: the sums of the types that are asked for.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="stream">What it holds; stays open.</param>
    /// <param name="types">Names of types, without <c>struct</c> or <c>union</c>; rows of others are counted and passed over.</param>
    /// <exception cref="InvalidImageException">A line is not what is expected; the message names it and says what is.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static SampleProfile Read(string path, Stream stream, IEnumerable<string> types)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(types);
        var sums = new SampleSums(types);
        var lines = new LineReader(path, stream);
        var fields = new CsvFields();
        SampleColumns? columns = null;
        while (lines.TryNext(out Span<byte> line))
        {
            line = Trimmed(line);
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (!fields.Split(line))
            {
                Fail(path, lines.Number, "a quote at the end of a quoted field expected");
            }

            if (columns is null)
            {
                columns = SampleColumns.Of(fields) ?? Refused<SampleColumns>(path, lines.Number, Header);
            }
            else if (columns.MistakeIn(fields, out SampleRow row) is { } expected)
            {
                Fail(path, lines.Number, expected);
            }
            else if (!sums.Add(row.Type, row.Group))
            {
                Fail(path, lines.Number, $"at most {MaxGroups} different bytes and processors of the types that are asked for expected");
            }
        }

        if (columns is null)
        {
            InvalidImageException.Throw(path, "", -1, Header);
        }

        return sums.ToProfile(path);
    }

    internal static Span<byte> Trimmed(Span<byte> text)
    {
        ReadOnlySpan<byte> blanks = " \t\r"u8;
        return text.Trim(blanks);
    }

    private static T Refused<T>(string path, long line, string expected)
    {
        Fail(path, line, expected);
        return default;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    internal static void Fail(string path, long line, string expected) =>
        InvalidImageException.Throw(path, string.Create(CultureInfo.InvariantCulture, $"line {line}"), -1, expected);

    /// <summary>Lines of a stream in a buffer of fixed size.</summary>
    private sealed class LineReader(string path, Stream stream)
    {
        private readonly byte[] _buffer = new byte[LongestLineBytes];
        private int _start;
        private int _end;
        private bool _isAtEnd;

        /// <summary>Number of the line, from 1.</summary>
        public long Number { get; private set; }

        public bool TryNext(out Span<byte> line)
        {
            int searched = 0, length;
            while ((length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n')) < 0 && !_isAtEnd)
            {
                searched = _end - _start;
                Fill();
            }

            bool isLast = length < 0;
            line = _buffer.AsSpan(_start, isLast ? _end - _start : searched + length);
            _start = Math.Min(_end, _start + line.Length + 1);
            if (isLast && line.IsEmpty)
            {
                return false;
            }

            line = ++Number == 1 && line.StartsWith(Encoding.UTF8.Preamble) ? line[Encoding.UTF8.Preamble.Length..] : line;
            return true;
        }

        private void Fill()
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
            {
                Fail(path, Number + 1, $"a line of at most {LongestLineBytes - 1} bytes expected");
            }

            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _isAtEnd = read == 0;
        }
    }
}
