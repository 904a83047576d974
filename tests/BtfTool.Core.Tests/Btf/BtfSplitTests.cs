using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Btf;

public class BtfSplitTests
{
    private static BtfAssembler Kernel()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Struct("base_struct", 4).Member("number", i, 0);
        return b;
    }

    [Fact]
    public void Ids_and_names_go_on_behind_those_of_the_base()
    {
        BtfAssembler kernel = Kernel();
        var module = new BtfAssembler(baseBtf: kernel);
        uint own = module.Struct("own", 8).Member("number", 1, 0).Member("other", 2, 32);
        var layer = new BtfAssembler(baseBtf: module);
        uint top = layer.Struct("top", 8).Member("other", own, 0).Member("mine", 2, 32);

        TypeGraph graph = Read.Graph(layer);
        graph.TypeCount.ShouldBe(5);
        graph.FirstId.ShouldBe(4u);
        graph.FirstOwnType.ShouldBe(new TypeId(4));
        graph.Base!.TypeCount.ShouldBe(4);
        graph.Base.Base!.TypeCount.ShouldBe(3);
        graph.Base.Base.FirstOwnType.ShouldBe(new TypeId(1));
        graph[new(1)].NameString.ShouldBe("int");
        graph[new(own)].NameString.ShouldBe("own");
        graph[new(own)].Members[0].NameString.ShouldBe("number");
        graph[new(top)].Members[0].NameString.ShouldBe("other");
        graph[new(top)].Members[1].NameString.ShouldBe("mine");
        graph[new(top)].Members[1].IsAnonymous.ShouldBeFalse();
        graph[new(top)].Members[0].Type.ShouldBe(new TypeId(own));
        graph[graph[new(top)].Members[1].Type].Members[0].NameString.ShouldBe("number");
        graph[TypeId.Void].IsAnonymous.ShouldBeTrue();
        graph.PointerSizeBytes.ShouldBe(8);
    }

    [Fact]
    public void Files_say_where_their_layer_begins()
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        module.Typedef("t", 2);
        BtfFile file = Read.File(module);
        file.FirstId.ShouldBe(3u);
        file.EndId.ShouldBe(4u);
        file.FirstName.ShouldBe((uint)file.Base!.Strings.Length);
        file.OffsetOf(2).ShouldBe(-1);
        file.OffsetOf(3).ShouldBe(24);
        file.TryGetString(1, out ReadOnlySpan<byte> text).ShouldBeTrue();
        text.ToArray().ShouldBe("int"u8.ToArray());
        file.StringPrefix(1, 3).ToArray().ShouldBe("int"u8.ToArray());
    }

    [Fact]
    public void The_width_of_long_is_taken_from_the_base()
    {
        var kernel = new BtfAssembler();
        kernel.Int("long unsigned int", 4);
        var module = new BtfAssembler(baseBtf: kernel);
        module.Int("long int", 8);
        Read.Graph(module).PointerSizeBytes.ShouldBe(4);
    }

    [Fact]
    public void A_split_file_may_have_no_strings()
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        uint p = module.Pointer(2);
        Read.File(module).Strings.Length.ShouldBe(0);
        Read.Graph(module)[new(p)].Target.ShouldBe(new TypeId(2));
    }

    [Fact]
    public void A_missing_base_is_explained()
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        module.Typedef("t", 2);
        module.Pointer(3);
        BtfFile alone = Read.File(module.ToBytes());
        alone.LooksSplit.ShouldBeTrue();
        Read.Fails(() => BtfReader.Read(alone), -1, "split BTF: its 2 types refer to types up to 3 of a base", "--base");
    }

    [Fact]
    public void A_missing_base_is_explained_when_there_are_no_strings()
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        module.Pointer(2);
        Read.Fails(() => Read.Graph(module.ToBytes()), -1, "split BTF: its 1 types");
    }

    [Fact]
    public void A_base_with_too_few_types_is_explained()
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        module.Struct("", 4).Member("", 2, 0);
        BtfFile other = Read.File(new BtfAssembler());
        Misfit(module, other, "does not fit its base test.btf (0 types)", "type 1 (Struct): member 0 refers to type 2, ids end at 1", "the base has 0 types, and this file with 1 types refers to type 2");
    }

    [Fact]
    public void A_base_with_too_few_names_is_explained()
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        uint name = module.Name("t");
        module.Typedef("t", 0);
        Misfit(module, Read.File(new BtfAssembler()), $"type 1 has a name at string offset {name}, strings end at 3");
    }

    [Fact]
    public void A_base_with_other_names_is_explained()
    {
        BtfAssembler kernel = Kernel();
        var module = new BtfAssembler(baseBtf: kernel);
        uint number = kernel.Name("number");
        module.Raw((int)BtfKind.BTF_KIND_TYPEDEF, number, 1);
        var other = new BtfAssembler();
        other.Int("a_long_name_instead_of_short_ones", 4);
        Misfit(module, Read.File(other), $"has a name at string offset {number}, where no string begins", "give that one with --base");
    }

    [Fact]
    public void A_name_inside_a_string_of_a_lower_layer_is_explained()
    {
        BtfAssembler kernel = Kernel();
        var middle = new BtfAssembler(baseBtf: kernel);
        middle.Typedef("middle", 1);
        var top = new BtfAssembler(baseBtf: middle);
        top.Raw((int)BtfKind.BTF_KIND_TYPEDEF, 2, 1);
        Read.Fails(() => Read.Graph(top), -1, "type 4 has a name at string offset 2, where no string begins");
    }

    [Theory]
    [InlineData(BtfKind.BTF_KIND_FUNC, "type 5 (Function 'x') refers to type 2 (Struct 'base_struct'), which cannot stand there")]
    [InlineData(BtfKind.BTF_KIND_PTR, "refers to type 4 (Function 'f')")]
    [InlineData(BtfKind.BTF_KIND_TYPEDEF, "refers to type 4 (Function 'f')")]
    [InlineData(BtfKind.BTF_KIND_VAR, "refers to type 3 (FunctionPrototype)")]
    [InlineData(BtfKind.BTF_KIND_DECL_TAG, "refers to type 1 (Int 'int')")]
    [InlineData(BtfKind.BTF_KIND_DATASEC, "refers to type 2 (Struct 'base_struct')")]
    [InlineData(BtfKind.BTF_KIND_FUNC_PROTO, "refers to type 3 (FunctionPrototype)")]
    [InlineData(BtfKind.BTF_KIND_ARRAY, "type 5 (Array) refers to type 4 (Function 'f')")]
    [InlineData(BtfKind.BTF_KIND_STRUCT, "type 5 (Struct 'x') refers to type 3 (FunctionPrototype)")]
    public void A_reference_to_the_base_that_makes_no_sense_is_explained(BtfKind kind, string says)
    {
        BtfAssembler kernel = Kernel();
        kernel.Function("f", kernel.Prototype(1));
        var module = new BtfAssembler(baseBtf: kernel);
        _ = kind switch
        {
            BtfKind.BTF_KIND_FUNC => module.Function("x", 2),
            BtfKind.BTF_KIND_PTR => module.Pointer(4),
            BtfKind.BTF_KIND_TYPEDEF => module.Typedef("x", 4),
            BtfKind.BTF_KIND_VAR => module.Variable("x", 3),
            BtfKind.BTF_KIND_DECL_TAG => module.DeclTag("x", 1),
            BtfKind.BTF_KIND_DATASEC => module.DataSection(".data", 4).Entry(2, 0, 4),
            BtfKind.BTF_KIND_FUNC_PROTO => module.Prototype(1).Parameter("x", 3),
            BtfKind.BTF_KIND_ARRAY => module.Array(1, 4, 3),
            _ => module.Struct("x", 4).Member("m", 3, 0),
        };

        Read.Fails(() => Read.Graph(module), -1, "does not fit its base test.btf (4 types): ", says);
    }

    [Fact]
    public void References_to_the_base_that_make_sense_are_not_refused()
    {
        BtfAssembler kernel = Kernel();
        kernel.Function("f", kernel.Prototype(1));
        kernel.Variable("v", 2);
        uint size = kernel.Typedef("size", kernel.Const(1));
        kernel.Array(2, 1, 4);
        var module = new BtfAssembler(baseBtf: kernel);
        module.Function("g", 3);
        module.Pointer(3);
        module.Pointer(0);
        module.DataSection(".data", 4).Entry(5, 0, 4);
        module.DeclTag("tag", 4);
        module.Prototype(0).Parameter("a", 2).Variadic();
        module.Struct("s", 20).Member("a", 8, 0).Bitfield("b", 1, 128, 3).Member("flexible", module.Array(2, size, 0), 160);

        Read.Graph(module).TypeCount.ShouldBe((int)module.NextId);
    }

    [Fact]
    public void A_base_that_is_too_large_is_recognised_by_its_names()
    {
        BtfAssembler kernel = Kernel();
        var module = new BtfAssembler(baseBtf: kernel);
        module.Struct("own_struct", 8).Member("m", 2, 0);
        byte[] bytes = module.ToBytes();
        BtfAssembler larger = Kernel();
        larger.Struct("a_later_struct", 4).Member("later_member", 1, 0);
        BtfFile file = Read.File(bytes, Read.File(larger));

        Read.Fails(() => BtfReader.Read(file, Read.Graph(larger)), -1, "the base has 52 bytes of names, and this file was made for one with 24", "where no string begins");
    }

    [Fact]
    public void A_base_that_is_too_small_is_told_by_the_highest_reference()
    {
        BtfAssembler kernel = Kernel();
        uint pointer = kernel.Pointer(2);
        var module = new BtfAssembler(baseBtf: kernel);
        module.Pointer(pointer + 2);
        module.Pointer(pointer);

        Misfit(module, Read.File(Kernel()), "the base has 2 types, and this file with 2 types refers to type 5", "ids end at 4");
    }

    [Fact]
    public void Names_of_members_parameters_and_enumerators_begin_where_strings_begin()
    {
        BtfAssembler kernel = Kernel();
        foreach (Action<BtfAssembler> add in (Action<BtfAssembler>[])[
            b => b.Struct("", 4).Element(2, 1, 0), b => b.Enum("").Element(2, 1), b => b.Prototype(0).Element(2, 1), b => b.Enum64("").Element(2, 1, 0)])
        {
            var module = new BtfAssembler(baseBtf: kernel);
            add(module);
            Read.Fails(() => Read.Graph(module), -1, "element 0 of type 3 has a name at string offset 2, where no string begins");
        }
    }

    private static void Misfit(BtfAssembler module, BtfFile otherBase, params string[] says)
    {
        BtfFile file = Read.File(module.ToBytes(), otherBase);
        InvalidImageException e = Read.Fails(() => BtfReader.Read(file, BtfReader.Read(otherBase)), -1, says);
        e.Message.ShouldStartWith("test.btf: BTF: does not fit its base test.btf");
    }
}
