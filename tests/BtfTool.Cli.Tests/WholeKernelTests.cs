using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class WholeKernelTests : WorkFolder
{
    private static BtfAssembler Kernel()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Struct("base_struct", 4).Member("number", i, 0);
        return b;
    }

    private static byte[] Module(Action<BtfAssembler> add)
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        add(module);
        return module.ToBytes();
    }

    // A kernel, two modules with a twin each, and one type of each module's own.
    private (string Kernel, string Modules) WriteKernel()
    {
        string kernel = Write("kernel", Kernel().ToBytes());
        string modules = Directory.CreateDirectory(PathTo("mods")).FullName;
        Write("mods/one.btf", Module(b => { b.Struct("twin", 4).Member("t", 2, 0); b.Struct("of_one", 4).Member("m", 2, 0); }));
        Write("mods/two.btf", Module(b => { b.Struct("of_two", 4).Member("m", 1, 0); b.Struct("twin", 4).Member("t", 2, 0); }));
        return (kernel, modules);
    }

    private static string[] Heads(RunResult run)
    {
        run.ExitCode.ShouldBe(0, run.Errors);
        return [.. run.Output.Split('\n').Where(line => line.StartsWith("struct", StringComparison.Ordinal)
            || line.StartsWith("/*", StringComparison.Ordinal)).Select(line => line.TrimEnd(' ', '{'))];
    }

    [Fact]
    public void A_type_of_a_module_is_shown_with_the_name_of_the_module()
    {
        (string kernel, string modules) = WriteKernel();

        RunResult run = BtfToolProcess.Run("show", "of_two", "base_struct", "--kernel", modules, "-f", kernel);

        Heads(run).ShouldBe(["/* module two */", "struct of_two", "struct base_struct"]);
        run.Errors.ShouldBeEmpty();
        Heads(BtfToolProcess.Run("show", "of_two", "--kernel", modules, "--base", kernel)).ShouldBe(["/* module two */", "struct of_two"]);
    }

    [Fact]
    public void Twins_are_listed_and_asked_once()
    {
        (string kernel, string modules) = WriteKernel();

        BtfToolProcess.Run("list", "--no-header", "--columns", "name", "--kernel", modules, "-f", kernel).Output
            .ShouldBe("base_struct\ntwin\nof_one\nof_two\n");
        BtfToolProcess.Run("field", "twin", "0", "--kernel", modules, "-f", kernel).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldHaveSingleItem().ShouldContain("int  size 4");
    }

    [Fact]
    public void Twins_are_shown_once_and_a_pattern_finds_all_modules()
    {
        (string kernel, string modules) = WriteKernel();

        Heads(BtfToolProcess.Run("show", "*", "--kernel", modules, "-f", kernel))
            .ShouldBe(["struct base_struct", "/* module one */", "struct twin", "struct of_one", "/* module two */", "struct of_two"]);
        Heads(BtfToolProcess.Run("show", "--all", "--kernel", modules, "-f", kernel))
            .ShouldBe(["struct base_struct", "/* module one */", "struct twin", "struct of_one", "/* module two */", "struct of_two"]);
        Heads(BtfToolProcess.Run("show", "twin", "--pahole-compat", "--kernel", modules, "-f", kernel)).ShouldBe(["struct twin"]);
    }

    [Fact]
    public void A_module_that_does_not_fit_is_left_out_with_a_warning_unless_strict()
    {
        (string kernel, string modules) = WriteKernel();
        var other = new BtfAssembler(baseBtf: new BtfAssembler());
        other.Struct("wrong", 4).Member("m", 900, 0);
        Write("mods/wrong.btf", other.ToBytes());

        RunResult run = BtfToolProcess.Run("show", "of_one", "--kernel", modules, "-f", kernel);
        RunResult strict = BtfToolProcess.Run("show", "of_one", "--kernel", modules, "-f", kernel, "--strict");

        Heads(run).ShouldBe(["/* module one */", "struct of_one"]);
        run.Errors.ShouldMatch(@"\Abtftool: warning: [^\n]*wrong\.btf: BTF: does not fit its base [^\n]+; this module is left out\n\z");
        strict.ExitCode.ShouldBe(3);
        strict.Errors.ShouldContain("does not fit its base");
    }

    [Fact]
    public void Names_are_suggested_from_all_modules()
    {
        (string kernel, string modules) = WriteKernel();

        RunResult run = BtfToolProcess.Run("show", "of_tow", "--kernel", modules, "-f", kernel);

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldContain("did you mean 'of_two'");
    }

    [Fact]
    public void A_real_module_is_found_in_its_kernel()
    {
        string modules = Directory.CreateDirectory(PathTo("mods")).FullName;
        Write("mods/fuse.btf", Fixtures.Read("oracle/fuse-ko-split/fuse.split.btf.gz"));
        Write("mods/dummy.ko", Fixtures.Read("oracle/distilled-base/dummy.ko.gz"));

        RunResult run = BtfToolProcess.Run("show", "fuse_inode", "--kernel", modules, "-f", Oracle.PathOf("linux-6.1/vmlinux.btf.gz"), "--strict");

        Heads(run).ShouldBe(["/* module fuse */", "struct fuse_inode"]);
        run.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("is about one file", "header", "--kernel")]
    [InlineData("is about one file", "dump", "--kernel")]
    [InlineData("give the kernel once", "show", "x", "--kernel", "/tmp", "-f", "a", "--base", "b")]
    [InlineData("--kernel without a DIR is the running kernel", "show", "x", "-f", "a", "--kernel")]
    [InlineData("there is none called 'some_type'", "show", "--kernel", "some_type")]
    public void What_does_not_go_together_ends_with_2(string says, params string[] command)
    {
        RunResult run = BtfToolProcess.Run(command);

        run.ExitCode.ShouldBe(2, run.Errors);
        run.Errors.ShouldContain(says);
    }

    [Theory]
    [InlineData("no such folder", "-f")]
    [InlineData("the kernel of these modules is not found")]
    public void A_folder_that_is_not_there_ends_with_3(string says, params string[] option)
    {
        string kernel = Write("kernel", Kernel().ToBytes());

        RunResult run = BtfToolProcess.Run(["show", "base_struct", "--kernel", PathTo("none"), .. option, .. option.Select(_ => kernel)]);

        run.ExitCode.ShouldBe(3, run.Errors);
        run.Errors.ShouldContain(says);
    }

    [Fact]
    public void A_distilled_base_is_laid_onto_the_kernel_that_base_names()
    {
        string module = Oracle.PathOf("distilled-base/dummy.ko.gz");
        string kernel = Oracle.PathOf("linux-6.1/vmlinux.btf.gz");
        string wrong = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

        RunResult alone = BtfToolProcess.Run("show", "net_device", "-f", module);
        RunResult laid = BtfToolProcess.Run("show", "net_device", "-f", module, "--base", kernel);
        RunResult refused = BtfToolProcess.Run("show", "net_device", "-f", module, "--base", wrong);

        alone.Output.ShouldContain("members: 0");
        laid.Output.ShouldBe(BtfToolProcess.Run("show", "net_device", "-f", kernel).Output);
        laid.Errors.ShouldContain("laid onto " + kernel);
        refused.ExitCode.ShouldBe(3);
        refused.Errors.ShouldContain($"cannot be laid onto {wrong}: ");
        BtfToolProcess.Run("dump", module, "--base", wrong).Output.ShouldBe(BtfToolProcess.Run("dump", module).Output);
    }
}
