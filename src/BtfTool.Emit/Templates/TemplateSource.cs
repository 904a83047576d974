namespace BtfTool.Emit.Templates;

/// <summary>The text of one template file.</summary>
/// <param name="Name">What messages call it: the path as the user gave it.</param>
/// <param name="Text">The text.</param>
internal sealed record TemplateSource(string Name, string Text)
{
    /// <summary>Line and column, both from 1, of a position in the text. Cost: linear in the position.</summary>
    internal (int Line, int Column) PlaceOf(int position)
    {
        ReadOnlySpan<char> before = Text.AsSpan(0, Math.Clamp(position, 0, Text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    internal TemplateMistakeException Mistake(int position, string problem)
    {
        (int line, int column) = PlaceOf(position);
        return new TemplateMistakeException(Name, line, column, problem);
    }
}

/// <summary>What is done to values that a template writes.</summary>
internal enum TemplateEscaping
{
    /// <summary>Nothing: C, Markdown and other text.</summary>
    None,

    /// <summary>What means something in HTML and XML is written as entities.</summary>
    Html,
}
