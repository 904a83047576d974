using BtfTool.Core.Compare;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>What is found in types that compilers laid, from DWARF and from BTF.</summary>
public class CompiledPairsTests(CompiledPairs compiled) : IClassFixture<CompiledPairs>
{
    public static TheoryData<string> Names => [.. PairExpectations.All.Names];

    public static TheoryData<string> Ways => [.. CompiledPairs.Ways.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pair_differs_as_expected_whatever_it_is_read_from(string name)
    {
        List<string> wrong = [];
        foreach (string way in CompiledPairs.Ways.Keys)
        {
            TypeDifference[] found = [.. compiled.Differences(way).Differences.Where(difference => NameOf(difference) == name)];
            List<string> expected = PairExpectations.All.Of(way, name);
            bool asksFanOut = expected.Any(item => item.StartsWith("fanout", StringComparison.Ordinal));
            List<string> words = PairExpectations.WordsOf(found.FirstOrDefault(), asksFanOut);
            if (found.Length > 1 || !(words.SequenceEqual(expected) || words.SequenceEqual(PairExpectations.All.Of(name))))
            {
                wrong.Add($"{way}: {string.Join("; ", words)} instead of {string.Join("; ", expected)}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Nothing_differs_that_no_pair_says(string way)
    {
        var names = PairExpectations.All.Names.ToHashSet();

        compiled.Differences(way).Differences.Select(NameOf).Where(name => !names.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_class_of_change_is_shown_by_pairs()
    {
        foreach (ChangeClass one in Enum.GetValues<ChangeClass>())
        {
            PairExpectations.All.PairsOfClass.GetValueOrDefault(PairExpectations.Snake(one.ToString())).ShouldBeGreaterThan(1, one.ToString());
        }

        PairExpectations.All.Names.Count.ShouldBeGreaterThan(120);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Backwards_the_same_types_differ(string way)
    {
        GraphDiffResult back = CompiledPairs.Compare(compiled.Side(way, isNew: true), compiled.Side(way, isNew: false));
        GraphDiffResult forth = compiled.Differences(way);

        back.Differences.Count.ShouldBe(forth.Differences.Count);
        back.CountOf(ChangeClass.TypeAdded).ShouldBe(forth.CountOf(ChangeClass.TypeRemoved));
        back.CountOf(ChangeClass.TypeRenamed).ShouldBe(forth.CountOf(ChangeClass.TypeRenamed));
        back.CountOf(ChangeClass.EnumRenumber).ShouldBe(forth.CountOf(ChangeClass.EnumRenumber));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void One_side_against_itself_does_not_differ(string way)
    {
        CompiledPairs.Compare(compiled.Side(way, isNew: true), compiled.Side(way, isNew: true)).IsEmpty.ShouldBeTrue();
    }

    // Neither compiler's BTF has enumerations of 64 bits; that of gcc 12 has the lengths of an array of arrays in reverse.
    [Theory]
    [InlineData("gcc-dwarf", "clang-dwarf", false)]
    [InlineData("gcc-dwarf", "clang-dwarf", true)]
    [InlineData("gcc-dwarf", "gcc-btf", false)]
    [InlineData("gcc-btf", "gcc-dwarf", true)]
    [InlineData("clang-dwarf", "clang-btf", true)]
    [InlineData("clang-btf", "gcc-btf", false)]
    public void What_two_compilers_or_formats_say_of_one_source_does_not_differ(string way, string other, bool isNew)
    {
        string[] cut = ["p_enum_wide", "p_enum_widened"], reversed = ["p_array_of_arrays", "p_array_outer"];
        string[] wrong = [.. way.EndsWith("btf", StringComparison.Ordinal) || other.EndsWith("btf", StringComparison.Ordinal) ? cut : [],
            .. way == "gcc-btf" || other == "gcc-btf" ? reversed : []];
        GraphDiffResult result = CompiledPairs.Compare(compiled.Side(way, isNew), compiled.Side(other, isNew));

        result.Differences.Where(difference => !wrong.Contains(NameOf(difference)))
            .Select(difference => $"{difference.Name}: {string.Join("; ", PairExpectations.WordsOf(difference, false))}").ShouldBeEmpty();
    }

    private static string NameOf(TypeDifference difference) => difference.Name[(difference.Name.LastIndexOf(' ') + 1)..];
}
