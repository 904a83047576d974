using System.Buffers;
using System.Text;

namespace BtfTool.Emit.Reports;

/// <summary>Makes strings harmless for formats of lines: names from files may hold anything.</summary>
internal static class HarmlessText
{
    /// <summary>
    /// The text on one line: control characters and what turns the direction of text around as <c>\n</c>, <c>\t</c>, <c>\xNN</c> or
    /// <c>\uNNNN</c>, halves of surrogate pairs as U+FFFD. Cost: its length; the string itself where nothing is to be done.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keepTabs">Whether tabs stay.</param>
    public static string OneLine(string text, bool keepTabs = false)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~')
            {
                return Escape(text, keepTabs);
            }
        }

        return text;
    }

    private static string Escape(string text, bool keepTabs)
    {
        var line = new StringBuilder(text.Length + 16);
        Span<char> utf16 = stackalloc char[2];
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            // What is no character becomes U+FFFD here.
            OperationStatus status = Rune.DecodeFromUtf16(rest, out Rune rune, out int length);
            rest = rest[(status == OperationStatus.Done ? length : 1)..];
            if (IsHarmless(rune.Value) || (keepTabs && rune.Value == '\t'))
            {
                line.Append(utf16[..rune.EncodeToUtf16(utf16)]);
                continue;
            }

            _ = rune.Value switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                < 0x100 => line.Append("\\x").Append(rune.Value.ToString("x2", null)),
                _ => line.Append("\\u").Append(rune.Value.ToString("x4", null)),
            };
        }

        return line.ToString();
    }

    // Control characters, line separators, marks of direction, and two code points that XML has no place for.
    private static bool IsHarmless(int value) => value is (>= 0x20 and < 0x7f)
        or (>= 0xa0 and not (0x200E or 0x200F or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFFFE or 0xFFFF));
}
