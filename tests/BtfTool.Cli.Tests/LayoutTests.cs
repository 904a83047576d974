using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class LayoutTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void A_struct_of_a_kernel_is_analysed()
    {
        string text = Run("layout", "sock", "-f", s_kernel);

        text.ShouldStartWith("struct sock: 784 bytes, alignment 8, 109 members, 13 cache lines of 64\n");
        text.ShouldMatch(@"(?m)^ +3  sock_read_rx +sock_write_rx$");
        text.ShouldMatch(@"(?m)^ +7  sock_read_tx +sock_write_tx$");
        text.ShouldMatch(@"(?m)^  kmalloc-1k .*; 272 bytes less would fit 512$");
    }

    [Fact]
    public void Patterns_typedefs_and_several_names_each_type_once()
    {
        string text = Run("layout", "hlist_*", "hlist_head", "atomic64_t", "struct list_head", "spinlock_t", "-f", s_kernel);

        text.Split('\n').Count(line => line.StartsWith("struct hlist_head:", StringComparison.Ordinal)).ShouldBe(1);
        text.ShouldContain("\nstruct atomic64_t: 8 bytes");
        text.ShouldContain("\nstruct spinlock: 4 bytes");
    }

    [Fact]
    public void The_document_is_as_the_schema_says()
    {
        string json = Run("layout", "--json", "tcp_*", "rq", "bpf_ringbuf", "spinlock_t", "-f", s_kernel);

        json.IndexOf('\n').ShouldBe(json.Length - 1);
        JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/layout.schema.json"), json).ShouldBeEmpty();
        using JsonDocument document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("cacheline_bytes").GetInt32().ShouldBe(64);
        document.RootElement.TryGetProperty("arch", out _).ShouldBeFalse();
    }

    [Fact]
    public void Single_names_of_DWARF_are_found()
    {
        string text = Run("layout", "tun_struct", "--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz"));

        text.ShouldStartWith("struct tun_struct: ");
        text.ShouldContain("\nCache lines");
        text.ShouldBe(Run("layout", "struct tun_struct*", "--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")));
    }

    [Theory]
    [InlineData(256, "--arch", "s390x")]
    [InlineData(128, "--arch", "ppc64le")]
    [InlineData(32, "--cacheline", "32")]
    [InlineData(32, "--arch", "s390x", "--cacheline", "32")]
    [InlineData(64)]
    public void Lines_are_as_long_as_the_options_say(int bytes, params string[] options) =>
        Run(["layout", "sock", "-f", s_kernel, .. options]).ShouldContain($"cache lines of {bytes}\n");

    [Fact]
    public void The_processor_of_the_file_decides_where_no_option_does()
    {
        string json = Run("layout", "--json", "natural", "-f", Fixtures.PathOf("bin/packing.gcc-s390x.o"));

        using JsonDocument document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("cacheline_bytes").GetInt32().ShouldBe(256);
        document.RootElement.GetProperty("arch").GetString().ShouldBe("s390");
    }

    [Theory]
    [InlineData(2, "Give the NAME of a type", "layout")]
    [InlineData(2, "--cacheline takes a power of two", "layout", "sock", "--cacheline", "48")]
    [InlineData(2, "--arch does not know 'z80'", "layout", "sock", "--arch", "z80")]
    [InlineData(2, "--color takes auto", "layout", "sock", "--color", "red")]
    [InlineData(3, "unknown type 'no_such_type_anywhere'", "layout", "sock", "no_such_type_anywhere")]
    [InlineData(3, "'enum zone_type': no struct or union", "layout", "enum zone_type")]
    public void What_cannot_be_answered_ends_in_a_message_and_writes_nothing(int exitCode, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run([.. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(exitCode);
        run.OutputBytes.ShouldBeEmpty();
        run.Errors.ShouldContain(message);
    }

    private static string Run(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
