using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class TypeNameSetTests
{
    private static readonly BtfAssembler s_kernel = Kernel();
    private static readonly TypeGraph s_graph = Read.Graph(s_kernel);

    private static BtfAssembler Kernel()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Struct("shared_name", 4).Member("number", i, 0);
        return b;
    }

    private static TypeGraph Module(Action<BtfAssembler> add)
    {
        var b = new BtfAssembler(baseBtf: s_kernel);
        add(b);
        return Core.Btf.BtfReader.Read(Read.File(b.ToBytes(), Read.File(s_kernel)), s_graph);
    }

    private static TypeGraphSet Set(params Action<BtfAssembler>[] modules) => new([s_graph, .. modules.Select(Module)]);

    private static int Count(TypeGraphSet set, string name) => TypeNameQuery.Resolve(set, name).Types.Count;

    [Fact]
    public void A_type_of_a_module_is_found_with_its_graph_and_one_of_the_kernel_once()
    {
        TypeGraphSet set = Set(b => b.Struct("in_module", 4).Member("m", 1, 0), b => b.Typedef("other", 2));

        TypeNameQuery.Resolve(set, "in_module").Types.ShouldBe([new TypeRef(set.Graphs[1], new TypeId(3))]);
        TypeNameQuery.Resolve(set, "shared_name").Types.ShouldBe([new TypeRef(s_graph, new TypeId(2))]);
        TypeNameQuery.Resolve(set, "*").Types.Select(type => type.View.NameString).ShouldBe(["shared_name", "in_module", "other"]);
    }

    [Fact]
    public void A_module_may_give_a_name_of_the_kernel_to_a_type_of_its_own()
    {
        TypeGraphSet set = Set(b => b.Struct("shared_name", 8).Member("number", 1, 32));

        TypeNameQuery.Resolve(set, "shared_name").Types.Select(type => type.View.SizeBytes).ShouldBe([4ul, 8ul]);
    }

    [Fact]
    public void Twins_in_several_modules_are_found_once_and_others_all()
    {
        // The ids of what they hold differ.
        Action<BtfAssembler> one = b => b.Struct("s", 16).Member("p", b.Pointer(b.Struct("inner", 4).Member("x", 1, 0)), 0);
        Action<BtfAssembler> two = b =>
        {
            b.Typedef("first", 1);
            uint inner = b.Struct("inner", 4).Member("x", 1, 0);
            b.Struct("s", 16).Member("p", b.Pointer(inner), 0);
        };

        Count(Set(one, two), "s").ShouldBe(1);
        Count(Set(one, two, b => b.Struct("s", 16).Member("q", b.Pointer(0), 0)), "s").ShouldBe(2);
        Count(Set(one, two), "inner").ShouldBe(1);
        Count(Set(one, two), "*").ShouldBe(4);
    }

    [Theory]
    [InlineData("held by value", 2)]
    [InlineData("behind a pointer", 1)]
    [InlineData("only declared", 1)]
    [InlineData("in an array", 2)]
    [InlineData("an enumerator", 2)]
    [InlineData("a parameter", 2)]
    public void What_is_held_by_value_counts_and_behind_a_pointer_the_name(string difference, int found)
    {
        void Add(BtfAssembler b, bool changed)
        {
            uint inner = difference == "only declared" && changed ? b.Forward("inner")
                : difference == "an enumerator" ? b.Enum("inner").Value("v", changed ? 2 : 1)
                : b.Struct("inner", 4).Member(changed ? "y" : "x", 1, 0);
            uint member = difference switch
            {
                "held by value" or "an enumerator" => inner,
                "in an array" => b.Array(inner, 1, 2),
                "a parameter" => b.Pointer(b.Prototype(0).Parameter("p", changed ? 1u : inner)),
                _ => b.Pointer(inner),
            };
            b.Struct("s", 8).Member("m", member, 0);
        }

        Count(Set(b => Add(b, false), b => Add(b, true)), "s").ShouldBe(found);
        Count(Set(b => Add(b, false), b => Add(b, false)), "s").ShouldBe(1);
    }

    [Fact]
    public void Types_in_a_ring_are_compared_to_an_end()
    {
        Action<BtfAssembler> ring = b => b.Struct("s", 8).Member("self", b.NextId - 1, 0);

        Count(Set(ring, b => { b.Pointer(0); ring(b); }), "s").ShouldBe(1);
    }

    [Fact]
    public void Suggestions_enumerators_and_reasons_come_from_all_graphs()
    {
        TypeGraphSet set = Set(b => b.Struct("module_thing", 4).Member("m", 1, 0), b => b.Enum("e").Value("ENUMERATOR", 1), b => b.Forward("declared"));

        TypeNameSetResult unknown = TypeNameQuery.Resolve(set, "module_thin");
        unknown.Problem.ShouldBe("unknown type 'module_thin': did you mean 'module_thing'?");
        unknown.IsUnknown.ShouldBeTrue();
        TypeNameQuery.Resolve(set, "ENUMERATOR").Problem.ShouldBe("'ENUMERATOR' is an enumerator of enum e, not a type: did you mean 'enum e'?");
        TypeNameQuery.Resolve(set, "declared").Problem.ShouldBe("struct declared is only declared here, not defined");
        TypeNameQuery.Resolve(set, "zz*").Problem.ShouldBe("no type matches 'zz*'");
        TypeNameQuery.Resolve(set, "zz*").IsUnknown.ShouldBeFalse();
    }
}
