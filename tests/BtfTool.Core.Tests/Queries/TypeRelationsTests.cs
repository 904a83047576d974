using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class TypeRelationsTests
{
    [Fact]
    public void Containers_are_found_through_arrays_typedefs_qualifiers_tags_and_unnamed_types_but_not_through_pointers()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint inner = b.Struct("inner", 4).Member("x", number, 0);
        uint chain = b.Array(b.Const(b.Typedef("inner_t", b.Volatile(b.TypeTag("tag", inner)))), number, 2);
        b.Struct("by_chain", 8).Member("a", chain, 0);
        b.Struct("by_pointer", 8).Member("a", b.Pointer(inner), 0);
        uint unnamed = b.Union("", 4).Member("u", inner, 0);
        b.Struct("by_unnamed", 4).Member("", unnamed, 0);
        b.Struct("by_unnamed_type", 8).Member("named", b.Array(unnamed, number, 2), 0);
        TypeGraph graph = Read.Graph(b);

        NamesOf(graph, Relations(graph).ContainersOf(Wanted(graph, "inner"))).ShouldBe(["by_chain", "", "by_unnamed", "by_unnamed_type"]);
    }

    [Fact]
    public void Depth_counts_the_named_types_between()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint last = b.Struct("s0", 4).Member("x", number, 0);
        for (int i = 1; i < 5; i++)
        {
            uint unnamed = b.Struct("", 4).Member("in", last, 0);
            last = b.Struct($"s{i}", 4).Member("", unnamed, 0);
        }

        TypeGraph graph = Read.Graph(b);
        TypeSet wanted = Wanted(graph, "s0");

        NamesOf(graph, Relations(graph).ContainersOf(wanted)).Where(name => name.Length > 0).ShouldBe(["s1"]);
        NamesOf(graph, Relations(graph).ContainersOf(wanted, 3)).Where(name => name.Length > 0).ShouldBe(["s1", "s2", "s3"]);
        NamesOf(graph, Relations(graph).ContainersOf(wanted, int.MaxValue)).Where(name => name.Length > 0).ShouldBe(["s1", "s2", "s3", "s4"]);
    }

    [Fact]
    public void Pointers_are_found_through_any_chain_and_in_unnamed_types_also_to_what_is_only_declared()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint target = b.Struct("target", 4).Member("x", number, 0);
        uint declared = b.Forward("target");
        uint pointer = b.Pointer(b.Const(b.TypeTag("rcu", target)));
        b.Struct("one", 8).Member("p", pointer, 0);
        b.Struct("two", 8).Member("pp", b.Pointer(b.Typedef("target_p", b.Array(pointer, number, 3))), 0);
        b.Struct("of_declared", 8).Member("p", b.Pointer(declared), 0);
        b.Struct("of_array", 8).Member("p", b.Pointer(b.Array(target, number, 4)), 0);
        uint unnamed = b.Struct("", 8).Member("p", pointer, 0);
        uint typedef = b.Typedef("unnamed_t", unnamed);
        b.Struct("by_unnamed", 16).Member("", b.Const(typedef), 64);
        b.Struct("by_pointer_to_unnamed", 8).Member("p", b.Pointer(unnamed), 0);
        b.Struct("by_value", 4).Member("v", target, 0);
        b.Union("by_parameter", 8).Member("f", b.Pointer(b.Prototype(0).Parameter("p", pointer)), 0);
        TypeGraph graph = Read.Graph(b);

        NamesOf(graph, Relations(graph).PointersTo(Wanted(graph, "struct target")))
            .ShouldBe(["one", "two", "target_p", "of_declared", "of_array", "", "unnamed_t", "by_unnamed"]);
    }

    [Fact]
    public void Takers_are_functions_and_what_points_to_them()
    {
        var b = new BtfAssembler();
        uint target = b.Struct("target", 4).Member("x", b.Int("int", 4), 0);
        uint takes = b.Prototype(0).Parameter("p", b.Pointer(b.Const(target))).Variadic();
        uint takesNot = b.Prototype(b.Pointer(target)).Variadic();
        b.Function("takes", takes);
        b.Function("returns", takesNot);
        uint typedef = b.Typedef("fn_t", b.Pointer(takes));
        b.Struct("ops", 8).Member("", b.Union("", 8).Member("fn", typedef, 0), 0);
        b.Struct("holds", 8).Member("p", b.Pointer(target), 0);
        TypeGraph graph = Read.Graph(b);

        NamesOf(graph, Relations(graph).TakersOf(Wanted(graph, "target"))).ShouldBe(["takes", "fn_t", "", "ops"], ignoreOrder: true);
    }

    [Fact]
    public void Members_are_found_as_C_finds_them()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        b.Struct("direct", 4).Member("lock", number, 0);
        uint unnamed = b.Union("", 4).Member("lock", number, 0);
        uint around = b.Struct("", 4).Member("", b.Const(unnamed), 0);
        b.Struct("unnamed_member", 4).Member("", around, 0);
        b.Struct("named_member", 4).Member("inner", unnamed, 0);
        b.Struct("unlock", 4).Member("unlock", number, 0).Member("locks", number, 0);
        TypeGraph graph = Read.Graph(b);

        NamesOf(graph, Relations(graph).HavingMember("lock")).Where(name => name.Length > 0).ShouldBe(["direct", "unnamed_member"]);
        NamesOf(graph, Relations(graph).HavingMember("lock*")).Where(name => name.Length > 0)
            .ShouldBe(["direct", "unnamed_member", "unlock"]);
        Relations(graph).HavingMember("").Count.ShouldBe(0);
    }

    [Fact]
    public void Enumerators_are_found_in_both_kinds_of_enumeration()
    {
        var b = new BtfAssembler();
        b.Enum("a").Value("RED", 0).Value("GREEN", 1);
        b.Enum64("b").Value("BLUE", 1L << 40).Value("RED", 2);
        TypeGraph graph = Read.Graph(b);

        NamesOf(graph, Relations(graph).HavingEnumerator("RED")).ShouldBe(["a", "b"]);
        NamesOf(graph, Relations(graph).HavingEnumerator("?LUE")).ShouldBe(["b"]);
        Relations(graph).HavingEnumerator("ED").Count.ShouldBe(0);
    }

    [Fact]
    public void Types_that_refer_to_themselves_end_every_walk()
    {
        var b = new BtfAssembler();
        uint ring = b.NextId;
        b.Struct("ring", 4).Member("self", ring, 0).Member("other", ring + 1, 0).Member("", ring + 2, 0);
        b.Struct("other", 4).Member("ring", ring, 0).Member("p", ring + 3, 0);
        b.Struct("", 4).Member("", ring + 2, 0).Member("lock", ring, 0);
        b.Pointer(ring + 3);
        TypeGraph graph = Read.Graph(b);
        TypeSet wanted = Wanted(graph, "ring");

        NamesOf(graph, Relations(graph).ContainersOf(wanted, int.MaxValue)).ShouldBe(["ring", "other", ""]);
        Relations(graph).PointersTo(wanted).Count.ShouldBe(0);
        NamesOf(graph, Relations(graph).HavingMember("lock")).ShouldBe(["ring", ""]);
    }

    [Fact]
    public void A_typedef_is_asked_for_as_itself_and_a_struct_also_behind_its_typedefs()
    {
        var b = new BtfAssembler();
        uint target = b.Struct("target", 4).Member("x", b.Int("int", 4), 0);
        b.Struct("by_typedef", 4).Member("v", b.Typedef("target_t", target), 0);
        b.Struct("by_tag", 4).Member("v", target, 0);
        TypeGraph graph = Read.Graph(b);

        NamesOf(graph, Relations(graph).ContainersOf(Wanted(graph, "target_t"))).ShouldBe(["by_typedef"]);
        NamesOf(graph, Relations(graph).ContainersOf(Wanted(graph, "target"))).ShouldBe(["by_typedef", "by_tag"]);
    }

    [Theory]
    [InlineData("void", "points", 2)]
    [InlineData("int", "contains", 1)]
    [InlineData("int", "takes", 0)]
    public void Base_types_and_void_can_be_asked_for(string name, string relation, int count)
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        b.Struct("a", 8).Member("p", b.Pointer(0), 0);
        b.Struct("b", 16).Member("p", b.Pointer(b.Const(0)), 0).Member("n", number, 64);
        b.Function("variadic", b.Prototype(0).Variadic());
        TypeGraph graph = Read.Graph(b);
        TypeSet wanted = Wanted(graph, name);

        TypeSet found = relation switch
        {
            "points" => Relations(graph).PointersTo(wanted),
            "contains" => Relations(graph).ContainersOf(wanted),
            _ => Relations(graph).TakersOf(wanted),
        };
        found.Count.ShouldBe(count);
    }

    [Fact]
    public void Types_of_a_module_are_found_that_refer_to_those_of_its_kernel()
    {
        var kernel = new BtfAssembler();
        uint target = kernel.Struct("target", 4).Member("x", kernel.Int("int", 4), 0);
        kernel.Struct("in_kernel", 4).Member("v", target, 0);
        var module = new BtfAssembler(baseBtf: kernel);
        module.Struct("in_module", 4).Member("v", target, 0);
        TypeGraph graph = Read.Graph(module);

        NamesOf(graph, Relations(graph).ContainersOf(Wanted(graph, "target"))).ShouldBe(["in_kernel", "in_module"]);
    }

    [Fact]
    public void What_does_not_exist_is_explained()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));

        RelationTargets.Resolve(graph, "no_such_thing", out string? problem).Count.ShouldBe(0);
        problem.ShouldBe("unknown type 'no_such_thing'");
    }

    private static TypeRelations Relations(TypeGraph graph) => new(graph);

    private static TypeSet Wanted(TypeGraph graph, string name)
    {
        TypeSet wanted = RelationTargets.Resolve(graph, name, out string? problem);
        problem.ShouldBeNull();
        return wanted;
    }

    private static string[] NamesOf(TypeGraph graph, TypeSet set) =>
        [.. Enumerable.Range(1, graph.TypeCount - 1).Select(id => new TypeId((uint)id)).Where(set.Contains).Select(id => graph[id].NameString)];
}
