using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class BaselineTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void A_baseline_is_an_input_like_any_other()
    {
        string path = PathTo("layout.base");
        Succeed("baseline", "-f", s_kernel, "-o", path);

        Succeed("show", "-f", path, "task_struct").ShouldBe(Succeed("show", "-f", s_kernel, "task_struct"));
        Succeed("baseline", "-f", path).ShouldBe(File.ReadAllText(path));
        Succeed("info", "-f", path).ShouldContain("baseline");
        Succeed("info", "--json", "-f", path).ShouldContain("\"format\":\"baseline\"");
    }

    [Fact]
    public void Some_types_are_written_with_what_they_hold()
    {
        string text = Succeed("baseline", "-f", s_kernel, "list_head", "hlist_*");

        text.ShouldStartWith("# btftool layout baseline 1\n# tool: btftool ");
        text.ShouldContain("\nstruct list_head: 16 @");
        text.ShouldContain("\nstruct hlist_node: 16 @");
        text.ShouldEndWith("# end\n");
        text.ShouldNotContain("struct task_struct: ");
    }

    [Fact]
    public void What_is_no_baseline_is_refused_as_one()
    {
        RunResult run = BtfToolProcess.Run("show", "--format", "baseline", "-f", s_kernel, "list_head");

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldContain("the first line is not '# btftool layout baseline 1'");
    }

    [Fact]
    public void A_damaged_baseline_is_refused_with_its_line()
    {
        string path = PathTo("layout.base");
        File.WriteAllText(path, "# btftool layout baseline 1\nint int: 4\nstruct s: 4 {\n 0 a: u32\n}\n# end\n");

        RunResult run = BtfToolProcess.Run("show", "-f", path, "s");

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldContain("line 4, column 7: 'u32' is in no block of the baseline");
    }

    private static string Succeed(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        return run.Output;
    }
}
