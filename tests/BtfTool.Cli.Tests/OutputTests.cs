using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using BtfTool.Cli.Output;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class OutputTests : WorkFolder
{
    [Fact]
    public void The_output_file_replaces_an_older_one_and_nothing_else_is_left()
    {
        string input = Fixture("layout-section/tun.btf.gz");
        string output = Write("out.txt", "old"u8);

        RunResult run = BtfToolProcess.Run("dump", input, "-o", output);

        run.ExitCode.ShouldBe(0, run.Errors);
        run.OutputBytes.ShouldBeEmpty();
        File.ReadAllBytes(output).AsSpan().SequenceEqual(Fixtures.Read("oracle/layout-section/bpftool-7.8.raw.txt.gz")).ShouldBeTrue();
        FilesInFolder.ShouldBe(["out.txt", "tun.btf.gz"]);
    }

    [Fact]
    public void A_failure_after_megabytes_were_written_leaves_nothing()
    {
        string input = BrokenAtTheEnd();

        BtfToolProcess.Run("dump", input, "-o", PathTo("out.txt")).ExitCode.ShouldBe(3);

        FilesInFolder.ShouldBe(["broken"]);
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
        string input = Fixture("layout-section/tun.btf.gz");
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
        string input = Fixture("layout-section/tun.btf.gz");
        File.WriteAllText(PathTo("plain"), "");

        BtfToolProcess.Run("dump", input, "-o", PathTo("out.txt")).ExitCode.ShouldBe(0);

        File.GetUnixFileMode(PathTo("out.txt")).ShouldBe(File.GetUnixFileMode(PathTo("plain")));
    }

    [Theory]
    [InlineData("/dev/stdout")]
    [InlineData("-")]
    public void What_cannot_be_replaced_is_written_to(string target)
    {
        RunResult run = BtfToolProcess.Run("dump", Fixture("layout-section/tun.btf.gz"), "-o", target);

        run.ExitCode.ShouldBe(0, run.Errors);
        run.OutputBytes.AsSpan().SequenceEqual(Fixtures.Read("oracle/layout-section/bpftool-7.8.raw.txt.gz")).ShouldBeTrue();
    }

    [Fact]
    public void A_full_disk_is_said_and_ends_with_3()
    {
        RunResult run = BtfToolProcess.Run("dump", Fixture("layout-section/tun.btf.gz"), "-o", "/dev/full");

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldBe("btftool: error: cannot write /dev/full: No space left on device\n");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_and_ends_with_3()
    {
        RunResult run = BtfToolProcess.Run("dump", Fixture("layout-section/tun.btf.gz"), "-o", PathTo("no/out.txt"));

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldBe($"btftool: error: cannot write {PathTo("no/out.txt")}: no such file or directory\n");
    }

    [Fact]
    public void A_reader_that_leaves_early_is_no_error_and_no_message()
    {
        using Process process = BtfToolProcess.Start("dump", Fixture("linux-6.18/vmlinux.btf.gz"));
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
        string tool = Environment.GetEnvironmentVariable("BTFTOOL_BIN") is { Length: > 0 } native
            ? Path.GetFullPath(native, Fixtures.Root) : $"dotnet exec {Path.Combine(AppContext.BaseDirectory, "btftool.dll")}";
        using Process shell = Process.Start("sh", ["-c", $"{{ echo first; {tool} --version; echo last; }} > {shared}"]);
        shell.WaitForExit();

        File.ReadAllLines(shared).Length.ShouldBe(3);
        File.ReadAllText(shared).ShouldMatch(@"\Afirst\nbtftool \S+\nlast\n\z");
    }

    [Theory]
    [InlineData("always", true)]
    [InlineData("never", false)]
    [InlineData("auto", false)]
    public void Colours_are_as_asked_and_by_themselves_only_on_a_terminal(string when, bool wanted)
    {
        Colours.Wanted(when, "file.txt").ShouldBe(wanted);
    }

    // The last record says that it is longer than the section.
    private string BrokenAtTheEnd()
    {
        byte[] btf = Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz");
        Span<byte> typeBytes = btf.AsSpan(12, 4);
        BinaryPrimitives.WriteInt32LittleEndian(typeBytes, BinaryPrimitives.ReadInt32LittleEndian(typeBytes) - 4);
        return Write("broken", btf);
    }
}
