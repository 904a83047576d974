using BtfTool.Core.Compare;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Tests.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>The comparison of one name that was searched for says of it what the comparison of everything says.</summary>
public class ExcerptDiffTests(CompiledPairs compiled) : IClassFixture<CompiledPairs>
{
    [Theory]
    [InlineData("gcc-dwarf")]
    [InlineData("clang-dwarf")]
    public void A_name_of_a_pair_differs_as_in_the_whole(string way)
    {
        _ = (compiled.Side(way, isNew: false), compiled.Side(way, isNew: true));
        byte[] old = File.ReadAllBytes(compiled.PathOf(way + "-old.o")), now = File.ReadAllBytes(compiled.PathOf(way + "-new.o"));

        (int names, int differing) = CompareAll(old, now);

        names.ShouldBeGreaterThan(100);
        differing.ShouldBeGreaterThan(60);
    }

    [Theory]
    [InlineData("dwarf/bin/conflicts.gcc-dwarf4.o", "dwarf/bin/conflicts.gcc-dwarf5.o", 0)]
    [InlineData("dwarf/bin/nesting.gcc-dwarf5.o", "dwarf/bin/nesting.clang-dwarf5.o", 0)]
    [InlineData("dwarf/bin/packing.gcc-dwarf5.o", "dwarf/bin/packing.gcc-i686-dwarf5.o", 1)]
    [InlineData("dwarf/bin/loops.gcc-dwarf5.o", "dwarf/bin/loops.clang-arm-dwarf5.o", 1)]
    [InlineData("dwarf/bin/arrays.gcc-dwarf5.o", "dwarf/bin/arrays.gcc-i686-dwarf5.o", 1)]
    public void A_name_of_two_programs_differs_as_in_the_whole(string old, string now, int least)
    {
        (int names, int differing) = CompareAll(Fixtures.Read(old), Fixtures.Read(now));

        names.ShouldBeGreaterThan(0);
        differing.ShouldBeGreaterThanOrEqualTo(least);
    }

    [Fact]
    public void What_may_have_got_another_name_is_told()
    {
        TypeGraph old = Only("struct gone", "gone"), now = Only("struct come", "come");

        GraphDiffResult result = GraphComparison.Of(new TypeGraphSet(old), new TypeGraphSet(now), new CompareOptions { IsExcerpt = true });

        result.Gone.ShouldBe(["gone"]);
        result.Appeared.ShouldBe(["come"]);
        result.CountOf(ChangeClass.TypeRenamed).ShouldBe(0);
        result.Differences.ShouldAllBe(difference => difference.FanOut == -1);
    }

    private static (int Names, int Differing) CompareAll(byte[] old, byte[] now)
    {
        DwarfFile before = ReadDwarf.File(old), after = ReadDwarf.File(now);
        var reading = new DwarfReadOptions { Functions = false, Variables = false };
        TypeGraphSet wholeOld = new(DwarfReader.Read(before, reading).Graph), wholeNew = new(DwarfReader.Read(after, reading).Graph);
        int names = 0, differing = 0;
        foreach (string name in NamesIn(wholeOld.Graphs[0]))
        {
            TypeGraphSet left = new(DwarfFinder.Find(before, name).Graph), right = new(DwarfFinder.Find(after, name).Graph);
            if (!TypeNameQuery.Resolve(left, name).IsDefined || !TypeNameQuery.Resolve(right, name).IsDefined)
            {
                continue;
            }

            GraphDiffResult excerpt = GraphComparison.Of(left, right, new CompareOptions { IsWanted = Has, IsExcerpt = true });
            if (excerpt.Gone.Count > 0 && excerpt.Appeared.Count > 0)
            {
                continue;
            }

            List<string> expected = Lines(GraphComparison.Of(wholeOld, wholeNew, new CompareOptions { IsWanted = Has }));
            Lines(excerpt).ShouldBe(expected, name);
            names++;
            differing += expected.Count > 0 ? 1 : 0;

            bool Has(TypeRef type) => type.View.NameString == name && (type.View.IsComposite || type.View.IsEnum || type.View.Kind == TypeKind.Typedef);
        }

        return (names, differing);
    }

    private static SortedSet<string> NamesIn(TypeGraph graph)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (!type.IsAnonymous && (type.IsComposite || type.IsEnum || type.Kind == TypeKind.Typedef))
            {
                names.Add(type.NameString);
            }
        }

        return names;
    }

    // How many types embed one is known of the whole only, and so is the order that follows from it.
    private static List<string> Lines(GraphDiffResult result)
    {
        var lines = new List<string>();
        foreach (TypeDifference difference in result.Differences)
        {
            string changes = string.Join("; ", difference.Changes.Select(c =>
                $"{c.Class} {c.Path} {c.Old} -> {c.New} at {c.OldBitOffset} {c.NewBitOffset} x{c.Count} <- {c.Cause} {c.Breaks}"));
            lines.Add($"{difference.Name} {(difference.IsCause ? "cause " : "")}{difference.Breaks}: {changes}");
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private TypeGraph Only(string declaration, string name)
    {
        string source = compiled.PathOf(name + ".c");
        File.WriteAllText(source, $"{declaration} {{ int a; long b; }} of_{name};\n");
        return compiled.Compile(name, "gcc-dwarf", "-c", source);
    }
}
