namespace BtfTool.Emit.Templates;

/// <summary>
/// A template cannot be used: a mistake in it, with its place where that is known. The message is one line,
/// <c>FILE:LINE:COLUMN: what is wrong</c>.
/// </summary>
internal sealed class TemplateMistakeException : Exception
{
    /// <summary>Reports a mistake.</summary>
    /// <param name="file">The template, as the user named it.</param>
    /// <param name="line">Line from 1; 0 where the place is not known.</param>
    /// <param name="column">Column from 1, in UTF-16 units; 0 where the place is not known.</param>
    /// <param name="problem">What is wrong, without a full stop.</param>
    public TemplateMistakeException(string file, int line, int column, string problem)
        : base(line > 0 ? FormattableString.Invariant($"{file}:{line}:{column}: {problem}") : $"{file}: {problem}") =>
        (File, Line, Column, Problem) = (file, line, column, problem);

    /// <summary>The template, as the user named it.</summary>
    public string File { get; }

    /// <summary>Line from 1; 0 where the place is not known.</summary>
    public int Line { get; }

    /// <summary>Column from 1, in UTF-16 units; 0 where the place is not known.</summary>
    public int Column { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }
}
