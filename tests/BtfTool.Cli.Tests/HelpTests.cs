using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Cli.Commands;
using BtfTool.Cli.Help;
using BtfTool.Core.Queries;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class HelpTests
{
    [Fact]
    public void Help_lists_every_command_and_every_topic()
    {
        RunResult run = BtfToolProcess.Run("help");

        run.ExitCode.ShouldBe(0);
        run.Errors.ShouldBeEmpty();
        run.OutputBytes.ShouldBe(BtfToolProcess.Run("--help").OutputBytes);
        foreach (string name in CommandEntry.All.Select(entry => entry.Name).Concat(Topics.All.Select(topic => topic.Name)))
        {
            run.Output.ShouldMatch($@"(?m)^  {name}\s+\S");
        }
    }

    [Fact]
    public void Help_of_a_command_is_what_its_option_writes()
    {
        RunResult run = BtfToolProcess.Run("help", "list");

        run.ExitCode.ShouldBe(0);
        run.OutputBytes.ShouldBe(BtfToolProcess.Run("list", "--help").OutputBytes);
        run.Output.ShouldContain("--where");
    }

    [Fact]
    public void Help_of_a_topic_is_its_text()
    {
        RunResult run = BtfToolProcess.Run("help", "where");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldStartWith("where: ");
        foreach (RowColumn column in RowColumns.All)
        {
            run.Output.ShouldMatch($@"(?m)^  {RowColumns.NameOf(column)} +\S");
        }
    }

    [Theory]
    [InlineData("wher", "where")]
    [InlineData("lst", "list")]
    [InlineData("exitcodes", "exit-codes")]
    public void An_unknown_topic_ends_with_2_and_the_nearest_one(string typed, string meant)
    {
        RunResult run = BtfToolProcess.Run("help", typed);

        run.ExitCode.ShouldBe(2);
        run.OutputBytes.ShouldBeEmpty();
        run.Errors.ShouldStartWith($"btftool: error: unknown topic '{typed}': did you mean '{meant}'?\n");
    }

    [Fact]
    public void The_topics_that_users_look_for_are_there() =>
        Topics.All.Select(topic => topic.Name).ShouldBe(
            ["bpftool", "changes", "exit-codes", "formats", "inputs", "json", "names", "pahole", "templates", "where"]);

    [Fact]
    public void Topics_are_plain_text_in_80_columns()
    {
        foreach (Topic topic in Topics.All)
        {
            topic.Title.ShouldNotBeEmpty();
            foreach (string line in topic.Text.Split('\n').Append(topic.Title))
            {
                line.Length.ShouldBeLessThanOrEqualTo(80, $"{topic.Name}: {line}");
                line.ShouldMatch(@"\A([ -~]*[!-~])?\z", topic.Name);
            }
        }
    }

    [Fact]
    public void Nothing_is_without_a_description_and_no_command_without_examples()
    {
        foreach (CommandModel command in CommandModel.ReadAll())
        {
            command.Description.ShouldMatch(@"\A[A-Z].*[^.]\z", command.Name);
            command.Examples.Count.ShouldBeGreaterThanOrEqualTo(2, command.Name);
            command.Examples.ShouldAllBe(example => example.Line.Contains("btftool " + command.Name) && example.Meaning.Length > 0);
            foreach (string description in command.Options.Select(o => o.Description).Concat(command.Arguments.Select(a => a.Description)))
            {
                description.ShouldMatch(@"\A\S.*[^.]\z", command.Name);
            }

            command.Options.Where(option => option.Label == "VALUE").ShouldBeEmpty($"{command.Name}: an option without HelpName");
        }
    }

    [Fact]
    public void Every_example_is_a_line_that_can_be_parsed()
    {
        RootCommand root = CommandTree.BuildAll();
        IEnumerable<string> topics = Topics.All.SelectMany(topic => topic.Text.Split('\n')).Where(line => line.StartsWith("  btftool "));
        string[] lines = [.. CommandEntry.All.SelectMany(entry => entry.Examples).Select(example => example.Line), .. topics];
        foreach (string line in lines)
        {
            string[] words = WordsOf(line);
            if (words.Length == 0)
            {
                // The heading of a table.
                continue;
            }

            ParseResult parsed = root.Parse(words);
            parsed.Errors.Select(error => error.Message).ShouldBeEmpty(line);
            UsageErrors.HasUnknownOption(parsed).ShouldBeFalse(line);
        }
    }

    // What a shell makes of the part of a line that btftool gets.
    private static string[] WordsOf(string line)
    {
        string rest = line[(line.IndexOf("btftool ", StringComparison.Ordinal) + "btftool ".Length)..];
        var words = new List<string>();
        foreach (Match match in Regex.Matches(rest, """(?:'[^']*'|"[^"]*"|[^\s'"|<>;)])+|[|<>;)]"""))
        {
            if (match.Value is "|" or "<" or ">" or ";" or ")")
            {
                break;
            }

            words.Add(new StringBuilder(match.Value).Replace("'", "").Replace("\"", "").ToString());
        }

        return [.. words];
    }
}
