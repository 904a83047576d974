using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Layout;

public class LayoutSkewTests
{
    [Theory]
    [InlineData("natural", false, SkewReason.Alignment, "", 8, 4)]
    [InlineData("packed_all", true, null, "", 0, 0)]
    [InlineData("packed_two", false, SkewReason.Size, "c", 8, 4)]
    [InlineData("aligned_member", true, null, "", 0, 0)]
    [InlineData("padded_tail", false, SkewReason.Alignment, "", 8, 4)]
    [InlineData("cache_lines", false, SkewReason.Size, "a", 8, 4)]
    [InlineData("holes", false, SkewReason.Size, "b", 8, 4)]
    [InlineData("anonymous_packed", false, SkewReason.Size, "b", 8, 4)]
    [InlineData("inner_packed", true, null, "", 0, 0)]
    public void Layouts_of_64_and_32_bits_part_where_the_compiler_parts_them(
        string name, bool isSame, SkewReason? reason, string path, long here, long there)
    {
        LayoutSkew skew = Compare("bin/packing.gcc-x86_64.o", "bin/packing.gcc-i686.o", name);

        skew.IsSame.ShouldBe(isSame);
        skew.Cause?.Reason.ShouldBe(reason!.Value);
        (skew.Cause?.Path ?? "", skew.Cause?.LeftValue ?? 0, skew.Cause?.RightValue ?? 0).ShouldBe((path, here, there));
        (skew.Cause is null).ShouldBe(isSame);
    }

