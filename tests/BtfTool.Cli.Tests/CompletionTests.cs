using BtfTool.Cli.Commands;
using BtfTool.Cli.Help;
using BtfTool.Cli.Output;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class CompletionTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void A_script_has_every_command_and_every_option(string shell)
    {
        string script = Script(shell);

        foreach (CommandModel command in CommandModel.ReadAll())
        {
            script.ShouldContain(command.Name);
            foreach (string name in command.Options.SelectMany(option => option.Names))
            {
                string spelled = shell != "fish" ? name : name.StartsWith("--") ? " -l " + name[2..] : " -s " + name[1..];
                script.ShouldContain(spelled, Case.Sensitive, $"{command.Name} {name}");
            }
        }
    }

    [Fact]
    public void A_shell_without_a_script_is_refused()
    {
        RunResult run = BtfToolProcess.Run("completion", "tcsh");

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldStartWith("btftool: error: There is a script for bash, zsh, fish, not for 'tcsh'\n");
    }

    [Theory]
    [InlineData("bash", "bash -n")]
    [InlineData("zsh", "zsh -n")]
    [InlineData("fish", "fish --no-execute")]
    public void Shells_can_parse_their_script(string shell, string check)
    {
        string path = Write("script", BtfToolProcess.Run("completion", shell).OutputBytes);

        RunResult run = BtfToolProcess.RunShell($"if command -v {shell} >/dev/null; then {check} '{path}'; fi");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sh", "show")]
    [InlineData("--ver", "--version")]
    [InlineData("help wh", "where")]
    [InlineData("help du", "dump")]
    [InlineData("completion z", "zsh")]
    [InlineData("show --cachel", "--cacheline")]
    [InlineData("show --color al", "always")]
    [InlineData("show --color = al", "always")]
    [InlineData("show --color =", "auto always never")]
    [InlineData("show x --format d", "dwarf")]
    [InlineData("list --sort siz", "size")]
    [InlineData("list --sort size,d", "size,desc")]
    [InlineData("list -c size,larg", "size,largest_hole")]
    [InlineData("list --kind struct,un", "struct,union")]
    [InlineData("list --where 'size>4k&&wast", "size>4k&&wasted")]
    [InlineData("list --top 1", "")]
    [InlineData("show -- --cachel", "")]
    [InlineData("show -f @KERNEL@ list_hea", "list_head")]
    [InlineData("show --file = @KERNEL@ list_hea", "list_head")]
    [InlineData("header -f @KERNEL@ list_hea", "list_head")]
    [InlineData("list --contains list_hea -f @KERNEL@", "list_head")]
    [InlineData("show -f @KERNEL@ no_such_typ", "")]
    public void Bash_completes(string line, string expected)
    {
        string[] words = [.. line.Replace("@KERNEL@", s_kernel).Split(' ')];
        int at = line.EndsWith("@KERNEL@") ? words.Length - 3 : words.Length - 1;

        Complete(words, at).ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Bash_completes_names_with_a_word_of_C_in_front_where_they_are_quoted() =>
        Complete(["show", "-f", s_kernel, "'struct list_hea"], 3).ShouldBe(["struct list_head"]);

    [Fact]
    public void Bash_completes_files()
    {
        string path = Write("a-file", []);

        Complete(["show", "x", "-f", path[..^2]], 3).ShouldBe([path]);
        Complete(["dump", path[..^2]], 1).ShouldBe([path]);
        Complete(["man", path[..^2]], 1).ShouldBeEmpty();
    }

    [Fact]
    public void Names_are_sorted_and_each_is_there_once()
    {
        string[] names = NamesOf("__complete", "tcp_s", "-f", s_kernel);

        names.Length.ShouldBeGreaterThan(5);
        names.ShouldAllBe(name => name.StartsWith("tcp_s"));
        names.ShouldBe(names.Distinct().Order(StringComparer.Ordinal));
        NamesOf("__complete", "struct tcp_s", "-f", s_kernel).ShouldBeSubsetOf(names.Select(name => "struct " + name));
    }

    [Fact]
    public void Of_too_many_names_the_first_and_the_last_are_there()
    {
        string[] names = NamesOf("__complete", "", "-f", s_kernel);

        names.Length.ShouldBe(500);
        names.ShouldBe(names.Order(StringComparer.Ordinal));
        string.CompareOrdinal(names[^1], "x").ShouldBePositive();
    }

    [Fact]
    public void Functions_are_completed_where_they_are_asked_for()
    {
        NamesOf("__complete", "tcp_v4_conn", "-f", s_kernel, "--functions").ShouldContain("tcp_v4_connect");
        NamesOf("__complete", "tcp_v4_conn", "-f", s_kernel).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("__complete")]
    [InlineData("__complete", "x", "-f", "/no/such/file")]
    [InlineData("__complete", "x", "-f", "/dev/null")]
    [InlineData("__complete", "x", "-f")]
    [InlineData("__complete", "--help", "-f", "/etc/passwd")]
    public void Mistakes_are_silent(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);

        run.Errors.ShouldBeEmpty();
        run.ExitCode.ShouldBeOneOf(0, 3);
    }

    [Theory]
    [InlineData(0, 0, "reading DWARF")]
    [InlineData(980, 2172, "reading DWARF: 45% (980 of 2172 units)")]
    [InlineData(2172, 2172, "reading DWARF: 100% (2172 of 2172 units)")]
    public void A_long_reading_says_how_far_it_is(int units, int count, string expected) =>
        ProgressLine.Describe(units, count).ShouldBe(expected);

    [Fact]
    public void Completion_lists_what_there_are_scripts_for() =>
        CompletionCommand.Shells.ShouldBe(["bash", "zsh", "fish"]);

    private static string Script(string shell)
    {
        RunResult run = BtfToolProcess.Run("completion", shell);
        run.ExitCode.ShouldBe(0);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }

    private static string[] NamesOf(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0);
        run.Errors.ShouldBeEmpty();
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // Calls the script's function as bash does when the tab key is pressed behind a word.
    private string[] Complete(string[] words, int at)
    {
        string script = Write("btftool.bash", BtfToolProcess.Run("completion", "bash").OutputBytes);
        string tool = Write("btftool", System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\nexec {BtfToolProcess.InShell} \"$@\"\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        string typed = string.Join(' ', words.Prepend(tool).Select(word => "'" + word.Replace("'", @"'\''") + "'"));
        string session = Write("session", System.Text.Encoding.UTF8.GetBytes(
            $"source '{script}'\nCOMP_WORDS=({typed})\nCOMP_CWORD={at + 1}\n_btftool\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"));
        RunResult run = BtfToolProcess.RunShell($"if command -v bash >/dev/null; then bash '{session}'; else exit 77; fi");
        Assert.SkipWhen(run.ExitCode == 77, "there is no bash");
        run.Errors.ShouldBeEmpty();
        File.Delete(tool);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
