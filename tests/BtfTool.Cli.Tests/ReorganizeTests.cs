using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ReorganizeTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void A_plan_says_what_moves_where_and_why_with_its_proof_and_the_struct_relaid()
    {
        Reorganize("holed", "--steps", "-f", Write("btf", Assemble())).ShouldBe("""
            struct holed: 24 -> 16 bytes (saves 8), 1 -> 1 cache lines, bucket 32 -> 16, straddles 0 -> 0, 1 member moves
            proven optimal

                                                before     after
            size in bytes                           24        16
            cache lines                              1         1
            kmalloc bucket in bytes                 32        16
            objects of kmalloc in a page           128       256
            objects of an own cache in pages  170 in 1  256 in 1
            members that straddle lines              0         0
            holes                                    1         1
            bytes in holes                           7         3
            bytes of padding                         4         0

            moves:
              n behind c, was behind next: into the 7-byte hole behind c

            held in place:
              c: first member: code may take the struct for it

            steps:
              1. n behind c: 24 -> 16 bytes, holes 1 -> 1, bytes in holes 7 -> 3, padding 4 -> 0

            not seen from types: memset and memcpy over ranges of members, code that relies on which members are neighbours or first, initialisers without names, and programs outside that know the layout

            struct holed {
            	char                       c;                    /*     0     1 */

            	/* XXX 3 bytes hole, try to pack */

            	int                        n;                    /*     4     4 */
            	void *                     next;                 /*     8     8 */

            	/* size: 16, cachelines: 1, members: 3 */
            	/* sum members: 13, holes: 1, sum holes: 3 */
            	/* last cacheline: 16 bytes */
            };

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_answer_says_what_is_proven()
    {
        string file = Write("btf", Assemble());

        Reorganize("tight", "packed", "-f", file).ShouldBe(
            "struct tight: 8 bytes, 1 cache line, bucket 8, straddles 0: nothing to gain: proven optimal\n" +
            "\nheld in place:\n  a: first member: code may take the struct for it\n" +
            "\n" +
            "struct packed: 5 bytes, 1 cache line, bucket 8, straddles 0: stays as it is: packed; proven optimal\n");
    }

    [Fact]
    public void Members_that_are_pinned_or_kept_together_stay()
    {
        string file = Write("btf", Assemble());

        Reorganize("holed", "--pin", "next", "--pin", "n", "-f", file).ShouldContain("nothing to gain: proven optimal");
        Reorganize("holed", "--keep-together", "next,n", "-f", file).ShouldNotContain("n behind c");
        Reorganize("holed", "--hot", "c,n", "--cacheline", "8", "-f", file).ShouldContain("lines with hot members 2 -> 1");
    }

    [Fact]
    public void A_typedef_of_a_struct_without_a_name_is_planned_under_its_own_name()
    {
        Reorganize("holed_t", "-f", Write("btf", Assemble())).ShouldStartWith("holed_t: 24 -> 16 bytes (saves 8)");
    }

    [Theory]
    [InlineData("holed", "--steps")]
    [InlineData("packed")]
    [InlineData("*", "--split-bitfields")]
    [InlineData("holed", "--hot", "c,n", "--cacheline", "8")]
    public void The_JSON_document_follows_its_schema(params string[] arguments)
    {
        string text = Reorganize([.. arguments, "--json", "-f", Write("btf", Assemble())]);

        ShouldFollowSchema(text).GetProperty("structs").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void All_structs_of_a_kernel_are_ranked_by_what_they_gain()
    {
        string[] lines = Reorganize("--all", "--top", "5", "-f", s_kernel).Split('\n');
        JsonElement json = ShouldFollowSchema(Reorganize("--all", "--json", "-f", s_kernel));

        lines[0].ShouldStartWith("saves");
        lines.ShouldContain(line => line.EndsWith(" more)", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains(" proven optimal, ", StringComparison.Ordinal));
        JsonElement[] gaining = [.. json.GetProperty("structs").EnumerateArray()];
        gaining.Length.ShouldBe(json.GetProperty("totals").GetProperty("gaining").GetInt32());
        gaining.ShouldAllBe(s => s.GetProperty("saving_bytes").GetInt64() >= 0 && s.GetProperty("proof").GetProperty("gap_bytes").GetInt64() >= 0);
        gaining.Select(s => s.GetProperty("before").GetProperty("bucket_bytes").GetInt64() - s.GetProperty("after").GetProperty("bucket_bytes").GetInt64())
            .ShouldBeInOrder(SortDirection.Descending);
        json.GetProperty("not_proven").GetArrayLength().ShouldBe(json.GetProperty("totals").GetProperty("not_proven").GetInt32());
    }

    [Theory]
    [InlineData("Give the NAME of a struct, or --all")]
    [InlineData("Give names or --all, not both", "holed", "--all")]
    [InlineData("--keep-together takes at least 2 members with commas, not 'a'", "holed", "--keep-together", "a")]
    [InlineData("--separate takes names of members with commas, not 'a,,b'", "holed", "--separate", "a,,b")]
    [InlineData("--hot names a member twice: 'a,a'", "holed", "--hot", "a,a")]
    [InlineData("--pin names members of one struct: give its NAME, not --all", "--all", "--pin", "a")]
    [InlineData("--steps is about one struct", "--all", "--steps")]
    [InlineData("--top goes with --all", "holed", "--top", "3")]
    [InlineData("--cacheline takes a power of two", "holed", "--cacheline", "48")]
    [InlineData("--arch does not know 'x86_65'", "holed", "--arch", "x86_65")]
    public void Mistakes_in_the_options_end_with_2_and_say_what_is_wrong(string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["reorganize", .. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("did you mean 'next'?", "holed", "--pin", "nxet")]
    [InlineData("unknown type 'no_such_struct'", "no_such_struct")]
    [InlineData("'colour' is no struct", "colour")]
    [InlineData("its types do not say where it is declared", "holed", "--diff")]
    public void What_the_file_does_not_have_ends_with_3(string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["reorganize", .. arguments, "-f", Write("btf", Assemble())]);

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldContain(message);
        run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_plan_becomes_a_patch_of_the_source_that_DWARF_names()
    {
        string file = Path.Combine(Fixtures.Root, "fixtures/dwarf/bin/packing.gcc-dwarf5.o");
        Directory.CreateDirectory(PathTo("c"));
        string source = new string('\n', 19) + "struct holes {\n\tchar a;\n\tlong b;\n\tchar c;\n\tlong d;\n\tchar e;\n\tint f;\n\tchar g;\n\tshort h;\n\tchar i;\n};\n";
        Write("c/packing.c", System.Text.Encoding.UTF8.GetBytes(source));

        string patch = Reorganize("holes", "-f", file, "--diff", "--source-dir", PathTo(""));

        patch.ShouldStartWith("--- a/c/packing.c\n+++ b/c/packing.c\n@@ ");
        patch.Split('\n').Count(line => line.StartsWith("+\t", StringComparison.Ordinal)).ShouldBe(2);
        patch.Split('\n').Count(line => line.StartsWith("-\t", StringComparison.Ordinal)).ShouldBe(2);
        RunResult elsewhere = BtfToolProcess.Run(["reorganize", "holes", "-f", file, "--diff", "--source-dir", "/nowhere"]);
        elsewhere.ExitCode.ShouldBe(3);
        elsewhere.Errors.ShouldContain("which is not at hand (--source-dir)");
    }

    [Fact]
    public void A_listing_can_show_structs_reorganised_with_what_that_saves()
    {
        string file = Write("btf", Assemble());

        Show("holed", "-R", "-f", file).ShouldEndWith("\n};   /* saved 8 bytes! bucket 32 -> 16 */\n\n");
        Show("holed", "-R", "--pahole-compat", "-f", file).ShouldEndWith("\n};   /* saved 8 bytes! */\n\n");
        Show("holed", "--reorganize", "--steps", "-f", file).ShouldStartWith("/* Moving 'n' to after 'c' */\nstruct holed {\n");
        Show("tight", "-R", "-f", file).ShouldBe(Show("tight", "-f", file));
        Show("--all", "-R", "-f", file).ShouldContain("saved 8 bytes!");
    }

    [Fact]
    public void Options_of_a_reorganised_listing_that_mean_nothing_are_refused()
    {
        RunResult run = BtfToolProcess.Run("show", "holed", "--steps", "-f", s_kernel);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("--steps goes with --reorganize");
    }

    [Fact]
    public void A_line_is_as_long_as_that_of_the_processor()
    {
        string file = Write("btf", Assemble());

        ShouldFollowSchema(Reorganize("holed", "--json", "--arch", "s390x", "-f", file)).GetProperty("cacheline_bytes").GetInt32().ShouldBe(256);
        ShouldFollowSchema(Reorganize("holed", "--json", "-f", file)).GetProperty("cacheline_bytes").GetInt32().ShouldBe(64);
    }

    private static byte[] Assemble()
    {
        var b = new BtfAssembler();
        uint small = b.Int("char", 1);
        uint number = b.Int("int", 4, signed: true);
        uint pointer = b.Pointer(0);
        b.Struct("holed", 24).Member("c", small, 0).Member("next", pointer, 64).Member("n", number, 128);
        b.Struct("tight", 8).Member("a", number, 0).Member("b", number, 32);
        b.Struct("packed", 5).Member("c", small, 0).Member("n", number, 8);
        b.Struct("bits", 16).Member("n", number, 0).Bitfield("x", number, 32, 3).Bitfield("y", number, 35, 4).Member("m", number, 64).Member("c", small, 96);
        uint anonymous = b.NextId;
        b.Struct("", 24).Member("c", small, 0).Member("next", pointer, 64).Member("n", number, 128);
        b.Typedef("holed_t", anonymous);
        b.Enum("colour").Value("RED", 1);
        return b.ToBytes();
    }

    private static JsonElement ShouldFollowSchema(string text)
    {
        text.ShouldEndWith("}\n");
        JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/reorganize.schema.json"), text).ShouldBeEmpty();
        JsonElement root = JsonDocument.Parse(text).RootElement;
        root.EnumerateObject().First().Name.ShouldBe("schema");
        return root;
    }

    private static string Show(params string[] arguments) => Run("show", arguments);

    private static string Reorganize(params string[] arguments) => Run("reorganize", arguments);

    private static string Run(string command, string[] arguments)
    {
        RunResult run = BtfToolProcess.Run([command, .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
