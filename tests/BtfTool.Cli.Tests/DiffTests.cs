using System.Text.Json;
using BtfTool.Emit.Diffs;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class DiffTests : WorkFolder
{
    [Fact]
    public void Both_sides_stand_beside_each_other_with_causes_before_consequences()
    {
        (string old, string now) = Sides();

        RunResult run = BtfToolProcess.Run("diff", old, now);

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Errors.ShouldBeEmpty();
        string text = run.Output.Replace(Path.GetDirectoryName(PathTo("x")) + "/", "", StringComparison.Ordinal);
        text.ShouldStartWith("--- old (btf, 8 types)\n+++ new (btf, 8 types)\n\nstruct inner: size 12 -> 16 (+4), 1 type embeds it\n");
        text.ShouldContain("""
               0  int a                                          0  int a
                                                              >  4  int fresh
               4  int b                                       ~  8  int b
               8  int c                                       ~ 12  int c
              also changed because they embed it: struct outer

            """);
        text.ShouldContain("\nenum state\n");
        text.ShouldContain("> 2  LAST\n");
        text.ShouldContain("\nremoved: 1 type\n  - struct gone\n");
        text.ShouldContain("\nadded: 1 type\n  + struct come\n");
        text.ShouldContain("\nsummary\n");
        text.ShouldNotContain("\nstruct outer");
        text.ShouldNotContain("\e[");
    }

    [Fact]
    public void Identical_inputs_give_no_difference()
    {
        string old = Sides().Old;

        foreach (string format in (ReadOnlySpan<string>)["text", "json", "sarif", "junit", "github", "markdown", "ktap"])
        {
            RunResult run = BtfToolProcess.Run("diff", old, old, "--as", format);
            run.ExitCode.ShouldBe(0, run.Errors);
            run.Errors.ShouldBeEmpty();
        }

        BtfToolProcess.Run("diff", old, old).Output.ShouldEndWith("\nno differences\n");
    }

    [Fact]
    public void Names_and_patterns_choose_types_on_either_side()
    {
        (string old, string now) = Sides();

        BtfToolProcess.Run("diff", old, now, "gone").Output.ShouldContain("- struct gone");
        BtfToolProcess.Run("diff", old, now, "come").Output.ShouldContain("+ struct come");
        RunResult run = BtfToolProcess.Run("diff", old, now, "out*");
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("\nstruct outer: size 16 -> 20 (+4)\n");
        run.Output.ShouldContain("because it embeds: struct inner");
        run.Output.ShouldNotContain("\nstruct inner");
        BtfToolProcess.Run("diff", old, now, "same").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Classes_choose_what_is_shown_and_what_fails()
    {
        (string old, string now) = Sides();

        RunResult run = BtfToolProcess.Run("diff", old, now, "--only", "enum_append", "--summary");
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("  enum_append");
        run.Output.ShouldNotContain("  size ");
        BtfToolProcess.Run("diff", old, now, "--only", "enum_append", "--fail-on", "warning").ExitCode.ShouldBe(0);
        BtfToolProcess.Run("diff", old, now, "--fail-on", "never").ExitCode.ShouldBe(0);
        BtfToolProcess.Run("diff", old, now, "--fail-on", "error").ExitCode.ShouldBe(1);
        run = BtfToolProcess.Run("diff", old, now, "--ignore", "layout,source,core,harmless");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("no differences (");
    }

    [Fact]
    public void What_follows_from_an_allowed_change_is_allowed_too()
    {
        (string old, string now) = Sides();

        RunResult run = BtfToolProcess.Run("diff", old, now, "inner", "outer", "--allow", "member_added", "--summary");
        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldContain("allowed");
        run = BtfToolProcess.Run("diff", old, now, "inner", "outer", "--ignore", "member-added");
        run.ExitCode.ShouldBe(0, run.Output);
        BtfToolProcess.Run("diff", old, now, "--allow", "member_added").ExitCode.ShouldBe(1);
        BtfToolProcess.Run("diff", old, now, "--allow", "layout,source,core,harmless").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Differences_are_written_as_JSON_that_fits_the_schema()
    {
        (string old, string now) = Sides();
        foreach (string[] options in (string[][])[[], ["inner"], ["--summary"], ["--allow", "layout"], ["--only", "harmless"]])
        {
            RunResult run = BtfToolProcess.Run(["diff", old, now, "--json", .. options]);
            run.ExitCode.ShouldBeInRange(0, 1, run.Errors);
            JsonSchema.Validate(SchemaOf("diff"), run.Output).ShouldBeEmpty();
        }

        JsonElement root = JsonDocument.Parse(BtfToolProcess.Run("diff", old, now, "--as", "json").Output).RootElement;
        JsonElement inner = root.GetProperty("differences").EnumerateArray().Single(d => d.GetProperty("name").GetString() == "struct inner");
        inner.GetProperty("cause").GetBoolean().ShouldBeTrue();
        inner.GetProperty("fan_out_types").GetInt32().ShouldBe(1);
        inner.GetProperty("old").GetProperty("size_bytes").GetInt32().ShouldBe(12);
        inner.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("class").GetString()).ShouldContain("member_added");
        root.GetProperty("differences").EnumerateArray().Single(d => d.GetProperty("name").GetString() == "struct outer")
            .GetProperty("cause").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void Why_says_where_bytes_come_from_and_they_add_up()
    {
        (string old, string now) = Sides();

        RunResult run = BtfToolProcess.Run("diff", old, now, "--why", "inner");
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("struct inner: size 12 -> 16 (+4)\n");
        run.Output.ShouldContain("new member fresh (int)");
        run = BtfToolProcess.Run("diff", old, now, "--why", "outer", "--json");
        JsonSchema.Validate(SchemaOf("diff-why"), run.Output).ShouldBeEmpty();
        JsonElement root = JsonDocument.Parse(run.Output).RootElement;
        root.GetProperty("steps").EnumerateArray().Sum(step => step.GetProperty("bytes").GetInt64())
            .ShouldBe(root.GetProperty("new_size_bytes").GetInt64() - root.GetProperty("old_size_bytes").GetInt64());
        BtfToolProcess.Run("diff", old, now, "--why", "same").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Findings_go_to_other_programs()
    {
        (string old, string now) = Sides();

        BtfToolProcess.Run("diff", old, now, "--as", "github").Output.ShouldContain(",title=BT207 struct inner.fresh");
        JsonElement sarif = JsonDocument.Parse(BtfToolProcess.Run("diff", old, now, "--as", "sarif").Output).RootElement;
        JsonElement[] results = [.. sarif.GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
        results.Select(result => result.GetProperty("ruleId").GetString()).ShouldContain("BT226");
        BtfToolProcess.Run("diff", old, now, "same", "inner", "--as", "ktap").Output.ShouldContain("struct same");
        BtfToolProcess.Run("diff", old, now, "--as", "markdown", "--fail-on", "never").Output.ShouldContain("struct inner");
    }

    [Fact]
    public void A_file_appears_whole_and_a_reader_may_leave()
    {
        (string old, string now) = Sides();

        RunResult run = BtfToolProcess.Run("diff", old, now, "-o", PathTo("result"));
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldBeEmpty();
        File.ReadAllText(PathTo("result")).ShouldBe(BtfToolProcess.Run("diff", old, now).Output);
        run = BtfToolProcess.RunShell(
            $"{BtfToolProcess.InShell} diff '{Oracle.PathOf("linux-6.1/vmlinux.btf.gz")}' '{Oracle.PathOf("linux-6.18/vmlinux.btf.gz")}' | head -n 1");
        run.Errors.ShouldBeEmpty();
        run.Output.ShouldStartWith("--- ");
    }

    [Fact]
    public void Two_kernels_are_compared_completely()
    {
        string old = Oracle.PathOf("linux-6.1/vmlinux.btf.gz"), now = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

        RunResult run = BtfToolProcess.Run("diff", old, now, "--json");
        run.ExitCode.ShouldBe(1, run.Errors);
        JsonSchema.Validate(SchemaOf("diff"), run.Output).ShouldBeEmpty();
        run = BtfToolProcess.Run("diff", old, now, "sock", "--width", "60");
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && (line.Contains(" | ", StringComparison.Ordinal)
            || line.Contains(" ~ ", StringComparison.Ordinal))).ShouldAllBe(line => line.Length <= 60);
        BtfToolProcess.Run("diff", now, now, "--summary").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Split_BTF_and_formats_are_compared_with_their_bases()
    {
        string module = Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz"), kernel = Oracle.PathOf("linux-6.1/vmlinux.btf.gz");
        RunResult run = BtfToolProcess.Run("diff", module, module, "--old-base", kernel, "--new-base", kernel);
        run.ExitCode.ShouldBe(0, run.Errors);

        string dwarf4 = Fixtures.PathOf($"{DwarfFixtures.Folder}/packing.gcc-dwarf4.o"), dwarf5 = Fixtures.PathOf($"{DwarfFixtures.Folder}/packing.gcc-dwarf5.o");
        run = BtfToolProcess.Run("diff", dwarf4, dwarf5);
        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        run.Output.ShouldContain("GNU C");
        run = BtfToolProcess.Run("diff", dwarf5, Fixtures.PathOf($"{DwarfFixtures.Folder}/packing.gcc-i686-dwarf5.o"), "holes");
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("struct holes: size 48 -> 32 (-16), alignment 8 -> 4");
    }

    [Fact]
    public void What_cannot_be_compared_ends_in_a_message_and_writes_nothing()
    {
        (string old, string now) = Sides();

        Fails(3, "unknown type 'innr': did you mean 'inner'?", old, now, "innr");
        Fails(3, "no type matches 'zz*' on either side", old, now, "zz*");
        Fails(3, "no such file", old, "/nonexistent/vmlinux");
        Fails(3, "unknown type 'nothing'", old, now, "--why", "nothing");
        Fails(3, "is no struct or union", old, now, "--why", "state");
        Fails(2, "did you mean 'member_added'?", old, now, "--only", "membr_added");
        Fails(2, "--fail-on takes", old, now, "--fail-on", "info");
        Fails(2, "--as takes", old, now, "--as", "xml");
        Fails(2, "not both", old, now, "--as", "sarif", "--json");
        Fails(2, "--width takes", old, now, "--width", "3");
        Fails(2, "--path-map takes FROM=TO", old, now, "--path-map", "x");
        Fails(2, "invalid regular expression", old, now, "/(/");
        Fails(2, "give no NAME", old, now, "inner", "--why", "inner");
        Fails(2, "text or json", old, now, "--as", "ktap", "--why", "inner");
        Fails(2, "Required argument missing", old);
        Fails(2, "Standard input can be read once", "-", "-");
        Fails(2, "unknown option '--file'", old, now, "--file", old);
    }

    [Fact]
    public void Words_of_classes_are_those_of_the_schema()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(SchemaOf("diff")));
        schema.RootElement.GetProperty("$defs").GetProperty("class").GetProperty("enum").EnumerateArray().Select(word => word.GetString()!)
            .ShouldBe(ChangeNames.Words.Except(ChangeNames.Groups));
    }

    private (string Old, string New) Sides() => (Write("old", Side(isNew: false)), Write("new", Side(isNew: true)));

    private static byte[] Side(bool isNew)
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint inner = isNew ? b.Struct("inner", 16).Member("a", i, 0).Member("fresh", i, 32).Member("b", i, 64).Member("c", i, 96)
            : b.Struct("inner", 12).Member("a", i, 0).Member("b", i, 32).Member("c", i, 64);
        _ = b.Struct("outer", isNew ? 20u : 16u).Member("x", inner, 0).Member("y", i, isNew ? 128u : 96u);
        _ = b.Struct("same", 4).Member("a", i, 0);
        _ = b.Struct(isNew ? "come" : "gone", 8).Member("a", i, 0).Member(isNew ? "p" : "q", i, 32);
        _ = isNew ? b.Enum("state").Value("FIRST", 0).Value("SECOND", 1).Value("LAST", 2) : b.Enum("state").Value("FIRST", 0).Value("SECOND", 1);
        _ = b.Typedef("word", i);
        _ = b.Pointer(inner);
        return b.ToBytes();
    }

    private static string SchemaOf(string command) => Path.Combine(Fixtures.Root, "docs", "schemas", command + ".schema.json");

    private static void Fails(int code, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["diff", .. arguments]);
        run.ExitCode.ShouldBe(code, run.Errors);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }
}
