using BtfTool.Cli.Output;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class UsageTests
{
    [Fact]
    public void The_version_is_one_line()
    {
        RunResult run = BtfToolProcess.Run("--version");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldMatch(@"\Abtftool \d+\.\d+\.\d+\n\z");
        run.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Help_lists_all_commands_with_an_example_each()
    {
        RunResult run = BtfToolProcess.Run("--help");

        run.ExitCode.ShouldBe(0);
        run.Errors.ShouldBeEmpty();
        foreach (string command in new[] { "show", "header", "dump" })
        {
            run.Output.ShouldMatch($@"(?m)^  {command} +\S");
            run.Output.ShouldMatch($@"(?m)^  btftool {command}\b");
        }
    }

    [Theory]
    [InlineData("show", "--pahole-compat", "--cacheline", "--relative-offsets", "--color")]
    [InlineData("header", "--unsorted", "--bpftool-compat")]
    [InlineData("dump", "--file", "--base", "--output")]
    public void Help_of_a_command_has_its_options_and_examples(string command, params string[] options)
    {
        RunResult run = BtfToolProcess.Run(command, "--help");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldMatch($@"(?s)Usage:.*btftool {command}.*Examples:\n  btftool {command}");
        foreach (string option in options)
        {
            run.Output.ShouldContain(option);
        }
    }

    [Fact]
    public void What_nobody_foresaw_is_one_line_and_ends_with_4()
    {
        CommandLine.Guard(() => throw new InvalidOperationException("made by a test")).ShouldBe(4);
        CommandLine.Guard(() => throw new UnusableException("made by a test")).ShouldBe(3);
        CommandLine.Guard(() => throw new BrokenPipeException()).ShouldBe(0);
    }

    [Theory]
    [InlineData("unknown command 'shwo': did you mean 'show'?", "shwo")]
    [InlineData("unknown command 'show'", "--", "show")]
    [InlineData("unknown option '--ouput': did you mean '--output'?", "dump", "--ouput")]
    [InlineData("unknown option '--fiel': did you mean '--file'?", "show", "--fiel", "x")]
    [InlineData("unknown option '--verison': did you mean '--version'?", "--verison")]
    [InlineData("unknown argument 'b'", "dump", "a", "b")]
    [InlineData("Required argument missing for option: '--file'", "dump", "--file")]
    [InlineData("Required command was not provided")]
    [InlineData("Give one file: FILE or --file", "dump", "a", "-f", "b")]
    [InlineData("Give the NAME of a type, or --all", "show")]
    [InlineData("Give names or --all, not both", "show", "--all", "x")]
    [InlineData("--color takes auto, always or never, not 'blue'", "show", "x", "--color", "blue")]
    [InlineData("--cacheline takes a power of two, at most 1048576", "show", "x", "--cacheline", "0")]
    [InlineData("--cacheline takes a power of two, at most 1048576", "show", "x", "--cacheline", "96")]
    [InlineData("--base goes with a file: the running kernel has no base", "show", "x", "--base", "y")]
    [InlineData("--base goes with a file: the running kernel has no base", "header", "--base", "y")]
    [InlineData("--base goes with a file: the running kernel has no base", "dump", "--base", "y")]
    public void A_mistake_in_the_arguments_is_named_and_ends_with_2(string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);

        run.ExitCode.ShouldBe(2);
        run.OutputBytes.ShouldBeEmpty();
        run.Errors.ShouldMatch(@"\A(btftool: (error|note): [^\n]+\n)+\z");
        run.Errors.ShouldStartWith($"btftool: error: {message}\n");
    }
}
