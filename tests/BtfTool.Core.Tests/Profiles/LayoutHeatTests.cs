using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Profiles;

public class LayoutHeatTests
{
    private readonly BtfAssembler _b = new();
    private readonly uint _int;
    private readonly uint _long;

    public LayoutHeatTests()
    {
        _int = _b.Int("int", 4, signed: true);
        _long = _b.Int("long", 8, signed: true);
    }

    [Fact]
    public void Samples_fall_on_members_into_holes_or_behind_the_end()
    {
        uint s = _b.Struct("s", 24).Member("a", _int, 0).Member("b", _long, 64).Member("c", _int, 128);

        LayoutHeat heat = Heat(s, "0,1,0,0", "3,1,1,0", "4,5,0,0", "8,0,7,1", "20,1,0,0", "24,2,0,0", "9000000000000000000,4,0,0");
        heat.Samples.OnMembers.ShouldBe(10);
        heat.Samples.InHoles.ShouldBe(6);
        heat.Samples.BeyondSize.ShouldBe(6);
        heat.Samples.SampledBytes.ShouldBe(3);
        heat.SampledMembers.ShouldBe(2);
        heat.Of(0).ShouldNotBeNull().Accesses.ShouldBe(3);
        heat.Of(1).ShouldNotBeNull().Writes.ShouldBe(7);
        heat.Of(2).ShouldBeNull();
    }

    [Fact]
    public void Members_of_different_processors_on_one_line_are_suspects_and_those_on_two_are_not()
    {
        uint s = _b.Struct("s", 128).Member("a", _long, 0).Member("b", _long, 64).Member("c", _long, 512);

        MemberFight fight = Heat(s, "0,0,100,0", "8,40,0,1", "64,40,0,1").Fights.ShouldHaveSingleItem();
        (fight.Line, fight.First, fight.Second, fight.Collisions).ShouldBe((0, 0, 1, 40));
    }

    [Theory]
    [InlineData(0, "0,0,100,0", "8,40,0,0")]
    [InlineData(0, "0,100,0,0", "8,40,0,1")]
    [InlineData(40, "0,0,100,0", "8,0,40,1")]
    [InlineData(30, "0,0,100,0", "8,10,0,0", "8,10,0,1", "8,10,0,2", "8,10,0,3")]
    [InlineData(0, "0,0,10,0", "0,0,10,1", "8,5,0,0", "8,5,0,1")]
    public void What_the_same_processors_use_does_not_collide(long collisions, params string[] rows)
    {
        uint s = _b.Struct("s", 16).Member("a", _long, 0).Member("b", _long, 64);

        LayoutHeat heat = Heat(s, rows);
        heat.Fights.Sum(fight => fight.Collisions).ShouldBe(collisions);
        heat.Collisions.ShouldBe(collisions);
        heat.FightCount.ShouldBe(collisions > 0 ? 1 : 0);
    }

    [Fact]
    public void A_member_that_several_processors_use_and_one_writes_is_contended_and_no_suspect()
    {
        uint s = _b.Struct("s", 24).Member("a", _long, 0).Member("b", _long, 64).Member("c", _long, 128);

        LayoutHeat heat = Heat(s, "0,0,10,0", "0,0,10,1", "8,5,0,0", "8,5,0,1", "16,1,50,0", "16,1,0,3");
        heat.Contended.ShouldBe([2, 0]);
        heat.Fights.ShouldNotContain(fight => fight.First == fight.Second);
    }

    [Fact]
    public void Strong_suspects_come_first()
    {
        uint s = _b.Struct("s", 32).Member("a", _long, 0).Member("b", _long, 64).Member("c", _long, 128).Member("d", _long, 192);

        LayoutHeat heat = Heat(s, "0,0,100,0", "8,10,0,1", "16,60,0,1", "24,30,0,1");
        heat.Fights.Select(fight => fight.Collisions).ShouldBe([60, 30, 10]);
        heat.Fights[0].Second.ShouldBe(2);
    }

    [Fact]
    public void Members_of_a_union_cannot_be_parted()
    {
        uint u = _b.Union("s", 8).Member("a", _long, 0).Member("b", _int, 0);

        LayoutHeat heat = Heat(u, "0,0,100,0", "0,9,0,1", "6,9,0,1");
        heat.Fights.ShouldBeEmpty();
        heat.Samples.OnMembers.ShouldBe(118);
    }

