using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class LayoutAgainstTests : WorkFolder
{
    [Fact]
    public void Skews_of_32_and_64_bits_are_marked_and_their_cause_is_said()
    {
        RunResult run = Compare("holes", "packing.gcc-dwarf5.o", "packing.gcc-i686-dwarf5.o");

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldBe("""
            struct holes: packing.gcc-dwarf5.o | packing.gcc-i686-dwarf5.o

            offset  size  |  offset  size  member
                 0     1  |       0     1  char a       <- hole 7 | 3
                 8     8  |       4     4  long int b   <- offset, size
                16     1  |       8     1  char c       <- offset, hole 7 | 3
                24     8  |      12     4  long int d   <- offset, size
                32     1  |      16     1  char e       <- offset
                36     4  |      20     4  int f        <- offset
                40     1  |      24     1  char g       <- offset
                42     2  |      26     2  short int h  <- offset
                44     1  |      28     1  char i       <- offset
                45     3  |      29     3  (padding)

            8 members skew, size 48 against 32: not compatible
            first, at b: the size of long int is 8 here and 4 there
            aligned to 8 bytes here and 4 there: what holds it may skew

            """);
    }

    [Fact]
    public void Layouts_that_are_the_same_are_said_to_be_compatible()
    {
        RunResult run = Compare("run_wide", "bitfields.gcc-dwarf5.o", "bitfields.gcc-s390x-dwarf5.o");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldContain("compatible: same layout, size 24\n");
        run.Output.ShouldContain("byte orders differ");
        run.Output.ShouldNotContain("<-");
    }

    [Fact]
    public void Comparisons_are_written_as_JSON_that_fits_the_schema()
    {
        foreach ((string name, string left, string right) in (ReadOnlySpan<(string, string, string)>)
        [
            ("holes", "packing.gcc-dwarf5.o", "packing.gcc-i686-dwarf5.o"), ("natural", "packing.gcc-dwarf5.o", "packing.gcc-i686-dwarf5.o"),
            ("*", "packing.gcc-dwarf5.o", "packing.gcc-i686-dwarf5.o"), ("*", "bitfields.gcc-dwarf5.o", "bitfields.gcc-s390x-dwarf5.o"),
            ("*", "nesting.gcc-dwarf5.o", "nesting.gcc-i686-dwarf5.o"), ("*", "arrays.gcc-dwarf5.o", "arrays.gcc-i686-dwarf5.o"),
        ])
        {
            RunResult run = Compare(name, left, right, "--json");
            run.ExitCode.ShouldBeInRange(0, 1, run.Errors);
            JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/layout-against.schema.json"), run.Output).ShouldBeEmpty(left);
            JsonElement[] all = [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("comparisons").EnumerateArray()];
            all.ShouldNotBeEmpty();
            all.Any(one => !one.GetProperty("same").GetBoolean()).ShouldBe(run.ExitCode == 1);
        }
    }

    [Fact]
    public void Types_of_split_BTF_are_compared_with_their_base()
    {
        string module = Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz"), kernel = Oracle.PathOf("linux-6.1/vmlinux.btf.gz");

        RunResult run = BtfToolProcess.Run("layout", "fuse_inode", "-f", module, "-B", kernel, "--against", module, "--against-base", kernel);
        run.ExitCode.ShouldBe(0, run.Errors);
        run = BtfToolProcess.Run("layout", "task_struct", "-f", kernel, "--against", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"));
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("<- only there");
        run.Output.ShouldContain("<- only here");
        run.Output.ShouldContain(": not compatible\n");
    }

    [Fact]
    public void What_cannot_be_compared_ends_in_a_message_and_writes_nothing()
    {
        string left = DwarfPath("packing.gcc-dwarf5.o"), other = DwarfPath("bitfields.gcc-dwarf5.o");

        Fails(3, "unknown type 'holes'", "holes", "-f", left, "--against", other);
        Fails(3, "no such file", "holes", "-f", left, "--against", "/nonexistent/vmlinux");
        Fails(3, "no struct or union", "aligned_int", "-f", left, "--against", left);
        Fails(2, "--against compares types", "--all", "-f", left, "--against", other);
        Fails(2, "--against-base goes with --against", "holes", "-f", left, "--against-base", other);
    }

    private static string DwarfPath(string name) => Fixtures.PathOf($"{DwarfFixtures.Folder}/{name}");

    private static RunResult Compare(string name, string left, string right, params string[] options) =>
        BtfToolProcess.Run(["layout", name, "-f", DwarfPath(left), "--against", DwarfPath(right), .. options]);

    private static void Fails(int code, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["layout", .. arguments]);
        run.ExitCode.ShouldBe(code, run.Errors);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }
}
