using System.Diagnostics;
using System.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class CheckTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");
    private static readonly string s_packing = Fixtures.PathOf("bin/packing.gcc-x86_64.o");

    [Theory]
    [InlineData("size == 32", "size != 32", "BT010")]
    [InlineData("size f == 8", "size f == 4", "BT010")]
    [InlineData("alignment == 8", "alignment < 8", "BT011")]
    [InlineData("holes == 3", "holes <= 2", "BT012")]
    [InlineData("hole_bytes == 7", "hole_bytes < 7", "BT013")]
    [InlineData("bit_holes == 0", "bit_holes > 0", "BT014")]
    [InlineData("padding == 7", "padding <= 4", "BT015")]
    [InlineData("size >= 0x20", "no_holes", "BT016")]
    [InlineData("size >= 0x20", "no_padding", "BT017")]
    [InlineData("cachelines == 1", "cachelines > 1", "BT018")]
    [InlineData("members == 7", "members == 6", "BT019")]
    [InlineData("offset f == 16", "offset f == 15", "BT020")]
    [InlineData("type f is \"long  long int\"", "type f is \"longlong int\"", "BT021")]
    [InlineData("first a", "first b", "BT022")]
    [InlineData("last g", "last f", "BT023")]
    [InlineData("line f == 0", "line f == 1", "BT024")]
    [InlineData("aligned f 8", "aligned f 32", "BT025")]
    [InlineData("bits a == 8", "bits a == 7", "BT026")]
    [InlineData("member nope absent", "member f absent", "BT027")]
    [InlineData("same_line a, f", "separate_lines a, f", "BT031")]
    [InlineData("fast { a, f } lines <= 1", "fast { a, f } lines > 1", "BT037")]
    [InlineData("when has(f) and not has(q) { size == 32 }", "when pointer 8 { size == 31 } else { size == 32 }", "BT010")]
    [InlineData("when arch amd64 { size == 32 } else { size == 3 }", "when not arch arm64 { size == 3 }", "BT010")]
    [InlineData("optional offset nope == 3", "offset f == 16; size < 32", "BT010")]
    public void A_rule_holds_or_is_a_finding(string holds, string fails, string id)
    {
        Check($"struct natural {{ {holds} }}", s_packing).ExitCode.ShouldBe(0);
        RunResult run = Check($"struct natural {{ {fails} }}", s_packing);
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain(" " + id + ": struct natural");
    }

    [Theory]
    [InlineData("struct cache_lines { separate_lines a, d }", "struct cache_lines { same_line a, d }", "BT030")]
    [InlineData("struct cache_lines { no_straddle except c }", "struct cache_lines { no_straddle }", "BT032")]
    [InlineData("struct cache_lines { no_straddle a, d }", "struct cache_lines { no_straddle a, c }", "BT032")]
    [InlineData("target cacheline 256\nstruct cache_lines { same_line a, d }", "target cacheline 32\nstruct cache_lines { line d == 4 }", "BT024")]
    [InlineData("match struct \"packed_*\" { size > 0 }", "match struct \"packed_*\" except \"packed_bits\" { size == 18 }", "BT010")]
    [InlineData("optional struct nope { size == 3 }", "typedef aligned_int { size == 8 }", "BT010")]
    public void Blocks_hold_or_are_findings(string holds, string fails, string id)
    {
        Check(holds, s_packing).ExitCode.ShouldBe(0);
        RunResult run = Check(fails, s_packing);
        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain(" " + id + ": ");
    }

    [Theory]
    [InlineData("struct sock { group sock_read_rx { lines <= 9; bytes >= 1; contains sk_rx_dst } }", 0, "")]
    [InlineData("struct sock { group sock_read_rx { lines == 0 } }", 1, "BT033")]
    [InlineData("struct sock { group sock_read_rx { bytes == 0 } }", 1, "BT034")]
    [InlineData("struct sock { group sock_read_rx { contains sk_lock } }", 1, "BT035")]
    [InlineData("struct sock { group nope { lines == 0 } }", 3, "BT002")]
    [InlineData("enum zone_type { value ZONE_DMA == 0 }", 0, "")]
    [InlineData("enum zone_type { value ZONE_DMA == 1 }", 1, "BT040")]
    [InlineData("struct sock { decl_file \"include/**\"; size > 0 }", 3, "BT008")]
    public void Kernels_are_checked(string file, int exitCode, string id)
    {
        RunResult run = Check(file, s_kernel);
        run.ExitCode.ShouldBe(exitCode, run.Output);
        run.Output.ShouldContain(id);
    }

    [Theory]
    [InlineData("struct nope { size == 3 }", "BT001", "there is no 'struct nope'")]
    [InlineData("struct natural { offset nope == 3 }", "BT002", "struct natural has no member 'nope'")]
    [InlineData("match struct \"nope*\" { size == 3 }", "BT003", "no struct matches")]
    [InlineData("target pointer 4\nstruct natural { size == 32 }", "BT004", "asks for 4")]
    [InlineData("target arch s390x\nstruct natural { size == 32 }", "BT004", "asks for s390x")]
    [InlineData("typedef aligned_int { holes == 0 }", "BT009", "has no members")]
    public void What_cannot_be_judged_ends_with_3(string file, string id, string message)
    {
        RunResult run = Check(file, s_packing, "--fail-on", "never");
        run.ExitCode.ShouldBe(3);
        run.Output.ShouldContain(id);
        run.Output.ShouldContain(message);
    }

    [Fact]
    public void Suppressed_findings_are_shown_and_do_not_count_until_the_day_has_passed()
    {
        RunResult held = Check("struct natural { size == 3 }\nsuppress BT010 struct natural until 2999-12-31 reason \"later\"", s_packing);
        held.ExitCode.ShouldBe(0);
        held.Output.ShouldContain("later");

        RunResult over = Check("struct natural { size == 3 }\nsuppress BT010 struct natural until 2001-12-31 reason \"later\"", s_packing);
        over.ExitCode.ShouldBe(1);
        over.Output.ShouldContain("BT006: the suppression of BT010 of struct natural ended on 2001-12-31");

        RunResult unused = Check("struct natural { size == 32 }\nsuppress BT010 struct natural.a reason \"later\"", s_packing);
        unused.ExitCode.ShouldBe(0);
        unused.Output.ShouldContain("BT007");
        Check("struct natural { size == 32 }\nsuppress BT010 struct natural.a reason \"later\"", s_packing, "--fail-on", "warning").ExitCode.ShouldBe(1);
    }

    [Fact]
    public void Targets_have_inputs_and_rules_of_their_own()
    {
        string file = Write("a.layout", "struct padded_tail { size > 0 }\ntarget x86 { struct natural { size == 32 } }\ntarget old { struct natural { size == 33 } }\n"u8);

        RunResult run = BtfToolProcess.Run("check", file, "-f", "x86=" + s_packing, "-f", "old=" + Fixtures.PathOf("bin/packing.gcc-i686.o"));

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("size is 28 bytes, expected == 33 [old]");
        run.Output.ShouldNotContain("[x86]");
        BtfToolProcess.Run("check", file, "-f", "x86=" + s_packing).Output.ShouldContain("BT005");
    }

    [Fact]
    public void Mistakes_end_with_2_and_unusable_inputs_with_3()
    {
        RunResult wrong = Check("struct natural { sice == 3 }\nfoo", s_packing);
        wrong.ExitCode.ShouldBe(2);
        wrong.OutputBytes.ShouldBeEmpty();
        wrong.Errors.Split('\n').Count(line => line.Contains("main.layout:")).ShouldBe(2);
        Check("struct natural { sice == 3 }", PathTo("gone")).ExitCode.ShouldBe(3);
        Check("struct natural { size == 32 }", PathTo("gone")).ExitCode.ShouldBe(3);
        BtfToolProcess.Run("check", PathTo("no.layout"), "-f", s_packing).ExitCode.ShouldBe(2);
        BtfToolProcess.Run("check", "-f", s_packing).ExitCode.ShouldBe(2);
    }

    [Theory]
    [InlineData("packing.gcc-x86_64.o")]
    [InlineData("bitfields.gcc-x86_64.o")]
    [InlineData("bitfields.gcc-s390x.o")]
    [InlineData("enums.clang-bpf.o")]
    [InlineData("nesting.gcc-i686.o")]
    public void What_init_writes_holds_for_the_fixtures(string name)
    {
        string input = Fixtures.PathOf("bin/" + name);
        string file = PathTo("init.layout");
        BtfToolProcess.Run("check", "--init", "*", "-f", input, "-o", file).ExitCode.ShouldBe(0);

        RunResult run = BtfToolProcess.Run("check", file, "-f", input, "--fail-on", "warning");
        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
    }

    [Fact]
    public void What_init_writes_holds_for_a_kernel()
    {
        string file = PathTo("init.layout");
        BtfToolProcess.Run("check", "--init", "*", "-f", s_kernel, "-o", file).ExitCode.ShouldBe(0);

        RunResult run = BtfToolProcess.Run("check", file, "-f", s_kernel);
        run.ExitCode.ShouldBe(0, run.Output[..Math.Min(2000, run.Output.Length)] + run.Errors);
        run.Output.Length.ShouldBeLessThan(10_000);
    }

    [Fact]
    public void Assertions_of_C_compile_and_hold_as_the_rules_do()
    {
        string file = PathTo("init.layout");
        BtfToolProcess.Run("check", "--init", "struct natural", "struct packed_all", "struct cache_lines", "struct holds_union", "-f", s_packing, "-o", file);
        File.AppendAllText(file, "struct natural { first a; aligned f 8; same_line a, f; type f is \"long long\"; size a == 1; when arch x86_64 { size == 32 } else { size == 28 }; when has(a) { no_holes } }\n");
        RunResult run = BtfToolProcess.Run("check", file, "--emit", "static_assert");
        run.ExitCode.ShouldBe(0, run.Errors);

        Compile(run.Output).ShouldBe("");
        Compile(run.Output.Replace("offsetof(struct natural, f) == 16", "offsetof(struct natural, f) == 15")).ShouldContain("static assertion failed");
    }

    [Fact]
    public void A_baseline_is_written_and_held_to()
    {
        string file = Write("main.layout", "baseline \"x.base\"\nstruct natural { size > 0 }\n"u8);
        Check("baseline \"x.base\"\nstruct natural { size > 0 }", s_packing).ExitCode.ShouldBe(3);
        BtfToolProcess.Run("check", "--update", file, "-f", s_packing).ExitCode.ShouldBe(0);
        BtfToolProcess.Run("check", file, "-f", s_packing).ExitCode.ShouldBe(0);

        string before = File.ReadAllText(PathTo("x.base"));
        RunResult other = BtfToolProcess.Run("check", file, "-f", Fixtures.PathOf("bin/packing.gcc-i686.o"));
        other.ExitCode.ShouldBe(1, other.Errors);
        other.Output.ShouldContain("BT205: struct natural: size");
        BtfToolProcess.Run("check", "--update", file, "-f", s_packing).ExitCode.ShouldBe(0);
        File.ReadAllText(PathTo("x.base")).ShouldBe(before);
    }

    [Theory]
    [InlineData("bin/loops.gcc-x86_64.o")]
    [InlineData("dwarf/bin/loops.gcc-dwarf5.o")]
    public void A_baseline_of_some_types_says_nothing_of_the_others(string made)
    {
        string path = PathTo("some.base");
        BtfToolProcess.Run("baseline", "-f", Fixtures.PathOf(made), "struct list_head", "struct visitor", "-o", path).ExitCode.ShouldBe(0);
        File.ReadAllText(path).ShouldContain("\n# types: some\n");

        foreach (string build in (ReadOnlySpan<string>)["bin/loops.gcc-x86_64.o", "dwarf/bin/loops.gcc-dwarf5.o"])
        {
            string now = Fixtures.PathOf(build);
            BtfToolProcess.Run("diff", path, now).ExitCode.ShouldBe(0);
            BtfToolProcess.Run("diff", path, now, "struct *").ExitCode.ShouldBe(0);
            BtfToolProcess.Run("diff", now, path).ExitCode.ShouldBe(0);
            Check("baseline \"some.base\"", now).ExitCode.ShouldBe(0);
        }

        BtfToolProcess.Run("baseline", "-f", Fixtures.PathOf(made), "struct list_head", "struct visitor", "-o", path).ExitCode.ShouldBe(0);
        string file = Write("update.layout", "baseline \"some.base\"\n"u8);
        string before = File.ReadAllText(path);
        BtfToolProcess.Run("check", "--update", file, "-f", Fixtures.PathOf(made)).ExitCode.ShouldBe(0);
        File.ReadAllText(path).ShouldBe(before);
    }

    [Theory]
    [InlineData("text", "struct natural\n")]
    [InlineData("json", "\"schema\":\"btftool/check/1\"")]
    [InlineData("sarif", "\"BT010\"")]
    [InlineData("junit", "<testsuites")]
    [InlineData("github", "::error ")]
    [InlineData("markdown", "BT010")]
    [InlineData("ktap", "not ok")]
    public void Reports_have_all_formats(string format, string expected)
    {
        RunResult run = Check("struct natural { size == 3 }", s_packing, "--as", format);
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain(expected);
        if (format == "json")
        {
            JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/check.schema.json"), run.Output).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Rules_are_listed_and_explained()
    {
        BtfToolProcess.Run("check", "--rules").Output.ShouldContain("\nBT012  holes ");
        BtfToolProcess.Run("check", "--explain", "bt012").Output.ShouldStartWith("BT012 holes (error)\n");
        BtfToolProcess.Run("check", "--explain", "BT999").ExitCode.ShouldBe(2);
    }

    [Fact]
    public void Every_rule_is_in_the_documentation()
    {
        string text = File.ReadAllText(Path.Combine(Fixtures.Root, "docs/check.md"));
        Core.Checks.CheckRules.All.ShouldAllBe(rule => text.Contains(rule.Id));
    }

    [Theory]
    [InlineData("packing.gcc-x86_64.o")]
    [InlineData("packing.gcc-i686.o")]
    public void The_layouts_of_the_project_hold(string name)
    {
        RunResult run = BtfToolProcess.Run("check", Fixtures.PathOf("layouts/project.layout"), "-f", Fixtures.PathOf("bin/" + name));
        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        run.Output.ShouldNotContain("BT0" + "1");
    }

    [Fact]
    public void Hostile_files_end_in_an_error_or_an_answer()
    {
        var text = new StringBuilder("match struct \"*\" {\n");
        for (int i = 0; i < 100_000; i++)
        {
            text.Append("size > 0\n");
        }

        RunResult run = Check(text.Append('}').ToString(), s_kernel);
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("are more than 50000000");

        string unknown = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"struct nope{i} {{ size == 3 }}\n"));
        Check(unknown, s_kernel).ExitCode.ShouldBe(3);
    }

    private RunResult Check(string text, string input, params string[] options) =>
        BtfToolProcess.Run(["check", Write("main.layout", Encoding.UTF8.GetBytes(text)), "-f", input, .. options]);

    // The assertions behind the definitions; what the compiler says.
    private string Compile(string assertions)
    {
        string source = Write("a.c", Encoding.UTF8.GetBytes($"#include \"{Path.Combine(Fixtures.Root, "fixtures/c/packing.c")}\"\n{assertions}"));
        using var process = Process.Start(new ProcessStartInfo("gcc", ["-fsyntax-only", "-w", source]) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return errors;
    }
}
