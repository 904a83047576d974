using System.Globalization;
using System.Text;

namespace BtfTool.Core.Queries;

/// <summary>
/// Parses the text of a <see cref="RowFilter"/>: or, and, not, comparison, from the loosest to the tightest. Stops at the first mistake.
/// </summary>
internal sealed class RowFilterParser(string text)
{
    private const int MaxNesting = 64;

    private int _at;
    private int _depth;

    /// <summary>The first mistake, if there is one.</summary>
    public RowFilterError? Error { get; private set; }

    /// <summary>The expression; null when there is an error.</summary>
    public FilterNode? Parse()
    {
        FilterNode? node = ParseSeveral(isAny: true);
        SkipSpace();
        if (node is not null && _at < text.Length)
        {
            return Mistake(_at, $"expected && or || or the end, found {Found()}");
        }

        return Error is null ? node : null;
    }

    /// <summary>A text that is a number and nothing else.</summary>
    public static bool TryParseNumber(string text, out long value)
    {
        var parser = new RowFilterParser(text);
        long? number = text.Length > 0 && char.IsAsciiDigit(text[0]) ? parser.ReadNumber() : null;
        value = number ?? 0;
        return number is not null && parser._at == text.Length;
    }

    private FilterNode? ParseSeveral(bool isAny)
    {
        var parts = new List<FilterNode>();
        do
        {
            FilterNode? part = isAny ? ParseSeveral(isAny: false) : ParseNot();
            if (part is null)
            {
                return null;
            }

            parts.Add(part);
        }
        while (isAny ? Take("||") || TakeWord("or") : Take("&&") || TakeWord("and"));
        return parts.Count == 1 ? parts[0] : new SeveralNode([.. parts], isAny);
    }

    private FilterNode? ParseNot()
    {
        bool isNegated = false;
        while (Take("!") || TakeWord("not"))
        {
            isNegated = !isNegated;
        }

        int start = _at;
        if (!Take("("))
        {
            FilterNode? comparison = ParseComparison();
            return comparison is null || !isNegated ? comparison : new NotNode(comparison);
        }

        if (++_depth > MaxNesting)
        {
            return Mistake(start, $"parentheses nest more than {MaxNesting} deep");
        }

        FilterNode? inner = ParseSeveral(isAny: true);
        if (inner is null)
        {
            return null;
        }

        if (!Take(")"))
        {
            return Mistake(_at, $"expected && or || or ), found {Found()}");
        }

        _depth--;
        return isNegated ? new NotNode(inner) : inner;
    }

    private FilterNode? ParseComparison()
    {
        SkipSpace();
        int start = _at;
        if (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            return ParseNumberFirst();
        }

        string word = ReadWord();
        if (word.Length == 0)
        {
            return Mistake(start, $"expected a column, found {Found()}");
        }

        if (!RowColumns.TryParse(word, out RowColumn column))
        {
            return Mistake(start, RowColumns.DescribeUnknown(word));
        }

        SkipSpace();
        int place = _at;
        if (ReadPatternOperator() is { } isWanted)
        {
            return ParsePattern(column, place, isWanted);
        }

        if (ReadComparison() is not { } comparison)
        {
            return Error is not null ? null : RowColumns.IsText(column)
                ? Mistake(place, $"expected an operator such as == or =~ behind '{word}', found {Found()}")
                : new NumberNode(column, RowComparison.NotEqual, 0);
        }

        return RowColumns.IsText(column) ? ParseText(column, comparison) : ParseRight(column, comparison);
    }

    private FilterNode? ParseNumberFirst()
    {
        if (ReadNumber() is not { } number)
        {
            return null;
        }

        SkipSpace();
        if (ReadComparison() is not { } comparison)
        {
            return Error is null ? Mistake(_at, $"expected an operator such as < behind a number, found {Found()}") : null;
        }

        SkipSpace();
        int place = _at;
        string word = ReadWord();
        if (!RowColumns.TryParse(word, out RowColumn column) || RowColumns.IsText(column))
        {
            _at = place;
            return Mistake(place, word.Length == 0 ? $"expected a column, found {Found()}"
                : RowColumns.IsText(column) && word is "name" or "kind" ? $"'{word}' is text and is not compared to a number"
                : RowColumns.DescribeUnknown(word));
        }

        return new NumberNode(column, Mirror(comparison), number);
    }

    private FilterNode? ParseRight(RowColumn column, RowComparison comparison)
    {
        SkipSpace();
        int place = _at;
        if (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            return ReadNumber() is { } number ? new NumberNode(column, comparison, number) : null;
        }

        string word = ReadWord();
        if (word is "yes" or "true" or "no" or "false" && RowColumns.IsYesOrNo(column))
        {
            return new NumberNode(column, comparison, word is "yes" or "true" ? 1 : 0);
        }

        if (word.Length > 0 && RowColumns.TryParse(word, out RowColumn right) && !RowColumns.IsText(right))
        {
            return new ColumnsNode(column, comparison, right);
        }

        _at = place;
        string wanted = RowColumns.IsYesOrNo(column) ? "yes, no or a number" : "a number or a column that is one";
        return Mistake(place, $"expected {wanted}, found {Found()}");
    }

