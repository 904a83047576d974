using BtfTool.Core.Compare;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

/// <summary>The short ways of those who use the library in a program of theirs.</summary>
public class LibraryUseTests
{
    [Fact]
    public void Every_type_of_a_graph_is_enumerated_once_in_the_order_of_ids()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        var ids = new List<uint>();

        foreach (TypeView type in graph.Types)
        {
            ids.Add(type.Id.Value);
        }

        ids.ShouldBe(Enumerable.Range(1, graph.TypeCount - 1).Select(id => (uint)id));
        graph.Types.Count.ShouldBe(graph.TypeCount - 1);
        graph.OwnTypes.Count.ShouldBe(graph.TypeCount - 1);
    }

    [Fact]
    public void Types_of_a_module_are_its_own_and_come_once_in_a_set()
    {
        TypeGraph module = Module();
        TypeGraph kernel = module.Base!;
        var set = new TypeGraphSet(kernel, module);

        module.OwnTypes.Count.ShouldBe(1);
        module.Types.Count.ShouldBe(kernel.TypeCount);
        set.TypesOf(kernel).Count.ShouldBe(kernel.TypeCount - 1);
        set.TypesOf(module).Count.ShouldBe(1);
        new TypeGraphSet(module).TypesOf(module).Count.ShouldBe(kernel.TypeCount);
        foreach (TypeView type in set.TypesOf(module))
        {
            type.ToString().ShouldBe("struct of_module");
        }
    }

    [Fact]
    public void Enumerating_a_graph_allocates_nothing()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        _ = SizesOf(graph);

        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = SizesOf(graph);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData("struct s", "struct s")]
    [InlineData("s", "struct s")]
    [InlineData(" typedef t ", "typedef t")]
    [InlineData("e", "enum e")]
    [InlineData("enum f", "enum f")]
    public void A_type_is_found_by_its_name(string name, string found)
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));

        graph.Find(name).ToString().ShouldBe(found);
        graph.TryFind(name, out TypeView type).ShouldBeTrue();
        type.ShouldBe(graph.Find(name));
    }

    [Theory]
    [InlineData("union s", "s")]
    [InlineData("struct declared", "declared")]
    [InlineData("*", "*")]
    [InlineData("", "")]
    [InlineData("int", "int")]
    public void What_is_not_defined_is_not_found_and_the_message_says_why(string name, string says)
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));

        graph.TryFind(name, out TypeView _).ShouldBeFalse();
        string message = Should.Throw<KeyNotFoundException>(() => graph.Find(name)).Message;
        message.ShouldNotBeEmpty();
        message.ShouldContain(says);
        message.ShouldNotContain('\n');
    }

    [Fact]
    public void Views_say_what_they_are_and_are_equal_where_they_are_the_same_type()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        TypeGraph again = Read.Graph(Samples.Everything(bigEndian: false));
        TypeView type = graph.Find("struct s");

        (type == graph[type.Id]).ShouldBeTrue();
        (type != again[type.Id]).ShouldBeTrue();
        type.Equals((object)graph[type.Id]).ShouldBeTrue();
        type.GetHashCode().ShouldBe(graph[type.Id].GetHashCode());
        type.Members[0].ToString().ShouldBe("a");
        graph[type.Members[1].Type].ToString().ShouldBe("pointer");
        graph.Find("enum e").Enumerators[0].NameString.ShouldBe("minus");
        graph.Find("enum e").Enumerators[1].ToString().ShouldBe("one");
        default(TypeView).Equals(default).ShouldBeTrue();
    }

    [Fact]
    public void Parameters_have_names()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        TypeView prototype = default;
        foreach (TypeView type in graph.Types)
        {
            prototype = type.Kind == TypeKind.FunctionPrototype ? type : prototype;
        }

        prototype.Parameters[0].NameString.ShouldBe("x");
        prototype.Parameters[1].ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Bytes_in_memory_are_opened_as_files_are()
    {
        using TypeSource file = SourceOpener.Open(Fixtures.PathOf("bin/arrays.gcc-x86_64.o"));
        using TypeSource memory = SourceOpener.OpenBytes("arrays", Fixtures.Read("bin/arrays.gcc-x86_64.o"));

        memory.Path.ShouldBe("arrays");
        memory.Format.ShouldBe(file.Format);
        GraphText.Describe(memory.Graph).ShouldBe(GraphText.Describe(file.Graph));
    }

    [Fact]
    public void Two_graphs_are_compared_without_making_sets_of_them()
    {
        var later = new BtfAssembler();
        uint i = later.Int("int", 4, signed: true);
        uint p = later.Pointer(i);
        later.Struct("of_kernel", 16).Member("a", i, 32).Member("c", p, 64);

        GraphDiffResult result = GraphComparison.Of(Read.Graph(Kernel()), Read.Graph(later));

        result.Differences.Count.ShouldBe(1);
        TypeDifference difference = result.Differences[0];
        difference.ToString().ShouldStartWith("struct of_kernel (breaks Layout, Source, CoRe): Size 8 -> 16, ");
        difference.Changes.Select(change => change.ToString()).ShouldContain("MemberMoved a 0 -> 4");
        difference.Changes.Select(change => change.ToString()).ShouldContain("MemberAdded c int *");
    }

    private static BtfAssembler Kernel()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Struct("of_kernel", 8).Member("a", i, 0).Member("b", i, 32);
        return b;
    }

    private static TypeGraph Module()
    {
        var b = new BtfAssembler(baseBtf: Kernel());
        b.Struct("of_module", 4);
        return Read.Graph(b);
    }

    private static ulong SizesOf(TypeGraph graph)
    {
        ulong sum = 0;
        foreach (TypeView type in graph.Types)
        {
            sum += type.SizeBytes;
        }

        return sum;
    }
}
