using System.Runtime.Versioning;
using BtfTool.TestKit;
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
        run.Errors.ShouldBe($"btftool: error: {missing}: no such file\n");
    }

    [Fact]
    public void A_base_that_is_not_there_is_the_one_that_is_named()
    {
        string file = Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz");
        string missing = PathTo("missing");

        RunResult run = BtfToolProcess.Run("dump", file, "--base", missing);

        ShouldBeUnusable(run);
        run.Errors.ShouldContain(missing + ": no such file");
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
        byte[] kernel = Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz");

        ShouldBeUnusable(BtfToolProcess.Run("dump", Write("cut", kernel.AsSpan(0, kernel.Length / 2))));
    }

    [Fact]
    public void A_message_stays_one_line_whatever_a_name_holds()
    {
        RunResult run = BtfToolProcess.Run("dump", PathTo("two\nlines\e[31m"));

        ShouldBeUnusable(run);
        run.Errors.ShouldNotContain("\e");
    }

    [Fact]
    public void A_file_whose_reading_fails_ends_with_3()
    {
        RunResult run = BtfToolProcess.Run("dump", "/proc/self/mem");

        ShouldBeUnusable(run);
        run.Errors.ShouldStartWith("btftool: error: /proc/self/mem: cannot be read");
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_file_without_the_right_to_read_it_ends_with_3()
    {
        string secret = Write("secret", "x"u8);
        File.SetUnixFileMode(secret, UnixFileMode.None);
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "the superuser may read everything");

        RunResult run = BtfToolProcess.Run("dump", secret);

        ShouldBeUnusable(run);
        run.Errors.ShouldBe($"btftool: error: {secret}: permission denied\n");
    }

    [Fact]
    public void A_text_file_ends_with_3_and_is_quoted()
    {
        string text = Write("notes.txt", "Hello, types\n"u8);

        RunResult run = BtfToolProcess.Run("show", "x", "-f", text);

        ShouldBeUnusable(run);
        run.Errors.ShouldStartWith($"btftool: error: {text}: neither BTF nor ELF: ");
    }

    [Fact]
    public void A_compressed_file_that_ends_too_early_ends_with_3()
    {
        byte[] whole = File.ReadAllBytes(Oracle.PathOf("linux-6.1/vmlinux.btf.gz"));
        string cut = Write("cut.gz", whole.AsSpan(0, whole.Length / 2));

        RunResult run = BtfToolProcess.Run("header", "-f", cut);

        ShouldBeUnusable(run);
        run.Errors.ShouldContain("cut short");
    }

    [Theory]
    [InlineData("show", "fuse_inode")]
    [InlineData("show", "--all")]
    [InlineData("header")]
    public void Split_BTF_without_its_base_says_how_to_give_it(params string[] command)
    {
        RunResult run = BtfToolProcess.Run([.. command, "-f", Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz")]);

        ShouldBeUnusable(run);
        run.Errors.ShouldContain("split BTF");
        run.Errors.ShouldContain("--base");
    }

    [Theory]
    [InlineData("show", "fuse_inode")]
    [InlineData("header")]
    public void Split_BTF_with_the_base_of_another_kernel_is_refused(params string[] command)
    {
        string wrong = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

        RunResult run = BtfToolProcess.Run([.. command, "-f", Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz"), "-B", wrong]);

        ShouldBeUnusable(run);
        run.Errors.ShouldContain($"does not fit its base {wrong}");
    }

    [Fact]
    public void A_base_that_is_not_needed_is_said()
    {
        string kernel = Oracle.PathOf("linux-6.1/vmlinux.btf.gz");

        RunResult run = BtfToolProcess.Run("show", "list_head", "-f", kernel, "-B", kernel);

        run.ExitCode.ShouldBe(0);
        run.Errors.ShouldMatch(@"\Abtftool: warning: [^\n]+ is not split BTF[^\n]+\n\z");
    }

    [Theory]
    [InlineData("show", "task_strct", "unknown type 'task_strct': did you mean 'task_struct'?")]
    [InlineData("header", "task_strct", "unknown type 'task_strct': did you mean 'task_struct'?")]
    [InlineData("show", "union task_struct", "'task_struct' is a struct, not a union")]
    [InlineData("header", "vfs_read", "'vfs_read' is a function, not a struct, union, enum or typedef")]
    [InlineData("header", "runqueues", "'runqueues' is a variable, not a struct, union, enum or typedef")]
    [InlineData("show", "int", "'int' is an integer type, not a struct, union, enum or typedef")]
    [InlineData("show", "ZONE_DMA32", "'ZONE_DMA32' is an enumerator of enum zone_type, not a type: did you mean 'enum zone_type'?")]
    [InlineData("show", "no_such_thing_*", "no type matches 'no_such_thing_*'")]
    public void A_type_that_is_not_there_ends_with_3(string command, string name, string message)
    {
        RunResult run = BtfToolProcess.Run(command, name, "-f", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"));

        ShouldBeUnusable(run);
        run.Errors.ShouldBe($"btftool: error: {message}\n");
    }

    [Fact]
    public void Every_type_that_is_not_there_is_named()
    {
        RunResult run = BtfToolProcess.Run("show", "no_such_thing_a*", "no_such_thing_b*", "-f", Oracle.PathOf("layout-section/tun.btf.gz"));

        ShouldBeUnusable(run);
        run.Errors.ShouldBe("btftool: error: no type matches 'no_such_thing_a*'\nbtftool: error: no type matches 'no_such_thing_b*'\n");
    }

    [Fact]
    public void Beside_a_type_that_is_not_there_the_others_are_not_written()
    {
        RunResult run = BtfToolProcess.Run("show", "list_head", "task_strct", "vfs_raed", "-f", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"));

        ShouldBeUnusable(run);
        run.Errors.Split('\n').Length.ShouldBe(3);
    }

    private static void ShouldBeUnusable(RunResult run)
    {
        run.ExitCode.ShouldBe(3, run.Errors);
        run.OutputBytes.ShouldBeEmpty();
        run.Errors.ShouldMatch(@"\A(btftool: (error|note|warning): [^\n]+\n)+\z");
        run.Errors.ShouldContain("btftool: error: ");
    }
}
