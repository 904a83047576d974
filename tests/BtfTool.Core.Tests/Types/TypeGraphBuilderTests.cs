using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Types;

public class TypeGraphBuilderTests
{
    [Fact]
    public void A_column_that_is_longer_than_an_array_can_be_is_refused_before_it_is_allocated() =>
        Should.Throw<InvalidImageException>(() => default(Column<ulong>).Resized(int.MaxValue)).Message.ShouldContain("more than one table can have");

    [Theory]
    [InlineData(1UL << 48, 0)]
    [InlineData(ulong.MaxValue, 3)]
    [InlineData(0, 1 << 16)]
    public void A_member_beyond_what_a_row_holds_is_refused(ulong bitOffset, uint bitSize)
    {
        var b = new TypeGraphBuilder("x", ".debug_info", null);
        b.AddComposite(TypeKind.Struct, default, 8);
        Should.Throw<InvalidImageException>(() => b.AddMember(default, default, bitOffset, bitSize)).Message.ShouldContain("at most bit 281474976710655");
    }

    [Fact]
    public void Places_and_sizes_keep_all_their_bits()
    {
        var b = new TypeGraphBuilder("x", "", null);
        TypeId small = b.AddComposite(TypeKind.Struct, default, 8);
        TypeId large = b.AddComposite(TypeKind.Struct, default, ulong.MaxValue);
        b.AddMember(default, small, (1UL << 48) - 1, ushort.MaxValue);
        TypeId pointer = b.AddReference(TypeKind.Pointer, default, large);
        for (int i = 0; i < 100; i++)
        {
            b.AddComposite(TypeKind.Struct, default, (ulong)i);
        }

        TypeGraph graph = b.Build();

        graph[small].SizeBytes.ShouldBe(8UL);
        graph[large].SizeBytes.ShouldBe(ulong.MaxValue);
        graph[large].Members[0].BitOffset.ShouldBe((1UL << 48) - 1);
        graph[large].Members[0].BitSize.ShouldBe(65535U);
        graph[pointer].Target.ShouldBe(large);
        graph[new TypeId(pointer.Value + 100)].SizeBytes.ShouldBe(99UL);
    }

    [Fact]
    public void Every_kind_of_reference_is_checked()
    {
        static void Check(Func<BtfAssembler, uint> add, string says)
        {
            var b = new BtfAssembler();
            b.Int("int", 4);
            uint id = add(b);
            Read.Fails(() => Read.Graph(b), 24 + 16, "test.btf: BTF at 0x28: ", $"type {id} (", says);
        }

        Check(b => b.Pointer(99), "(Pointer): refers to type 99, ids end at 2");
        Check(b => b.Typedef("t", 99), "(Typedef): refers to type 99");
        Check(b => b.Const(3), "(Const): refers to type 3, ids end at 2");
        Check(b => b.Volatile(uint.MaxValue), "(Volatile): refers to type 4294967295");
        Check(b => b.Restrict(99), "(Restrict)");
        Check(b => b.TypeTag("t", 99), "(TypeTag)");
        Check(b => b.TypeTag("t", 99, attribute: true), "(TypeTag)");
        Check(b => b.Function("f", 99), "(Function)");
        Check(b => b.Variable("v", 99), "(Variable)");
        Check(b => b.DeclTag("d", 99), "(DeclTag)");
        Check(b => b.Prototype(99), "(FunctionPrototype): refers to type 99");
        Check(b => b.Prototype(1).Parameter("a", 1).Parameter("b", 99), "parameter 1 refers to type 99");
        Check(b => b.Array(99, 1, 1), "(Array): element refers to type 99");
        Check(b => b.Array(1, 99, 1), "(Array): index refers to type 99");
        Check(b => b.Struct("s", 4).Member("a", 1, 0).Member("b", 99, 0), "(Struct): member 1 refers to type 99");
        Check(b => b.Union("u", 4).Member("a", 99, 0), "(Union): member 0 refers to type 99");
        Check(b => b.DataSection("d", 4).Entry(1, 0, 0).Entry(99, 0, 4), "(DataSection): variable 1 refers to type 99");
    }

    [Fact]
    public void Every_kind_of_name_is_checked()
    {
        static void Check(Func<BtfAssembler, uint> add, string says)
        {
            var b = new BtfAssembler();
            b.Int("int", 4);
            uint id = add(b);
            uint end = b.NameEnd;
            Read.Fails(() => Read.Graph(b), 24 + 16, $"type {id} (", says + $"name offset 4096 is not below {end}, the bytes of names");
        }

        Check(b => b.Raw((int)BtfKind.BTF_KIND_FLOAT, 4096, 4), "(Float): ");
        Check(b => b.Struct("s", 4).Element(4096, 1, 0), "(Struct): member 0 ");
        Check(b => b.Enum("e").Value("ok", 1).Element(4096, 1), "(Enum): enumerator 1 ");
        Check(b => b.Enum64("e").Element(4096, 1, 0), "(Enum64): enumerator 0 ");
        Check(b => b.Prototype(1).Element(4096, 1), "(FunctionPrototype): parameter 0 ");
    }

