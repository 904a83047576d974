using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using BtfTool.Cli.Commands;
using BtfTool.Cli.Output;

namespace BtfTool.Cli.Help;

/// <summary>The library's help, and then the examples of the command that help was asked for (of all commands, for the program).</summary>
internal sealed class ExamplesHelpAction : SynchronousCommandLineAction
{
    private const int WidthColumns = 110;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        new HelpAction { MaxWidth = WidthColumns }.Invoke(parseResult);
        string usage = text.ToString().TrimEnd();
        string help = $"{usage}\n\nExamples:\n{Examples(parseResult.CommandResult.Command)}";
        TextOutput.Write(parseResult.CommandResult.Command is RootCommand ? help + TopicList() : help);
        return ExitCode.Done;
    }

    private static string Examples(Command command)
    {
        var lines = new StringBuilder();
        foreach (CommandEntry entry in CommandEntry.All)
        {
            if (command is RootCommand || command.Name == entry.Name)
            {
                foreach ((string line, string meaning) in command is RootCommand ? entry.Examples.Take(1) : entry.Examples)
                {
                    lines.Append("  ").Append(line.PadRight(52)).Append("  ").Append(meaning).Append('\n');
                }
            }
        }

        return lines.ToString();
    }

    private static string TopicList()
    {
        var lines = new StringBuilder("\nTopics (btftool help TOPIC):\n");
        foreach (Topic topic in Topics.All)
        {
            lines.Append("  ").Append(topic.Name.PadRight(12)).Append(topic.Title).Append('\n');
        }

        return lines.ToString();
    }
}
