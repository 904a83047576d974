using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>Comparisons with a build of which only some types are known, as from a baseline of some.</summary>
public class PartialBuildsTests
{
    private static readonly CompareOptions s_oldIsPartial = new() { IsOldPartial = true };

    // What the baseline has: s, and the name of what it points to.
    private static TypeGraph Some() => Diffs.Graph((b, i) => b.Struct("s", 16).Member("a", i, 0).Member("p", b.Pointer(b.Forward("other")), 64));

    private static TypeGraph All(bool isNew) => Diffs.Graph((b, i) =>
    {
        uint other = b.Struct("other", 8).Member("x", i, 0).Member("y", i, 32);
        b.Struct("s", 16).Member(isNew ? "renamed" : "a", i, 0).Member("p", b.Pointer(other), 64);
        b.Struct("third", 4).Member("z", i, 0);
        b.Typedef("third_t", i);
        b.Enum("e", 4).Value("E", 0);
    });

    [Fact]
    public void What_a_partial_build_does_not_describe_is_neither_new_nor_complete_now()
    {
        Diffs.Of(Some(), All(false), s_oldIsPartial).IsEmpty.ShouldBeTrue();
        Diffs.Of(All(false), Some(), new CompareOptions { IsNewPartial = true }).IsEmpty.ShouldBeTrue();
        Diffs.Of(Some(), All(false)).CountOf(ChangeClass.BecameComplete).ShouldBe(1);
        Diffs.Of(Some(), All(false)).CountOf(ChangeClass.TypeAdded).ShouldBe(3);
        Diffs.Of(All(false), Some()).CountOf(ChangeClass.BecameIncomplete).ShouldBe(1);
    }

    [Fact]
    public void What_a_partial_build_describes_is_compared()
    {
        Diffs.Lines(Diffs.Only(Diffs.Of(Some(), All(true), s_oldIsPartial))).ShouldBe(["MemberRenamed a"]);
    }

    [Fact]
    public void What_a_partial_build_describes_and_is_gone_is_told()
    {
        TypeDifference gone = Diffs.Only(Diffs.Of(Some(), Diffs.Graph((b, i) => b.Struct("third", 4).Member("z", i, 0)), s_oldIsPartial));
        gone.Name.ShouldBe("struct s");
        Diffs.Lines(gone).ShouldBe(["TypeRemoved"]);
    }

    [Fact]
    public void Another_layout_of_a_name_that_a_partial_build_describes_is_new()
    {
        TypeGraph two = Diffs.Graph((b, i) =>
        {
            b.Struct("s", 16).Member("a", i, 0).Member("p", b.Pointer(b.Forward("other")), 64);
            b.Struct("s", 4).Member("q", i, 0);
        });
        Diffs.Lines(Diffs.Only(Diffs.Of(Some(), two, s_oldIsPartial))).ShouldBe(["TypeAdded"]);
    }
}
