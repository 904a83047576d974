using Xunit;

namespace BtfTool.Cli.Tests;

public class DumpTests
{
    [Theory]
    [InlineData("linux-6.18/vmlinux.btf.gz", "linux-6.18/bpftool-7.8.raw.txt.gz")]
    [InlineData("layout-section/tun.btf.gz", "layout-section/bpftool-7.8.raw.txt.gz")]
    public void A_file_is_dumped_as_bpftool_does(string input, string expected)
    {
        BtfToolProcess.Run("dump", Oracle.PathOf(input)).ShouldHaveWritten(expected);
    }

    [Fact]
    public void Split_BTF_is_dumped_with_the_base_that_is_given()
    {
        BtfToolProcess.Run("dump", "-f", Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz"), "--base", Oracle.PathOf("linux-6.1/vmlinux.btf.gz"))
            .ShouldHaveWritten("fuse-ko-split/bpftool-7.8.raw.txt.gz");
    }
}
