using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class JsonTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void Types_are_shown_as_one_document_on_one_line()
    {
        string json = Run("show", "show", "--json", "task_struct", "enum zone_type", "spinlock_t", "-f", s_kernel);

        json.IndexOf('\n').ShouldBe(json.Length - 1);
        using JsonDocument document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("types").EnumerateArray().Select(t => $"{t.GetProperty("kind")} {t.GetProperty("name")}")
            .ShouldBe(["struct task_struct", "enum zone_type", "typedef spinlock_t", "struct spinlock"]);
    }

    [Fact]
    public void A_whole_kernel_goes_into_a_file()
    {
        string file = PathTo("all.json");
        BtfToolProcess.Run("show", "--json", "--all", "-f", Oracle.PathOf("linux-6.1/vmlinux.btf.gz"), "-o", file).ExitCode.ShouldBe(0);

        JsonSchema.Validate(SchemaOf("show"), File.ReadAllText(file)).ShouldBeEmpty();
    }

    [Fact]
    public void Types_of_DWARF_say_which_units_define_them()
    {
        string json = Run("show", "show", "--json", "tun_struct", "--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz"));

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement units = document.RootElement.GetProperty("types")[0].GetProperty("units");
        units.GetProperty("count").GetInt32().ShouldBe(1);
        units.GetProperty("first").GetString().ShouldBe("drivers/net/tun.c");
    }

    [Fact]
    public void All_types_of_DWARF_are_as_the_schema_says() =>
        Run("show", "show", "--json", "--all", "--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")).ShouldContain("\"tun_struct\"");

    [Fact]
    public void The_line_of_the_cache_is_that_of_the_option()
    {
        string json = Run("show", "show", "--json", "list_head", "--cacheline", "8", "-f", s_kernel);

        json.ShouldStartWith("{\"schema\":\"btftool/show/1\",\"cacheline_bytes\":8,");
        json.ShouldContain("\"cachelines\":2");
        json.ShouldContain("\"offset_bytes\":8,\"size_bytes\":8,\"cacheline\":1}");
    }

    [Theory]
    [InlineData("--hex")]
    [InlineData("--pahole-compat")]
    [InlineData("--flat-arrays")]
    public void Options_that_say_how_a_listing_looks_do_not_go_with_JSON(string option)
    {
        RunResult run = BtfToolProcess.Run("show", "--json", option, "list_head", "-f", s_kernel);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain($"{option} is about the listing");
    }

    [Fact]
    public void A_name_that_means_nothing_leaves_no_half_document()
    {
        RunResult run = BtfToolProcess.Run("show", "--json", "list_head", "no_such_type_anywhere", "-f", s_kernel);

        run.ExitCode.ShouldBe(3);
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public void Records_are_dumped_as_one_document() =>
        Run("dump", "dump", "--json", Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz"), "--base", Oracle.PathOf("linux-6.1/vmlinux.btf.gz"))
            .ShouldStartWith("{\"types\":[{\"id\":95247,");

    private static string Run(string schema, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        JsonSchema.Validate(SchemaOf(schema), run.Output).ShouldBeEmpty();
        return run.Output;
    }

    private static string SchemaOf(string command) => Path.Combine(Fixtures.Root, "docs", "schemas", command + ".schema.json");
}
