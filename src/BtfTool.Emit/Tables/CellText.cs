using System.Buffers;
using System.Text;

namespace BtfTool.Emit.Tables;

/// <summary>
/// Makes the text of cells harmless: names from files may hold anything, and a table stays one line for each row and sends no escape
/// sequence to a terminal.
/// </summary>
internal static class CellText
{
    // Each byte becomes four at most (\xNN).
    public const int LargestGrowth = 4;

    private static readonly SearchValues<byte> s_plain = SearchValues.Create(Printable());

    /// <summary>True when nothing has to be escaped, and a byte is a character.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(s_plain);

    /// <summary>Writes a text with its control characters as <c>\t</c>, <c>\n</c>, <c>\xNN</c>, and what is not UTF-8 as <c>\xNN</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="escapeBackslashes">Whether a backslash becomes two, so that the text can be read back.</param>
    /// <param name="to">At least <see cref="LargestGrowth"/> times as long.</param>
    /// <returns>Bytes and characters written.</returns>
    public static (int Bytes, int Characters) Escape(ReadOnlySpan<byte> text, bool escapeBackslashes, Span<byte> to)
    {
        int written = 0, characters = 0;
        while (!text.IsEmpty)
        {
            bool isCharacter = Rune.DecodeFromUtf8(text, out Rune rune, out int length) == OperationStatus.Done;
            if (isCharacter && !Rune.IsControl(rune) && !IsInvisible(rune) && !(escapeBackslashes && rune.Value == '\\'))
            {
                text[..length].CopyTo(to[written..]);
                written += length;
                characters++;
            }
            else
            {
                int escaped = WriteEscaped(text[..length], to[written..]);
                written += escaped;
                characters += escaped;
            }

            text = text[length..];
        }

        return (written, characters);
    }

    // Line separators, and what turns the direction of text around.
    private static bool IsInvisible(Rune rune) => rune.Value is 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static int WriteEscaped(ReadOnlySpan<byte> bytes, Span<byte> to)
    {
        int at = 0;
        foreach (byte b in bytes)
        {
            to[at++] = (byte)'\\';
            byte letter = b switch { (byte)'\t' => (byte)'t', (byte)'\n' => (byte)'n', (byte)'\\' => (byte)'\\', _ => 0 };
            if (letter != 0)
            {
                to[at++] = letter;
                continue;
            }

            to[at++] = (byte)'x';
            to[at++] = "0123456789abcdef"u8[b >> 4];
            to[at++] = "0123456789abcdef"u8[b & 15];
        }

        return at;
    }

    private static byte[] Printable()
    {
        var plain = new List<byte>();
        for (byte b = 0x20; b < 0x7f; b++)
        {
            if (b != (byte)'\\')
            {
                plain.Add(b);
            }
        }

        return [.. plain];
    }
}
