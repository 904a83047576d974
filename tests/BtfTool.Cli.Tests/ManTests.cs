using System.Diagnostics;
using BtfTool.Cli.Commands;
using BtfTool.Cli.Help;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ManTests : WorkFolder
{
    [Fact]
    public void There_is_a_page_of_the_program_of_every_command_and_of_every_topic()
    {
        RunResult run = BtfToolProcess.Run("man", PathTo("share"));

        run.ExitCode.ShouldBe(0, run.Errors);
        run.OutputBytes.ShouldBeEmpty();
        NamesIn("share/man1").ShouldBe(CommandEntry.All.Select(entry => $"btftool-{entry.Name}.1").Append("btftool.1"), ignoreOrder: true);
        NamesIn("share/man7").ShouldBe(Topics.All.Select(topic => $"btftool-{topic.Name}.7"), ignoreOrder: true);
    }

    [Fact]
    public void The_page_of_the_program_is_written_where_no_folder_is_named()
    {
        RunResult run = BtfToolProcess.Run("man");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldBe(ManPages.All().First().Text);
        run.Output.ShouldStartWith(".TH \"BTFTOOL\" \"1\"");
    }

    [Fact]
    public void A_page_has_every_option_the_examples_and_the_exit_codes()
    {
        Dictionary<string, string> pages = ManPages.All().Where(page => page.Section == 1).ToDictionary(page => page.Name, page => page.Text);
        foreach (CommandModel command in CommandModel.ReadAll())
        {
            string page = pages["btftool-" + command.Name];
            foreach (string name in command.Options.SelectMany(option => option.Names))
            {
                page.ShouldContain(RoffWriter.Bold(name));
            }

            page.ShouldContain(".SH EXIT STATUS\n.TP\n\\fB0\\fR\n");
            page.ShouldContain(".SH SEE ALSO\n");
            foreach ((string line, string _) in command.Examples)
            {
                page.ShouldContain($".TP\n{RoffWriter.Bold(line)}\n");
            }

            pages["btftool"].ShouldContain(RoffWriter.Bold("btftool-" + command.Name) + "(1)");
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_made_ends_with_3()
    {
        string file = Write("file", "x"u8);

        RunResult run = BtfToolProcess.Run("man", file);

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldStartWith($"btftool: error: cannot make {file}/man1: ");
    }

    [Fact]
    public void Formatters_have_nothing_to_say_about_the_pages()
    {
        BtfToolProcess.Run("man", PathTo("share")).ExitCode.ShouldBe(0);
        if (IsThere("mandoc"))
        {
            RunResult lint = BtfToolProcess.RunShell($"mandoc -Tlint -Wwarning '{PathTo("share")}'/man*/*");
            (lint.Output + lint.Errors).ShouldBeEmpty();
        }

        if (IsThere("groff"))
        {
            RunResult groff = BtfToolProcess.RunShell(
                $"for page in '{PathTo("share")}'/man*/*; do groff -man -Tascii -ww -z \"$page\" || exit; done");
            groff.ExitCode.ShouldBe(0);
            groff.Errors.ShouldBeEmpty();
        }
    }

    private static bool IsThere(string program)
    {
        using var found = Process.Start("sh", ["-c", $"command -v {program} >/dev/null"]);
        found.WaitForExit();
        return found.ExitCode == 0;
    }

    private string[] NamesIn(string folder) => [.. Directory.EnumerateFiles(PathTo(folder)).Select(path => Path.GetFileName(path)!)];
}
