using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

/// <summary>What check files may say beside rules: where types are declared, targets, conditions, files, days, kernels with modules.</summary>
public class CheckFileTests : WorkFolder
{
    private static readonly string s_x86 = Fixtures.PathOf("bin/packing.gcc-x86_64.o");
    private static readonly string s_i686 = Fixtures.PathOf("bin/packing.gcc-i686.o");

    [Theory]
    [InlineData("include/uapi/*")]
    [InlineData("uapi/a.h")]
    [InlineData("a.h")]
    [InlineData("*/include/uapi/a.h")]
    public void Only_types_of_a_file_are_checked_where_DWARF_says_it(string pattern)
    {
        string input = CompileWithHeader();

        RunResult run = Check($"match struct \"*\" {{ decl_file \"{pattern}\"; size == 3 }}", input);

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("BT010: struct in_header: size is 8 bytes");
        run.Output.ShouldNotContain("in_source");
        Check($"struct in_header decl_file \"{pattern}\" {{ size == 8 }}", input).ExitCode.ShouldBe(0);
        Check($"struct in_source decl_file \"{pattern}\" {{ size == 16 }}", input).ExitCode.ShouldBe(3);
        Check("match struct \"*\" decl_file \"b.h\" { size > 0 }", input).Output.ShouldContain("BT003: no struct matches \"*\" declared in 'b.h'");
    }

