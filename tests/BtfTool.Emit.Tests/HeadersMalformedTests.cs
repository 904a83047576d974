using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Graphs that no compiler makes end in a header that compiles, or in <see cref="InvalidImageException"/>.</summary>
public class HeadersMalformedTests
{
    private static readonly HeaderOptions s_small = new()
    {
        MaxHeaderBytes = 4 * 1024 * 1024,
        Limits = new ReaderLimits { MaxEmittedBytesPerType = 1024 * 1024 },
    };

    [Fact]
    public void Struct_that_contains_itself_is_declared_only()
    {
        var g = new HeadersGraph();
        TypeId self = new(g.Types.NextId.Value + 1);
        TypeId i = g.Int();
        g.Struct("loop", 8, ("value", i, 0, 0), ("self", self, 32, 0));
        g.Struct("user", 16, ("a", i, 0, 0), ("l", self, 32, 0), ("b", i, 96, 0));

        (string body, IReadOnlyList<Diagnostic> diagnostics) = Corrected(g);

        body.ShouldStartWith("struct loop;\n\nstruct user {\n\tint a;\n");
        body.ShouldContain("\tint b;\n};");
        diagnostics.ShouldContain(d => d.Message.Contains("struct loop is left out"));
        diagnostics.ShouldContain(d => d.Message.Contains("member l of struct user is left out"));
    }

    [Fact]
    public void Typedef_that_refers_to_itself_through_a_pointer_is_left_out_with_what_needs_it()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId self = new(g.Types.NextId.Value + 1);
        g.Typedef("loop_t", g.Pointer(self));
        g.Struct("user", 16, ("a", i, 0, 0), ("l", self, 64, 0));
        g.Typedef("fn_t", g.Pointer(g.Prototype(TypeId.Void, ("l", self))));

        (string body, IReadOnlyList<Diagnostic> diagnostics) = Corrected(g);

