using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class InfoTests : WorkFolder
{
    [Fact]
    public void A_kernel_is_told_by_its_records_and_its_leading_types()
    {
        string text = Info(Oracle.PathOf("linux-6.18/vmlinux.btf.gz"));

        text.ShouldContain("format:          BTF\ncontainer:       raw\n");
        text.ShouldContain("compressed:      gzip\nbyte order:      little endian\npointer size:    8 bytes\n");
        text.ShouldContain("layout section:  no\n");
        text.ShouldContain("\nkind                     types\nint");
        text.Split("\nlargest types ")[1].Split('\n')[1].ShouldStartWith("struct ");
        text.ShouldContain(" holes of ");
        Info(Oracle.PathOf("linux-6.18/vmlinux.btf.gz"), "--top", "0").ShouldNotContain("largest types");
    }

    [Fact]
    public void DWARF_is_told_by_its_units_and_sections()
    {
        string text = Info(Oracle.PathOf("tun-ko/tun.ko.debug.gz"), "--format", "dwarf", "--top", "2");

        text.ShouldContain("format:          DWARF ");
        text.ShouldContain("container:       ELF 64-bit x86-64, relocatable\n");
        text.ShouldContain("build id:        ");
        text.ShouldContain("\nlanguage                 units\n");
        text.ShouldContain("\nproducer");
        text.ShouldContain("\n.debug_info ");
        text.Split("\nlargest types")[1].Split('\n').Count(line => line.StartsWith("struct ", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public void Split_BTF_is_told_with_its_base_and_without_it()
    {
        var kernel = new BtfAssembler();
        uint i = kernel.Int("int", 4, signed: true);
        var module = new BtfAssembler(baseBtf: kernel);
        module.Struct("added", 16).Member("a", i, 0).Member("b", i, 96);
        string file = Write("module", module.ToBytes());

        string alone = Info(file);
        alone.ShouldContain("format:          split BTF\n");
        alone.ShouldContain("base:            needed and not found: --base gives it\n");
        alone.ShouldNotContain("largest types");
        string based = Info(file, "--base", Write("kernel", kernel.ToBytes()));
        based.ShouldContain($"base:            {PathTo("kernel")}\n");
        based.ShouldContain("types:           1 and 1 of the base\n");
        based.ShouldContain("struct added                16\n");
        based.ShouldContain("struct added                 8  in 1 hole of 16 bytes\n");
    }

    [Fact]
    public void Big_endian_records_and_those_sorted_by_name_are_told()
    {
        var b = new BtfAssembler(bigEndian: true);
        uint i = b.NextId + 2;
        b.Pointer(i);
        b.Array(i, i, 3);
        b.Int("aint", 4, signed: true);
        b.Typedef("b_t", i);
        b.Typedef("b_t", i);
        b.Struct("c", 4).Member("x", i, 0);
        string file = Write("sorted", b.StandardLayout().ToBytes());

        Info(file).ShouldContain("byte order:      big endian\n");
        Info(file).ShouldContain("layout section:  yes\nsorted by name:  yes\n");
        b.Typedef("a_t", i);
        Info(Write("unsorted", b.ToBytes())).ShouldContain("sorted by name:  no\n");
    }

    [Theory]
    [InlineData("linux-6.1/vmlinux.btf.gz")]
    [InlineData("distilled-base/dummy.ko.gz")]
    [InlineData("fuse-ko-split/fuse.split.btf.gz")]
    [InlineData("tun-ko/tun.ko.debug.gz", "--format", "dwarf")]
    public void What_an_input_is_can_be_had_as_JSON_that_fits_the_schema(string name, params string[] options)
    {
        RunResult run = BtfToolProcess.Run(["info", "--json", Oracle.PathOf(name), .. options]);

        run.ExitCode.ShouldBe(0, run.Errors);
        JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/info.schema.json"), run.Output).ShouldBeEmpty();
        JsonElement info = JsonDocument.Parse(run.Output).RootElement;
        info.GetProperty("schema").GetString().ShouldBe("btftool/info/1");
        info.TryGetProperty(options.Length > 0 ? "dwarf" : "btf", out _).ShouldBeTrue();
    }

    [Fact]
    public void An_argument_that_makes_no_sense_is_a_mistake_of_usage()
    {
        RunResult run = BtfToolProcess.Run("info", "--top", "-1");
        run.ExitCode.ShouldBe(2);
        BtfToolProcess.Run("info", PathTo("nothing")).ExitCode.ShouldBe(3);
    }

    private static string Info(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["info", .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        return run.Output;
    }
}
