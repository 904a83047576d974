using System.Xml;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ReportTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void A_page_of_named_types_stands_by_itself()
    {
        string path = PathTo("report.html");
        Run("report", "tcp_sock", "struct list_head", "bpf_attr", "-f", s_kernel, "-o", path).ShouldBeEmpty();
        string page = File.ReadAllText(path);

        page.ShouldStartWith("<!DOCTYPE html>\n");
        page.ShouldContain("<section class=\"type\" id=\"t-0\"");
        page.ShouldContain("<section class=\"type\" id=\"t-2\"");
        page.ShouldContain(">struct tcp_sock</h2>");
        page.ShouldContain("Now: 2304 bytes, 36 cache lines");
        page.ShouldEndWith("</html>\n");
        Run("report", "tcp_sock", "struct list_head", "bpf_attr", "-f", s_kernel).ShouldBe(page);
    }

    [Fact]
    public void One_struct_as_a_picture_with_its_better_order_below()
    {
        string alone = Run("report", "--svg", "inode", "-f", s_kernel), both = Run("report", "--svg", "--reorganize", "inode", "-f", s_kernel);

        foreach (string svg in (string[])[alone, both])
        {
            using var reader = XmlReader.Create(new StringReader(svg));
            while (reader.Read())
            {
            }
        }

        alone.ShouldContain("struct inode: 616 bytes");
        alone.ShouldNotContain(">Then: ");
        both.ShouldContain(">Then: 608 bytes");
    }

    [Fact]
    public void A_comment_of_types_and_one_of_a_whole_kernel()
    {
        string named = Run("report", "--markdown", "inode", "-f", s_kernel);
        named.ShouldStartWith("### <code>struct inode</code>\n");
        named.ShouldContain("| Bytes | 616 | **608** |");

        string all = Run("report", "--markdown", "--all", "--top", "5", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz"), "--format", "dwarf");
        all.ShouldStartWith("### What a better order of members would save\n");
        all.Split('\n').Count(line => line.StartsWith("| <code>", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    public void Cache_lines_of_another_processor_and_types_from_dwarf()
    {
        Run("report", "--svg", "sock", "--arch", "s390x", "-f", s_kernel).ShouldContain("4 cache lines");
        Run("report", "--svg", "sock", "--cacheline", "128", "-f", s_kernel).ShouldContain("7 cache lines");
        Run("report", "tun_file", "--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")).ShouldContain(">Declared at</dt><dd>");
    }

    [Fact]
    public void A_comparison_is_a_page_too()
    {
        RunResult run = BtfToolProcess.Run("diff", Oracle.PathOf("linux-6.1/vmlinux.btf.gz"), s_kernel, "inode", "list_head", "--as", "html");

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("<details class=\"change\" open><summary><h2>struct inode</h2> <span>breaks layout, source, CO-RE");
        run.Output.ShouldContain("<h3>Before: 632 bytes");
        run.Output.ShouldContain("<h3>Now: 616 bytes");
        run.Output.ShouldMatch("class=\"piece k[0-9]+ added\" [^>]*aria-label=\"i_atime_sec: time64_t, offset 88, 8 bytes, new\"");
        run.Output.ShouldMatch("class=\"piece k[0-9]+ removed\" [^>]*aria-label=\"i_crypt_info: ");
    }

    [Theory]
    [InlineData(2, "Give the NAME of a struct or union", "report")]
    [InlineData(2, "Give names or --all, not both", "report", "--markdown", "--all", "inode")]
    [InlineData(2, "--svg draws one struct: give its NAME", "report", "--svg", "--all")]
    [InlineData(2, "Give --svg or --markdown, not both", "report", "--svg", "--markdown", "inode")]
    [InlineData(2, "--reorganize goes with --svg", "report", "--reorganize", "inode")]
    [InlineData(2, "--top goes with --all and --markdown", "report", "inode", "--top", "3")]
    [InlineData(2, "the same facts as data are 'btftool layout --json'", "report", "--json", "inode")]
    [InlineData(3, "--svg draws one struct, and 'list_*' means ", "report", "--svg", "list_*")]
    [InlineData(3, "is an integer type, not a struct, union", "report", "int")]
    [InlineData(2, "--as takes text, json, sarif, junit, github, markdown, ktap, not 'html'", "check", "--as", "html", "x.check")]
    public void Mistakes_are_told(int exitCode, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments[0] == "check" ? arguments : [.. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(exitCode, run.Errors);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    private static string Run(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
