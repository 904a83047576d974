using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Layout;

public class LayoutAnalyzerTests
{
    [Fact]
    public void Sizes_and_holes_of_a_kernel_are_those_of_pahole()
    {
        TypeGraph graph = Read(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        var analyzer = new LayoutAnalyzer(graph);
        var ours = new HashSet<string>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                LayoutSummary summary = analyzer.Summarize(type.Id);
                ours.Add($"{type.NameString}\t{summary.SizeBytes}\t{summary.Holes}");
            }
        }

        string[] lines = Encoding.UTF8.GetString(Fixtures.Read("oracle/linux-6.18/pahole-1.31.sizes.txt.gz")).Split('\n');
        lines.Where(line => line.Length > 0 && !ours.Contains(line)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_byte_of_a_struct_of_the_kernel_is_a_members_or_a_holes_or_padding()
    {
        TypeGraph graph = Read(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"));
        var analyzer = new LayoutAnalyzer(graph);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) == TypeKind.Struct && graph[new TypeId(id)].Members.Count > 0)
            {
                StructLayout layout = analyzer.Analyze(new TypeId(id));
                long empty = (layout.Summary.WastedBytes * 8) + layout.Summary.BitHoleBits + layout.Summary.PaddingBits;
                (empty + CoveredBits(layout)).ShouldBe(layout.Summary.SizeBytes * 8, graph[layout.Type].NameString);
            }
        }
    }

    [Fact]
    public void Holes_stand_behind_the_member_that_they_follow()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint i = b.Int("int", 4, signed: true);
        uint s = b.NextId;
        b.Struct("s", 16).Member("a", c, 0).Member("b", i, 32).Bitfield("x", i, 64, 3).Bitfield("y", i, 72, 4).Member("z", c, 96);
        StructLayout layout = new LayoutAnalyzer(Read(b.ToBytes())).Analyze(new TypeId(s));

        layout.Members.ToArray().Select(m => (m.OffsetBytes, m.SizeBytes, m.HoleBytes, m.HoleBits))
            .ShouldBe([(0, 1, 3, 0), (4, 4, 0, 0), (8, 4, 0, 5), (8, 4, 0, 20), (12, 1, 0, 0)]);
        layout.Summary.ShouldBe(new LayoutSummary
        {
            SizeBytes = 16,
            AlignmentBytes = 4,
            MemberCount = 5,
            Holes = 1,
            HoleBytes = 3,
            LargestHoleBytes = 3,
            BitHoles = 2,
            BitHoleBits = 25,
            PaddingBytes = 3,
        });
    }

    [Fact]
    public void Members_out_of_order_are_taken_by_offset()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint i = b.Int("int", 4, signed: true);
        uint s = b.NextId;
        b.Struct("s", 12).Member("last", i, 64).Member("first", c, 0).Member("middle", i, 32);
        StructLayout layout = new LayoutAnalyzer(Read(b.ToBytes())).Analyze(new TypeId(s));

        layout.Members.ToArray().Select(m => (m.Index, m.OffsetBytes, m.HoleBytes)).ShouldBe([(1, 0, 3), (2, 4, 0), (0, 8, 0)]);
    }

    [Fact]
    public void A_struct_that_contains_itself_and_sizes_that_overflow_have_an_answer()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint s = b.NextId;
        b.Struct("self", 8).Member("again", s, 0);
        uint a = b.Array(i, i, uint.MaxValue);
        uint deep = b.Array(b.Array(a, i, uint.MaxValue), i, uint.MaxValue);
        uint ring = b.NextId;
        b.Typedef("ring", ring);
        var sizes = new TypeSizes(Read(b.ToBytes()));

        sizes.AlignmentBytesOf(new TypeId(s)).ShouldBe(1);
        sizes.SizeBytesOf(new TypeId(s)).ShouldBe(8);
        sizes.SizeBytesOf(new TypeId(deep)).ShouldBe(TypeSizes.MaxSizeBytes);
        sizes.SizeBytesOf(new TypeId(ring)).ShouldBe(0);
        sizes.Strip(new TypeId(ring)).ShouldBe(TypeId.Void);
    }

    [Theory]
    [InlineData(new[] { 0, 4 }, 4)]
    [InlineData(new[] { 0, 8 }, 8)]
    public void A_32_bit_target_aligns_64_bits_as_its_structs_show(int[] offsetsBytes, int expected)
    {
        var b = new BtfAssembler();
        b.Int("long", 4, signed: true);
        uint i = b.Int("int", 4, signed: true);
        uint wide = b.Int("long long", 8, signed: true);
        b.Struct("s", (uint)offsetsBytes[1] + 8).Member("a", i, (uint)offsetsBytes[0] * 8).Member("b", wide, (uint)offsetsBytes[1] * 8);

        new TypeSizes(Read(b.ToBytes())).AlignmentBytesOf(new TypeId(wide)).ShouldBe(expected);
    }

    [Fact]
    public void Summaries_of_all_types_allocate_nothing_for_each()
    {
        TypeGraph graph = Read(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"));
        var analyzer = new LayoutAnalyzer(graph);
        long before = 0;
        for (int round = 0; round < 2; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            for (uint id = 1; id < (uint)graph.TypeCount; id++)
            {
                if (graph[new TypeId(id)].IsComposite)
                {
                    analyzer.Summarize(new TypeId(id));
                }
            }
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000);
    }

    private static long CoveredBits(StructLayout layout)
    {
        long covered = 0, end = 0;
        foreach (MemberLayout member in layout.Members)
        {
            covered += Math.Max(0, member.EndBits - Math.Max(end, member.BitOffset));
            end = Math.Max(end, member.EndBits);
        }

        return covered;
    }

    private static TypeGraph Read(byte[] btf) => BtfReader.Read(BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(btf)));
}
