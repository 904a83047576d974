using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>The rules of declarations, one graph each.</summary>
public class HeadersDeclarationTests
{
    private const string NoFunctions = "\n/* BPF kfuncs */\n#ifndef BPF_NO_KFUNC_PROTOTYPES\n#endif\n\n";

    private static readonly HeaderOptions s_compat = new() { BpftoolCompat = true, Unsorted = true };

    [Fact]
    public void Qualifiers_arrays_and_function_pointers_read_as_c()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId constInt = g.Reference(TypeKind.Const, i);
        TypeId function = g.Prototype(g.Pointer(constInt), ("a", i), ("", TypeId.Void));
        TypeId table = g.Array(g.Array(g.Pointer(function), 3), 2);
        g.Typedef("table_t", table);
        g.Typedef("volatile_pointer_t", g.Reference(TypeKind.Volatile, g.Pointer(constInt)));
        g.Typedef("none_t", g.Prototype(TypeId.Void));
        g.Typedef("array_pointer_t", g.Pointer(g.Array(i, 4)));

        Body(g).ShouldBe(
            "typedef const int * (*table_t[2][3])(int a, ...);\n\n"
            + "typedef const int * volatile volatile_pointer_t;\n\n"
            + "typedef void none_t(void);\n\n"
            + "typedef int (*array_pointer_t)[4];\n\n");
    }

    [Theory]
    [InlineData("complex double", 16, "_Complex double")]
    [InlineData("complex _Float32", 8, "_Complex _Float32")]
    [InlineData("complex", 8, "_Complex float")]
    [InlineData("complex", 16, "_Complex double")]
    [InlineData("complex", 32, "_Complex long double")]
    [InlineData("complexity", 8, "complexity")]
    public void Complex_types_are_written_with_the_keyword(string name, int sizeBytes, string expected)
    {
        var g = new HeadersGraph();
        g.Typedef("t", g.Types.AddFloat(g.Name(name), (ulong)sizeBytes));

        Corrected(g).ShouldBe($"typedef {expected} t;\n\n");
        Body(g).ShouldBe($"typedef {name} t;\n\n");
    }

    [Fact]
    public void Clang_is_told_of_the_floating_point_types_that_it_has_no_keyword_for()
    {
        var g = new HeadersGraph();
        TypeId f = g.Types.AddFloat(g.Name("_Float64"), 8);
        g.Struct("s", 16, ("a", f, 0, 0), ("b", f, 64, 0));

        Corrected(g).ShouldBe("#ifdef __clang__\ntypedef double _Float64;\n#endif\n\nstruct s {\n\t_Float64 a;\n\t_Float64 b;\n};\n\n");
        Body(g).ShouldBe("struct s {\n\t_Float64 a;\n\t_Float64 b;\n};\n\n");
    }

    [Fact]
    public void Equal_names_are_numbered_in_the_order_of_their_first_print_and_apart_for_tags_and_identifiers()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        g.Struct("a", 4, ("x", i, 0, 0));
        g.Struct("a", 4, ("y", i, 0, 0));
        g.Typedef("a", i);
        g.Typedef("a", i);
        g.Enum("e", 4, ("A", 1), ("A", 2));

        Body(g).ShouldBe(
            "struct a {\n\tint x;\n};\n\nstruct a___2 {\n\tint y;\n};\n\ntypedef int a;\n\ntypedef int a___2;\n\n"
            + "enum e {\n\tA = 1,\n\tA___2 = 2,\n};\n\n");
    }

    [Fact]
    public void Renamed_names_are_cut_to_255_bytes_in_compatible_output_only()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        string name = new('n', 254);
        g.Typedef(name, i);
        g.Typedef(name, i);
        TypeGraph graph = g.Build();

        HeadersFixture.Body(graph, s_compat).ShouldContain($"typedef int {name}_;");
        HeadersFixture.Body(graph, new HeaderOptions { Unsorted = true }).ShouldContain($"typedef int {name}___2;");
    }

    [Fact]
    public void Enumerations_say_their_size_and_sign()
    {
        var g = new HeadersGraph();
        g.Enum(TypeKind.Enum, "u", 4, false, ("U", -1));
        g.Enum(TypeKind.Enum, "s", 1, true, ("S", -1));
        g.Enum(TypeKind.Enum64, "w", 8, false, ("W", 5));
        g.Enum(TypeKind.Enum64, "l", 8, true, ("L", -1));
        g.Enum("f", 4);

        Body(g).ShouldBe(
            "enum u {\n\tU = 4294967295,\n};\n\n"
            + "enum s {\n\tS = -1,\n} __attribute__((mode(byte)));\n\n"
            + "enum w {\n\tW = 5ULL,\n} __attribute__((mode(word)));\n\n"
            + "enum l {\n\tL = -1LL,\n};\n\n"
            + "enum f;\n\n");
    }

    [Fact]
    public void Padding_packing_and_bitfields_lead_the_compiler_to_the_offsets_of_the_graph()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId c = g.Int("char", 1);
        TypeId l = g.Int("long", 8);
        g.Struct("gap", 32, ("a", c, 0, 0), ("b", i, 64, 0), ("c", l, 128, 0));
        g.Struct("packed", 5, ("a", c, 0, 0), ("b", i, 8, 0));
        g.Struct("bits", 8, ("a", i, 0, 3), ("b", i, 8, 5), ("c", i, 32, 0));
        TypeGraph graph = g.Build();
        var emitter = new HeaderEmitter(graph, new HeaderOptions { Unsorted = true });
        byte[] header = HeadersFixture.Bytes(emitter);
        var assertions = new System.Buffers.ArrayBufferWriter<byte>();
        new LayoutAssertions(graph, emitter).Write(assertions);

        HeadersFixture.Body(graph, s_compat).ShouldBe(
            "struct gap {\n\tchar a;\n\tlong: 0;\n\tint b;\n\tlong c;\n\tlong: 64;\n};\n\n"
            + "struct packed {\n\tchar a;\n\tint b;\n} __attribute__((packed));\n\n"
            + "struct bits {\n\tint a: 3;\n\tchar: 5;\n\tint b: 5;\n\tint c;\n};\n\n" + NoFunctions);
        Clang.Check(header, assertions.WrittenSpan.ToArray()).ShouldBe("");
    }

    [Fact]
    public void Qualifier_over_a_tag_on_a_value_is_glued_in_compatible_output_and_right_otherwise()
    {
        var g = new HeadersGraph();
        TypeId tagged = g.Reference(TypeKind.TypeTag, g.Int(), "rcu");
        g.Typedef("t", g.Reference(TypeKind.Const, tagged));
        g.Typedef("p", g.Reference(TypeKind.Const, g.Pointer(tagged)));
        TypeGraph graph = g.Build();

        HeadersFixture.Body(graph, s_compat).ShouldContain("typedef intconst  __attribute__((btf_type_tag(\"rcu\"))) t;");
        string corrected = HeadersFixture.Body(graph, new HeaderOptions { Unsorted = true });
        corrected.ShouldContain("typedef int const __attribute__((btf_type_tag(\"rcu\"))) t;");
        corrected.ShouldContain("typedef int __attribute__((btf_type_tag(\"rcu\"))) * const p;");
    }

    [Fact]
    public void Pointers_between_structs_get_forward_declarations()
    {
        var g = new HeadersGraph();
        TypeId second = new(g.Types.NextId.Value + 2);
        TypeId pointer = g.Pointer(second);
        TypeId first = g.Struct("first", 8, ("other", pointer, 0, 0));
        g.Struct("second", 16, ("value", first, 0, 0), ("self", pointer, 64, 0));

        Body(g).ShouldBe(
            "struct second;\n\nstruct first {\n\tstruct second *other;\n};\n\n"
            + "struct second {\n\tstruct first value;\n\tstruct second *self;\n};\n\n");
    }

    [Fact]
    public void Kernel_functions_are_sorted_by_name_and_left_out_of_a_selection()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId prototype = g.Prototype(g.Pointer(TypeId.Void), ("n", i));
        TypeId b = g.Types.AddFunction(g.Name("bpf_b"), prototype, 1);
        TypeId a = g.Types.AddFunction(g.Name("bpf_a"), prototype, 1);
        foreach (TypeId function in new[] { b, a, b })
        {
            g.Types.AddDeclTag(g.Name("bpf_kfunc"), function, -1);
        }

        g.Types.AddDeclTag(g.Name("bpf_kfunc"), a, 0);
        g.Types.AddDeclTag(g.Name("bpf_fastcall"), a, -1);
        TypeId alias = g.Typedef("number", i);
        TypeGraph graph = g.Build();

        HeadersFixture.Body(graph, HeaderOptions.Default).ShouldBe(
            "typedef int number;\n\n\n/* BPF kfuncs */\n#ifndef BPF_NO_KFUNC_PROTOTYPES\n"
            + "extern __bpf_fastcall void *bpf_a(int n) __weak __ksym;\n"
            + "extern void *bpf_b(int n) __weak __ksym;\nextern void *bpf_b(int n) __weak __ksym;\n#endif\n\n");
        HeadersFixture.Body(graph, new HeaderOptions { Roots = [alias, b] }).ShouldBe("typedef int number;\n\n");
    }

    [Fact]
    public void A_selection_prints_in_the_order_given()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId a = g.Struct("a", 4, ("x", i, 0, 0));
        TypeId b = g.Struct("b", 4, ("x", i, 0, 0));
        TypeGraph graph = g.Build();

        HeadersFixture.Body(graph, new HeaderOptions { Roots = [b, a, b] }).ShouldBe(
            "struct b {\n\tint x;\n};\n\nstruct a {\n\tint x;\n};\n\n");
        Should.Throw<ArgumentOutOfRangeException>(() => HeadersFixture.Bytes(graph, new HeaderOptions { Roots = [new TypeId(99)] }));
    }

    [Fact]
    public void Emitted_names_can_be_asked_for_afterwards()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        TypeId first = g.Struct("a", 4, ("x", i, 0, 0));
        TypeId second = g.Struct("a", 4, ("y", i, 0, 0));
        var emitter = new HeaderEmitter(g.Build());

        Should.Throw<InvalidOperationException>(() => emitter.TryGetEmittedName(first, out _));
        HeadersFixture.Bytes(emitter);

        emitter.TryGetEmittedName(first, out string? one).ShouldBeTrue();
        emitter.TryGetEmittedName(second, out string? two).ShouldBeTrue();
        new[] { one, two }.Order().ShouldBe(["a", "a___2"]);
    }

    private static string Body(HeadersGraph g) => Body(g, s_compat);

    private static string Corrected(HeadersGraph g) => Body(g, s_compat with { BpftoolCompat = false });

    private static string Body(HeadersGraph g, HeaderOptions options)
    {
        string body = HeadersFixture.Body(g.Build(), options);
        body.ShouldEndWith(NoFunctions);
        return body[..^NoFunctions.Length];
    }
}
