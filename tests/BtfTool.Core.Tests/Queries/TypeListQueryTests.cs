using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class TypeListQueryTests
{
    [Fact]
    public void Sorted_by_any_column_a_kernel_keeps_the_order_of_the_file_among_equals()
    {
        TypeGraph graph = Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        List<(long[] Numbers, string Name, string Kind, uint Id)> inFile = Rows(graph, new TypeListOptions { WithSaving = true });
        inFile.Count.ShouldBe(9748);
        foreach (RowColumn column in RowColumns.All.ToArray())
        {
            IEnumerable<uint> ids(bool descending)
            {
                Comparison<(long[] Numbers, string Name, string Kind, uint Id)> compare = column switch
                {
                    RowColumn.Name => (a, b) => string.CompareOrdinal(a.Name, b.Name),
                    RowColumn.Kind => (a, b) => string.CompareOrdinal(a.Kind, b.Kind),
                    _ => (a, b) => a.Numbers[(int)column].CompareTo(b.Numbers[(int)column]),
                };
                return inFile.Order(Comparer<(long[] Numbers, string Name, string Kind, uint Id)>.Create(
                    (a, b) => descending ? compare(b, a) : compare(a, b))).Select(row => row.Id);
            }

            var options = new TypeListOptions { WithSaving = true, SortBy = column };
            Rows(graph, options).Select(row => row.Id).ShouldBe(ids(false), column.ToString());
            Rows(graph, options with { Descending = true, Top = 50 }).Select(row => row.Id).ShouldBe(ids(true).Take(50), column.ToString());
        }
    }

    [Fact]
    public void Sorting_members_never_makes_a_struct_of_a_kernel_larger_or_smaller_than_its_members()
    {
        TypeGraph graph = Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        var analyzer = new LayoutAnalyzer(graph);
        int smaller = 0;
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) == TypeKind.Struct)
            {
                StructLayout layout = analyzer.Analyze(new TypeId(id));
                long sorted = analyzer.SortedSizeBytesOf(new TypeId(id));
                sorted.ShouldBeLessThanOrEqualTo(layout.Summary.SizeBytes);
                long waste = layout.Summary.WastedBytes + ((layout.Summary.BitHoleBits + layout.Summary.PaddingBits + 7) / 8);
                sorted.ShouldBeGreaterThanOrEqualTo(layout.Summary.SizeBytes - waste, graph[layout.Type].NameString);
                smaller += sorted < layout.Summary.SizeBytes ? 1 : 0;
            }
        }

        smaller.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void What_sorting_saves_is_computed_with_bitfields_together_and_forced_alignment_kept()
    {
        var b = new BtfAssembler();
        uint small = b.Int("char", 1);
        uint number = b.Int("int", 4);
        uint large = b.Int("long", 8);
        b.Struct("sortable", 24).Member("a", small, 0).Member("b", large, 64).Member("c", small, 128);
        b.Struct("tight", 16).Member("a", large, 0).Member("b", number, 64).Member("c", number, 96);
        b.Struct("aligned", 128).Member("a", small, 0).Member("b", number, 512);
        b.Struct("fields", 24).Bitfield("x", number, 0, 3).Bitfield("y", number, 3, 4).Member("l", large, 64).Bitfield("z", number, 128, 30);
        b.Struct("page", 4096).Member("a", large, 0);
        TypeGraph graph = Read.Graph(b);

        Rows(graph, new TypeListOptions { WithSaving = true }).Select(row => (row.Name, row.Numbers[(int)RowColumn.Saving]))
            .ShouldBe([("sortable", 8), ("tight", 0), ("aligned", 0), ("fields", 8), ("page", 0)]);
    }

    [Fact]
    public void Names_patterns_and_kinds_choose()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));

        Names(graph, new TypeListOptions()).ShouldBe(["s"]);
        Names(graph, new TypeListOptions { IncludeUnnamed = true }).ShouldBe(["s", ""]);
        Names(graph, new TypeListOptions { Names = ["t", "e"] }).ShouldBe(["e", "t"]);
        Names(graph, new TypeListOptions { Names = ["*"] }).ShouldBe(["s"]);
        Names(graph, new TypeListOptions { Names = ["*"], Kinds = KindsOf("enum", "function") }).ShouldBe(["e", "f", "f"]);
        Names(graph, new TypeListOptions { Kinds = KindsOf("typedef", "int", "float", "forward", "variable", "section") })
            .ShouldBe(["int", "char", "_Bool", "long unsigned int", "double", "declared", "declared_union", "t", "v", ".data"]);
    }

    [Fact]
    public void A_typedef_is_in_the_relations_of_what_it_names()
    {
        var b = new BtfAssembler();
        uint target = b.Struct("target", 4).Member("x", b.Int("int", 4), 0);
        b.Typedef("holder_t", b.Struct("", 8).Member("p", target, 0));
        TypeGraph graph = Read.Graph(b);

        Names(graph, new TypeListOptions { Contains = "target", Kinds = KindsOf("typedef") }).ShouldBe(["holder_t"]);
    }

    [Fact]
    public void An_enumeration_without_a_name_is_listed_for_its_enumerator()
    {
        var b = new BtfAssembler();
        b.Enum("").Value("FOUND", 1);
        b.Enum("other").Value("OTHER", 1);
        TypeGraph graph = Read.Graph(b);

        Rows(graph, new TypeListOptions { HasEnumerator = "FOUND" }).Select(row => row.Id).ShouldBe([1u]);
    }

    [Fact]
    public void Types_of_a_base_are_listed_only_on_request_or_by_name()
    {
        var kernel = new BtfAssembler();
        uint target = kernel.Struct("in_kernel", 4).Member("x", kernel.Int("int", 4), 0);
        var module = new BtfAssembler(baseBtf: kernel);
        module.Struct("in_module", 4).Member("v", target, 0);
        TypeGraph graph = Read.Graph(module);

        Names(graph, new TypeListOptions()).ShouldBe(["in_module"]);
        Names(graph, new TypeListOptions { IncludeBase = true }).ShouldBe(["in_kernel", "in_module"]);
        Names(graph, new TypeListOptions { Names = ["in_*"] }).ShouldBe(["in_kernel", "in_module"]);
        var both = new TypeGraphSet(graph.Base!, graph);
        var sink = new Collector();
        new TypeListQuery(both, new TypeListOptions { IncludeBase = true, SortBy = RowColumn.Name, Descending = true }).Run(sink);
        sink.Rows.Select(row => row.Name).ShouldBe(["in_module", "in_kernel"]);
    }

    [Fact]
    public void Every_unknown_name_is_told()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        var options = new TypeListOptions { Names = ["s", "nothing"], Contains = "nobody", HasMember = "none", HasEnumerator = "nil" };

        new TypeListQuery(new TypeGraphSet(graph), options).Problems.ShouldBe(
        [
            "unknown type 'nothing'", "unknown type 'nobody'", "no struct or union has a member named 'none'",
            "no enum has an enumerator named 'nil'",
        ]);
    }

    private static ulong KindsOf(params string[] words) =>
        words.Aggregate(0UL, (set, word) => TypeKinds.TryParse(word, out ulong kinds) ? set | kinds : throw new ArgumentException(word));

    private static string[] Names(TypeGraph graph, TypeListOptions options) => [.. Rows(graph, options).Select(row => row.Name)];

    private static List<(long[] Numbers, string Name, string Kind, uint Id)> Rows(TypeGraph graph, TypeListOptions options)
    {
        var sink = new Collector();
        var query = new TypeListQuery(new TypeGraphSet(graph), options);
        query.Problems.ShouldBeEmpty();
        query.Run(sink);
        return sink.Rows;
    }

    private sealed class Collector : ITypeRowSink
    {
        public List<(long[] Numbers, string Name, string Kind, uint Id)> Rows { get; } = [];

        public void Add(in TypeRow row)
        {
            var numbers = new long[RowColumns.All.Length];
            foreach (RowColumn column in RowColumns.All)
            {
                numbers[(int)column] = row.NumberOf(column);
            }

            Rows.Add((numbers, row.Type.NameString, System.Text.Encoding.UTF8.GetString(row.TextOf(RowColumn.Kind)), row.Type.Id.Value));
        }
    }
}
