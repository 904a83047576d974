using System.Text.Json.Nodes;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

/// <summary>What is said of names that were searched for in DWARF is what reading all of it says.</summary>
public class SearchedNamesTests : WorkFolder
{
    private static readonly string s_packing = Fixtures.PathOf("dwarf/bin/packing.gcc-dwarf5.o");
    private static readonly string s_narrow = Fixtures.PathOf("dwarf/bin/packing.gcc-i686-dwarf5.o");

    [Theory]
    [InlineData("natural")]
    [InlineData("cache_lines")]
    [InlineData("aligned_int")]
    [InlineData("packed_bits")]
    public void A_name_differs_as_a_pattern_that_is_read_from_everything(string name)
    {
        (int code, string searched) = Diff(name);
        (int codeOfAll, string all) = Diff($"/^{name}$/");

        searched.ShouldBe(all);
        code.ShouldBe(codeOfAll);
    }

    [Fact]
    public void Rules_for_few_names_find_what_they_find_in_everything()
    {
        const string Rules = "struct natural { holes == 0; offset f == 1; type f is \"char\" }\nstruct cache_lines { same_line a, d; size < 3 }\n"
            + "struct natural { no_padding; alignment == 2 }\ntypedef aligned_int { size == 8 }\n";
        string few = PathTo("few.layout"), all = PathTo("all.layout");
        File.WriteAllText(few, Rules);
        File.WriteAllText(all, Rules + "optional match struct \"no_such_*\" { size == 1 }\n");
        foreach (string format in (string[])["text", "json", "junit"])
        {
            RunResult searched = BtfToolProcess.Run("check", few, "-f", s_packing, "--as", format);
            RunResult read = BtfToolProcess.Run("check", all, "-f", s_packing, "--as", format);

            searched.ExitCode.ShouldBe(1, searched.Errors);
            searched.Output.ShouldBe(read.Output.Replace("all.layout", "few.layout", StringComparison.Ordinal));
            searched.Output.ShouldContain("BT012");
        }
    }

    [Fact]
    public void A_name_that_nothing_defines_is_told_as_when_everything_is_read()
    {
        BtfToolProcess.Run("diff", s_packing, s_narrow, "naturel").ExitCode.ShouldBe(3);
        string rules = PathTo("missing.layout");
        File.WriteAllText(rules, "struct naturel { size == 1 }\n");

        RunResult run = BtfToolProcess.Run("check", rules, "-f", s_packing);

        run.ExitCode.ShouldBe(3);
        run.Output.ShouldContain("did you mean 'natural'?");
    }

    [Fact]
    public void A_folder_without_a_kernel_names_the_option_that_gives_it_one()
    {
        string folder = PathTo("modules");
        Directory.CreateDirectory(folder);

        BtfToolProcess.Run("diff", folder, s_packing).Errors.ShouldContain("give it with --old-base");
        BtfToolProcess.Run("diff", s_packing, folder, "--summary").Errors.ShouldContain("give it with --new-base");
    }

    // How many types there are and how many embed one is known of everything only.
    private static (int Code, string Json) Diff(string name)
    {
        RunResult run = BtfToolProcess.Run("diff", s_packing, s_narrow, name, "--json");
        JsonNode root = JsonNode.Parse(run.Output)!;
        foreach (string side in (string[])["old", "new"])
        {
            root[side]!.AsObject().Remove("types");
        }

        foreach (JsonNode? difference in root["differences"]!.AsArray())
        {
            difference!.AsObject().Remove("fan_out_types");
        }

        return (run.ExitCode, root.ToJsonString());
    }
}
