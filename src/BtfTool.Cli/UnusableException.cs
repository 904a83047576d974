namespace BtfTool.Cli;

/// <summary>Ends a command with <see cref="ExitCode.Unusable"/>: an input cannot be used, a type is missing, an output cannot be written.</summary>
/// <param name="message">One line without a full stop.</param>
internal sealed class UnusableException(string message) : Exception(message);
