using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Btf;

public class DistilledBaseTests
{
    private static readonly string s_module = Fixtures.PathOf("oracle/distilled-base/dummy.ko.gz");

    private static TypeGraph LayOnto(BtfAssembler module, BtfAssembler kernel)
    {
        BtfFile kernelFile = Read.File(kernel);
        TypeGraph kernelGraph = BtfReader.Read(kernelFile);
        BtfFile laid = DistilledBase.Relocate(Read.File(module), kernelFile, new BaseTypeIndex(kernelGraph));
        return BtfReader.Read(laid, kernelGraph);
    }

    private static void Refused(BtfAssembler module, BtfAssembler kernel, params string[] says) =>
        Read.Fails(() => LayOnto(module, kernel), -1, ["cannot be laid onto test.btf: ", .. says]);

    // A module that has what "use" makes of one distilled type.
    private static BtfAssembler Module(Func<BtfAssembler, uint> distil, Action<BtfAssembler, uint> use)
    {
        var distilled = new BtfAssembler();
        uint id = distil(distilled);
        var module = new BtfAssembler(baseBtf: distilled);
        use(module, id);
        return module;
    }

    private static BtfAssembler Holds(Func<BtfAssembler, uint> distil) => Module(distil, (b, id) => b.Struct("own", 64).Member("held", id, 0));

    private static BtfAssembler PointsTo(Func<BtfAssembler, uint> distil) => Module(distil, (b, id) => b.Pointer(id));

    private static BtfAssembler Kernel(params (string Name, uint SizeBytes)[] structs)
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        foreach ((string name, uint size) in structs)
        {
            b.Struct(name, size).Member("first", i, 0);
        }

