using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class InputTests : WorkFolder
{
    [Theory]
    [InlineData("dump")]
    [InlineData("header")]
    [InlineData("show", "--all")]
    public void A_file_that_is_not_there_ends_with_3(params string[] command)
    {
        string missing = PathTo("missing");

        RunResult run = BtfToolProcess.Run([.. command, "-f", missing]);

        ShouldBeUnusable(run);
        run.Errors.ShouldBe($"btftool: error: {missing}: no such file or directory\n");
    }

    [Fact]
    public void A_base_that_is_not_there_is_the_one_that_is_named()
    {
        string file = Fixture("fuse-ko-split/fuse.split.btf.gz");
        string missing = PathTo("missing");

        RunResult run = BtfToolProcess.Run("dump", file, "--base", missing);

        ShouldBeUnusable(run);
        run.Errors.ShouldContain(missing + ": no such file or directory");
    }

    [Fact]
    public void A_folder_is_not_a_file()
    {
        RunResult run = BtfToolProcess.Run("dump", Path.GetDirectoryName(PathTo("x"))!);

        ShouldBeUnusable(run);
        run.Errors.ShouldContain("is a directory");
    }

    [Fact]
    public void Garbage_ends_with_3()
    {
        byte[] garbage = new byte[10_000];
        new Random(1).NextBytes(garbage);
        garbage[0] = 0;

        ShouldBeUnusable(BtfToolProcess.Run("dump", Write("garbage", garbage)));
        ShouldBeUnusable(BtfToolProcess.Run("show", "x", "-f", PathTo("garbage")));
        ShouldBeUnusable(BtfToolProcess.Run("header", "-f", PathTo("garbage")));
    }

    [Fact]
    public void An_empty_file_ends_with_3()
    {
        ShouldBeUnusable(BtfToolProcess.Run("dump", Write("empty", [])));
    }

    [Fact]
    public void A_file_that_ends_too_early_ends_with_3()
    {
        byte[] kernel = TestKit.Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz");

        ShouldBeUnusable(BtfToolProcess.Run("dump", Write("cut", kernel.AsSpan(0, kernel.Length / 2))));
    }

    [Fact]
    public void A_message_stays_one_line_whatever_a_name_holds()
    {
        RunResult run = BtfToolProcess.Run("dump", PathTo("two\nlines\e[31m"));

        ShouldBeUnusable(run);
        run.Errors.ShouldNotContain("\e");
    }

    [Theory]
    [InlineData("show", "task_strct", "unknown type 'task_strct': did you mean 'task_struct'?")]
    [InlineData("header", "task_strct", "unknown type 'task_strct': did you mean 'task_struct'?")]
    [InlineData("show", "union task_struct", "'task_struct' is a struct, not a union")]
    [InlineData("show", "no_such_thing_*", "no type matches 'no_such_thing_*'")]
    public void A_type_that_is_not_there_ends_with_3(string command, string name, string message)
    {
        RunResult run = BtfToolProcess.Run(command, name, "-f", Fixture("linux-6.18/vmlinux.btf.gz"));

        ShouldBeUnusable(run);
        run.Errors.ShouldBe($"btftool: error: {message}\n");
    }

    [Fact]
    public void Every_type_that_is_not_there_is_named()
    {
        RunResult run = BtfToolProcess.Run("show", "no_such_thing_a*", "no_such_thing_b*", "-f", Fixture("layout-section/tun.btf.gz"));

        ShouldBeUnusable(run);
        run.Errors.ShouldBe("btftool: error: no type matches 'no_such_thing_a*'\nbtftool: error: no type matches 'no_such_thing_b*'\n");
    }

    private static void ShouldBeUnusable(RunResult run)
    {
        run.ExitCode.ShouldBe(3, run.Errors);
        run.OutputBytes.ShouldBeEmpty();
        run.Errors.ShouldMatch(@"\A(btftool: (error|note|warning): [^\n]+\n)+\z");
        run.Errors.ShouldContain("btftool: error: ");
    }
}
