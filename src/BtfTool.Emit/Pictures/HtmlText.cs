using System.Buffers;
using System.Text;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// Text of HTML, SVG and XML, also in attributes: what means something there is written as a reference; what XML has no place for, what
/// turns the direction of text around, and what is no UTF-8 becomes U+FFFD. Names from files may hold anything and be of any length:
/// long ones end in an ellipsis.
/// </summary>
internal static class HtmlText
{
    /// <summary>Characters of a name that are written; no compiler makes longer ones, no reader reads them.</summary>
    public const int MostCharacters = 300;

    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        " !#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>Writes UTF-8, or what should be.</summary>
    public static void Write(Utf8Writer output, ReadOnlySpan<byte> text, int mostCharacters = MostCharacters)
    {
        if (text.Length <= mostCharacters && !text.ContainsAnyExcept(s_plain))
        {
            output.Write(text);
            return;
        }

        for (int written = 0; !text.IsEmpty; written++)
        {
            if (written == mostCharacters - 1 && !IsLast(text))
            {
                output.Write("…"u8);
                return;
            }

            _ = Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            Write(output, rune);
            text = text[length..];
        }
    }

    /// <summary>Writes a string.</summary>
    public static void Write(Utf8Writer output, string text, int mostCharacters = MostCharacters)
    {
        int written = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (++written > mostCharacters)
            {
                output.Write("…"u8);
                return;
            }

            Write(output, rune);
        }
    }

    private static bool IsLast(ReadOnlySpan<byte> text)
    {
        _ = Rune.DecodeFromUtf8(text, out _, out int length);
        return length == text.Length;
    }

    private static void Write(Utf8Writer output, Rune rune)
    {
        switch (rune.Value)
        {
            case '<':
                output.Write("&lt;"u8);
                break;
            case '>':
                output.Write("&gt;"u8);
                break;
            case '&':
                output.Write("&amp;"u8);
                break;
            case '"':
                output.Write("&quot;"u8);
                break;
            case '\'':
                output.Write("&#39;"u8);
                break;
            default:
                Span<byte> utf8 = stackalloc byte[4];
                output.Write(utf8[..(IsHarmless(rune.Value) ? rune : Rune.ReplacementChar).EncodeToUtf8(utf8)]);
                break;
        }
    }

    // XML 1.0, "Char", without the control characters of C1 and the marks of direction.
    private static bool IsHarmless(int value) => value is (>= 0x20 and < 0x7f)
        or (>= 0xa0 and not (0x200E or 0x200F or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFFFE or 0xFFFF));
}
