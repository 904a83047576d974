using System.CommandLine;

namespace BtfTool.Cli.Commands;

/// <summary>A command as the program knows it before it builds it.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">One short line.</param>
/// <param name="Fill">Adds arguments, options and the action; run only for the command that was typed.</param>
/// <param name="Examples">Command lines and what they do, for the help.</param>
internal sealed record CommandEntry(string Name, string Description, Action<Command> Fill, IReadOnlyList<(string Line, string Meaning)> Examples)
{
    /// <summary>All commands, in the order of the help.</summary>
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        ShowCommand.Entry, ListCommand.Entry, FieldCommand.Entry, LayoutCommand.Entry, ReorganizeCommand.Entry, ReportCommand.Entry,
        DiffCommand.Entry, CheckCommand.Entry, BaselineCommand.Entry, HeaderCommand.Entry, DumpCommand.Entry, InfoCommand.Entry,
        TemplatesCommand.Entry, HelpCommand.Entry, CompletionCommand.Entry, ManCommand.Entry,
    ];
}
