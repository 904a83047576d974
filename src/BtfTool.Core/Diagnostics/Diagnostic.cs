namespace BtfTool.Core.Diagnostics;

/// <summary>How much a <see cref="Diagnostic"/> matters.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Something the user may want to know (which file was chosen, and why).</summary>
    Note,

    /// <summary>Something was left out or assumed; the result is usable.</summary>
    Warning,
}

/// <summary>A message about an input that could be used all the same.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">One line without a full stop.</param>
public sealed record Diagnostic(DiagnosticSeverity Severity, string Message);
