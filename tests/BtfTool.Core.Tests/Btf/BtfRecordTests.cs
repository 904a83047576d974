using BtfTool.Core.Btf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Btf;

public class BtfRecordTests
{
    [Fact]
    public void Both_byte_orders_give_the_same_graph()
    {
        TypeGraph little = Read.Graph(Samples.Everything(bigEndian: false));
        TypeGraph big = Read.Graph(Samples.Everything(bigEndian: true));
        big.IsBigEndian.ShouldBeTrue();
        little.IsBigEndian.ShouldBeFalse();
        GraphText.Describe(big).ShouldBe(GraphText.Describe(little));
    }

    [Fact]
    public void Records_are_kept_as_they_are()
    {
        var b = new BtfAssembler();
        uint i = b.RawInt("i", 4, 0xf1ff_ff20);
        uint s = b.Struct("s", 8).Bitfield("f", i, 3, 5);
        var kinds = new List<BtfKind>();
        foreach (BtfRecord record in Read.File(b))
        {
            kinds.Add(record.Kind);
            if (record.Id == i)
            {
                record.Payload.ToArray().ShouldBe([0xf1ff_ff20]);
                record.SizeOrType.ShouldBe(4u);
            }
            else
            {
                record.Id.ShouldBe(s);
                record.KindFlag.ShouldBeTrue();
                record.Vlen.ShouldBe(1);
                record.NameOffset.ShouldBe(b.Name("s"));
                record.Payload.ToArray().ShouldBe([b.Name("f"), i, 5u << 24 | 3]);
            }
        }

        kinds.ShouldBe([BtfKind.BTF_KIND_INT, BtfKind.BTF_KIND_STRUCT]);
    }

    [Fact]
    public void An_integer_has_8_bits_of_width_and_of_offset()
    {
        var b = new BtfAssembler();
        b.RawInt("i", 16, 0x0107_ff80);
        TypeView i = Read.Graph(b)[new(1)];
        i.IntBits.ShouldBe(128);
        i.IntBitOffset.ShouldBe(7);
        i.IntEncoding.ShouldBe(IntEncoding.Signed);
    }

    [Fact]
    public void More_than_65535_elements_are_read()
    {
        var b = new BtfAssembler();
        ElementsDraft e = b.Enum("e");
        for (int i = 0; i < 0x12345; i++)
        {
            e.Element(0, (uint)i);
        }

        uint after = b.Int("int", 4);
        TypeGraph graph = Read.Graph(b);
        graph[new(e)].Enumerators.Count.ShouldBe(0x12345);
        graph[new(e)].Enumerators[0x12344].Value.ShouldBe(0x12344);
        graph[new(after)].NameString.ShouldBe("int");
    }

    [Fact]
    public void Unknown_kinds_are_stepped_over_by_the_layout_and_keep_their_ids()
    {
        var b = new BtfAssembler().StandardLayout().Layout(20, 4, 8).Layout(127, 0, 4);
        b.Int("int", 4);
        uint odd = b.Raw(20, b.Name("odd"), 7, vlen: 2, flag: true, 1, 2, 3, 4, 5);
        uint last = b.Raw(127, 0, 0, vlen: 1, flag: false, 9);
        uint typedef = b.Typedef("t", odd);
        TypeGraph graph = Read.Graph(b);
        graph[new(odd)].Kind.ShouldBe(TypeKind.Unknown);
        graph[new(odd)].RawKind.ShouldBe(20);
        graph[new(odd)].NameString.ShouldBe("odd");
        graph[new(odd)].Target.ShouldBe(TypeId.Void);
        graph[new(last)].RawKind.ShouldBe(127);
        graph[new(typedef)].Target.ShouldBe(new TypeId(odd));
    }

    [Fact]
    public void A_split_file_without_a_layout_uses_that_of_its_base()
    {
        var b = new BtfAssembler().StandardLayout().Layout(20, 8, 0);
        b.Int("int", 4);
        var split = new BtfAssembler(baseBtf: b);
        uint odd = split.Raw(20, 0, 0, 0, false, 1, 2);
        Read.File(split).HasLayoutSection.ShouldBeFalse();
        Read.Graph(split)[new(odd)].RawKind.ShouldBe(20);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(127)]
    [InlineData(0)]
    public void An_unknown_kind_without_a_layout_is_refused_at_its_record(int kind)
    {
        var b = new BtfAssembler();
        b.Int("int", 4);
        b.Raw(kind, 0, 0);
        Read.Fails(() => Read.Graph(b), 24 + 16, "test.btf: BTF at 0x28: ", $"kind {kind} is not known here");
    }

    [Fact]
    public void Kind_0_is_refused_whatever_the_layout_says()
    {
        var b = new BtfAssembler().StandardLayout();
        b.Raw(0, 0, 0);
        Read.Fails(() => Read.Graph(b), 32, "kind 0 is not known");
    }

    [Fact]
    public void A_record_cut_off_is_refused()
    {
        var b = new BtfAssembler();
        b.Int("int", 4);
        b.Pointer(1);
        b.Header.TypeBytes = 24;
        Read.Fails(() => Read.File(b).RecordCount.ShouldBe(0), 40, "a record needs 12 bytes, 8 remain in the type section");
    }

    [Theory]
    [InlineData(BtfKind.BTF_KIND_STRUCT, 12 * 0xffffffL + 12)]
    [InlineData(BtfKind.BTF_KIND_ENUM, 8 * 0xffffffL + 12)]
    public void More_elements_than_bytes_are_refused(BtfKind kind, long needs)
    {
        var b = new BtfAssembler();
        b.Raw((int)kind, 0, 0, vlen: 0xffffff);
        Read.Fails(() => Read.File(b).EndId.ShouldBe(0u), 24, $"kind {(int)kind} with 16777215 elements needs {needs} bytes, 12 remain");
    }

    [Fact]
    public void Records_are_found_by_id()
    {
        var b = new BtfAssembler();
        b.Int("int", 4);
        b.Pointer(1);
        BtfFile file = Read.File(b);
        file.OffsetOf(1).ShouldBe(24);
        file.OffsetOf(2).ShouldBe(40);
        file.OffsetOf(3).ShouldBe(-1);
        file.OffsetOf(0).ShouldBe(-1);
        file.EndId.ShouldBe(3u);
    }

    [Fact]
    public void Strings_are_found_by_offset()
    {
        var b = new BtfAssembler();
        uint name = b.Name("name");
        BtfFile file = Read.File(b);
        file.TryGetString(name + 2, out ReadOnlySpan<byte> text).ShouldBeTrue();
        text.ToArray().ShouldBe("me"u8.ToArray());
        file.TryGetString(name + 5, out _).ShouldBeFalse();
        file.StringPrefix(name, 2).ToArray().ShouldBe("na"u8.ToArray());
        file.StringPrefix(name, 9).ToArray().ShouldBe("name"u8.ToArray());
        file.StringPrefix(name + 5, 9).ToArray().ShouldBeEmpty();
    }
}