        body.ShouldBe("struct user {\n\tint a;\n\tlong: 64;\n};\n\n");
        diagnostics.ShouldContain(d => d.Message.Contains("typedef loop_t"));
        diagnostics.ShouldContain(d => d.Message.Contains("typedef fn_t"));
    }

    [Fact]
    public void Unnamed_composite_that_points_to_itself_loses_the_pointer()
    {
        var g = new HeadersGraph();
        TypeId self = new(g.Types.NextId.Value + 1);
        TypeId pointer = g.Pointer(self);
        g.Struct("", 8, ("next", pointer, 0, 0));
        g.Typedef("node_t", self);
        g.Struct("user", 8, ("n", pointer, 0, 0));

        (string body, _) = Corrected(g);

        body.ShouldBe("typedef struct {\n\tlong: 64;\n} node_t;\n\nstruct user {\n\tlong: 64;\n};\n\n");
    }

    [Fact]
    public void Members_without_a_size_are_left_out_and_padded()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId forward = g.Types.AddForward(g.Name("f"), false);
        TypeId prototype = g.Prototype(TypeId.Void);
        g.Struct("s", 32, ("a", i, 0, 0), ("f", forward, 64, 0), ("v", TypeId.Void, 128, 0), ("p", prototype, 160, 0), ("b", i, 224, 0));
        g.Composite(TypeKind.Union, "u", 8, ("a", i, 0, 0), ("f", forward, 0, 0));

        (string body, IReadOnlyList<Diagnostic> diagnostics) = Corrected(g);

        diagnostics.Count.ShouldBe(4);
        body.ShouldContain("char __left_out[8];");
    }

    [Fact]
    public void Unknown_kinds_take_along_what_needs_them_only()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId unknown = g.Types.AddUnknown(default, 25);
        g.Typedef("lost_t", unknown);
        g.Struct("s", 16, ("a", i, 0, 0), ("u", g.Pointer(unknown), 64, 0));
        TypeGraph graph = g.Build();

        (string body, IReadOnlyList<Diagnostic> diagnostics) = Corrected(graph);

        body.ShouldBe("struct s {\n\tint a;\n\tlong: 64;\n};\n\n");
        diagnostics.ShouldContain(d => d.Message.Contains("kind 25 is not known"));
        Should.Throw<InvalidImageException>(() => HeadersFixture.Bytes(graph, new HeaderOptions { BpftoolCompat = true }));
    }

    [Fact]
    public void Where_bpftool_fails_compatible_output_fails()
    {
        var g = new HeadersGraph();
        TypeId self = g.Types.NextId;
        g.Struct("loop", 8, ("self", self, 0, 0));
        Should.Throw<InvalidImageException>(() => HeadersFixture.Bytes(g.Build(), new HeaderOptions { BpftoolCompat = true, Unsorted = true }));
    }

    [Fact]
    public void Unnamed_composites_that_share_parts_do_not_expand_without_end()
    {
        var g = new HeadersGraph();
        TypeId inner = g.Struct("", 0);
        for (int i = 0; i < 60; i++)
        {
            inner = g.Struct("", 0, ("a", inner, 0, 0), ("b", inner, 0, 0));
        }

        g.Struct("bomb", 0, ("x", inner, 0, 0));
        Should.Throw<InvalidImageException>(() => HeadersFixture.Bytes(g.Build(), s_small));
    }

    [Fact]
    public void Prototypes_that_share_parts_do_not_expand_without_end()
    {
        var g = new HeadersGraph();
        TypeId inner = g.Pointer(g.Prototype(TypeId.Void));
        for (int i = 0; i < 60; i++)
        {
            TypeId next = g.Prototype(TypeId.Void, ("a", inner), ("b", inner));
            inner = i % 2 == 0 ? g.Pointer(next) : g.Pointer(g.Reference(TypeKind.Const, next));
        }

        g.Typedef("bomb_t", inner);
        Should.Throw<InvalidImageException>(() => HeadersFixture.Bytes(g.Build(), s_small));
    }

    [Fact]
    public void Long_chains_end_in_an_error_and_not_in_a_stack_overflow()
    {
        var g = new HeadersGraph();
        TypeId at = g.Int();
        for (int i = 0; i < 200_000; i++)
        {
            at = g.Pointer(at);
        }

        g.Typedef("deep_t", at);
        Should.Throw<InvalidImageException>(() => HeadersFixture.Bytes(g.Build(), s_small));
    }

    [Fact]
    public void A_huge_gap_becomes_an_array()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        g.Struct("gap", 1UL << 40, ("a", i, 0, 0), ("b", i, 1UL << 42, 0));
        TypeGraph graph = g.Build();
        var emitter = new HeaderEmitter(graph);
        byte[] header = HeadersFixture.Bytes(emitter);
        var assertions = new System.Buffers.ArrayBufferWriter<byte>();
        new LayoutAssertions(graph, emitter).Write(assertions);

        header.Length.ShouldBeLessThan(4 * 1024 * 1024);
        Clang.Check(header, assertions.WrittenSpan.ToArray()).ShouldBe("");
    }

    [Theory]
    [InlineData(ulong.MaxValue, (1UL << 48) - 1, ulong.MaxValue)]
    [InlineData(long.MaxValue, 1UL << 47, 1UL << 61)]
    [InlineData(1UL << 63, (1UL << 47) + 1, 0UL)]
    public void Any_size_and_offset_end_in_a_result(ulong size, ulong offset, ulong count)
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        g.Struct("s", size, ("a", i, 0, 0), ("b", g.Array(i, count), offset, 0), ("c", g.Array(g.Array(i, count), count), offset, 3));
        g.Composite(TypeKind.Union, "u", size, ("a", i, offset, 0));
        TypeGraph graph = g.Build();

        Ends(graph, s_small);
        Ends(graph, s_small with { BpftoolCompat = true });
    }

    [Fact]
    public void Random_graphs_end_in_a_result_that_is_repeatable()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            TypeGraph graph = RandomGraph(new Random(seed));
            byte[]? first = Ends(graph, s_small);
            Ends(graph, s_small with { BpftoolCompat = true });
            Ends(graph, s_small with { Unsorted = true });
            (first ?? []).AsSpan().SequenceEqual(Ends(graph, s_small) ?? []).ShouldBeTrue($"seed {seed}");
        }
    }

    // Null where the graph is refused; any other exception fails the test.
    private static byte[]? Ends(TypeGraph graph, HeaderOptions options)
    {
        try
        {
            return HeadersFixture.Bytes(graph, options);
        }
        catch (InvalidImageException)
        {
            return null;
        }
    }

    private static (string Body, IReadOnlyList<Diagnostic> Diagnostics) Corrected(HeadersGraph g) => Corrected(g.Build());

    private static (string Body, IReadOnlyList<Diagnostic> Diagnostics) Corrected(TypeGraph graph)
    {
        var emitter = new HeaderEmitter(graph);
        byte[] header = HeadersFixture.Bytes(emitter);
        var assertions = new System.Buffers.ArrayBufferWriter<byte>();
        new LayoutAssertions(graph, emitter).Write(assertions);
        Clang.Check(header, assertions.WrittenSpan.ToArray()).ShouldBe("");
        string body = HeadersFixture.Body(graph, HeaderOptions.Default);
        return (body[..body.IndexOf("\n/* BPF kfuncs */", StringComparison.Ordinal)], emitter.Diagnostics);
    }

    private static TypeGraph RandomGraph(Random random)
    {
        var g = new HeadersGraph();
        int count = random.Next(1, 25);
        for (int i = 1; i <= count; i++)
        {
            AddRandom(g, random, count);
        }

        return g.Build();
    }

    private static void AddRandom(HeadersGraph g, Random random, int count)
    {
        TypeId Any() => new((uint)random.Next(0, count + 1));
        string Name() => random.Next(3) == 0 ? "" : "n" + random.Next(4);
        switch (random.Next(14))
        {
            case 0:
                g.Int(Name(), (ulong)random.Next(0, 17));
                break;
            case 1:
                g.Array(Any(), random.Next(8) == 0 ? ulong.MaxValue : (ulong)random.Next(5));
                break;
            case 2 or 3 or 4:
                TypeKind kind = random.Next(2) == 0 ? TypeKind.Struct : TypeKind.Union;
                g.Composite(kind, Name(), (ulong)random.Next(40), [.. Enumerable.Range(0, random.Next(5)).Select(
                    i => (Name(), Any(), (ulong)random.Next(200), random.Next(4) == 0 ? (uint)random.Next(40) : 0))]);
                break;
            case 5:
                g.Enum(random.Next(2) == 0 ? TypeKind.Enum : TypeKind.Enum64, Name(), (ulong)random.Next(9), random.Next(2) == 0,
                    [.. Enumerable.Range(0, random.Next(3)).Select(i => (Name(), random.NextInt64()))]);
                break;
            case 6:
                g.Types.AddForward(g.Name(Name()), random.Next(2) == 0);
                break;
            case 7:
                g.Prototype(Any(), [.. Enumerable.Range(0, random.Next(4)).Select(i => (Name(), Any()))]);
                break;
            case 8:
                g.Types.AddFunction(g.Name(Name()), Any(), 1);
                break;
            case 9:
                g.Types.AddDeclTag(g.Name("bpf_kfunc"), Any(), -1);
                break;
            case 10:
                g.Types.AddUnknown(g.Name(Name()), 30);
                break;
            default:
                TypeKind[] references = [TypeKind.Pointer, TypeKind.Typedef, TypeKind.Const, TypeKind.Volatile, TypeKind.TypeTag];
                g.Reference(references[random.Next(references.Length)], Any(), Name());
                break;
        }
    }
}
