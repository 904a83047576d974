using System.CommandLine;
using BtfTool.Cli.Help;
using BtfTool.Cli.Output;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool help</c>: the help of a command, or a text about what commands have in common.</summary>
internal static class HelpCommand
{
    public static CommandEntry Entry { get; } = new("help", "Explain a command or a topic", Fill,
    [
        ("btftool help", "commands and topics"),
        ("btftool help show", "the same as btftool show --help"),
        ("btftool help where", "the conditions of btftool list --where"),
    ]);

    private static void Fill(Command command)
    {
        Argument<string?> topic = new("TOPIC")
        {
            Description = "A command or a topic [default: a list of them]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Arguments.Add(topic);
        command.SetAction(r => Run(r.GetValue(topic)));
    }

    private static int Run(string? name)
    {
        if (name is null)
        {
            return CommandLine.Invoke(CommandTree.Build([]).Parse(["--help"]));
        }

        if (CommandEntry.All.Any(entry => entry.Name == name))
        {
            return CommandLine.Invoke(CommandTree.Build([name]).Parse([name, "--help"]));
        }

        if (Topics.All.FirstOrDefault(topic => topic.Name == name) is { } found)
        {
            TextOutput.Write($"{found.Name}: {found.Title}\n\n{found.Text}");
            return ExitCode.Done;
        }

        IEnumerable<string> known = [.. CommandEntry.All.Select(entry => entry.Name), .. Topics.All.Select(topic => topic.Name)];
        Messages.Error($"unknown topic '{name}'{UsageErrors.Suggestion(known, name)}");
        Messages.Note("'btftool help' lists commands and topics");
        return ExitCode.Usage;
    }
}
