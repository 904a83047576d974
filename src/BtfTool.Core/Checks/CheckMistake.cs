namespace BtfTool.Core.Checks;

/// <summary>A place in a check file or in a file that it includes.</summary>
/// <param name="File">The path as it was given or written.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
public readonly record struct CheckPlace(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>Something wrong in a check file.</summary>
/// <param name="Place">Where.</param>
/// <param name="Message">One line without a full stop: what is there, and what was expected.</param>
public sealed record CheckMistake(CheckPlace Place, string Message)
{
    /// <summary><c>file:line:column: message</c>.</summary>
    public override string ToString() => $"{Place}: {Message}";
}
