using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class HeaderTests
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void A_kernel_in_compat_mode_is_what_bpftool_writes_in_both_orders(string kernel)
    {
        string file = Oracle.PathOf($"{kernel}/vmlinux.btf.gz");

        BtfToolProcess.Run("header", "--bpftool-compat", "-f", file).ShouldHaveWritten($"{kernel}/bpftool-7.8.sorted.h.gz");
        BtfToolProcess.Run("header", "--bpftool-compat", "--unsorted", "-f", file).ShouldHaveWritten($"{kernel}/bpftool-7.8.unsorted.h.gz");
    }

    [Fact]
    public void A_module_is_written_with_the_base_that_is_given()
    {
        string module = Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz");

        BtfToolProcess.Run("header", "--bpftool-compat", "-f", module, "-B", Oracle.PathOf("linux-6.1/vmlinux.btf.gz"))
            .ShouldHaveWritten("fuse-ko-split/bpftool-7.8.sorted.h.gz");
    }

    [Fact]
    public void Without_compat_the_order_still_follows_the_option()
    {
        string sorted = Succeed("header", "-f", s_kernel);
        string unsorted = Succeed("header", "--unsorted", "-f", s_kernel);

        unsorted.ShouldNotBe(sorted);
        unsorted.ShouldContain("struct task_struct {");
        sorted.ShouldContain("struct task_struct {");
    }

    [Fact]
    public void Named_types_come_with_what_they_need_and_nothing_else()
    {
        string header = Succeed("header", "list_head", "hlist_head", "-f", s_kernel);

        header.ShouldContain("struct list_head {");
        header.ShouldContain("struct hlist_head {");
        header.ShouldContain("struct hlist_node");
        header.ShouldNotContain("task_struct");
    }

    [Fact]
    public void A_pattern_chooses_all_that_match()
    {
        string header = Succeed("header", "struct hlist_*head", "-f", s_kernel);

        header.ShouldContain("struct hlist_head {");
        header.ShouldContain("struct hlist_bl_head {");
        header.ShouldContain("struct hlist_nulls_head {");
    }

    private static string Succeed(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
