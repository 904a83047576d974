using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>Builds of one source that differ in how they were made, and in nothing that a type says; and small edits of it.</summary>
public class SameBuildsTests(CompiledPairs compiled) : IClassFixture<CompiledPairs>
{
    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void The_order_of_units_makes_no_difference(string compiler)
    {
        string[] units = [Unit(compiler, "one"), Unit(compiler, "two"), Unit(compiler, "three")];
        TypeGraph forth = Linked(compiler, "forth", units), back = Linked(compiler, "back", [.. units.Reverse()]);

        CompiledPairs.Compare(forth, back).Differences.Select(difference => difference.Name).ShouldBeEmpty();
        CompiledPairs.Compare(back, forth).ComparedTypes.ShouldBeGreaterThan(6);
    }

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void One_of_several_layouts_of_a_name_is_compared_with_its_own(string compiler)
    {
        TypeGraph before = Linked(compiler, "several", [Unit(compiler, "one"), Unit(compiler, "two")]);
        TypeGraph after = Linked(compiler, "several-changed", [Unit(compiler, "two"), Unit(compiler, "one", "-DNEW")]);
        IReadOnlyList<TypeDifference> differences = CompiledPairs.Compare(before, after).Differences;

        differences.Select(difference => difference.Name).ShouldBe(["struct u_local"]);
        PairExpectations.WordsOf(differences[0], false).ShouldBe(["hole_fill member=x"]);
    }

    [Theory]
    [InlineData("gcc-dwarf", "-fdebug-prefix-map={0}=/another/place")]
    [InlineData("clang-dwarf", "-fdebug-prefix-map={0}=/another/place")]
    [InlineData("clang-btf", "-fdebug-prefix-map={0}=/another/place")]
    [InlineData("gcc-dwarf", "-O2")]
    [InlineData("clang-dwarf", "-O2")]
    [InlineData("clang-btf", "-O2")]
    [InlineData("gcc-btf", "-O3")]
    [InlineData("gcc-dwarf", "-gdwarf-4")]
    [InlineData("gcc-dwarf", "-gdwarf-3")]
    [InlineData("clang-dwarf", "-gdwarf-4")]
    [InlineData("gcc-dwarf", "-fno-eliminate-unused-debug-symbols")]
    public void How_a_source_is_compiled_makes_no_difference(string way, string option)
    {
        string folder = Path.GetDirectoryName(CompiledPairs.Source)!;
        option = option.Replace("{0}", folder, StringComparison.Ordinal);
        TypeGraph other = compiled.Compile(way + option.Replace('/', '-'), way, option, "-c", CompiledPairs.Source);
        GraphDiffResult result = CompiledPairs.Compare(compiled.Side(way, isNew: false), other);

        result.Differences.Select(difference => $"{difference.Name}: {string.Join("; ", PairExpectations.WordsOf(difference, false))}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gcc-dwarf")]
    [InlineData("clang-dwarf")]
    [InlineData("gcc-btf")]
    [InlineData("clang-btf")]
    public void Three_edits_are_three_causes_each_of_its_class(string way)
    {
        string source = Fixtures.PathOf("diff/probe.c");
        TypeGraph before = compiled.Compile(way + "-probe", way, "-c", source);
        TypeGraph after = compiled.Compile(way + "-probe-edited", way, "-DNEW", "-c", source);
        GraphDiffResult result = CompiledPairs.Compare(before, after);

        result.Causes.ShouldBe(3);
        result.Differences.Count.ShouldBe(3);
        Causes(result, "struct inserted").ShouldBe(["member_added member=x breaks=layout"]);
        Causes(result, "struct widened").ShouldBe(["bit_width member=flags breaks=layout"]);
        Causes(result, "enum renumbered").ShouldBe(["enum_renumber member=RENUMBERED_B breaks=layout"]);
    }

    private static List<string> Causes(GraphDiffResult result, string name) =>
        [.. PairExpectations.WordsOf(result.Differences.Single(difference => difference.Name == name), false)
            .Where(words => !words.EndsWith(" follows", StringComparison.Ordinal))];

    private string Unit(string compiler, string name, params string[] arguments)
    {
        string output = compiled.PathOf($"{compiler}-{name}{string.Concat(arguments)}.o");
        CompiledPairs.Run([compiler, "-g", .. arguments, "-c", Fixtures.PathOf($"diff/units/{name}.c"), "-o", output]);
        return output;
    }

    private TypeGraph Linked(string compiler, string name, string[] units) =>
        compiled.Compile($"{compiler}-{name}", compiler + "-dwarf", ["-nostdlib", "-r", .. units]);
}
