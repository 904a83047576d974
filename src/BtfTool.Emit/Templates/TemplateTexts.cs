using System.Globalization;
using System.Text;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Templates;

/// <summary>What helpers do with texts. Nothing is longer than <see cref="TemplateLimits.MaxHelperText"/>: what would be is cut.</summary>
internal static class TemplateTexts
{
    /// <summary>A text of at least so many characters.</summary>
    public static string Pad(object? value, object? width, object? fill, bool isLeft)
    {
        string text = TemplateValues.TextOf(value);
        _ = TemplateNumbers.TryRead(width, out Int128 wanted, out _);
        int length = (int)Int128.Clamp(wanted, 0, TemplateLimits.MaxHelperText);
        char with = TemplateValues.TextOf(fill) is [var first, ..] && !char.IsSurrogate(first) ? first : ' ';
        return isLeft ? text.PadLeft(length, with) : text.PadRight(length, with);
    }

    /// <summary>A text several times.</summary>
    public static string Repeat(object? value, object? count)
    {
        string text = TemplateValues.TextOf(value);
        _ = TemplateNumbers.TryRead(count, out Int128 wanted, out _);
        int times = (int)Int128.Clamp(wanted, 0, TemplateLimits.MaxHelperText / Math.Max(1, text.Length));
        return times == 0 || text.Length == 0 ? "" : new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
    }

    /// <summary>A text with one part replaced everywhere.</summary>
    public static string Replace(object? value, object? what, object? with)
    {
        string text = TemplateValues.TextOf(value);
        string old = TemplateValues.TextOf(what);
        string now = TemplateValues.TextOf(with);

        // A short text may become long where what stands instead is long.
        return old.Length == 0 || (long)text.Length / old.Length * now.Length > TemplateLimits.MaxHelperText
            ? text : Cut(text.Replace(old, now, StringComparison.Ordinal));
    }

    /// <summary>Texts one behind the other.</summary>
    public static string Concat(IEnumerable<object?> values)
    {
        var text = new StringBuilder();
        foreach (object? value in values)
        {
            text.Append(TemplateValues.TextOf(value));
        }

        return Cut(text.ToString());
    }

    /// <summary>The items of a list, or a field of each, with a text between them.</summary>
    public static string Join(object? list, object? separator, object? field)
    {
        if (list is not IEnumerable<object?> items)
        {
            return TemplateValues.TextOf(list);
        }

        string between = TemplateValues.TextOf(separator);
        var text = new StringBuilder();
        foreach (object? item in items)
        {
            object? value = field is null ? item : TemplateValues.Lookup(item, field);
            text.Append(text.Length > 0 ? between : "").Append(TemplateValues.TextOf(value));
            if (text.Length > TemplateLimits.MaxHelperText)
            {
                break;
            }
        }

        return Cut(text.ToString());
    }

    /// <summary>A number and a word: <c>1 hole</c>, <c>2 holes</c>.</summary>
    public static string Plural(object? count, object? one, object? many)
    {
        string word = TemplateValues.TextOf(one);
        bool isOne = TemplateNumbers.Compare(count, 1L) == 0;
        return Cut($"{(count is null ? "0" : TemplateValues.TextOf(count))} {(isOne ? word : many is null ? word + "s" : TemplateValues.TextOf(many))}");
    }

    /// <summary>A C identifier: what cannot stand in one becomes an underscore.</summary>
    public static string Identifier(string text)
    {
        var name = new StringBuilder(text.Length + 1);
        foreach (char c in text)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return name.Length == 0 ? "_" : char.IsAsciiDigit(name[0]) ? name.Insert(0, '_').ToString() : name.ToString();
    }

    /// <summary>A C string literal with its quotes; what is not ASCII is written in octal, which ends after three digits.</summary>
    public static string CString(string text)
    {
        var literal = new StringBuilder("\"", text.Length + 2);
        foreach (byte b in Encoding.UTF8.GetBytes(Cut(text)))
        {
            // No trigraph is made of question marks.
            _ = b is (byte)'"' or (byte)'\\' or (byte)'?' ? literal.Append('\\').Append((char)b)
                : b is >= (byte)' ' and <= (byte)'~' ? literal.Append((char)b)
                : literal.Append(CultureInfo.InvariantCulture, $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}");
        }

        return literal.Append('"').ToString();
    }

    /// <summary>Text for a C comment: on one line, and does not end it.</summary>
    public static string CComment(string text)
    {
        var comment = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            // A backslash at the end of a line would join it with the next one.
            bool isHarmless = !char.IsControl(c) && c != '\\' && !(c is '/' or '*' && comment.Length > 0 && comment[^1] is '/' or '*' && comment[^1] != c);
            comment.Append(isHarmless ? c : '_');
        }

        return comment.ToString();
    }

    /// <summary>Text for HTML and XML, also in attributes.</summary>
    public static string Html(string text)
    {
        if (text.AsSpan().IndexOfAny("<>&\"'") < 0 && !text.Any(char.IsControl))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\n' or '\t' => escaped.Append(c),
                _ => escaped.Append(char.IsControl(c) ? '\uFFFD' : c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Text for Markdown, also in a cell of a table.</summary>
    public static string Markdown(string text) => MarkdownText.Escape(text);

    /// <summary>Code for Markdown, also in a cell of a table.</summary>
    public static string MarkdownCode(string text) => MarkdownText.Code(text);

    /// <summary>A field of a CSV file (RFC 4180), in quotes where it needs them.</summary>
    public static string Csv(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Cut(string text) => text.Length <= TemplateLimits.MaxHelperText ? text : text[..TemplateLimits.MaxHelperText];
}