    [Fact]
    public void Every_struct_of_the_fixtures_is_the_same_as_itself_and_as_what_the_other_byte_order_has()
    {
        foreach (string file in Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.clang-bpf.o").Select(path => "bin/" + Path.GetFileName(path)))
        {
            TypeGraph little = Graph(file);
            string opposite = file.Replace(".clang-bpf.", ".clang-bpfeb.", StringComparison.Ordinal);
            TypeGraph big = File.Exists(Fixtures.PathOf(opposite)) ? Graph(opposite) : little;
            var itself = new LayoutSkewComparer(little, little);
            var other = new LayoutSkewComparer(little, big);
            for (uint id = 1; id < (uint)little.TypeCount; id++)
            {
                if (little[new TypeId(id)].IsComposite)
                {
                    itself.Compare(new TypeId(id), new TypeId(id)).IsSame.ShouldBeTrue(file);
                    other.Compare(new TypeId(id), new TypeId(id)).IsSame.ShouldBeTrue(file);
                }
            }
        }
    }

    [Fact]
    public void Offsets_and_sizes_that_are_told_are_those_of_both_sides()
    {
        LayoutSkew skew = Compare("bin/packing.gcc-x86_64.o", "bin/packing.gcc-i686.o", "holes");

        skew.Members.ToArray().Select(m => (m.Path, m.Left!.Value.BitOffset / 8, m.Right!.Value.BitOffset / 8, m.Marks)).ShouldBe(
        [
            ("a", 0, 0, SkewMarks.Hole), ("b", 8, 4, SkewMarks.Offset | SkewMarks.Size), ("c", 16, 8, SkewMarks.Offset | SkewMarks.Hole),
            ("d", 24, 12, SkewMarks.Offset | SkewMarks.Size), ("e", 32, 16, SkewMarks.Offset), ("f", 36, 20, SkewMarks.Offset),
            ("g", 40, 24, SkewMarks.Offset), ("h", 42, 26, SkewMarks.Offset), ("i", 44, 28, SkewMarks.Offset),
        ]);
        skew.SkewedCount.ShouldBe(8);
        (skew.LeftSummary.SizeBytes, skew.RightSummary.SizeBytes).ShouldBe((48, 32));
    }

    [Fact]
    public void The_alignment_of_a_wide_number_is_named_as_the_cause()
    {
        LayoutSkew skew = Compare(Wide(8), Wide(4));

        skew.Members.ToArray().Select(m => (m.Path, m.Marks)).ShouldBe([("a", SkewMarks.Hole), ("b", SkewMarks.Offset)]);
        skew.Cause.ShouldBe(new SkewCause(SkewReason.Alignment, "b", skew.Members[1].Left!.Value.Type, skew.Members[1].Right!.Value.Type, 8, 4));

        static BtfAssembler Wide(uint offset)
        {
            var b = new BtfAssembler();
            uint l = b.Int("long", offset == 8 ? 8 : 4, signed: true);
            uint i = b.Int("int", 4, signed: true);
            uint wide = offset == 8 ? l : b.Int("long long", 8, signed: true);
            b.Struct("s", offset + 8).Member("a", i, 0).Member("b", b.Typedef("u64", wide), offset * 8);
            return b;
        }
    }

    [Fact]
    public void Members_are_found_by_name_through_what_has_none()
    {
        var plain = new BtfAssembler();
        uint i = plain.Int("int", 4, signed: true);
        plain.Struct("s", 12).Member("a", i, 0).Member("b", i, 32).Member("c", i, 64);
        var grouped = new BtfAssembler();
        i = grouped.Int("int", 4, signed: true);
        uint inner = grouped.Struct("", 8).Member("a", i, 0).Member("b", i, 32);
        uint group = grouped.Union("", 8).Member("", inner, 0);
        grouped.Struct("s", 12).Member("", group, 0).Member("c", i, 64);

        Compare(plain, grouped).IsSame.ShouldBeTrue();
        Compare(grouped, plain).IsSame.ShouldBeTrue();
    }

    [Fact]
    public void Members_that_only_one_side_has_stand_where_they_lie()
    {
        LayoutSkew skew = Compare(Ints("a", "b", "c"), Ints("a", "x", "c", "y"));

        skew.Members.ToArray().Select(m => (m.Path, m.Left is null ? -1 : m.Left.Value.BitOffset / 8, m.Right is null ? -1 : m.Right.Value.BitOffset / 8))
            .ShouldBe([("a", 0L, 0L), ("b", 4, -1), ("x", -1, 4), ("c", 8, 8), ("y", -1, 12)]);
        skew.Cause!.ShouldBe(new SkewCause(SkewReason.Missing, "b", skew.Members[1].Left!.Value.Type, TypeId.Void, 1, 0));
        skew.SkewedCount.ShouldBe(3);
    }

    [Fact]
    public void Another_order_is_told_as_such()
    {
        LayoutSkew skew = Compare(Ints("a", "b", "c"), Ints("a", "c", "b"));

        skew.Cause!.Reason.ShouldBe(SkewReason.Order);
        skew.SkewedCount.ShouldBe(2);
        skew.Members.Length.ShouldBe(3);
    }

    [Fact]
    public void Embedded_structs_that_differ_are_gone_into_and_others_are_not()
    {
        LayoutSkew skew = Compare(Outer(4), Outer(8));

        skew.Members.ToArray().Select(m => (m.Path, m.Depth, m.Marks)).ShouldBe(
        [
            ("head", 0, SkewMarks.None), ("list", 0, SkewMarks.Size | SkewMarks.Inside), ("list[0].x", 1, SkewMarks.Size),
            ("list[0].y", 1, SkewMarks.Offset | SkewMarks.Size), ("tail", 0, SkewMarks.Offset),
        ]);
        skew.Cause!.Path.ShouldBe("list[0].x");

        static BtfAssembler Outer(uint size)
        {
            var b = new BtfAssembler();
            uint i = b.Int("int", 4, signed: true);
            uint n = b.Int("number", (int)size, signed: true);
            uint inner = b.Struct("inner", 2 * size).Member("x", n, 0).Member("y", n, size * 8);
            uint same = b.Struct("same", 8).Member("p", i, 0).Member("q", i, 32);
            b.Struct("s", 16 + (4 * size)).Member("head", same, 0).Member("list", b.Array(inner, i, 2), 64)
                .Member("tail", same, 64 + (32 * size));
            return b;
        }
    }

    [Fact]
    public void Types_differ_by_kind_sign_count_and_name_and_not_by_typedef()
    {
        Marks(b => b.Int("int", 4, signed: true), b => b.Int("unsigned int", 4)).ShouldBe(SkewMarks.Type);
        Marks(b => b.Int("u32", 4), b => b.Typedef("__u32", b.Const(b.Int("unsigned int", 4)))).ShouldBe(SkewMarks.None);
        Marks(b => b.Int("char", 1, signed: true), b => b.Int("char", 1)).ShouldBe(SkewMarks.None);
        Marks(b => b.Int("int", 4, signed: true), b => b.Float("float", 4)).ShouldBe(SkewMarks.Type);
        Marks(b => b.Pointer(b.Forward("one")), b => b.Pointer(b.Struct("one", 1))).ShouldBe(SkewMarks.None);
        Marks(b => b.Pointer(b.Forward("one")), b => b.Pointer(b.Forward("two"))).ShouldBe(SkewMarks.Type);
        Marks(b => Chars(b, 4), b => Chars(b, 5)).ShouldBe(SkewMarks.Type | SkewMarks.Size);

        static uint Chars(BtfAssembler b, uint count)
        {
            uint c = b.Int("char", 1);
            return b.Array(c, c, count);
        }

        static SkewMarks Marks(Func<BtfAssembler, uint> left, Func<BtfAssembler, uint> right) => Compare(One(left), One(right)).Members[0].Marks;

        static BtfAssembler One(Func<BtfAssembler, uint> type)
        {
            var b = new BtfAssembler();
            uint member = type(b);
            b.Struct("s", 8).Member("a", member, 0);
            return b;
        }
    }

    [Theory]
    [InlineData(0, 4, 0, 4, true)]
    [InlineData(0, 4, 4, 4, true)]
    [InlineData(1, 3, 4, 3, true)]
    [InlineData(1, 3, 3, 3, false)]
    [InlineData(0, 4, 4, 3, false)]
    [InlineData(0, 12, 20, 12, false)]
    public void Bitfields_of_opposite_byte_orders_are_the_same_by_order_or_by_the_bits_of_the_byte(
        uint little, uint width, uint big, uint widthThere, bool isSame) =>
        Compare(Field(little, width, false), Field(big, widthThere, true)).IsSame.ShouldBe(isSame);

    [Fact]
    public void Bitfields_of_one_byte_order_are_the_same_at_the_same_bit_alone()
    {
        Compare(Field(0, 4, false), Field(4, 4, false)).Cause!.Reason.ShouldBe(SkewReason.Gap);
        Compare(Field(0, 4, false), Field(0, 5, false)).Cause!.ShouldBe(new SkewCause(SkewReason.Size, "f", TypeId.Void, TypeId.Void, 4, 5));
    }

    [Fact]
    public void Types_that_hold_themselves_end_in_an_answer_or_a_message()
    {
        var a = new BtfAssembler();
        uint self = a.NextId;
        a.Struct("s", 8).Member("again", self, 0);
        var b = new BtfAssembler();
        uint twice = b.NextId;
        b.Struct("s", 16).Member("again", twice, 32);
        var c = new BtfAssembler();
        uint nameless = c.NextId;
        c.Struct("", 8).Member("", nameless, 0).Member("", nameless, 0);
        c.Struct("s", 8).Member("", nameless, 0);

        Compare(a, a).IsSame.ShouldBeTrue();
        Should.Throw<InvalidImageException>(() => Compare(a, b)).Message.ShouldContain("nest deeper");
        Should.Throw<InvalidImageException>(() => Compare(c, c));
    }

    [Fact]
    public void Types_that_unfold_to_too_many_members_are_refused()
    {
        var a = new BtfAssembler();
        uint inner = a.Int("char", 1), size = 1;
        for (int level = 0; level < 10; level++, size *= 4)
        {
            uint part = inner;
            inner = a.NextId;
            a.Struct(level == 9 ? "s" : "", size * 4).Member("", part, 0).Member("", part, size * 8).Member("", part, size * 16).Member("", part, size * 24);
        }

        Should.Throw<InvalidImageException>(() => Compare(a, a)).Message.ShouldContain("holds more than 524288 members");
    }

    [Fact]
    public void Two_kernels_are_compared_as_a_whole()
    {
        TypeGraph old = Graph("oracle/linux-6.1/vmlinux.btf.gz"), recent = Graph("oracle/linux-6.18/vmlinux.btf.gz");
        Dictionary<string, TypeId> known = [];
        Each(old, type => known.TryAdd(type.NameString, type.Id));
        var comparer = new LayoutSkewComparer(old, recent);
        int same = 0, different = 0;
        Each(recent, type =>
        {
            if (known.TryGetValue(type.NameString, out TypeId id))
            {
                LayoutSkew skew = comparer.Compare(id, type.Id);
                _ = skew.IsSame ? same++ : different++;
                (skew.Cause is null).ShouldBe(skew.IsSame, type.NameString);
                skew.IsCut.ShouldBeFalse(type.NameString);
            }
        });

        same.ShouldBeGreaterThan(1000);
        different.ShouldBeGreaterThan(1000);

        static void Each(TypeGraph graph, Action<TypeView> use)
        {
            for (uint id = 1; id < (uint)graph.TypeCount; id++)
            {
                if (graph.KindOf(new TypeId(id)) == TypeKind.Struct && !graph[new TypeId(id)].IsAnonymous)
                {
                    use(graph[new TypeId(id)]);
                }
            }
        }
    }

    private static BtfAssembler Field(uint offset, uint width, bool bigEndian)
    {
        var b = new BtfAssembler(bigEndian);
        b.Struct("s", 4).Bitfield("f", b.Int("unsigned int", 4), offset, width);
        return b;
    }

    private static BtfAssembler Ints(params string[] names)
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        ElementsDraft s = b.Struct("s", 4 * (uint)names.Length);
        for (uint at = 0; at < names.Length; at++)
        {
            s.Member(names[at], i, at * 32);
        }

        return b;
    }

    private static TypeGraph Graph(string fixture)
    {
        byte[] bytes = Fixtures.Read(fixture);
        return Read.Graph(fixture.EndsWith(".o", StringComparison.Ordinal) ? ElfSections.Find(bytes, ".BTF")! : bytes);
    }

    private static LayoutSkew Compare(string left, string right, string name) => Compare(Graph(left), Graph(right), name);

    private static LayoutSkew Compare(BtfAssembler left, BtfAssembler right) => Compare(Read.Graph(left), Read.Graph(right), "s");

    private static LayoutSkew Compare(TypeGraph left, TypeGraph right, string name) =>
        new LayoutSkewComparer(left, right).Compare(Find(left, name), Find(right, name));

    private static TypeId Find(TypeGraph graph, string name)
    {
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph[new TypeId(id)].IsComposite && graph[new TypeId(id)].NameString == name)
            {
                return new TypeId(id);
            }
        }

        throw new ArgumentException(name);
    }
}
