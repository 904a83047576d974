using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ShowFunctionsTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");
    private static readonly string[] s_dwarf = ["--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")];

    [Fact]
    public void Prototypes_in_compat_mode_are_what_pfunct_writes()
    {
        Show("--functions", "--all", "--pahole-compat", "-f", Fixtures.PathOf("bin/functions.gcc-x86_64.o"))
            .ShouldBe(File.ReadAllText(Fixtures.PathOf("bin/functions.gcc-x86_64.pfunct-1.24.txt")).Replace("\n\n", "\n"));
    }

    [Fact]
    public void Patterns_choose_prototypes_and_options_narrow_them()
    {
        Show("--functions", "tcp_v4_rcv", "-f", s_kernel).ShouldBe("int tcp_v4_rcv(struct sk_buff * skb);\n");
        string[] lines = Show("--functions", "tcp_*", "--prefix", "tcp_v4", "--exclude", "/conn/", "-f", s_kernel).TrimEnd().Split('\n');

        lines.Length.ShouldBeGreaterThan(3);
        lines.ShouldAllBe(line => line.Contains(" tcp_v4_") && !line.Contains(" tcp_v4_conn"));
        Show("--functions", "/^tcp_v4_rcv$/", "-f", s_kernel).ShouldBe("int tcp_v4_rcv(struct sk_buff * skb);\n");
    }

    [Fact]
    public void Variables_are_listed_and_shown_with_their_places()
    {
        Show("--variables", "cpu_number", "-f", s_kernel).ShouldBe("int cpu_number;\n");
        Show("cpu_number", "-f", s_kernel).ShouldMatch(@"\A/\* global; \.data\.\.percpu; offset \d+; size 4 \*/\nint cpu_number;\n\n\z");
        Show("--pahole-compat", "var cpu_number", "-f", s_kernel).ShouldBe("int cpu_number;\n\n");
    }

    [Fact]
    public void A_type_goes_before_a_function_of_its_name_unless_a_word_asks()
    {
        var btf = new BtfAssembler();
        btf.Struct("both", 0);
        btf.Function("both", btf.Prototype(0));
        string file = Write("btf", btf.ToBytes());

        Show("both", "-f", file).ShouldStartWith("struct both {");
        Show("bo*", "-f", file).ShouldNotContain("(void)");
        Show("function both", "-f", file).ShouldContain("void both(void);\n");
    }

    [Fact]
    public void Functions_of_DWARF_are_shown_with_linkage_section_and_address()
    {
        Show(["function tun_get_iff", .. s_dwarf]).ShouldMatch(
            @"\A/\* static; \.text; address 0x[0-9a-f]+ \*/\nvoid tun_get_iff\(struct tun_struct \* tun, struct ifreq \* ifr\);\n\n\z");
        Show(["--functions", "tun_get_i*", .. s_dwarf]).ShouldBe("void tun_get_iff(struct tun_struct * tun, struct ifreq * ifr);\n");
    }

    [Fact]
    public void Types_are_narrowed_as_well()
    {
        Show("tcp_*", "--prefix", "tcp_sack", "-f", s_kernel).ShouldNotContain("struct tcp_sock {");
        string all = Show("--all", "--prefix", "tcp_", "--exclude", "tcp_sock", "-f", s_kernel);
        all.ShouldContain("\nstruct tcp_sack_block {");
        all.ShouldNotContain("\nstruct tcp_sock {");
        RunResult list = BtfToolProcess.Run(
            "list", "/^tcp_.*sock$/", "--exclude", "tcp_request_sock", "--no-header", "--columns", "name", "-f", s_kernel);
        list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim())
            .ShouldBe(["tcp_sock", "tcp_timewait_sock"]);
    }

    [Theory]
    [InlineData(2, "invalid regular expression '/tcp_(/': character 6", "show", "/tcp_(/")]
    [InlineData(2, "invalid regular expression", "show", "x", "--exclude", "/[/")]
    [InlineData(2, "invalid regular expression", "header", "/[/")]
    [InlineData(2, "invalid regular expression", "list", "--contains", "/[/")]
    [InlineData(2, "Give --functions or --variables, not both", "show", "--all", "--functions", "--variables")]
    [InlineData(3, "unknown function 'tcp_v4_rvc': did you mean 'tcp_v4_rcv'", "show", "--functions", "tcp_v4_rvc")]
    [InlineData(3, "no function matches 'zzz*'", "show", "function zzz*")]
    public void What_means_nothing_is_said(int exitCode, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run([.. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(exitCode, run.Errors);
        run.Output.ShouldBeEmpty();
        run.Errors.ShouldContain(message);
    }

    private static string Show(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["show", .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
