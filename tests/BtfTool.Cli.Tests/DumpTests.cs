using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class DumpTests : WorkFolder
{
    [Theory]
    [InlineData("linux-6.18/vmlinux.btf.gz", "linux-6.18/bpftool-7.8.raw.txt.gz")]
    [InlineData("layout-section/tun.btf.gz", "layout-section/bpftool-7.8.raw.txt.gz")]
    public void A_file_is_dumped_as_bpftool_does(string input, string expected)
    {
        RunResult run = BtfToolProcess.Run("dump", Fixture(input));

        run.ExitCode.ShouldBe(0, run.Errors);
        run.OutputBytes.AsSpan().SequenceEqual(Fixtures.Read("oracle/" + expected)).ShouldBeTrue();
    }

    [Fact]
    public void Split_BTF_is_dumped_with_the_base_that_is_given()
    {
        RunResult run = BtfToolProcess.Run("dump", "-f", Fixture("fuse-ko-split/fuse.split.btf.gz"), "--base", Fixture("linux-6.1/vmlinux.btf.gz"));

        run.ExitCode.ShouldBe(0, run.Errors);
        run.OutputBytes.AsSpan().SequenceEqual(Fixtures.Read("oracle/fuse-ko-split/bpftool-7.8.raw.txt.gz")).ShouldBeTrue();
    }
}
