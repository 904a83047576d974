using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ListTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void Sizes_are_what_pahole_writes()
    {
        BtfToolProcess.Run("list", "--sizes", "-f", s_kernel).ShouldHaveWritten("linux-6.18/pahole-1.31.sizes.txt.gz");
    }

    [Fact]
    public void A_table_has_a_header_aligned_columns_and_totals()
    {
        List("--where", "name =~ list_*ead || name == hlist_head", "--totals", "--columns", "size,kind,name", "-f", s_kernel).ShouldBe(
            "size  kind    name\n" +
            "  16  struct  list_head\n" +
            "   8  struct  hlist_head\n" +
            "  24          (total of 2 types)\n");
    }

    [Theory]
    [InlineData("--contains", "list_head", 978)]
    [InlineData("--points-to", "task_struct", 108)]
    public void Relations_of_a_kernel_are_complete(string option, string type, int names)
    {
        string[] lines = List(option, type, "--tsv", "--no-header", "--columns", "name", "-f", s_kernel).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Distinct().Count().ShouldBe(names);
    }

    [Fact]
    public void Types_are_sorted_cut_off_and_chosen_by_limits()
    {
        string file = Write("btf", Assemble());

        Names("--sort", "size,desc", "--top", "2", "-f", file).ShouldBe(["large", "holed"]);
        Names("--sort", "name", "-f", file).ShouldBe(["flexible", "holed", "large", "small"]);
        Names("--holes", "-f", file).ShouldBe(["holed"]);
        Names("--min-holes", "2", "-f", file).ShouldBeEmpty();
        Names("--min-hole-bytes", "3", "-f", file).ShouldBe(["holed"]);
        Names("--bigger-than", "0x10", "-f", file).ShouldBe(["large"]);
        Names("--smaller-than", "12", "--sort", "size", "-f", file).ShouldBe(["small", "flexible"]);
        Names("--flexible-array", "-f", file).ShouldBe(["flexible"]);
        Names("--packable", "-f", file).ShouldBe(["holed"]);
        Names("--has-member", "a*", "--kind", "struct,union", "-f", file).ShouldBe(["small", "holed"]);
        Names("--has-enumerator", "RED", "-f", file).ShouldBe(["colour"]);
        Names("--takes", "small", "-f", file).ShouldBe(["takes_small"]);
        Names("small", "enum colour", "l*", "-f", file).ShouldBe(["small", "large", "colour"]);
    }

    [Fact]
    public void The_JSON_document_follows_its_schema()
    {
        string text = List("--json", "--totals", "--packable", "--kind", "struct,typedef", "-f", s_kernel);

        using var json = JsonDocument.Parse(text);
        text.ShouldEndWith("}\n");
        JsonElement root = json.RootElement;
        root.EnumerateObject().First().Name.ShouldBe("schema");
        root.GetProperty("schema").GetString().ShouldBe("btftool/list/1");
        JsonElement types = root.GetProperty("types");
        root.GetProperty("totals").GetProperty("types").GetInt32().ShouldBe(types.GetArrayLength());
        JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/list.schema.json"), text).ShouldBeEmpty();
    }

    [Fact]
    public void Types_of_DWARF_are_listed_as_those_of_BTF()
    {
        string[] dwarf = ["--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")];

        Names(["--contains", "tun_struct", "--recursive", .. dwarf]).ShouldBeEmpty();
        Names(["--points-to", "tun_struct", .. dwarf]).ShouldContain("tun_file");
        Names(["--takes", "tun_struct", "--kind", "function", .. dwarf]).ShouldNotBeEmpty();
        Names(["--contains", "tun_prog", .. dwarf]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--where: column 1: unknown column 'hols': did you mean 'holes'?", "--where", "hols > 2")]
    [InlineData("--sort: unknown column 'sise': did you mean 'size'?", "--sort", "sise")]
    [InlineData("--columns: unknown column 'nam': did you mean 'name'?", "--columns", "size,nam")]
    [InlineData("--kind does not know 'class'", "--kind", "class")]
    [InlineData("--top takes a number, not 'x'", "--top", "x")]
    [InlineData("--depth is at least 1", "--contains", "list_head", "--depth", "0")]
    [InlineData("--recursive and --depth go with --contains", "--recursive")]
    [InlineData("Give one of --tsv, --json and --sizes", "--tsv", "--json")]
    public void Mistakes_in_the_options_end_with_2_and_say_what_is_wrong(string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["list", .. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("unknown type 'list_haed': did you mean 'list_head'", "--contains", "list_haed")]
    [InlineData("unknown type 'no_such_type_at_all'", "no_such_type_at_all")]
    [InlineData("no struct or union has a member named 'no_such_member'", "--has-member", "no_such_member")]
    public void An_unknown_name_ends_with_3(string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["list", .. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    private static byte[] Assemble()
    {
        var b = new BtfAssembler();
        uint small = b.Int("char", 1);
        uint number = b.Int("int", 4);
        uint s = b.Struct("small", 4).Member("a", number, 0);
        b.Struct("holed", 12).Member("ab", small, 0).Member("b", number, 32).Member("c", small, 64);
        b.Struct("flexible", 4).Member("n", number, 0).Member("items", b.Array(number, number, 0), 32);
        b.Union("large", 64).Member("bytes", b.Array(small, number, 64), 0);
        b.Enum("colour").Value("RED", 1);
        b.Function("takes_small", b.Prototype(0).Parameter("s", b.Pointer(s)));
        return b.ToBytes();
    }

    private static string[] Names(params string[] arguments) =>
        List(["--tsv", "--no-header", "--columns", "name", .. arguments]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string List(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["list", .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