    [Fact]
    public void A_finding_has_the_place_of_the_declaration_and_that_of_the_rule()
    {
        string input = CompileWithHeader();
        string file = Write("main.layout", "\n  struct in_header { size == 3 }\nstruct gone { size == 3 }\n"u8);
        string[] check = ["check", file, "-f", input, "--path-map", PathTo("") + "/=repo/"];

        BtfToolProcess.Run([.. check]).Output.ShouldContain($"at repo/include/uapi/a.h:3\n      the rule: {file}:2:22\n");
        BtfToolProcess.Run([.. check, "--as", "github"]).Output.ShouldContain("::error file=repo/include/uapi/a.h,line=3,title=BT010 struct in_header::");
        BtfToolProcess.Run([.. check, "--as", "ktap"]).Output.ShouldContain($"# the rule: {file}:2:22\n");
        RunResult json = BtfToolProcess.Run([.. check, "--json"]);
        JsonSchema.Validate(SchemaOf("check"), json.Output).ShouldBeEmpty();
        json.Output.ShouldContain($"\"related\":[{{\"file\":\"{file}\",\"line\":2,\"column\":22,\"message\":\"the rule\"}}]");

        using JsonDocument sarif = JsonDocument.Parse(BtfToolProcess.Run([.. check, "--as", "sarif"]).Output);
        JsonElement[] results = [.. sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
        results.Length.ShouldBe(2);
        UriOf(results[0].GetProperty("locations")[0]).ShouldBe(("repo/include/uapi/a.h", 3));
        UriOf(results[0].GetProperty("relatedLocations")[0]).ShouldBe(("file://" + file, 2));
        UriOf(results[1].GetProperty("locations")[0]).ShouldBe(("file://" + file, 3));
    }

    [Fact]
    public void A_change_without_a_declaration_is_placed_in_the_file_that_has_the_type()
    {
        RunResult run = BtfToolProcess.Run("diff", s_x86, s_i686, "--format", "btf", "--as", "sarif");

        run.ExitCode.ShouldBe(1, run.Errors);
        using JsonDocument sarif = JsonDocument.Parse(run.Output);
        JsonElement[] results = [.. sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
        results.ShouldNotBeEmpty();
        results.ShouldAllBe(result => UriOf(result.GetProperty("locations")[0]).Line == 1);
        results.ShouldContain(result => UriOf(result.GetProperty("locations")[0]).Uri.EndsWith("packing.gcc-i686.o"));
    }

    [Fact]
    public void Each_target_has_its_baseline()
    {
        string file = Write("main.layout", "target x86 { baseline \"x86.base\"; struct natural { size == 32 } }\ntarget arm64 { baseline \"arm64.base\"; struct natural { size == 28 } }\n"u8);
        string[] inputs = ["-f", "x86=" + s_x86, "-f", "arm64=" + s_i686];
        BtfToolProcess.Run(["check", file, .. inputs]).ExitCode.ShouldBe(3);
        BtfToolProcess.Run(["check", file, "--update", .. inputs]).ExitCode.ShouldBe(0);

        BtfToolProcess.Run(["check", file, .. inputs]).ExitCode.ShouldBe(0);
        RunResult exchanged = BtfToolProcess.Run("check", file, "-f", "x86=" + s_i686, "-f", "arm64=" + s_x86);
        exchanged.ExitCode.ShouldBe(1);
        exchanged.Output.ShouldContain("BT205: struct natural: size: 32 -> 28 since x86.base");
        exchanged.Output.ShouldContain("BT205: struct natural: size: 28 -> 32 since arm64.base");
        exchanged.Output.ShouldContain("BT010: struct natural: size is 28 bytes, expected == 32 [x86]");
        string common = Write("common.layout", "baseline \"x86.base\"\n"u8);
        BtfToolProcess.Run(["check", common, "--update", .. inputs]).ExitCode.ShouldBe(3);
    }

    [Theory]
    [InlineData("when has(f) { size == 32 } else { size == 1 }", 0)]
    [InlineData("when not has(f) { size == 1 }", 0)]
    [InlineData("when size >= 32 and pointer 8 and cacheline == 64 { holes == 3 }", 0)]
    [InlineData("when target x86 { size == 1 }", 1)]
    [InlineData("when target arm { size == 1 } else { when arch x86_64 { when has(a) { size == 31 } } }", 1)]
    [InlineData("when arch arm64 { size == 1 } else { offset nope == 1 }", 3)]
    [InlineData("when has(nope) { offset nope == 1 }", 0)]
    public void Rules_hold_under_their_condition(string rules, int exitCode)
    {
        string file = Write("main.layout", Encoding.UTF8.GetBytes($"struct natural {{ {rules} }}"));
        RunResult run = BtfToolProcess.Run("check", file, "-f", "x86=" + s_x86);
        run.ExitCode.ShouldBe(exitCode, run.Output + run.Errors);
    }

    [Fact]
    public void Files_are_included_from_the_folder_of_the_file_that_names_them()
    {
        Directory.CreateDirectory(PathTo("net/ipv4"));
        string file = Write("main.layout", "include \"net/all.layout\"\n"u8);
        File.WriteAllText(PathTo("net/all.layout"), "include \"ipv4/tcp.layout\"\ninclude \"../common.layout\"\n");
        File.WriteAllText(PathTo("net/ipv4/tcp.layout"), "struct natural {\n  size == 3\n}\n");
        File.WriteAllText(PathTo("common.layout"), "struct packed_all { sice == 3 }\n");

        RunResult wrong = BtfToolProcess.Run("check", file, "-f", s_x86);
        wrong.ExitCode.ShouldBe(2);
        wrong.Errors.ShouldContain("common.layout:1:21: a rule expected, found 'sice'");
        File.WriteAllText(PathTo("common.layout"), "struct packed_all { size == 3 }\n");
        RunResult run = BtfToolProcess.Run("check", file, "-f", s_x86);
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("net/ipv4/tcp.layout:2");
        run.Output.ShouldContain("common.layout:1");
    }

    [Theory]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Etc/GMT+12")]
    [InlineData("UTC")]
    public void A_suppression_holds_on_its_last_day_wherever_the_machine_is(string zone)
    {
        DateTime start;
        int[] exitCodes;
        do
        {
            start = DateTime.UtcNow.Date;
            exitCodes = [.. ((int[])[-1, 0, 1]).Select(days => CheckUntil(start.AddDays(days), zone))];
        }
        while (DateTime.UtcNow.Date != start);

        exitCodes.ShouldBe([1, 0, 0]);
    }

    [Fact]
    public void Named_inputs_have_the_rules_of_their_target_and_the_common_ones()
    {
        string file = Write("main.layout", """
            struct packed_all { size == 18 }
            target x86 { struct natural { size == 32; padding == 7 } }
            target arm64 { cacheline 128; struct natural { size == 28 }; struct cache_lines { line d == 9 }; suppress BT024 struct cache_lines reason "known" }
            """u8);

        RunResult run = BtfToolProcess.Run("check", file, "-f", "x86=" + s_x86, "-f", "arm64=" + s_i686, "--json");

        run.ExitCode.ShouldBe(0, run.Output + run.Errors);
        JsonSchema.Validate(SchemaOf("check"), run.Output).ShouldBeEmpty();
        using JsonDocument report = JsonDocument.Parse(run.Output);
        report.RootElement.GetProperty("findings").EnumerateArray().Single().GetProperty("target").GetString().ShouldBe("arm64");
        report.RootElement.GetProperty("passed").EnumerateArray().Select(passed => passed.GetString())
            .ShouldBe(["struct packed_all (x86)", "struct natural (x86)", "struct packed_all (arm64)", "struct natural (arm64)"]);
    }

    [Fact]
    public void Rules_are_written_as_JSON()
    {
        RunResult all = BtfToolProcess.Run("check", "--rules", "--json");
        JsonSchema.Validate(SchemaOf("check-rules"), all.Output).ShouldBeEmpty();
        RunResult one = BtfToolProcess.Run("check", "--explain", "BT216", "--as", "json");
        JsonSchema.Validate(SchemaOf("check-rules"), one.Output).ShouldBeEmpty();
        one.Output.ShouldStartWith("{\"schema\":\"btftool/check-rules/1\",\"rules\":[{\"id\":\"BT216\",\"name\":\"changed-tail-growth\"");
        BtfToolProcess.Run("check", "--rules", "--as", "sarif").ExitCode.ShouldBe(2);
        BtfToolProcess.Run("check", "--init", "natural", "-f", s_x86, "--json").ExitCode.ShouldBe(2);
    }

    [Fact]
    public void Changes_have_the_same_ids_against_a_baseline_and_in_a_comparison()
    {
        foreach (Core.Compare.ChangeClass change in Enum.GetValues<Core.Compare.ChangeClass>())
        {
            Core.Checks.CheckRules.OfChange(change).Id.ShouldBe(Emit.Reports.DiffRules.Of(change).Id);
        }

        Core.Checks.CheckRules.All.Select(rule => rule.Id).ShouldBeUnique();
        Core.Compare.ChangeRules.All.Select(rule => rule.Id).ShouldBe(Enumerable.Range(201, 26).Select(id => $"BT{id}"));
    }

    [Fact]
    public void Findings_beyond_the_bound_have_a_rule_and_a_place_of_their_own()
    {
        string rules = string.Concat(Enumerable.Repeat("size == 3\n", 120));
        RunResult run = Check($"match struct \"*\" {{\n{rules}}}", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"), "--as", "github");

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Output.ShouldContain("title=BT050 check::");
        run.Output.ShouldContain("more than 400000 further findings are not listed");
        run.Output.ShouldNotContain("::error title");
        Check($"match struct \"*\" {{\n{rules}}}\nstruct nope {{ size == 3 }}", Oracle.PathOf("linux-6.18/vmlinux.btf.gz"), "--as", "github").ExitCode.ShouldBe(3);
    }

    [Fact]
    public void A_kernel_is_checked_with_its_modules()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4, signed: true);
        b.Struct("of_kernel", 4).Member("number", number, 0);
        string kernel = Write("kernel", b.ToBytes());
        var module = new BtfAssembler(baseBtf: b);
        module.Struct("of_module", 8).Member("k", 2, 0).Member("n", number, 32);
        string modules = Directory.CreateDirectory(PathTo("modules")).FullName;
        Write("modules/own.btf", module.ToBytes());
        string file = Write("main.layout", "struct of_kernel { size == 4 }\nstruct of_module { size == 3; type k is \"struct of_kernel\" }\n"u8);

        RunResult run = BtfToolProcess.Run("check", file, "--kernel", modules, "-f", kernel);

        run.ExitCode.ShouldBe(1, run.Output + run.Errors);
        run.Output.ShouldContain("BT010: struct of_module: size is 8 bytes, expected == 3 (module own)");
        run.Output.ShouldNotContain("BT021");
        BtfToolProcess.Run("check", file, "-f", kernel).ExitCode.ShouldBe(3);
        BtfToolProcess.Run("check", file, "--kernel", modules, "-f", "a=" + kernel, "-f", "b=" + kernel).Errors.ShouldContain("one kernel with its modules");
        BtfToolProcess.Run("check", "--init", "of_module", "--kernel", modules, "-f", kernel).ExitCode.ShouldBe(2);
        BtfToolProcess.Run("baseline", "--kernel", modules, "-f", kernel).Errors.ShouldContain("'baseline' is about one file");
    }

    [Fact]
    public void Hostile_files_end_with_an_exit_code()
    {
        string kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");
        string stars = string.Concat(Enumerable.Repeat("*a", 127)) + "b";
        Check(string.Concat(Enumerable.Repeat($"optional match struct \"{stars}\" {{ size > 0 }}\n", 128)), kernel).ExitCode.ShouldBe(0);
        Check(string.Concat(Enumerable.Repeat($"optional match struct \"{stars}\" {{ size > 0 }}\n", 200)), kernel).ExitCode.ShouldBe(2);
        Check("struct sock { " + string.Concat(Enumerable.Repeat("when has(a) { ", 100_000)), kernel).ExitCode.ShouldBe(2);
        Check(new string('{', 1_000_000), kernel).ExitCode.ShouldBe(2);
        Check("struct sock { " + string.Concat(Enumerable.Repeat("size > 0; ", 100_000)) + "}", kernel).ExitCode.ShouldBe(0);
        RunResult broken = BtfToolProcess.Run("check", Write("broken.layout", [.. "struct a {\n  size > "u8, 0xc3, 0x28, .. " }"u8]), "-f", kernel);
        broken.ExitCode.ShouldBe(2);
        broken.Errors.ShouldContain("broken.layout:2:10: the text is not UTF-8 here");
    }

    private int CheckUntil(DateTime day, string zone)
    {
        string until = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string file = Write("main.layout", Encoding.UTF8.GetBytes($"struct natural {{ size == 3 }}\nsuppress BT010 struct natural until {until} reason \"later\"\n"));
        return BtfToolProcess.RunShell($"{BtfToolProcess.InShell} check '{file}' -f '{s_x86}'", ("TZ", zone)).ExitCode;
    }

    private string CompileWithHeader()
    {
        Directory.CreateDirectory(PathTo("include/uapi"));
        File.WriteAllText(PathTo("include/uapi/a.h"), "#pragma once\n\nstruct in_header { long a; };\n");
        File.WriteAllText(PathTo("a.c"), "#include \"include/uapi/a.h\"\nstruct in_source { struct in_header h; int b; } kept;\n");
        using var process = Process.Start(new ProcessStartInfo("gcc", ["-g", "-c", PathTo("a.c"), "-o", PathTo("a.o")]) { WorkingDirectory = PathTo("") })!;
        process.WaitForExit();
        return PathTo("a.o");
    }

    private RunResult Check(string text, string input, params string[] options) =>
        BtfToolProcess.Run(["check", Write("main.layout", Encoding.UTF8.GetBytes(text)), "-f", input, .. options]);

    private static (string Uri, int Line) UriOf(JsonElement location)
    {
        JsonElement place = location.GetProperty("physicalLocation");
        return (place.GetProperty("artifactLocation").GetProperty("uri").GetString()!, place.GetProperty("region").GetProperty("startLine").GetInt32());
    }

    private static string SchemaOf(string name) => Path.Combine(Fixtures.Root, $"docs/schemas/{name}.schema.json");
}
