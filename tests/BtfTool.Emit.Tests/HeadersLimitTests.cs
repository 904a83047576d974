using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>What a header gives up on, and how much memory names may take.</summary>
public class HeadersLimitTests
{
    private const int Levels = 20;

    private static readonly HeaderOptions s_shallow = new() { Limits = new ReaderLimits { MaxNesting = Levels } };

    // In the order of ids every type has its place before the next one asks for it, so that no walk is deep by then.
    private static readonly HeaderOptions s_shallowUnsorted = s_shallow with { Unsorted = true };

    [Fact]
    public void Steps_can_be_limited_and_a_graph_without_shared_parts_needs_none_but_its_own()
    {
        HeaderOptions options = new() { BaseSteps = 0 };
        var g = new HeadersGraph();
        TypeId inner = g.Int();
        for (int i = 0; i < 60; i++)
        {
            inner = g.Pointer(g.Prototype(TypeId.Void, ("a", inner), ("b", inner)));
        }

        g.Typedef("bomb_t", inner);
        Refuses(g, options).ShouldContain("reasonable time");
        HeadersFixture.Bytes(HeadersFixture.Kernel("linux-6.18"), options).Length.ShouldBeGreaterThan(2_000_000);
    }

    [Fact]
    public void A_typedef_of_too_many_pointers_is_refused()
    {
        var g = new HeadersGraph();
        g.Typedef("deep_t", Pointers(g, g.Int(), Levels + 1));
        Refuses(g, s_shallowUnsorted).ShouldContain("deeper than 20");
    }

    [Fact]
    public void A_typedef_of_as_many_pointers_as_allowed_is_printed()
    {
        var g = new HeadersGraph();
        g.Typedef("deep_t", Pointers(g, g.Int(), Levels));
        HeadersFixture.Body(g.Build(), s_shallowUnsorted).ShouldStartWith("typedef int " + new string('*', Levels) + "deep_t;");
    }

    [Fact]
    public void A_declaration_that_is_too_long_by_a_prototype_inside_is_refused()
    {
        var g = new HeadersGraph();
        TypeId returns = Pointers(g, g.Int(), Levels - 5);
        g.Typedef("deep_t", Pointers(g, g.Prototype(returns), Levels - 5));
        Refuses(g, s_shallowUnsorted).ShouldContain("deeper than 20");
    }

    [Fact]
    public void An_alignment_behind_too_many_typedefs_is_refused()
    {
        var g = new HeadersGraph();
        TypeId at = g.Int();
        for (int i = 0; i < 2 * Levels; i++)
        {
            at = g.Typedef("t" + i, at);
        }

        g.Struct("s", 4, ("m", at, 0, 0));
        Refuses(g, s_shallowUnsorted).ShouldContain("deeper than 20");
    }

    [Fact]
    public void Types_of_one_name_that_only_a_deep_hash_can_order_are_refused()
    {
        var g = new HeadersGraph();
        TypeId deep = Pointers(g, g.Int(), Levels + 1);
        g.Typedef("same_t", deep);
        g.Typedef("same_t", deep);
        Refuses(g, s_shallow).ShouldContain("deeper than 20");
    }

    [Fact]
    public void A_deep_chain_behind_a_loop_is_not_taken_for_another_loop()
    {
        var g = new HeadersGraph();
        g.Typedef("loop_t", g.Types.NextId);
        TypeId first = g.Types.NextId;
        for (uint i = 1; i <= Levels + 5; i++)
        {
            g.Pointer(new TypeId(first.Value + i));
        }

        g.Int();
        Refuses(g, s_shallowUnsorted).ShouldContain("deeper than 20");
    }

    [Theory]
    [InlineData(Levels, "deeper")]
    [InlineData(Levels + 5, "deeper")]
    [InlineData(Levels - 1, null)]
    public void Assertions_are_written_to_a_depth(int levels, string? refusal)
    {
        var g = new HeadersGraph();
        TypeId inner = g.Struct("", 0);
        for (int i = 1; i < levels; i++)
        {
            inner = g.Struct("", 0, ("a", inner, 0, 0));
        }

        g.Struct("top", 0, ("a", inner, 0, 0));
        TypeGraph graph = g.Build();
        var emitter = new HeaderEmitter(graph);
        HeadersFixture.Bytes(emitter);
        var assertions = new LayoutAssertions(graph, emitter, s_shallow.Limits);

        if (refusal is null)
        {
            assertions.Write(new DiscardingBufferWriter());
            assertions.Count.ShouldBe(levels + 1);
        }
        else
        {
            Should.Throw<InvalidImageException>(() => assertions.Write(new DiscardingBufferWriter())).Message.ShouldContain(refusal);
        }
    }

    [Fact]
    public void Long_names_that_many_types_share_are_not_copied_for_each_print_or_message()
    {
        const int NameBytes = 50_000;
        const int Types = 150;
        var g = new HeadersGraph();
        NameId name = g.Name(new string('n', NameBytes));
        for (int i = 0; i < Types; i++)
        {
            TypeId forward = g.Types.AddForward(name, false);
            g.Types.AddComposite(TypeKind.Struct, name, 8, true);
            g.Types.AddMember(name, forward, 0, 0);
        }

        TypeGraph graph = g.Build();
        var emitter = new HeaderEmitter(graph);
        var target = new DiscardingBufferWriter();
        long before = GC.GetAllocatedBytesForCurrentThread();
        emitter.Write(target);
        IReadOnlyList<Diagnostic> diagnostics = emitter.Diagnostics;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        diagnostics.Count.ShouldBe(Types);
        diagnostics.Max(d => d.Message.Length).ShouldBeLessThan(1000);
        diagnostics[0].Message.ShouldContain("nnn...");
        allocated.ShouldBeLessThan(Types * NameBytes / 4);
    }

    private static TypeId Pointers(HeadersGraph g, TypeId at, int levels)
    {
        for (int i = 0; i < levels; i++)
        {
            at = g.Pointer(at);
        }

        return at;
    }

    private static string Refuses(HeadersGraph g, HeaderOptions options)
    {
        TypeGraph graph = g.Build();
        return Should.Throw<InvalidImageException>(() => HeadersFixture.Bytes(graph, options)).Message;
    }
}
