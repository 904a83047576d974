namespace BtfTool.Core.Checks;

/// <summary>What a piece of a check file is.</summary>
internal enum CheckTokenKind
{
    /// <summary>Behind the last character.</summary>
    End,

    /// <summary>The end of a line, or a semicolon.</summary>
    Separator,

    /// <summary>A keyword, a name or a path of members.</summary>
    Word,

    /// <summary>Text between quotes, without them.</summary>
    Text,

    /// <summary>What begins with a digit: a number, a date, a place of a bitfield.</summary>
    Number,

    /// <summary>A comparison.</summary>
    Operator,

    /// <summary>One of <c>{ } ( ) ,</c>.</summary>
    Mark,

    /// <summary>What cannot be read; it has been reported.</summary>
    Broken,
}

/// <summary>A piece of a check file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters; of a text those between the quotes.</param>
/// <param name="Place">Where it begins.</param>
internal readonly record struct CheckToken(CheckTokenKind Kind, string Text, CheckPlace Place)
{
    private const int LongestShown = 40;

    public bool IsWord(string word) => Kind == CheckTokenKind.Word && Text == word;

    public bool IsMark(char mark) => Kind == CheckTokenKind.Mark && Text[0] == mark;

    public bool EndsStatement => Kind is CheckTokenKind.Separator or CheckTokenKind.End || IsMark('}');

    /// <summary>How messages call it.</summary>
    public string Shown => Kind switch
    {
        CheckTokenKind.End => "the end of the file",
        CheckTokenKind.Separator => Text == ";" ? "';'" : "the end of the line",
        CheckTokenKind.Text => $"the text \"{Cut}\"",
        _ => $"'{Cut}'",
    };

    private string Cut => Text.Length <= LongestShown ? Text : string.Concat(Text.AsSpan(0, LongestShown), "...");
}
