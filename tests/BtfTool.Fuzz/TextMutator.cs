using System.Text;

namespace BtfTool.Fuzz;

/// <summary>
/// Spoils texts as texts: words, lines and blocks are moved, doubled, left out and taken from other seeds; then, in every fourth, bytes as
/// bytes. The case number alone decides what is done.
/// </summary>
internal static class TextMutator
{
    private static readonly byte[][] s_words = [.. ((string[])
    [
        "0", "-1", "1", "8", "64", "0x10", "18446744073709551615", "170141183460469231731687303715884105727", "99999999999999999999999999999999999999999",
        "9223372036854775807", "4:3", "2024-02-30", "{", "}", "(", ")", ",", ";", "\n", "\"", "\\", "#", "==", "<=", "=", "optional", "warn", "not", "and", "else",
        "when", "except", "match", "struct", "union", "enum", "typedef", "target", "include", "\"part.layout\"", "\"main.layout\"", "\"gone\"", "suppress",
        "baseline", "\"*a*a*a*a*b\"", "\"[\"", "\"[!a-\"", "a.b.c", "list[18446744073709551615].a", "[", "]", "\u0001", "é", "*", "[4]", "bits", "fn(", "...", "\t",
    ]).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Makes the input of a case.</summary>
    public static void Make(ulong caseNumber, IReadOnlyList<FuzzSeed> seeds, FuzzInput input)
    {
        var random = new FuzzRandom(caseNumber);
        input.Load(seeds[random.Below(seeds.Count)].Bytes);
        for (int i = 1 + random.Below(random.Below(3) == 0 ? 12 : 2); i > 0; i--)
        {
            Spoil(ref random, seeds, input);
        }

        if (random.Below(4) == 0 && input.Length > 0)
        {
            input.Bytes[random.Below(input.Length)] = (byte)random.Next();
        }
    }

    private static void Spoil(ref FuzzRandom random, IReadOnlyList<FuzzSeed> seeds, FuzzInput input)
    {
        (int start, int end) = PieceOf(ref random, input.Bytes);
        ReadOnlySpan<byte> other = seeds[random.Below(seeds.Count)].Bytes;
        (int from, int to) = PieceOf(ref random, other);
        switch (random.Below(7))
        {
            case 0:
                Replace(input, start, end, []);
                break;
            case 1:
                Replace(input, end, end, input.Bytes[start..end].ToArray());
                break;
            case 2:
                Replace(input, start, end, other[from..to]);
                break;
            case 3:
                Replace(input, end, end, other[from..to]);
                break;
            case 4:
                (int first, int last) = PieceOf(ref random, input.Bytes);
                Replace(input, start, end, input.Bytes[first..last].ToArray());
                break;
            case 5:
                Replace(input, start, start, s_words[random.Below(s_words.Length)]);
                break;
            default:
                Replace(input, start, end, s_words[random.Below(s_words.Length)]);
                break;
        }
    }

    // A word, a line, or what stands between two braces.
    private static (int Start, int End) PieceOf(ref FuzzRandom random, ReadOnlySpan<byte> text)
    {
        int at = random.Below(text.Length);
        ReadOnlySpan<byte> ends = random.Below(4) switch { 0 => "\n"u8, 1 => "{}"u8, _ => " \n;,{}()"u8 };
        int start = text[..at].LastIndexOfAny(ends) + 1;
        int length = text[at..].IndexOfAny(ends);
        return (start, length < 0 ? text.Length : at + length);
    }

    private static void Replace(FuzzInput input, int start, int end, ReadOnlySpan<byte> text)
    {
        int length = input.Length - (end - start) + text.Length;
        if (length <= input.Capacity)
        {
            input.Room[end..input.Length].CopyTo(input.Room[(start + text.Length)..]);
            text.CopyTo(input.Room[start..]);
            input.Length = length;
        }
    }
}
