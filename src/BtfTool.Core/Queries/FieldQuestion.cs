using System.Globalization;

namespace BtfTool.Core.Queries;

/// <summary>
/// A question about a place in a type, as it is typed: <c>task_struct 0x1a8</c>, <c>task_struct+0x1a8</c>, <c>task_struct se.vruntime</c>,
/// <c>task_struct.se.vruntime</c>; with a bit, <c>424:3</c>.
/// </summary>
public sealed record FieldQuestion
{
    private const int MostBit = 1023;

    /// <summary>The type as it was typed, with the word <c>struct</c> or the like where there was one.</summary>
    public required string TypeName { get; init; }

    /// <summary>The path of members that was asked; null where the question is an offset.</summary>
    public string? Path { get; init; }

    /// <summary>The offset in bytes that was asked.</summary>
    public long OffsetBytes { get; init; }

    /// <summary>The bit from that offset on; null where the byte is meant.</summary>
    public int? Bit { get; init; }

    /// <summary>Reads a question.</summary>
    /// <param name="text">What was typed: words with blanks between them.</param>
    /// <param name="defaultType">The type that is meant where the text names none; null when it has to.</param>
    /// <param name="problem">What is wrong with it, one line without a full stop.</param>
    /// <returns>The question; null when the text is none.</returns>
    public static FieldQuestion? Parse(string text, string? defaultType, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = null;
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int first = words.Length > 1 && words[0] is "struct" or "union" or "typedef" ? 2 : 1;
        string head = words.Length == 0 ? "" : string.Join(' ', words, 0, first);
        FieldQuestion? question = words.Length == first + 1 ? InType(head, words[first])
            : words.Length == first ? OfOneWord(head, defaultType) : null;
        if (question is null)
        {
            problem = $"'{text.Trim()}' is no question: TYPE OFFSET, TYPE+OFFSET or TYPE PATH expected";
        }

        return question;
    }

    /// <summary>Whether an argument names a type and a place in it, so that no other argument is the type.</summary>
    public static bool NamesTypeAndPlace(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return OfOneWord(text, null) is not null;
    }

    /// <summary>A number without a sign, decimal or hexadecimal with 0x; false beyond <see cref="FieldPaths.MaxOffsetBytes"/>.</summary>
    internal static bool TryParseNumber(ReadOnlySpan<char> text, out long value)
    {
        bool isHex = text.StartsWith("0x") || text.StartsWith("0X");
        return (isHex ? long.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)) && value is >= 0 and <= FieldPaths.MaxOffsetBytes;
    }

    private static FieldQuestion? InType(string type, string place)
    {
        bool isOffset = place[0] == '+' || char.IsAsciiDigit(place[0]);
        return isOffset ? OfOffset(type, place[0] == '+' ? place.AsSpan(1) : place)
            : new FieldQuestion { TypeName = type, Path = place };
    }

    private static FieldQuestion? OfOneWord(string word, string? defaultType)
    {
        if (word.Length > 0 && defaultType is not null && (word[0] is '+' or '.' || char.IsAsciiDigit(word[0])))
        {
            return InType(defaultType, word);
        }

        int plus = word.LastIndexOf('+');
        if (plus > 0 && OfOffset(word[..plus].TrimEnd(), word.AsSpan(plus + 1)) is { } token)
        {
            return token;
        }

        if (defaultType is not null)
        {
            return word.Length == 0 ? null : InType(defaultType, word);
        }

        int dot = word.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < word.Length - 1 ? new FieldQuestion { TypeName = word[..dot], Path = word[(dot + 1)..] } : null;
    }

    private static FieldQuestion? OfOffset(string type, ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        int bit = 0;
        bool isValid = TryParseNumber(colon < 0 ? text : text[..colon], out long offset)
            && (colon < 0 || (int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bit) && bit <= MostBit));
        return isValid && type.Length > 0
            ? new FieldQuestion { TypeName = type, OffsetBytes = offset, Bit = colon < 0 ? null : bit } : null;
    }
}
