using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class LayoutRankingTests : WorkFolder
{
    private static readonly string s_slabinfo = Fixtures.PathOf("slabs/slabinfo.txt");

    [Fact]
    public void Structs_are_ranked_by_what_they_gain_and_live_objects_come_first()
    {
        string file = Write("btf", Sample().ToBytes());

        string[] lines = Run("--all", "-f", file).Output.Split('\n');
        lines[0].ShouldStartWith("struct ");
        lines[1].ShouldStartWith("other_item ");
        lines[1].ShouldContain("208 -> 120  256 -> 128");
        lines[1].ShouldEndWith("optimal");
        lines[2].ShouldStartWith("padded_item ");
        lines.ShouldContain("2 of 3 structs gain, 168 bytes with one object of each; 2 of these gains are proven to be the largest");
        lines.ShouldContain(line => line.StartsWith("live objects: not counted", StringComparison.Ordinal));

        lines = Run("--all", "-f", file, "--slabinfo", s_slabinfo).Output.Split('\n');
        lines[1].ShouldStartWith("padded_item ");
        lines[1].ShouldContain("  padded_item     1000");
        lines.ShouldContain(line => line.StartsWith($"live objects: of {s_slabinfo}, 1 structs have a cache", StringComparison.Ordinal));

        Run("--all", "--top", "1", "-f", file).Output.Split('\n')[2].ShouldBeEmpty();
    }

    [Fact]
    public void Rankings_are_written_as_JSON_that_fits_the_schema()
    {
        string file = Write("btf", Sample().ToBytes());
        foreach (string[] options in (string[][])[[], ["--slabinfo", s_slabinfo], ["--top", "0"], ["--cacheline", "128"]])
        {
            Json("layout-ranking", ["--all", "--json", "-f", file, .. options]);
        }

        JsonElement root = Json("layout-ranking", "--all", "--json", "-f", file, "--slabinfo", s_slabinfo);
        root.GetProperty("with_cache").GetInt32().ShouldBe(1);
        JsonElement live = root.GetProperty("types")[0].GetProperty("live");
        live.GetProperty("active_objects").GetInt32().ShouldBe(1000);
        live.GetProperty("saved_bytes").GetInt64().ShouldBe(live.GetProperty("saved_slabs").GetInt64() * 4096);
        root.GetProperty("saved_slab_bytes").GetInt64().ShouldBe(live.GetProperty("saved_bytes").GetInt64());
    }

    [Fact]
    public void A_whole_kernel_is_ranked_alike_by_any_number_of_threads()
    {
        string[] asked = ["--all", "--json", "--top", "50", "-f", Oracle.PathOf("linux-6.1/vmlinux.btf.gz")];

        JsonElement root = Json("layout-ranking", asked);
        root.GetProperty("types").GetArrayLength().ShouldBe(50);
        Run([.. asked, "--jobs", "1"]).Output.ShouldBe(Run([.. asked, "--jobs", "3"]).Output);
    }

    [Fact]
    public void The_layout_of_one_type_says_what_lives_of_it()
    {
        string file = Write("btf", Sample().ToBytes());

        Run("padded_item", "-f", file, "--slabinfo", s_slabinfo).Output
            .ShouldContain("padded_item  1000 objects of 192 bytes, 21 in a slab of 4096: 49 slabs, 200704 bytes\n");
        Run("padded_item", "-f", file).Output.ShouldNotContain("Live objects");
        Json("layout", "padded_item", "--json", "-f", file, "--slabinfo", s_slabinfo).GetProperty("types")[0].GetProperty("live")
            .GetProperty("total_bytes").GetInt64().ShouldBe(200704);
    }

    [Fact]
    public void What_cannot_be_used_is_refused()
    {
        string file = Write("btf", Sample().ToBytes());

        Fails(3, "line 1: no line of slabinfo", "--all", "-f", file, "--slabinfo", Write("none", "hello\n"u8));
        Fails(3, "cannot read /nonexistent/slabinfo: no such file or directory", "--all", "-f", file, "--slabinfo", "/nonexistent/slabinfo");
        Fails(3, "is a directory", "--all", "-f", file, "--slabinfo", Path.GetTempPath());
        Fails(2, "Give names or --all, not both", "--all", "tight", "-f", file);
        Fails(2, "Give the NAME of a type, or --all", "-f", file);
        Fails(2, "--top goes with --all", "tight", "--top", "3", "-f", file);
        Fails(2, "--top takes a number", "--all", "--top", "x", "-f", file);
    }

    private static BtfAssembler Sample()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint l = b.Int("long", 8, signed: true);
        b.Struct("tight", 16).Member("a", l, 0).Member("b", l, 64);
        foreach ((string name, uint pairs) in (ReadOnlySpan<(string, uint)>)[("padded_item", 12), ("other_item", 13)])
        {
            ElementsDraft s = b.Struct(name, pairs * 16);
            for (uint i = 0; i < pairs; i++)
            {
                s.Member("c" + i, c, i * 128).Member("l" + i, l, (i * 128) + 64);
            }
        }

        return b;
    }

    private static RunResult Run(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["layout", .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        return run;
    }

    private static JsonElement Json(string schema, params string[] arguments)
    {
        RunResult run = Run(arguments);
        JsonSchema.Validate(Path.Combine(Fixtures.Root, $"docs/schemas/{schema}.schema.json"), run.Output).ShouldBeEmpty();
        run.Output.ShouldEndWith("}\n");
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static void Fails(int code, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["layout", .. arguments]);
        run.ExitCode.ShouldBe(code, run.Errors);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }
}
