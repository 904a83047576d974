using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class OutputTests : WorkFolder
{
    [Fact]
    public void The_output_file_replaces_an_older_one_and_nothing_else_is_left()
    {
        string input = Oracle.PathOf("layout-section/tun.btf.gz");
        string output = Write("out.txt", "old"u8);

        RunResult run = BtfToolProcess.Run("dump", input, "-o", output);

        run.ExitCode.ShouldBe(0, run.Errors);
        run.OutputBytes.ShouldBeEmpty();
        File.ReadAllBytes(output).AsSpan().SequenceEqual(Fixtures.Read("oracle/layout-section/bpftool-7.8.raw.txt.gz")).ShouldBeTrue();
        FilesInFolder.ShouldBe(["out.txt"]);
    }

    [Fact]
    public void A_failure_after_megabytes_were_written_leaves_nothing()
    {
        string input = BrokenAtTheEnd();

        BtfToolProcess.Run("dump", input, "-o", PathTo("out.txt")).ExitCode.ShouldBe(3);

        FilesInFolder.ShouldBe(["broken"]);
    }

    [Fact]
    public void A_listing_goes_on_behind_a_struct_that_contains_itself()
    {
        var btf = new BtfAssembler();
        btf.Struct("circle", 4).Member("self", btf.NextId - 1, 0);
        btf.Struct("user", 4).Member("whole", 1, 0);
        btf.Struct("good", 4).Member("a", btf.Int("int", 4, signed: true), 0);

        RunResult result = BtfToolProcess.Run("show", "--all", "-f", Write("circle", btf.ToBytes()));

        result.ExitCode.ShouldBe(0);
        result.Errors.ShouldContain("struct circle is left out: it contains itself");
        result.Errors.ShouldContain("struct user is left out");
        result.Output.ShouldStartWith("struct good {");
    }

    [Fact]
    public void A_listing_that_fails_behind_a_megabyte_of_text_leaves_nothing()
    {
        string input = Write("circle", DeepBehindManyTypes());

        RunResult run = BtfToolProcess.Run("show", "--all", "--expand", "-f", input, "-o", PathTo("out.txt"));

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldMatch(@"\Abtftool: error: [^\n]+\n\z");
        FilesInFolder.ShouldBe(["circle"]);
        BtfToolProcess.Run("show", "--all", "--expand", "-f", input).OutputBytes.Length.ShouldBeGreaterThan(1 << 20);
    }

    [Fact]
    public void A_failure_leaves_the_older_file_as_it_was()
    {
        string input = BrokenAtTheEnd();
        string output = Write("out.txt", "old"u8);

        BtfToolProcess.Run("dump", input, "-o", output).ExitCode.ShouldBe(3);

        File.ReadAllText(output).ShouldBe("old");
        FilesInFolder.ShouldBe(["broken", "out.txt"]);
    }

    [Fact]
    public void A_link_goes_on_pointing_to_the_file_that_is_written()
    {
        string input = Oracle.PathOf("layout-section/tun.btf.gz");
        string output = Write("real.txt", "old"u8);
        File.CreateSymbolicLink(PathTo("link.txt"), "real.txt");

        BtfToolProcess.Run("dump", input, "-o", PathTo("link.txt")).ExitCode.ShouldBe(0);

        new FileInfo(PathTo("link.txt")).LinkTarget.ShouldBe("real.txt");
        new FileInfo(output).Length.ShouldBeGreaterThan(3);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_new_file_has_the_rights_that_the_umask_leaves()
    {
        string input = Oracle.PathOf("layout-section/tun.btf.gz");
        File.WriteAllText(PathTo("plain"), "");

        BtfToolProcess.Run("dump", input, "-o", PathTo("out.txt")).ExitCode.ShouldBe(0);

        File.GetUnixFileMode(PathTo("out.txt")).ShouldBe(File.GetUnixFileMode(PathTo("plain")));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_file_that_is_replaced_keeps_its_rights()
    {
        string output = Write("out.txt", "old"u8);
        const UnixFileMode Rights = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead;
        File.SetUnixFileMode(output, Rights);

        BtfToolProcess.Run("dump", Oracle.PathOf("layout-section/tun.btf.gz"), "-o", output).ExitCode.ShouldBe(0);

        new FileInfo(output).Length.ShouldBeGreaterThan(3);
        File.GetUnixFileMode(output).ShouldBe(Rights);
    }

    [Fact]
    public void A_name_may_be_as_long_as_names_can_be()
    {
        string name = new('n', 255);

        BtfToolProcess.Run("dump", Oracle.PathOf("layout-section/tun.btf.gz"), "-o", PathTo(name)).ExitCode.ShouldBe(0);

        FilesInFolder.ShouldBe([name]);
    }

    [Theory]
    [InlineData("/dev/stdout")]
    [InlineData("/dev/fd/1")]
    public void What_stands_in_a_file_that_is_appended_to_stays(string target)
    {
        string output = Write("all.txt", "first\n"u8);

        RunResult run = BtfToolProcess.RunShell(
            $"{BtfToolProcess.InShell} dump '{Oracle.PathOf("layout-section/tun.btf.gz")}' -o {target} >>'{output}'");

        run.ExitCode.ShouldBe(0, run.Errors);
        File.ReadAllText(output).ShouldStartWith("first\n[");
    }

    [Fact]
    public void A_closed_output_is_said_and_ends_with_3()
    {
        RunResult run = BtfToolProcess.RunShell($"{BtfToolProcess.InShell} dump '{Oracle.PathOf("layout-section/tun.btf.gz")}' >&-");

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldBe("btftool: error: cannot write standard output: Bad file descriptor\n");
    }

    [Fact]
    public void Messages_do_not_end_in_the_output_file_when_the_standard_descriptors_are_closed()
    {
        // Header flags that nobody knows: a warning. No records, and the empty string.
        string input = Write("flags", [0x9f, 0xeb, 1, 1, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
        string output = PathTo("out.txt");
        BtfToolProcess.Run("dump", input).Errors.ShouldStartWith("btftool: warning: ");

        BtfToolProcess.RunShell($"{BtfToolProcess.InShell} header -f '{input}' -o '{output}' <&- 2>&-").ExitCode.ShouldBe(0);

        File.ReadAllText(output).ShouldNotContain("btftool: ");
    }

    [Fact]
    public void A_regular_file_below_dev_is_replaced_too()
    {
        string output = $"/dev/shm/btftool-test-{Environment.ProcessId}.txt";
        try
        {
            File.WriteAllText(output, new string('x', 1 << 20));

            BtfToolProcess.Run("dump", Oracle.PathOf("layout-section/tun.btf.gz"), "-o", output).ExitCode.ShouldBe(0);

            File.ReadAllBytes(output).AsSpan().SequenceEqual(Fixtures.Read("oracle/layout-section/bpftool-7.8.raw.txt.gz")).ShouldBeTrue();
        }
        finally
        {
            File.Delete(output);
        }
    }

    [Fact]
    public void Links_in_a_circle_and_an_empty_name_are_said_and_end_with_3()
    {
        File.CreateSymbolicLink(PathTo("a"), "b");
        File.CreateSymbolicLink(PathTo("b"), "a");
        string input = Oracle.PathOf("layout-section/tun.btf.gz");

        RunResult circle = BtfToolProcess.Run("dump", input, "-o", PathTo("a"));
        RunResult empty = BtfToolProcess.Run("dump", input, "-o", "");

        circle.ExitCode.ShouldBe(3);
        circle.Errors.ShouldBe($"btftool: error: cannot write {PathTo("a")}: its symbolic links lead nowhere\n");
        empty.ExitCode.ShouldBe(3);
        empty.Errors.ShouldBe("btftool: error: cannot write a file without a name\n");
    }

    [Theory]
    [InlineData("/dev/stdout")]
    [InlineData("-")]
    public void What_cannot_be_replaced_is_written_to(string target)
    {
        RunResult run = BtfToolProcess.Run("dump", Oracle.PathOf("layout-section/tun.btf.gz"), "-o", target);

        run.ShouldHaveWritten("layout-section/bpftool-7.8.raw.txt.gz");
    }

    [Fact]
    public void A_full_disk_is_said_and_ends_with_3()
    {
        RunResult run = BtfToolProcess.Run("dump", Oracle.PathOf("layout-section/tun.btf.gz"), "-o", "/dev/full");

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldBe("btftool: error: cannot write /dev/full: No space left on device\n");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_and_ends_with_3()
    {
        RunResult run = BtfToolProcess.Run("dump", Oracle.PathOf("layout-section/tun.btf.gz"), "-o", PathTo("no/out.txt"));

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldBe($"btftool: error: cannot write {PathTo("no/out.txt")}: no such file or directory\n");
    }

    [Fact]
    public void A_reader_that_leaves_early_is_no_error_and_no_message()
    {
        using Process process = BtfToolProcess.Start("dump", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"));
        process.StandardOutput.ReadLine().ShouldNotBeNull().ShouldStartWith("[1] ");
        process.StandardOutput.Close();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.ShouldBe(0);
        errors.ShouldBeEmpty();
    }

    [Fact]
    public void Programs_that_share_a_redirected_output_do_not_overwrite_each_other()
    {
        string shared = PathTo("shared.txt");
        BtfToolProcess.RunShell($"{{ echo first; {BtfToolProcess.InShell} --version; echo last; }} > {shared}");

        File.ReadAllLines(shared).Length.ShouldBe(3);
        File.ReadAllText(shared).ShouldMatch(@"\Afirst\nbtftool \S+\nlast\n\z");
    }

    [Fact]
    public void A_pipe_that_is_closed_early_is_silent_in_a_shell()
    {
        string kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

        RunResult run = BtfToolProcess.RunShell($"{BtfToolProcess.InShell} show --all -f '{kernel}' | head -n 1");

        run.Output.ShouldMatch(@"\Astruct \w+ \{\n\z");
        run.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("always", true)]
    [InlineData("never", false)]
    [InlineData("auto", false)]
    public void Into_a_pipe_colours_are_written_only_when_they_are_asked_for(string when, bool wanted)
    {
        RunResult run = BtfToolProcess.Run("show", "list_head", "--color", when, "-f", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"));

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.Contains('\e').ShouldBe(wanted);
        Plain(run.Output).ShouldStartWith("struct list_head {\n\tstruct list_head *         next;                 /*     0     8 */\n");
    }

    [Theory]
    [InlineData("", "xterm", "", true)]
    [InlineData("", "xterm", "1", false)]
    [InlineData("", "dumb", "", false)]
    [InlineData("--color never", "xterm", "", false)]
    [InlineData("--color always", "dumb", "1", true)]
    [InlineData("-o /dev/stdout", "xterm", "", false)]
    public void On_a_terminal_colours_are_written_unless_the_user_wants_none(string option, string term, string noColor, bool wanted)
    {
        string kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");
        string line = $"{BtfToolProcess.InShell} show list_head -f {kernel} {option}";

        RunResult run = BtfToolProcess.RunShell($"script -qec \"{line}\" /dev/null", ("TERM", term), ("NO_COLOR", noColor));

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.Contains('\e').ShouldBe(wanted);
        Plain(run.Output).ShouldContain("struct list_head {");
    }

    private static string Plain(string text) => Regex.Replace(text, @"\e\[[0-9;]*m", "");

    // The last record says that it is longer than the section.
    private string BrokenAtTheEnd()
    {
        byte[] btf = Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz");
        Span<byte> typeBytes = btf.AsSpan(12, 4);
        BinaryPrimitives.WriteInt32LittleEndian(typeBytes, BinaryPrimitives.ReadInt32LittleEndian(typeBytes) - 4);
        return Write("broken", btf);
    }

    // Enough good structs to fill the output's block several times, then one that is nested too deeply.
    private static byte[] DeepBehindManyTypes()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        for (int i = 0; i < 8000; i++)
        {
            btf.Struct($"good_{i}", 4).Member("value", number, 0);
        }

        for (int i = 0; i < 1200; i++)
        {
            btf.Struct($"level_{i}", 4).Member("below", btf.NextId, 0);
        }

        btf.Int("last", 4);
        return btf.ToBytes();
    }
}
