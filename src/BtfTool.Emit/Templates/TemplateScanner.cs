using System.Buffers;

namespace BtfTool.Emit.Templates;

/// <summary>
/// Finds the tags of a template and reads what stands in them, with positions. The template library does the same later; it cannot say
/// where a mistake is.
/// </summary>
/// <param name="source">The template.</param>
/// <param name="limits">Bounds on nesting.</param>
internal sealed class TemplateScanner(TemplateSource source, TemplateLimits limits)
{
    private static readonly SearchValues<char> s_wordEnds = SearchValues.Create(" \t\r\n(){}=|~\"'");

    private readonly string _text = source.Text;
    private int _at;
    private int _tagStart;

    /// <summary>All tags in order. Cost: linear in the text.</summary>
    /// <exception cref="TemplateMistakeException">A tag does not end, or what stands in it cannot be read.</exception>
    public List<TemplateTag> Scan()
    {
        var tags = new List<TemplateTag>();
        while ((_tagStart = _text.IndexOf("{{", _at, StringComparison.Ordinal)) >= 0)
        {
            // A backslash makes text of it. Two would be a backslash before a value in some implementations and not in others.
            if (_tagStart > 0 && _text[_tagStart - 1] == '\\')
            {
                if (_tagStart > 1 && _text[_tagStart - 2] == '\\')
                {
                    throw source.Mistake(_tagStart - 2, "two backslashes before '{{': write one, or none");
                }

                _at = _tagStart + 2;
                SkipEscaped();
                continue;
            }

            tags.Add(ReadTag());
        }

        return tags;
    }

    // What is escaped is text up to its end.
    private void SkipEscaped()
    {
        int end = _text.IndexOf("}}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw source.Mistake(_tagStart, "'\\{{' has no '}}' behind it");
        }

        _at = end + 2;
    }

    private TemplateTag ReadTag()
    {
        _at = _tagStart + 2;
        bool isRaw = Peek() == '{';
        if (isRaw)
        {
            _at++;
        }

        bool trims = Peek() == '~';
        if (trims)
        {
            _at++;
        }

        if (Peek() == '!')
        {
            return ReadComment();
        }

        TemplateTagKind kind = Peek() switch
        {
            '#' => TemplateTagKind.Open,
            '/' => TemplateTagKind.Close,
            '^' => TemplateTagKind.OpenInverse,
            '>' => TemplateTagKind.Partial,
            _ => TemplateTagKind.Value,
        };
        if (Peek() is '&' or '*' || (kind == TemplateTagKind.Open && _at + 1 < _text.Length && _text[_at + 1] is '>' or '*'))
        {
            throw source.Mistake(_tagStart, $"'{{{{{_text.AsSpan(_at, Math.Min(2, _text.Length - _at)).Trim()}' is not supported");
        }

        if (isRaw && (kind != TemplateTagKind.Value || trims))
        {
            throw source.Mistake(_tagStart, "three braces are for values only");
        }

        _at += kind == TemplateTagKind.Value ? 0 : 1;
        TemplateTag tag = ReadContent(kind);
        Close(isRaw);
        return tag with { End = _at };
    }

    private TemplateTag ReadComment()
    {
        bool isLong = string.CompareOrdinal(_text, _at, "!--", 0, 3) == 0;
        int from = isLong ? _at + 3 : _at;
        int end = _text.IndexOf(isLong ? "--}}" : "}}", from, StringComparison.Ordinal);
        int trimmed = isLong ? _text.IndexOf("--~}}", from, StringComparison.Ordinal) : -1;
        bool isTrimmed = trimmed >= 0 && (end < 0 || trimmed < end);
        if (end < 0 && !isTrimmed)
        {
            throw source.Mistake(_tagStart, isLong ? "the comment has no '--}}'" : "the comment has no '}}'");
        }

        _at = isTrimmed ? trimmed + 5 : end + (isLong ? 4 : 2);
        return new TemplateTag(TemplateTagKind.Comment, _tagStart, _at);
    }

    private TemplateTag ReadContent(TemplateTagKind kind)
    {
        SkipSpace();
        if (kind == TemplateTagKind.OpenInverse && AtEnd())
        {
            return new TemplateTag(TemplateTagKind.Else, _tagStart, _at);
        }

        int start = _at;
        if (AtEnd())
        {
            throw source.Mistake(_tagStart, "there is nothing between the braces");
        }

        if (kind == TemplateTagKind.Value && Peek() is '"' or '\'' or '(')
        {
            throw source.Mistake(start, "an expression begins with a name");
        }

        string name = kind == TemplateTagKind.Partial && Peek() is '"' or '\'' ? ReadText() : ReadWord();
        SkipSpace();
        if (kind == TemplateTagKind.Value && name == "else")
        {
            return ReadElse();
        }

        TemplateCall call = ReadArguments(new TemplateCall(start, name), 0);
        IReadOnlyList<string> parameters = Peek() == '|' && kind == TemplateTagKind.Open ? ReadBlockParameters() : [];
        return new TemplateTag(kind, _tagStart, _at) { Call = call, BlockParameters = parameters };
    }

