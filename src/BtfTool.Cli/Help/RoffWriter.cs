using System.Text;

namespace BtfTool.Cli.Help;

/// <summary>Writes a page in the <c>man</c> macros, which man-db, groff and mandoc read (observed: groff_man(7), man(7) of mandoc).</summary>
internal sealed class RoffWriter
{
    // Fixed, so that pages are the same whenever they are made: the day of the last change of what they say.
    private const string Date = "2026-11-21";

    private const int MaxLineBytes = 78;

    private readonly StringBuilder _page = new();

    public RoffWriter(string name, int section)
    {
        string version = typeof(RoffWriter).Assembly.GetName().Version!.ToString(3);
        _page.Append($".TH \"{name.ToUpperInvariant()}\" \"{section}\" \"{Date}\" \"btftool {version}\" \"btftool\"\n.nh\n.ad l\n");
    }

    /// <summary>Text in bold face, ready for the other methods that take what is escaped.</summary>
    public static string Bold(string text) => $"\\fB{Escape(text)}\\fR";

    /// <summary>Text that stands for other text.</summary>
    public static string Italic(string text) => $"\\fI{Escape(text)}\\fR";

    /// <summary>A new section.</summary>
    public RoffWriter Section(string title)
    {
        _page.Append($".SH {title}\n");
        return this;
    }

    /// <summary>Plain text.</summary>
    public RoffWriter Text(string text) => Line(Escape(text));

    /// <summary>Text that is escaped already.</summary>
    public RoffWriter Line(string escaped)
    {
        int used = 0;
        foreach (string word in escaped.Split(' '))
        {
            bool fits = used > 0 && used + 1 + word.Length <= MaxLineBytes;
            _page.Append(used == 0 ? "" : fits ? " " : "\n");

            // What begins a line with a dot would be a request.
            _page.Append(!fits && word.StartsWith('.') ? "\\&" : "").Append(word);
            used = fits ? used + 1 + word.Length : word.Length;
        }

        _page.Append('\n');
        return this;
    }

    /// <summary>An entry of a list.</summary>
    /// <param name="escapedTag">What it is about, escaped already.</param>
    /// <param name="text">What is said of it, plain.</param>
    public void Item(string escapedTag, string text)
    {
        _page.Append($".TP\n{escapedTag}\n");
        Text(text);
    }

    /// <summary>Lines that stay as they are.</summary>
    public void Verbatim(string text)
    {
        _page.Append(".nf\n");
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            // An empty line is a request of its own in roff.
            _page.Append(line.Length == 0 ? ".sp" : Escape(line)).Append('\n');
        }

        _page.Append(".fi\n");
    }

    public override string ToString() => _page.ToString();

    // A dot or a quote at the start of a line would be a request; a dash and quotes would become what cannot be pasted into a shell.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        if (text is ['.' or '\'', ..])
        {
            escaped.Append("\\&");
        }

        foreach (char c in text)
        {
            _ = c switch
            {
                '\\' => escaped.Append("\\e"),
                '-' => escaped.Append("\\-"),
                '\'' => escaped.Append("\\(aq"),
                '`' => escaped.Append("\\(ga"),
                '^' => escaped.Append("\\(ha"),
                '~' => escaped.Append("\\(ti"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