    [Fact]
    public void Bitfields_of_one_byte_count_as_the_first_of_them()
    {
        uint s = _b.Struct("s", 8).Bitfield("a", _int, 0, 3).Bitfield("b", _int, 3, 5).Bitfield("c", _int, 8, 9).Member("d", _int, 32);

        LayoutHeat heat = Heat(s, "0,1,0,0", "1,2,0,0", "2,4,0,0", "3,8,0,0");
        heat.Of(0)!.Reads.ShouldBe(1);
        heat.Of(1).ShouldBeNull();
        heat.Of(2)!.Reads.ShouldBe(6);
        heat.Samples.InHoles.ShouldBe(8);
    }

    [Fact]
    public void Lines_say_how_many_carry_a_share_and_how_many_are_touched()
    {
        uint s = _b.Struct("s", 192).Member("a", _long, 0).Member("b", _long, 512).Member("c", _long, 1024);

        LayoutHeat heat = Heat(s, "0,80,0,0", "64,15,0,0", "128,0,5,0");
        heat.Lines.Count.ShouldBe(3);
        heat.LinesFor(80).ShouldBe(1);
        heat.LinesFor(90).ShouldBe(2);
        heat.LinesFor(100).ShouldBe(3);
        heat.ExpectedLines(1).ShouldBe(1, 1e-9);
        heat.ExpectedLines(2).ShouldBe((1 - 0.04) + (1 - (0.85 * 0.85)) + (1 - (0.95 * 0.95)), 1e-9);
        Heat(s).ExpectedLines(10).ShouldBe(0);
    }

    [Fact]
    public void The_fewest_members_with_a_share_are_hot()
    {
        uint s = _b.Struct("s", 24).Member("a", _long, 0).Member("b", _long, 64).Member("c", _long, 128);

        LayoutHeat heat = Heat(s, "0,10,0,0", "8,60,0,0", "16,30,0,0");
        HotMembers.Of(heat, 60).Hot.ShouldBe([1]);
        HotMembers.Of(heat, 90).Hot.ShouldBe([1, 2]);
        HotMembers.Of(heat, 91).Hot.ShouldBe([1, 2, 0]);
        HotMembers.Of(Heat(s), 90).Hot.ShouldBeEmpty();
    }

    [Fact]
    public void Rivals_are_found_wherever_they_lie_and_no_more_are_kept_than_can_be_parted()
    {
        ElementsDraft draft = _b.Struct("s", 64 * 40);
        var rows = new List<string>();
        for (uint i = 0; i < 40; i++)
        {
            draft.Member($"m{i}", _long, i * 512);
            rows.Add($"{i * 64},0,{100 + i},{i}");
        }

        uint s = _b.NextId - 1;
        HotMembers hot = HotMembers.Of(Heat(s, [.. rows]), 90);
        hot.Rivals.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct().Count().ShouldBe(HotMembers.MaxSeparate);
        hot.Rivals.Count.ShouldBe(32 * 31 / 2);
        hot.RivalsLeftOut.ShouldBe((40 * 39 / 2) - (32 * 31 / 2));
    }

    [Fact]
    public void Members_larger_than_a_line_are_not_asked_to_lie_near_others()
    {
        uint wide = _b.Array(_long, _int, 16);
        uint s = _b.Struct("s", 136).Member("a", _long, 0).Member("w", wide, 64);

        HotMembers hot = HotMembers.Of(Heat(s, "0,10,0,0", "100,60,0,0"), 100);
        hot.Hot.ShouldBe([1, 0]);
        hot.Wide.ShouldBe([1]);
        hot.ToUse(Layout(s)).Hot.ShouldBe([0]);
    }

    private StructLayout Layout(uint id) => new LayoutAnalyzer(Read.Graph(_b)).Analyze(new TypeId(id));

    private LayoutHeat Heat(uint id, params string[] rows)
    {
        string text = "type,offset,reads,writes,cpu\n" + string.Concat(rows.Select(row => $"s,{row}\n"));
        SampleProfile profile = SampleFile.Read("samples.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)), ["s"]);
        TypeGraph graph = Read.Graph(_b);
        return LayoutHeat.Of(MemberSamples.Of(new LayoutAnalyzer(graph).Analyze(new TypeId(id)), profile.Of("s")), 64,
            graph.KindOf(new TypeId(id)) == TypeKind.Union);
    }
}