    private TemplateTag ReadElse()
    {
        if (AtEnd())
        {
            return new TemplateTag(TemplateTagKind.Else, _tagStart, _at);
        }

        int start = _at;
        string name = ReadWord();
        SkipSpace();
        return new TemplateTag(TemplateTagKind.Else, _tagStart, _at) { Call = ReadArguments(new TemplateCall(start, name), 0) };
    }

    private TemplateCall ReadArguments(TemplateCall call, int depth)
    {
        var arguments = new List<TemplateOperand>();
        var named = new List<(string, TemplateOperand)>();
        while (!AtEnd() && Peek() is not (')' or '|'))
        {
            int start = _at;
            TemplateOperand operand = ReadOperand(depth);
            if (Peek() == '=')
            {
                if (operand is not TemplatePath { Text: var key } || !IsIdentifier(key))
                {
                    throw source.Mistake(start, "'=' follows a name");
                }

                _at++;
                named.Add((key, ReadOperand(depth)));
            }
            else if (operand is TemplatePath { Text: "as" } && SkipSpace() && Peek() == '|')
            {
                break;
            }
            else if (named.Count > 0)
            {
                throw source.Mistake(start, "arguments without a name stand before those with one");
            }
            else
            {
                arguments.Add(operand);
            }

            SkipSpace();
        }

        return call with { Arguments = arguments, Named = named };
    }

    private TemplateOperand ReadOperand(int depth)
    {
        int start = _at;
        switch (Peek())
        {
            case '"' or '\'':
                ReadText();
                return new TemplateLiteral(start);
            case '(':
                if (depth >= limits.MaxNesting)
                {
                    throw source.Mistake(start, $"expressions nest deeper than {limits.MaxNesting} levels");
                }

                _at++;
                SkipSpace();
                int position = _at;
                string name = ReadWord();
                SkipSpace();
                TemplateCall call = ReadArguments(new TemplateCall(position, name), depth + 1);
                if (Peek() != ')')
                {
                    throw source.Mistake(start, "'(' has no ')'");
                }

                _at++;
                return call;
            default:
                string word = ReadWord();
                return IsLiteral(word) ? new TemplateLiteral(start) : new TemplatePath(start, word);
        }
    }

    private List<string> ReadBlockParameters()
    {
        int start = _at++;
        var names = new List<string>();
        while (SkipSpace() && Peek() != '|')
        {
            int at = _at;
            string name = ReadWord();
            if (!IsIdentifier(name))
            {
                throw source.Mistake(at, $"'{name}' cannot name an item");
            }

            names.Add(name);
        }

        _at++;
        SkipSpace();
        return names.Count is 1 or 2 ? names : throw source.Mistake(start, "'as |item|' or 'as |item index|' names one or two things");
    }

    private string ReadWord()
    {
        int length = _text.AsSpan(_at).IndexOfAny(s_wordEnds);
        int end = length < 0 ? _text.Length : _at + length;
        if (end == _at)
        {
            throw _at >= _text.Length ? Unclosed() : source.Mistake(_at, $"'{_text[_at]}' is not expected here");
        }

        string word = _text[_at..end];
        _at = end;
        return word;
    }

    // Without escapes, as the library has it.
    private string ReadText()
    {
        int start = _at;
        int end = _text.IndexOf(_text[_at], _at + 1);
        int line = _text.IndexOf('\n', _at);
        if (end < 0 || (line >= 0 && line < end))
        {
            throw source.Mistake(start, "the text has no closing quote on its line");
        }

        _at = end + 1;
        string text = _text[(start + 1)..end];
        return text.AsSpan().IndexOfAny("{}\\") < 0 ? text : throw source.Mistake(start, "braces and backslashes cannot stand in a quoted text");
    }

    private void Close(bool isRaw)
    {
        SkipSpace();
        if (Peek() == '~')
        {
            _at++;
        }

        int braces = 0;
        while (braces < (isRaw ? 3 : 2) && Peek() == '}')
        {
            _at++;
            braces++;
        }

        if (braces < (isRaw ? 3 : 2))
        {
            throw Peek() is '\0' or '{' or '}' || braces > 0 ? Unclosed()
                : source.Mistake(_at, $"'{Peek()}' is not expected here");
        }
    }

    private TemplateMistakeException Unclosed() => source.Mistake(_tagStart, "the expression is not closed: it has no '}}'");

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private bool AtEnd() => Peek() is '\0' or '}' or '{' || (Peek() == '~' && _at + 1 < _text.Length && _text[_at + 1] == '}');

    // True, so that it can stand in a condition.
    private bool SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }

        return true;
    }

    private static bool IsLiteral(string word) =>
        word is "true" or "false" or "null" or "undefined" || (word.TrimStart('-') is var digits && digits.Length is > 0 and < 19
            && word.Length - digits.Length <= 1 && !digits.AsSpan().ContainsAnyExceptInRange('0', '9'));

    /// <summary>Whether a word could name something: letters, digits and underscores, no digit first.</summary>
    public static bool IsIdentifier(string word) =>
        word.Length > 0 && !char.IsAsciiDigit(word[0]) && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
