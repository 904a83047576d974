using System.Text;

namespace BtfTool.Core.Checks;

/// <summary>Cuts a check file into tokens, one at a time. Cost: linear in the text.</summary>
/// <param name="file">The path, for places.</param>
/// <param name="text">What is in it.</param>
/// <param name="mistakes">Takes what cannot be read.</param>
internal sealed class CheckLexer(string file, string text, Action<CheckPlace, string> mistakes)
{
    private const string Marks = "{}(),";

    private int _at;
    private int _line = 1;
    private int _lineStart;

    private CheckPlace Here => new(file, _line, _at - _lineStart + 1);

    /// <summary>The next token; <see cref="CheckTokenKind.End"/> at the end, however often.</summary>
    public CheckToken Next()
    {
        SkipBlanks();
        CheckPlace place = Here;
        if (_at == text.Length)
        {
            return new CheckToken(CheckTokenKind.End, "", place);
        }

        char c = text[_at];
        if (c == '\n')
        {
            _at++;
            _line++;
            _lineStart = _at;
            return new CheckToken(CheckTokenKind.Separator, "\n", place);
        }

        return c switch
        {
            ';' => Take(CheckTokenKind.Separator, 1, place),
            '"' => TakeText(place),
            '=' or '<' or '>' or '!' => TakeOperator(place),
            _ when Marks.Contains(c, StringComparison.Ordinal) => Take(CheckTokenKind.Mark, 1, place),
            _ when char.IsAsciiDigit(c) || (c == '-' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]))
                => Take(CheckTokenKind.Number, LengthOf(static d => char.IsAsciiLetterOrDigit(d) || d is '-' or ':' or '_'), place),
            _ when IsOfWord(c) => Take(CheckTokenKind.Word, LengthOf(IsOfWord), place),
            _ => TakeStranger(c, place),
        };
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '.' or '[' or ']' || (c >= 0x80 && !char.IsControl(c));

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '#')
        {
            if (text[_at] == '#')
            {
                int end = text.AsSpan(_at).IndexOf('\n');
                _at = end < 0 ? text.Length : _at + end;
                return;
            }

            _at++;
        }
    }

    private int LengthOf(Func<char, bool> isPart)
    {
        int end = _at + 1;
        while (end < text.Length && isPart(text[end]))
        {
            end++;
        }

        return end - _at;
    }

    private CheckToken Take(CheckTokenKind kind, int length, CheckPlace place)
    {
        string taken = text.Substring(_at, length);
        _at += length;
        return new CheckToken(kind, taken, place);
    }

    private CheckToken TakeOperator(CheckPlace place)
    {
        bool isTwo = _at + 1 < text.Length && text[_at + 1] == '=';
        if (isTwo || text[_at] is '<' or '>')
        {
            return Take(CheckTokenKind.Operator, isTwo ? 2 : 1, place);
        }

        mistakes(place, $"'{text[_at]}' is no comparison: ==, !=, <=, >=, < or > expected");
        return Take(CheckTokenKind.Broken, 1, place);
    }

    // A backslash takes the next character as it is; a text ends on its line.
    private CheckToken TakeText(CheckPlace place)
    {
        var taken = new StringBuilder();
        for (_at++; _at < text.Length && text[_at] is not ('"' or '\n'); _at++)
        {
            bool escapes = text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '"' or '\\';
            _at += escapes ? 1 : 0;
            taken.Append(text[_at]);
        }

        if (_at == text.Length || text[_at] == '\n')
        {
            mistakes(place, "the text that begins here has no end: '\"' expected before the end of the line");
            return new CheckToken(CheckTokenKind.Broken, "\"", place);
        }

        _at++;
        return new CheckToken(CheckTokenKind.Text, taken.ToString(), place);
    }

    private CheckToken TakeStranger(char c, CheckPlace place)
    {
        string shown = char.IsControl(c) || char.IsSurrogate(c) ? $"the character U+{(int)c:X4}" : $"'{c}'";
        mistakes(place, $"{shown} has no meaning here: a word, a number, a text or a comparison expected");
        return Take(CheckTokenKind.Broken, 1, place);
    }
}
