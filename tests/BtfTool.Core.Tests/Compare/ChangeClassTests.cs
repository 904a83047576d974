using BtfTool.Core.Compare;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>One pair of types for each class of change.</summary>
public class ChangeClassTests
{
    [Fact]
    public void Types_that_nest_deeper_than_the_limits_allow_are_refused()
    {
        var options = new CompareOptions { Limits = new ReaderLimits { MaxNesting = 4 } };
        TypeGraph Pointers(uint size) => Diffs.Graph((b, number) =>
        {
            uint target = number;
            for (int i = 0; i < 12; i++)
            {
                target = b.Pointer(target);
            }

            b.Struct("s", size).Member("p", target, 0);
        });
        TypeGraph Nested(uint size) => Diffs.Graph((b, number) =>
        {
            uint inner = number;
            for (int i = 0; i < 12; i++)
            {
                uint part = inner;
                inner = b.NextId;
                b.Struct(i == 11 ? "s" : "", size).Member(i == 0 ? "x" : "", part, 0);
            }
        });

        Should.Throw<InvalidImageException>(() => Diffs.Of(Pointers(8), Pointers(16), options));
        Should.Throw<InvalidImageException>(() => Diffs.Of(Nested(8), Nested(16), options)).Message.ShouldContain("deeper");
    }

    [Fact]
    public void Equal_types_do_not_differ()
    {
        Diffs.Of((b, i) => b.Struct("s", 8).Member("a", i, 0), (b, i) => b.Struct("s", 8).Member("a", i, 0)).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_type_of_one_side_is_added_or_removed()
    {
        Diffs.Lines((_, _) => { }, (b, i) => b.Struct("s", 4).Member("a", i, 0)).ShouldBe(["TypeAdded"]);
        TypeDifference gone = Diffs.Only(Diffs.Of((b, i) => b.Struct("s", 4).Member("a", i, 0), (_, _) => { }));
        Diffs.Lines(gone).ShouldBe(["TypeRemoved"]);
        gone.Breaks.ShouldBe(Breaks.Source | Breaks.CoRe);
        gone.New.ShouldBeNull();
    }

    [Fact]
    public void A_type_of_the_same_shape_under_another_name_is_renamed_and_those_who_point_to_it_do_not_differ()
    {
        GraphDiffResult result = Diffs.Of(
            (b, i) => b.Struct("user", 8).Member("p", b.Pointer(b.Struct("one", 8).Member("a", i, 0).Member("b", i, 32)), 0),
            (b, i) => b.Struct("user", 8).Member("p", b.Pointer(b.Struct("two", 8).Member("a", i, 0).Member("b", i, 32)), 0));

        TypeDifference renamed = Diffs.Only(result);
        Diffs.Lines(renamed).ShouldBe(["TypeRenamed"]);
        renamed.Changes[0].New.ShouldBe("two");
    }

    [Fact]
    public void A_list_that_points_to_itself_is_renamed_too()
    {
        static void Node(BtfAssembler b, uint i, string name) =>
            b.Struct(name, 16).Member("a", i, 0).Member("next", b.NextId, 64).Record.Payload[4] = b.Pointer(b.NextId - 1);

        Diffs.Lines((b, i) => Node(b, i, "one"), (b, i) => Node(b, i, "two")).ShouldBe(["TypeRenamed"]);
    }

    [Fact]
    public void A_type_of_one_member_is_not_taken_for_renamed()
    {
        Diffs.Of((b, i) => b.Struct("one", 4).Member("a", i, 0), (b, i) => b.Struct("two", 4).Member("a", i, 0)).Differences.Count.ShouldBe(2);
    }

    [Fact]
    public void A_struct_that_became_a_union_changed_its_kind()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of((b, i) => b.Struct("s", 4).Member("a", i, 0), (b, i) => b.Union("s", 4).Member("a", i, 0)));

