using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Tests.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Pictures;

public class PictureInvariantTests
{
    [Theory]
    [InlineData("oracle/linux-6.18/vmlinux.btf.gz", 64)]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz", 64)]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz", 128)]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz", 256)]
    public void Each_point_of_each_type_of_a_kernel_belongs_to_exactly_one_piece(string fixture, int cachelineBytes)
    {
        TypeGraph graph = Inputs.Graph(fixture);
        var reporter = new LayoutReporter(graph, cachelineBytes);
        var builder = new PictureBuilder(graph);
        int drawn = 0;
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph[new TypeId(id)].IsComposite)
            {
                StructPicture picture = builder.Build(reporter.Report(new TypeId(id)));
                ShouldBeTiled(picture, graph[new TypeId(id)].NameString);
                ShouldCountAsTheLayoutDoes(picture);
                drawn++;
            }
        }

        drawn.ShouldBeGreaterThan(5000);
    }

    [Fact]
    public void A_member_of_terabytes_is_one_row()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1), index = b.Int("int", 4);
        uint huge = b.Array(b.Array(c, index, 1 << 10), index, 1 << 30);
        uint s = b.Struct("s", 64).Member("a", c, 0).Member("huge", huge, 8).Member("z", c, 16);
        TypeGraph graph = JsonText.Graph(b);
        var relaid = new RelaidStruct(graph);
        TypeId id = relaid.Add(new TypeId(s), [new(0, 0), new(1, 8), new(2, (8L << 40) + 8)], (1L << 40) + 64);
        TypeGraph large = relaid.Build();

        StructPicture picture = new PictureBuilder(large).Build(new LayoutReporter(large).Report(id));
        ShouldBeTiled(picture, "s");
        picture.Rows.Length.ShouldBe(3);
        picture.Rows[1].Repeats.ShouldBe((1L << 34) - 1);
        PictureSamples.Section(new PictureSubject(picture.Report)).ShouldContain("17179869183 lines");
    }

    [Fact]
    public void Members_without_end_are_cut_and_counted()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4), wide = b.Array(i, i, 9);
        var s = b.Struct("s", 40 * 5000);
        for (int at = 0; at < 5000; at++)
        {
            s.Member("m" + at, wide, (uint)at * 40 * 8);
        }

        TypeGraph graph = JsonText.Graph(b);
        StructPicture picture = new PictureBuilder(graph).Build(new LayoutReporter(graph).Report(PictureSamples.Find(graph, "s")));
        ShouldBeTiled(picture, "s");
        picture.Rows.Length.ShouldBeLessThan(500);
        picture.Pieces[^1].Kind.ShouldBe(PictureKind.Cut);
    }

    [Fact]
    public void Anonymous_types_that_share_each_other_do_not_grow_without_end()
    {
        var b = new BtfAssembler();
        uint inner = b.Int("int", 4);
        for (int level = 0; level < 14; level++)
        {
            uint size = 8u << level;
            inner = b.Struct("", size).Member(level == 0 ? "a" : "", inner, 0).Member(level == 0 ? "b" : "", inner, size * 4);
        }

        uint wide = b.Union("u", 8u << 13).Member("", inner, 0).Member("", inner, 0).Member("", inner, 0).Member("", inner, 0)
            .Member("", inner, 0).Member("", inner, 0).Member("", inner, 0).Member("", inner, 0);
        TypeGraph graph = JsonText.Graph(b);
        StructPicture picture = new PictureBuilder(graph).Build(new LayoutReporter(graph).Report(new TypeId(wide)));
        picture.IsExpansionCut.ShouldBeTrue();
        picture.Entries.Length.ShouldBeLessThan(200_000);
        ShouldBeTiled(picture, "u");
    }

    [Fact]
    public void Overlapping_members_are_listed_both_and_each_bit_is_drawn_once()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4), l = b.Int("long", 8);
        uint s = b.Struct("s", 16).Member("a", l, 0).Member("b", l, 32).Member("c", i, 64).Member("d", l, 512);
        TypeGraph graph = JsonText.Graph(b);
        StructPicture picture = new PictureBuilder(graph).Build(new LayoutReporter(graph).Report(new TypeId(s)));
        ShouldBeTiled(picture, "s");
        picture.Entries.ToArray().Count(entry => entry.Index >= 0).ShouldBe(4);
    }

    [Fact]
    public void Pictures_of_one_struct_before_and_after_share_marks_and_colours()
    {
        TypeGraph graph = Inputs.Graph(PictureSamples.Kernel);
        PictureSubject subject = PictureSamples.Of(graph, "inode", reorganize: true);
        var studio = new PictureStudio();
        PictureWords before = studio.Draw(subject.Report);
        (PictureWords after, PictureMark[] moved) = studio.DrawAfter(before.Picture, subject.Reorganized!);

        Dictionary<int, (string, int)> names = NamesByMark(before);
        NamesByMark(after).ShouldBe(names, ignoreOrder: true);
        moved.ShouldContain(PictureMark.Moved);
        Enumerable.Range(0, moved.Length).Where(mark => moved[mark] != PictureMark.None).ShouldAllBe(mark => names.ContainsKey(mark));
    }

    private static Dictionary<int, (string Name, int Colour)> NamesByMark(PictureWords words)
    {
        var names = new Dictionary<int, (string, int)>();
        foreach (PictureEntry entry in words.Picture.Entries)
        {
            if (!entry.IsGap)
            {
                names.Add(entry.Mark, (System.Text.Encoding.UTF8.GetString(words.NameOf(entry)), entry.Colour));
            }
        }

        return names;
    }

    // Rows follow each other without a gap; at each column of a row the pieces stand on each other from its top to its bottom.
    private static void ShouldBeTiled(StructPicture picture, string name)
    {
        long size = picture.SizeBits / 8, at = 0;
        foreach (PictureRow row in picture.Rows)
        {
            (row.FirstByte == at && row.Repeats >= 1).ShouldBeTrue(name);
            long end = Math.Min(size, at + picture.RowBytes);
            PicturePiece[] pieces = picture.PiecesOf(row).ToArray();
            foreach (long column in pieces.Select(piece => piece.FromBit).Distinct())
            {
                int y = 0;
                foreach (PicturePiece piece in pieces.Where(piece => piece.FromBit <= column && column < piece.ToBit).OrderBy(piece => piece.Top))
                {
                    (piece.Top == y && piece.Bottom > y).ShouldBeTrue($"{name} at bit {column}");
                    y = piece.Bottom;
                }

                y.ShouldBe(row.Height, $"{name} at bit {column}");
            }

            long area = pieces.Sum(piece => (piece.ToBit - piece.FromBit) * (piece.Bottom - piece.Top));
            area.ShouldBe((end - at) * 8 * row.Height, name);
            at += row.Repeats * picture.RowBytes;
        }

        (at >= size && at - size < picture.RowBytes).ShouldBeTrue(name);
    }

    private static void ShouldCountAsTheLayoutDoes(StructPicture picture)
    {
        LayoutSummary summary = picture.Report.Layout.Summary;
        if (summary.MemberCount == 0)
        {
            return;
        }

        long holes = 0, bits = 0, padding = 0;
        foreach (ref readonly PictureEntry entry in picture.Entries)
        {
            holes += entry is { Depth: 0, Kind: PictureKind.Hole } ? entry.SizeBits : 0;
            bits += entry is { Depth: 0, Kind: PictureKind.BitHole } ? entry.SizeBits : 0;
            padding += entry is { Depth: 0, Kind: PictureKind.Padding } ? entry.SizeBits : 0;
        }

        (holes, bits, padding).ShouldBe((summary.HoleBytes * 8, summary.BitHoleBits, (summary.PaddingBytes * 8) + summary.PaddingBits),
            picture.Report.Graph[picture.Report.Type].NameString);
    }
}