        return b;
    }

    [Fact]
    public void Ids_and_names_of_the_module_go_on_behind_those_of_the_kernel()
    {
        var distilled = new BtfAssembler();
        uint s = distilled.Struct("s", 8);
        uint i = distilled.Int("int", 4, signed: true);
        var module = new BtfAssembler(baseBtf: distilled);
        uint own = module.Struct("own", 16).Member("s", s, 0).Member("number", i, 64).Member("int", i, 96);
        uint array = module.Array(own, i, 3);
        uint proto = module.Prototype(i).Parameter("p", array + 2).Variadic();
        module.Pointer(s);
        module.Function("f", proto);
        module.Enum("e").Value("one", 1);
        module.Enum64("f").Value("two", 2);
        uint v = module.Variable("v", array);
        module.DataSection(".data", 48).Entry(v, 0, 48);
        module.DeclTag("tag", own, component: 0);
        BtfAssembler kernel = Kernel(("before", 4), ("s", 8), ("behind", 4));

        TypeGraph graph = LayOnto(module, kernel);

        graph.FirstId.ShouldBe(kernel.NextId);
        TypeView laid = graph[new TypeId(kernel.NextId)];
        laid.NameString.ShouldBe("own");
        laid.Members[0].NameString.ShouldBe("s");
        graph[laid.Members[0].Type].Members[0].NameString.ShouldBe("first");
        laid.Members[2].NameString.ShouldBe("int");
        graph[laid.Members[2].Type].NameString.ShouldBe("int");
        TypeView arrayView = graph[new TypeId(kernel.NextId + 1)];
        arrayView.Target.ShouldBe(laid.Id);
        arrayView.ElementCount.ShouldBe(3ul);
        graph[arrayView.IndexType].NameString.ShouldBe("int");
        TypeView prototype = graph[new TypeId(kernel.NextId + 2)];
        graph[graph[prototype.Parameters[0].Type].Target].NameString.ShouldBe("s");
        prototype.Parameters[1].Type.IsVoid.ShouldBeTrue();
        graph[new TypeId(kernel.NextId + 5)].Enumerators[0].Value.ShouldBe(1);
        graph[new TypeId(kernel.NextId + 6)].Enumerators[0].Value.ShouldBe(2);
        graph[graph[new TypeId(kernel.NextId + 8)].Entries[0].Type].NameString.ShouldBe("v");
        graph[new TypeId(kernel.NextId + 9)].Target.ShouldBe(laid.Id);
    }

    [Fact]
    public void Of_several_structs_of_a_name_the_one_of_the_size_is_meant()
    {
        TypeGraph graph = LayOnto(PointsTo(d => d.Struct("s", 8)), Kernel(("s", 4), ("s", 8), ("s", 16)));

        graph[graph[new TypeId(graph.FirstId)].Target].SizeBytes.ShouldBe(8ul);
    }

    [Fact]
    public void Several_structs_of_a_name_and_size_are_one_too_many() =>
        Refused(PointsTo(d => d.Struct("s", 8)), Kernel(("s", 8), ("s", 8)), "struct s may be either of its types 2 and 3");

    [Fact]
    public void Of_several_structs_none_of_the_size_is_a_reason_to_refuse() =>
        Refused(PointsTo(d => d.Struct("s", 8)), Kernel(("s", 4), ("s", 16)),
            "struct s is a struct of 4 bytes and a struct of 16 bytes there, and a struct of 8 bytes in the module");

    [Fact]
    public void Behind_a_pointer_the_only_struct_of_a_name_may_have_grown()
    {
        TypeGraph graph = LayOnto(PointsTo(d => d.Struct("s", 8)), Kernel(("s", 16)));

        graph[graph[new TypeId(graph.FirstId)].Target].SizeBytes.ShouldBe(16ul);
    }

    [Fact]
    public void A_struct_that_is_held_must_have_its_size()
    {
        Refused(Holds(d => d.Struct("s", 8)), Kernel(("s", 16)), "struct s is a struct of 16 bytes there", "holds one by value");
        LayOnto(Holds(d => d.Struct("s", 8)), Kernel(("s", 8))).TypeCount.ShouldBe(4);
    }

    [Fact]
    public void Typedefs_qualifiers_and_arrays_hold_what_they_are_of() => Refused(
        Module(d => d.Struct("s", 8), (b, id) => b.Union("own", 64).Member("held", b.Array(b.Typedef("t", b.Const(id)), id, 2), 0)),
        Kernel(("s", 16)), "struct s is a struct of 16 bytes there", "holds one by value");

    [Fact]
    public void A_ring_of_typedefs_holds_nothing()
    {
        var module = Module(d => d.Struct("s", 8), (b, id) => b.Struct("own", 64).Member("held", b.Typedef("t", b.NextId), 0));

        LayOnto(module, Kernel(("s", 16))).TypeCount.ShouldBe(5);
    }

    [Theory]
    [InlineData(4, true, true)]
    [InlineData(8, true, false)]
    [InlineData(4, false, false)]
    public void Integers_have_size_and_signedness(int sizeBytes, bool isSigned, bool fits)
    {
        BtfAssembler module = PointsTo(d => d.Int("int", sizeBytes, isSigned));
        if (fits)
        {
            LayOnto(module, Kernel()).TypeCount.ShouldBe(3);
            return;
        }

        Refused(module, Kernel(), "type int is a signed integer of 4 bytes there, and ");
    }

    [Fact]
    public void Enumerations_have_a_size_whatever_their_values()
    {
        var kernel = new BtfAssembler();
        kernel.Enum("narrow").Value("a", 1);
        kernel.Enum64("wide").Value("b", 1);

        LayOnto(PointsTo(d => d.Enum("wide", 8)), kernel).TypeCount.ShouldBe(4);
        LayOnto(PointsTo(d => d.Enum64("wide")), kernel).TypeCount.ShouldBe(4);
        LayOnto(PointsTo(d => d.Enum("narrow")), kernel).TypeCount.ShouldBe(4);
        Refused(PointsTo(d => d.Enum("narrow", 8)), kernel, "enum narrow is an enum of 4 bytes there, and an enum of 8 bytes in the module");
        Refused(PointsTo(d => d.Struct("wide", 8)), kernel, "struct wide is an enum of 8 bytes there");
    }

    [Fact]
    public void Floating_point_types_have_a_size()
    {
        var kernel = new BtfAssembler();
        kernel.Float("double", 8);
        kernel.Int("_Bool", 1, isBool: true);
        kernel.Int("char", 1, isChar: true);

        LayOnto(PointsTo(d => d.Float("double", 8)), kernel).TypeCount.ShouldBe(5);
        Refused(PointsTo(d => d.Float("double", 16)), kernel, "type double is a floating point type of 8 bytes there");
        Refused(PointsTo(d => d.Float("_Bool", 1)), kernel, "type _Bool is a boolean of 1 byte there");
        Refused(PointsTo(d => d.Float("char", 1)), kernel, "type char is a character of 1 byte there");
    }

    [Fact]
    public void A_forward_is_a_forward_or_a_definition_of_its_kind()
    {
        var kernel = new BtfAssembler();
        kernel.Struct("s", 4);
        kernel.Union("u", 4);
        kernel.Forward("f");
        kernel.Forward("g", isUnion: true);
        foreach ((string name, bool isUnion) in new[] { ("s", false), ("u", true), ("f", false), ("g", true) })
        {
            LayOnto(PointsTo(d => d.Forward(name, isUnion)), kernel).TypeCount.ShouldBe(6);
            Refused(PointsTo(d => d.Forward(name, !isUnion)), kernel, $"{(isUnion ? "struct" : "union")} {name} is a ");
        }

        Refused(PointsTo(d => d.Struct("f", 4)), kernel, "struct f is a declared struct there");
        Refused(PointsTo(d => d.Union("g", 4)), kernel, "union g is a declared union there");
    }

    [Fact]
    public void What_the_kernel_has_not_is_named() => Refused(PointsTo(d => d.Struct("gone", 4)), Kernel(), "struct gone is not there");

    [Fact]
    public void Kinds_that_cannot_be_distilled_are_refused()
    {
        Read.Fails(() => LayOnto(PointsTo(d => d.Pointer(0)), Kernel()), -1, "type 1 (BTF_KIND_PTR) is none that a distilled base can have");
        Read.Fails(() => LayOnto(PointsTo(d => d.Struct("", 4)), Kernel()), -1, "type 1 (BTF_KIND_STRUCT) is none that a distilled base can have");
    }

    [Fact]
    public void References_that_lead_nowhere_are_refused()
    {
        BtfAssembler module = PointsTo(d => d.Struct("s", 4));
        module.Pointer(99);
        Read.Fails(() => LayOnto(module, Kernel(("s", 4))), 36, "refers to type 4294967295");
        BtfAssembler names = PointsTo(d => d.Struct("s", 4));
        names.Raw((int)BtfKind.BTF_KIND_TYPEDEF, 999, 1);
        Read.Fails(() => LayOnto(names, Kernel(("s", 4))), 36, "name offset 4294967295");
    }

    [Fact]
    public void The_byte_order_must_be_that_of_the_kernel()
    {
        var distilled = new BtfAssembler(bigEndian: true);
        distilled.Struct("s", 4);
        var module = new BtfAssembler(bigEndian: true, distilled);
        module.Pointer(1);

        Read.Fails(() => LayOnto(module, Kernel(("s", 4))), 0, "its byte order is not that of the base");
    }

    [Fact]
    public void Both_byte_orders_are_laid()
    {
        var distilled = new BtfAssembler(bigEndian: true);
        distilled.Struct("s", 4);
        var module = new BtfAssembler(bigEndian: true, distilled);
        module.Pointer(1);
        var kernel = new BtfAssembler(bigEndian: true);
        kernel.Typedef("t", 0);
        kernel.Struct("s", 4);

        TypeGraph graph = LayOnto(module, kernel);

        graph[new TypeId(3)].Target.ShouldBe(new TypeId(2));
        graph.IsBigEndian.ShouldBeTrue();
    }

    [Fact]
    public void Thousands_of_types_of_one_name_take_no_quadratic_time()
    {
        var kernel = new BtfAssembler();
        var distilled = new BtfAssembler();
        for (uint i = 0; i < 20_000; i++)
        {
            kernel.Struct("s", i);
            distilled.Struct("s", 99 - (i % 100));
        }

        var module = new BtfAssembler(baseBtf: distilled);
        module.Pointer(1);

        LayOnto(module, kernel).TypeCount.ShouldBe(20_002);
    }

    [Fact]
    public void A_real_module_is_laid_onto_its_kernel_with_all_that_this_knows()
    {
        string kernel = Fixtures.PathOf("oracle/linux-6.1/vmlinux.btf.gz");
        using TypeSource alone = SourceOpener.Open(s_module);
        using TypeSource laid = SourceOpener.Open(s_module, new SourceOptions { BasePath = kernel });

        laid.Base!.Path.ShouldBe(kernel);
        laid.Btf.FirstId.ShouldBe(alone.Btf.FirstId, "the records stay those of the file");
        laid.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("laid onto " + kernel);
        int own = alone.Graph.TypeCount - (int)alone.Graph.FirstId;
        (laid.Graph.TypeCount - (int)laid.Graph.FirstId).ShouldBe(own);
        int withMembers = 0;
        for (uint i = 0; i < own; i++)
        {
            TypeView a = alone.Graph[new TypeId(alone.Graph.FirstId + i)], b = laid.Graph[new TypeId(laid.Graph.FirstId + i)];
            (b.Kind, b.NameString, b.SizeBytes, b.Members.Count).ShouldBe((a.Kind, a.NameString, a.SizeBytes, a.Members.Count));
            laid.Graph[b.Target].NameString.ShouldBe(alone.Graph[a.Target].NameString);
            withMembers += alone.Graph[a.Target].Members.Count == 0 && laid.Graph[b.Target].Members.Count > 0 ? 1 : 0;
        }

        withMembers.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_real_module_is_not_laid_onto_another_kernel()
    {
        string kernel = Fixtures.PathOf("oracle/linux-6.18/vmlinux.btf.gz");
        using TypeSource source = SourceOpener.Open(s_module, new SourceOptions { BasePath = kernel });

        string message = Should.Throw<InvalidImageException>(() => source.Graph).Message;
        message.ShouldContain($"cannot be laid onto {kernel}: ");
        message.ShouldContain(" there, and ");
        source.Btf.RecordCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Any_changed_byte_of_the_base_gives_a_result_or_a_clear_error()
    {
        var distilled = new BtfAssembler();
        distilled.Struct("s", 4);
        distilled.Int("int", 4, signed: true);
        byte[] whole = distilled.ToBytes();
        var module = new BtfAssembler(baseBtf: distilled);
        module.Struct("own", 8).Member("s", 1, 0).Member("i", 2, 32);
        BtfFile kernel = Read.File(Kernel(("s", 4)));
        TypeGraph graph = BtfReader.Read(kernel);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x05;
            try
            {
                BtfFile file = BtfFile.Parse("a", "BTF", ByteRegion.FromBytes(module.ToBytes()), Read.File(changed));
                _ = BtfReader.Read(DistilledBase.Relocate(file, kernel, new BaseTypeIndex(graph)), graph);
            }
            catch (InvalidImageException)
            {
                // One of the two answers that are allowed.
            }
        }
    }
}