        Diffs.Lines(changed).ShouldBe(["KindChanged"]);
        changed.Breaks.ShouldBe(Breaks.Layout | Breaks.Source | Breaks.CoRe);
    }

    [Fact]
    public void An_inserted_member_is_the_cause_and_those_behind_it_are_one_consequence()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 12).Member("a", i, 0).Member("b", i, 32).Member("c", i, 64),
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member("new", i, 32).Member("b", i, 64).Member("c", i, 96)));

        Diffs.Lines(changed).ShouldBe(["Size follows", "MemberAdded new", "MemberMoved b x2 follows"]);
        changed.Changes[2].ShiftBits.ShouldBe(32);
        changed.Changes[2].Folded.Count.ShouldBe(2);
        changed.Changes[2].Folded[1].Path.ShouldBe("c");
        changed.Changes[1].Breaks.ShouldBe(Breaks.Layout);
    }

    [Fact]
    public void A_removed_member_pulls_the_others_forward()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 12).Member("a", i, 0).Member("b", i, 32).Member("c", i, 64),
            (b, i) => b.Struct("s", 8).Member("b", i, 0).Member("c", i, 32)).ShouldBe(["Size follows", "MemberRemoved a", "MemberMoved b x2 follows"]);
    }

    [Fact]
    public void A_member_put_elsewhere_is_a_move_of_its_own()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member("b", i, 32).Member("c", i, 64).Member("d", i, 96),
            (b, i) => b.Struct("s", 16).Member("b", i, 0).Member("c", i, 32).Member("d", i, 64).Member("a", i, 96))
            .ShouldBe(["MemberMoved b x3 follows", "MemberMoved a"]);
    }

    [Fact]
    public void Members_that_moved_for_no_reason_of_the_members_are_moves_of_their_own()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("b", i, 32),
            (b, i) => b.Struct("s", 128).Member("a", i, 0).Member("b", i, 512)).ShouldBe(["Size follows", "MemberMoved b"]);
    }

    [Fact]
    public void A_renamed_member_has_place_and_type_of_the_old_one()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("b", i, 32), (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("c", i, 32)));

        Diffs.Lines(changed).ShouldBe(["MemberRenamed b"]);
        changed.Breaks.ShouldBe(Breaks.Source | Breaks.CoRe);
        changed.Changes[0].New.ShouldBe("c");
    }

    [Fact]
    public void Another_type_of_a_member_breaks_what_depends_on_it()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("b", i, 32),
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("b", b.Float("float", 4), 32)));

        Diffs.Lines(changed).ShouldBe(["MemberType b"]);
        changed.Breaks.ShouldBe(Breaks.Layout | Breaks.Source | Breaks.CoRe);
        changed.Changes[0].Old.ShouldBe("int");
        changed.Changes[0].New.ShouldBe("float");
    }

    [Fact]
    public void Another_pointer_breaks_only_source()
    {
        Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 8).Member("a", b.Pointer(i), 0),
            (b, i) => b.Struct("s", 8).Member("a", b.Pointer(b.Const(i)), 0))).Breaks.ShouldBe(Breaks.Source);
    }

    [Fact]
    public void A_bitfield_of_another_width_moves_those_behind_it()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 4).Bitfield("a", i, 0, 3).Bitfield("b", i, 3, 5).Bitfield("c", i, 8, 1),
            (b, i) => b.Struct("s", 4).Bitfield("a", i, 0, 4).Bitfield("b", i, 4, 5).Bitfield("c", i, 9, 1))
            .ShouldBe(["BitWidth a", "MemberMoved b x2 follows"]);
    }

    [Fact]
    public void A_signed_member_that_became_unsigned_is_told_so()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 4).Member("a", i, 0), (b, _) => b.Struct("s", 4).Member("a", b.Int("unsigned int", 4), 0)));

        Diffs.Lines(changed).ShouldBe(["Signedness a"]);
        changed.Breaks.HasFlag(Breaks.CoRe).ShouldBeFalse();
    }

    [Fact]
    public void An_array_of_another_length_is_told_so()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 12).Member("a", b.Array(i, i, 2), 0).Member("b", i, 64),
            (b, i) => b.Struct("s", 20).Member("a", b.Array(i, i, 4), 0).Member("b", i, 128))
            .ShouldBe(["Size follows", "ArrayLength a", "MemberMoved b follows"]);
    }

    [Fact]
    public void A_member_in_a_hole_fills_it()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member("p", b.Pointer(i), 64),
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member("b", i, 32).Member("p", b.Pointer(i), 64)));

        Diffs.Lines(changed).ShouldBe(["HoleFill b"]);
        changed.Breaks.ShouldBe(Breaks.None);
    }

    [Fact]
    public void A_member_behind_all_others_is_growth_at_the_tail()
    {
        TypeDifference inside = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 16).Member("p", b.Pointer(i), 0).Member("a", i, 64),
            (b, i) => b.Struct("s", 16).Member("p", b.Pointer(i), 0).Member("a", i, 64).Member("b", i, 96)));
        Diffs.Lines(inside).ShouldBe(["TailGrowth b"]);
        inside.Breaks.ShouldBe(Breaks.None);

        Diffs.Lines((b, i) => b.Struct("s", 4).Member("a", i, 0), (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("b", i, 32))
            .ShouldBe(["Size follows", "TailGrowth b"]);
    }

    [Theory]
    [InlineData("reserved1", true)]
    [InlineData("__kabi_reserved", true)]
    [InlineData("_pad", true)]
    [InlineData("sparePart", true)]
    [InlineData("unused_bits", true)]
    [InlineData("notpadded", false)]
    [InlineData("scratch", false)]
    [InlineData("preserved", false)]
    public void A_member_in_the_place_of_a_reserved_one_uses_it(string name, bool isReserved)
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member(name, b.Array(i, i, 3), 32),
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member("b", b.Pointer(i), 64).Member("rest", i, 32)));

        changed.Changes.Any(c => c.Class == ChangeClass.ReservedUse).ShouldBe(isReserved);
        changed.Changes.Any(c => c.Class == ChangeClass.MemberRemoved).ShouldBe(!isReserved);
    }

    [Fact]
    public void A_function_that_takes_something_reserves_nothing_whatever_its_name()
    {
        Diffs.Lines(
            (b, i) => b.Struct("ops", 8).Member("get_resv_regions", b.Pointer(b.Prototype(0).Parameter("a", i)), 0),
            (b, i) => b.Struct("ops", 8).Member("probe", b.Pointer(b.Prototype(i)), 0))
            .ShouldBe(["MemberRemoved get_resv_regions", "MemberAdded probe"], ignoreOrder: true);
        Diffs.Lines(
            (b, _) => b.Struct("ops", 8).Member("rh_reserved1", b.Pointer(b.Prototype(0)), 0),
            (b, i) => b.Struct("ops", 8).Member("probe", b.Pointer(b.Prototype(i)), 0))
            .ShouldBe(["ReservedUse probe"]);
    }

    [Fact]
    public void A_union_around_a_reserved_member_uses_it()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("kabi_reserved1", i, 32),
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("", b.Union("", 4).Member("b", b.Float("float", 4), 0).Member("kabi_reserved1", i, 0), 32)));

        Diffs.Lines(changed).ShouldBe(["ReservedUse b"]);
        changed.Breaks.ShouldBe(Breaks.None);
    }

    [Fact]
    public void A_shorter_reserved_array_follows_from_what_took_its_place()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 16).Member("reserved", b.Array(i, i, 4), 0),
            (b, i) => b.Struct("s", 16).Member("a", i, 0).Member("reserved", b.Array(i, i, 3), 32))
            .ShouldBe(["ReservedUse a", "ArrayLength reserved follows", "MemberMoved reserved follows"]);
    }

    [Fact]
    public void Enumerators_are_appended_inserted_renumbered_and_removed()
    {
        Diffs.Lines((b, _) => b.Enum("e").Value("A", 0).Value("B", 1), (b, _) => b.Enum("e").Value("A", 0).Value("B", 1).Value("C", 2))
            .ShouldBe(["EnumAppend C"]);
        Diffs.Lines((b, _) => b.Enum("e").Value("A", 0).Value("B", 1), (b, _) => b.Enum("e").Value("A", 0).Value("C", 1).Value("B", 2))
            .ShouldBe(["EnumInsert C", "EnumRenumber B"]);
        Diffs.Lines((b, _) => b.Enum("e").Value("A", 0).Value("B", 1), (b, _) => b.Enum("e").Value("A", 0)).ShouldBe(["EnumRemove B"]);
    }

    [Fact]
    public void Renumbering_breaks_old_programs_and_not_relocations()
    {
        Diffs.Only(Diffs.Of((b, _) => b.Enum("e").Value("A", 0), (b, _) => b.Enum("e").Value("A", 1))).Breaks.ShouldBe(Breaks.Layout);
    }

    [Fact]
    public void A_declaration_became_a_definition_and_the_reverse()
    {
        Diffs.Lines((b, _) => b.Forward("s"), (b, i) => b.Struct("s", 4).Member("a", i, 0)).ShouldBe(["BecameComplete"]);
        Diffs.Lines((b, i) => b.Struct("s", 4).Member("a", i, 0), (b, _) => b.Forward("s")).ShouldBe(["BecameIncomplete"]);
        Diffs.Of((b, _) => b.Forward("s"), (_, _) => { }).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_declaration_beside_a_definition_is_no_difference()
    {
        Diffs.Of((b, i) => { b.Struct("s", 4).Member("a", i, 0); b.Forward("s"); }, (b, i) => b.Struct("s", 4).Member("a", i, 0)).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_prototype_changed()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Function("f", b.Prototype(i).Parameter("a", i)), (b, i) => b.Function("f", b.Prototype(i).Parameter("a", i).Parameter("b", i))));

        Diffs.Lines(changed).ShouldBe(["Prototype"]);
        changed.Changes[0].Old.ShouldBe("int(int)");
        Diffs.Of((b, i) => b.Function("f", b.Prototype(i).Parameter("a", i)), (b, i) => b.Function("f", b.Prototype(i).Parameter("z", i))).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_typedef_of_another_type()
    {
        Diffs.Lines((b, i) => b.Typedef("t", i), (b, i) => b.Typedef("t", b.Pointer(i))).ShouldBe(["TypedefTarget"]);
    }

    [Fact]
    public void What_embeds_a_changed_type_follows_it_and_is_counted_there()
    {
        static void Types(BtfAssembler b, uint i, bool isNew)
        {
            uint size = isNew ? 8u : 4;
            ElementsDraft inner = b.Struct("inner", size).Member("a", i, 0);
            inner = isNew ? inner.Member("b", i, 32) : inner;
            uint middle = b.Struct("middle", size + 4).Member("x", inner, 0).Member("y", i, size * 8);
            b.Struct("outer", (2 * (size + 4)) + 4).Member("z", b.Array(middle, i, 2), 0).Member("w", i, 16 * (size + 4));
            b.Struct("pointing", 8).Member("p", b.Pointer(middle), 0);
        }

        GraphDiffResult result = Diffs.Of((b, i) => Types(b, i, false), (b, i) => Types(b, i, true));

        result.Differences.Select(d => d.Name).ShouldBe(["struct inner", "struct middle", "struct outer"]);
        result.Differences[0].FanOut.ShouldBe(2);
        result.Differences.Select(d => d.IsCause).ShouldBe([true, false, false]);
        Diffs.Lines(result.Differences[1]).ShouldBe(["Size <- struct inner", "Embedded x <- struct inner", "MemberMoved y <- struct inner"]);
        Diffs.Lines(result.Differences[2]).ShouldBe(["Size <- struct inner", "Embedded z <- struct inner", "MemberMoved w <- struct inner"]);
    }

    [Fact]
    public void Types_without_a_name_are_compared_in_their_place()
    {
        Diffs.Lines(
            (b, i) => b.Struct("s", 8).Member("u", b.Struct("", 8).Member("a", i, 0).Member("b", i, 32), 0),
            (b, i) => b.Struct("s", 8).Member("u", b.Struct("", 8).Member("a", i, 0).Member("c", i, 32), 0)).ShouldBe(["MemberRenamed u.b"]);
        Diffs.Of(
            (b, i) => b.Struct("s", 8).Member("", b.Struct("", 8).Member("a", i, 0).Member("b", i, 32), 0),
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("b", i, 32)).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Of_several_layouts_of_one_name_equal_ones_are_paired_first()
    {
        GraphDiffResult result = Diffs.Of(
            (b, i) => { b.Struct("s", 4).Member("a", i, 0); b.Struct("s", 8).Member("x", i, 0).Member("y", i, 32); },
            (b, i) => { b.Struct("s", 8).Member("x", i, 0).Member("y", i, 32); b.Struct("s", 8).Member("a", i, 0).Member("b", i, 32); });

        Diffs.Lines(Diffs.Only(result)).ShouldBe(["Size follows", "TailGrowth b"]);
    }

    [Fact]
    public void Layouts_of_one_name_that_differ_only_in_types_of_members_are_all_told()
    {
        GraphDiffResult result = Diffs.Of(
            (_, _) => { },
            (b, i) => { b.Struct("s", 8).Member("p", b.Pointer(i), 0); b.Struct("s", 8).Member("p", b.Pointer(b.Pointer(i)), 0); });

        result.CountOf(ChangeClass.TypeAdded).ShouldBe(2);
    }

    [Fact]
    public void A_member_of_a_type_without_a_name_moved_by_as_much_as_its_offset_says()
    {
        static void Types(BtfAssembler b, uint i, bool isNew)
        {
            uint inner = isNew ? b.Struct("", 8).Member("y", i, 0).Member("z", i, 32) : b.Struct("", 12).Member("x", i, 0).Member("y", i, 32).Member("z", i, 64);
            ElementsDraft outer = b.Struct("s", 20).Member("a", i, 0);
            outer = isNew ? outer.Member("b", i, 32).Member("c", i, 64).Member("in", inner, 96) : outer.Member("in", inner, 32).Member("c", i, 128);
        }

        TypeDifference changed = Diffs.Only(Diffs.Of((b, i) => Types(b, i, false), (b, i) => Types(b, i, true)));

        TypeChange moved = changed.Changes.Single(c => c.Path == "in.y");
        (moved.OldBitOffset, moved.NewBitOffset, moved.ShiftBits).ShouldBe((64, 96, 32));
        moved.Folded.Count.ShouldBe(2);
    }

    [Fact]
    public void A_member_that_stays_where_it_was_though_its_place_moved_did_not_move()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 12).Member("in", b.Struct("", 12).Member("x", i, 0).Member("y", i, 32).Member("z", i, 64), 0),
            (b, i) => b.Struct("s", 12).Member("a", i, 0).Member("in", b.Struct("", 8).Member("y", i, 0).Member("z", i, 32), 32)));

        changed.Changes.ShouldNotContain(c => c.Path == "in.y" || c.Path == "in.z");
        changed.Changes.ShouldContain(c => c.Path == "in" && c.Class == ChangeClass.MemberMoved);
    }

    [Fact]
    public void A_renamed_member_that_others_moved_breaks_the_layout_too()
    {
        TypeDifference changed = Diffs.Only(Diffs.Of(
            (b, i) => b.Struct("s", 8).Member("a", i, 0).Member("old", b.Pointer(i), 32),
            (b, i) => b.Struct("s", 12).Member("new", i, 0).Member("a", i, 32).Member("now", b.Pointer(i), 64)));

        changed.Changes.Single(c => c.Class == ChangeClass.MemberRenamed).Breaks.ShouldBe(Breaks.Layout | Breaks.Source | Breaks.CoRe);
    }
}