    private FilterNode? ParseText(RowColumn column, RowComparison comparison)
    {
        SkipSpace();
        int place = _at;
        if (ReadText() is not { } value)
        {
            return null;
        }

        // A kind that there is not would be a condition that never holds.
        return column == RowColumn.Kind && !TypeKinds.TryParse(value, out _)
            ? Mistake(place, $"'{value}' is no kind; there are {TypeKinds.Words}")
            : new TextNode(column, comparison, Encoding.UTF8.GetBytes(value));
    }

    private FilterNode? ParsePattern(RowColumn column, int place, bool isWanted)
    {
        if (!RowColumns.IsText(column))
        {
            return Mistake(place, $"=~ and !~ match names and kinds, and '{RowColumns.NameOf(column)}' is a number");
        }

        SkipSpace();
        if (ReadText() is not { } value)
        {
            return null;
        }

        var node = new PatternNode(column, new GlobPattern(Encoding.UTF8.GetBytes(value)));
        return isWanted ? node : new NotNode(node);
    }

    // Up to the other quote; without quotes up to a space or what belongs to the expression.
    private string? ReadText()
    {
        int start = _at;
        if (_at < text.Length && text[_at] is '\'' or '"')
        {
            int end = text.IndexOf(text[_at], _at + 1);
            if (end < 0)
            {
                Mistake(start, $"the text that begins here has no closing {text[start]}");
                return null;
            }

            _at = end + 1;
            return text[(start + 1)..end];
        }

        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('(' or ')' or '&' or '|'))
        {
            _at++;
        }

        if (_at == start)
        {
            Mistake(start, $"expected a text, found {Found()}");
            return null;
        }

        return text[start.._at];
    }

    private long? ReadNumber()
    {
        int start = _at;
        bool isHex = text.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        _at += isHex ? 2 : 0;
        int first = _at;
        while (_at < text.Length && (isHex ? char.IsAsciiHexDigit(text[_at]) : char.IsAsciiDigit(text[_at])))
        {
            _at++;
        }

        bool isNumber = long.TryParse(text.AsSpan(first, _at - first), isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out long value) && value >= 0;
        int shift = _at < text.Length ? text[_at] switch { 'k' or 'K' => 10, 'm' or 'M' => 20, 'g' or 'G' => 30, _ => 0 } : 0;
        _at += shift > 0 ? 1 : 0;
        if (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            Mistake(_at, $"expected the end of the number or a suffix k, M or G, found {Found()}");
            return null;
        }

        if (!isNumber || value > long.MaxValue >> shift)
        {
            Mistake(start, first == _at ? "expected digits behind 0x" : "the number is too large");
            return null;
        }

        return value << shift;
    }

    private bool? ReadPatternOperator() => Take("=~") ? true : Take("!~") ? false : null;

    private RowComparison? ReadComparison()
    {
        SkipSpace();
        int start = _at;
        RowComparison? comparison = Take("==") ? RowComparison.Equal
            : Take("!=") ? RowComparison.NotEqual
            : Take("<=") ? RowComparison.LessOrEqual
            : Take(">=") ? RowComparison.GreaterOrEqual
            : Take("<") ? RowComparison.Less
            : Take(">") ? RowComparison.Greater : null;
        if (comparison is null && start < text.Length && text[start] == '=')
        {
            Mistake(start, "expected an operator, found '=': did you mean '=='?");
        }

        return comparison;
    }

    private static RowComparison Mirror(RowComparison comparison) => comparison switch
    {
        RowComparison.Less => RowComparison.Greater,
        RowComparison.LessOrEqual => RowComparison.GreaterOrEqual,
        RowComparison.Greater => RowComparison.Less,
        RowComparison.GreaterOrEqual => RowComparison.LessOrEqual,
        _ => comparison,
    };

    private bool Take(string token)
    {
        SkipSpace();
        bool isNext = text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal);
        _at += isNext ? token.Length : 0;
        return isNext;
    }

    private bool TakeWord(string word)
    {
        SkipSpace();
        int start = _at;
        bool isNext = ReadWord() == word;
        _at = isNext ? _at : start;
        return isNext;
    }

    private string ReadWord()
    {
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        return text[start.._at];
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    private string Found()
    {
        int start = _at;
        string word = ReadWord();
        _at = start;
        return start >= text.Length ? "the end" : $"'{(word.Length > 0 ? word : text[start])}'";
    }

    private FilterNode? Mistake(int at, string message)
    {
        Error ??= new RowFilterError(at + 1, message);
        return null;
    }
}
