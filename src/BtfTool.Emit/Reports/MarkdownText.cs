using System.Text;

namespace BtfTool.Emit.Reports;

/// <summary>Text for GitHub Flavored Markdown in which nothing means anything but itself.</summary>
internal static class MarkdownText
{
    /// <summary>
    /// One line: punctuation that could mean something is escaped (GFM 6.1, "Backslash escapes"), and so that nobody is called by name
    /// and no issue linked, <c>@</c> and <c>#</c> are followed by an empty comment.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in HarmlessText.OneLine(text))
        {
            _ = c switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '@' => escaped.Append("@<!-- -->"),
                '#' => escaped.Append("\\#<!-- -->"),
                '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '!' or '$' => escaped.Append('\\').Append(c),
                // At the start of a line a log would take it for a command.
                ':' when escaped.Length == 0 => escaped.Append("\\:"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Several lines, each escaped by itself.</summary>
    public static string EscapeLines(string text) => string.Join('\n', ReportFacts.LinesOf(text).Select(Escape));

    /// <summary>A code span for a cell of a table: as HTML, where neither backticks nor pipes need a rule of their own.</summary>
    public static string Code(string text)
    {
        var escaped = new StringBuilder("<code>", text.Length + 32);
        foreach (char c in HarmlessText.OneLine(text))
        {
            // As numbers: Markdown is read inside of HTML tags that stand in a line.
            _ = char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or ',' or '(' or ')' or '=' or '/' or '-' or '+' || c > '~'
                ? escaped.Append(c) : escaped.Append("&#").Append((int)c).Append(';');
        }

        return escaped.Append("</code>").ToString();
    }

    /// <summary>A fenced block; the fence is longer than any run of backticks in it.</summary>
    public static string Block(IEnumerable<string> lines, string language)
    {
        string[] harmless = [.. lines.Select(line => HarmlessText.OneLine(line, keepTabs: true))];
        int longest = 2;
        foreach (string line in harmless)
        {
            int run = 0;
            foreach (char c in line)
            {
                run = c == '`' ? run + 1 : 0;
                longest = Math.Max(longest, run);
            }
        }

        string fence = new('`', longest + 1);
        return $"{fence}{language}\n{string.Join('\n', harmless)}\n{fence}\n";
    }
}