    [Fact]
    public void Members_keep_the_largest_place_and_width_beside_others()
    {
        (ulong Offset, uint Bits)[] places = [((1UL << 48) - 1, ushort.MaxValue), (0, 0), ((1UL << 48) - 1, 0), (0, ushort.MaxValue), (1, 1)];
        var builder = new TypeGraphBuilder("a file", "types", null);
        builder.SetNames([0]);
        TypeId number = builder.AddInt(default, 4, IntEncoding.None, 0, 32);
        TypeId composite = builder.AddComposite(TypeKind.Struct, default, ulong.MaxValue);
        foreach ((ulong offset, uint bits) in places)
        {
            builder.AddMember(default, number, offset, bits);
        }

        TypeView type = builder.Build()[composite];
        type.SizeBytes.ShouldBe(ulong.MaxValue);
        type.Members.Count.ShouldBe(places.Length);
        for (int i = 0; i < places.Length; i++)
        {
            (type.Members[i].BitOffset, type.Members[i].BitSize).ShouldBe(places[i]);
            type.Members[i].Type.ShouldBe(number);
        }
    }

    [Fact]
    public void A_name_that_does_not_end_is_refused()
    {
        var builder = new TypeGraphBuilder("a file", "names", null);
        builder.SetNames([0, (byte)'x']);
        Read.Fails(() => builder.Build(), -1, "a file: names: the last name is not terminated");
    }

    [Fact]
    public void Names_are_needed_where_there_is_no_base()
    {
        var builder = new TypeGraphBuilder("a file", "names", null);
        builder.SetNames([]);
        Read.Fails(() => builder.Build(), -1, "type 0 (Void): name offset 0 is not below 0");
    }

    [Fact]
    public void More_types_than_the_limit_are_refused()
    {
        var b = new BtfAssembler();
        b.Int("int", 4);
        b.Pointer(1);
        var limits = new ReaderLimits { MaxTypes = 2 };
        Read.Fails(() => BtfReader.Read(Read.File(b), limits: limits), -1, "3 types; at most 2 are read");
        BtfReader.Read(Read.File(b), limits: limits with { MaxTypes = 3 }).TypeCount.ShouldBe(3);
    }

    [Fact]
    public void Columns_grow_past_the_expected_counts()
    {
        var counted = new TypeGraphBuilder("f", "", null, new TypeGraphCounts(200, 100, 100, 100, 100, 100));
        var grown = new TypeGraphBuilder("f", "", null);
        GraphText.Describe(Fill(counted)).ShouldBe(GraphText.Describe(Fill(grown)));

        static TypeGraph Fill(TypeGraphBuilder b)
        {
            b.SetNames("\0n\0"u8.ToArray());
            TypeId i = b.AddInt(new(1), 4, IntEncoding.Signed, 0, 32);
            for (uint k = 0; k < 40; k++)
            {
                b.AddComposite(TypeKind.Struct, new(1), k);
                b.AddMember(new(1), i, k, k % 3, declaredAlignmentBytes: k == 20 ? 64u : 0);
                b.AddMember(default, b.NextId, k, 0);
                b.AddArray(default, i, i, k);
                b.AddEnum(TypeKind.Enum64, new(1), 8, signed: true);
                b.AddEnumerator(new(1), -(long)k);
                b.AddPrototype(default, i);
                b.AddParameter(new(1), i);
                b.AddDataSection(new(1), k);
                b.AddSectionEntry(i, k, 1UL << 40);
                if (k == 30)
                {
                    b.SetDeclaredAlignment(128);
                }
            }

            return b.Build();
        }
    }

    [Fact]
    public void Declared_alignment_is_an_optional_column()
    {
        Read.Graph(new BtfAssembler()).Has(Facet.DeclaredAlignment).ShouldBeFalse();
        var b = new TypeGraphBuilder("f", "", null);
        TypeId plain = b.AddComposite(TypeKind.Struct, default, 4);
        b.AddMember(default, default, 0, 0);
        TypeId aligned = b.AddComposite(TypeKind.Struct, default, 64);
        b.SetDeclaredAlignment(64);
        b.AddMember(default, default, 0, 0, declaredAlignmentBytes: 32);
        b.AddMember(default, default, 0, 0);
        TypeGraph graph = b.Build();
        graph.Has(Facet.DeclaredAlignment).ShouldBeTrue();
        graph.Has(Facet.DeclarationPlace).ShouldBeFalse();
        graph[plain].DeclaredAlignmentBytes.ShouldBe(0u);
        graph[plain].Members[0].DeclaredAlignmentBytes.ShouldBe(0u);
        graph[aligned].DeclaredAlignmentBytes.ShouldBe(64u);
        graph[aligned].Members[0].DeclaredAlignmentBytes.ShouldBe(32u);
        graph[aligned].Members[1].DeclaredAlignmentBytes.ShouldBe(0u);
    }

    [Fact]
    public void A_graph_may_have_the_column_and_nothing_aligned()
    {
        var b = new TypeGraphBuilder("f", "", null);
        b.EnableDeclaredAlignment();
        TypeId s = b.AddComposite(TypeKind.Struct, default, 4);
        b.AddMember(default, default, 0, 0);
        TypeGraph graph = b.Build();
        graph.Has(Facet.DeclaredAlignment).ShouldBeTrue();
        graph[s].DeclaredAlignmentBytes.ShouldBe(0u);
        graph[s].Members[0].DeclaredAlignmentBytes.ShouldBe(0u);
    }
}
