using System.Text;
using BtfTool.Cli.Output;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Cli;

/// <summary>Messages to standard error, one line each. Written straight to the descriptor: the console would cost milliseconds.</summary>
internal static class Messages
{
    public static void Error(string text) => Line("error", text);

    public static void Warning(string text) => Line("warning", text);

    public static void Note(string text) => Line("note", text);

    public static void Write(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (diagnostic.Severity == DiagnosticSeverity.Note)
            {
                Note(diagnostic.Message);
            }
            else
            {
                Warning(diagnostic.Message);
            }
        }
    }

    private static void Line(string severity, string text)
    {
        // Paths and names from files may hold anything; a message stays one line and sends no escape sequence to a terminal.
        var line = new StringBuilder("btftool: ").Append(severity).Append(": ");
        foreach (char c in text)
        {
            line.Append(char.IsControl(c) ? '\uFFFD' : c);
        }

        _ = Posix.TryWriteAll(Posix.StandardError, Encoding.UTF8.GetBytes(line.Append('\n').ToString()));
    }
}
