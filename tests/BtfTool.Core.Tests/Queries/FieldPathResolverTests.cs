using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class FieldPathResolverTests
{
    [Fact]
    public void A_path_leads_through_anonymous_members_arrays_and_pointers()
    {
        (FieldPathResolver resolver, TypeId outer, TypeId inner) = Sample();

        FieldLocation element = Find(resolver, outer, "in.grid[1][2]");
        (element.BitOffset / 8, element.SizeBytes, element.Object).ShouldBe((24, 4, outer));
        FieldLocation bit = Find(resolver, outer, ".flag");
        (bit.BitOffset, bit.BitfieldBits).ShouldBe((261, 2));
        FieldLocation behind = Find(resolver, outer, "in_pointer->grid[0]");
        (behind.BitOffset / 8, behind.SizeBytes, behind.Object, behind.PointerPath).ShouldBe((4, 12, inner, "in_pointer"));
        Find(resolver, outer, "in_pointer->up->in_pointer->x").PointerPath.ShouldBe("in_pointer->up->in_pointer");
        Find(resolver, outer, "tail[0x10]").BitOffset.ShouldBe((64 + 64) * 8);
    }

    [Fact]
    public void An_index_behind_the_end_of_an_array_is_answered_with_a_warning()
    {
        (FieldPathResolver resolver, TypeId outer, _) = Sample();

        Find(resolver, outer, "in.grid[2][0]").Warning.ShouldBe("'in.grid[2]' is behind the end of the array, which has 2 elements");
        Find(resolver, outer, "tail[100000]").Warning.ShouldBeNull();
    }

    [Theory]
    [InlineData("in.gird", "struct inner has no member 'gird': did you mean 'grid'?")]
    [InlineData("in.zzzzzz", "struct inner has no member 'zzzzzz'")]
    [InlineData("in_pointer.x", "'in_pointer' is a pointer and has no members: '->' leads to what it points to")]
    [InlineData("in->x", "'in' is struct inner, not a pointer: '.' leads to its members")]
    [InlineData("in.grid.x", "'in.grid' is an array and has no members: an index such as [0] leads to an element")]
    [InlineData("in.x[0]", "'in.x' is a number (int), not an array")]
    [InlineData("declared->x", "'declared' points to struct nowhere, which is only declared here")]
    [InlineData("nothing->x", "'nothing' points to void")]
    [InlineData("in.grid[x]", "'.', '->' or an index such as [3] expected at '[x]'")]
    [InlineData("in.grid[1", "'.', '->' or an index such as [3] expected at '[1'")]
    [InlineData("in..x", "the name of a member expected behind 'in.'")]
    [InlineData("in.", "the name of a member expected behind 'in.'")]
    [InlineData(" ", "a path of members expected")]
    [InlineData("tail[72057594037927935]", "'tail[72057594037927935]' is beyond all offsets that can be")]
    public void A_path_that_leads_nowhere_says_why(string path, string problem)
    {
        (FieldPathResolver resolver, TypeId outer, _) = Sample();

        resolver.Resolve(outer, path).Problem.ShouldBe(problem);
    }

    [Fact]
    public void Structs_that_contain_themselves_have_names_all_the_same()
    {
        var b = new BtfAssembler();
        uint s = b.NextId;
        b.Struct("s", 8).Member("self", s, 0).Member("", s, 8).Member("", s + 1, 16);
        b.Union("", 8).Member("", s, 0).Member("", s + 1, 8).Member("name", s, 24);
        var resolver = new FieldPathResolver(new FieldPaths(Read.Graph(b)));

        Find(resolver, new TypeId(s), "self.name.self").BitOffset.ShouldBe(40);
    }

    private static FieldLocation Find(FieldPathResolver resolver, TypeId type, string path)
    {
        FieldPathResult result = resolver.Resolve(type, path);
        result.Problem.ShouldBeNull();
        return result.Location!;
    }

    private static (FieldPathResolver Resolver, TypeId Outer, TypeId Inner) Sample()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Int("long", 8, signed: true);
        uint grid = b.Array(b.Array(i, i, 3), i, 2);
        uint up = b.Pointer(0);
        uint inner = b.Struct("inner", 40).Member("x", i, 0).Member("grid", grid, 32).Member("up", up, 256);
        uint pointer = b.Typedef("pointer_t", b.Const(b.Pointer(inner)));
        uint declared = b.Pointer(b.Forward("nowhere"));
        uint hidden = b.Struct("", 32).Member("in", inner, 0);
        uint flags = b.Struct("", 4).Bitfield("flag", i, 5, 2);
        uint tail = b.Array(i, i, 0);
        uint outer = b.Struct("outer", 64).Member("", hidden, 0).Member("", flags, 256).Member("in_pointer", pointer, 320)
            .Member("declared", declared, 384).Member("nothing", b.Pointer(0), 448).Member("tail", tail, 512);
        b[up].SizeOrType = outer;
        return (new FieldPathResolver(new FieldPaths(Read.Graph(b))), new TypeId(outer), new TypeId(inner));
    }
}
