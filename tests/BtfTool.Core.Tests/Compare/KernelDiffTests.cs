using BtfTool.Core.Compare;
using BtfTool.Core.Tests.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>Comparisons of kernels and modules.</summary>
public class KernelDiffTests
{
    private static readonly Lazy<TypeGraph> s_old = new(() => Read.Graph(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz")));
    private static readonly Lazy<TypeGraph> s_new = new(() => Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz")));
    private static readonly Lazy<GraphDiffResult> s_diff = new(() => Diffs.Of(s_old.Value, s_new.Value));

    [Fact]
    public void A_kernel_does_not_differ_from_itself_read_again()
    {
        Diffs.Of(s_old.Value, Read.Graph(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"))).IsEmpty.ShouldBeTrue();
        Diffs.Of(s_new.Value, s_new.Value).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("tun-ko/tun.ko.debug.gz", "tun-ko/pahole-1.31.btf.gz", 1000)]
    [InlineData("overlay-ko/overlay.ko.debug.gz", "overlay-ko/pahole-1.31.btf.gz", 700)]
    public void DWARF_and_the_BTF_that_pahole_makes_of_it_do_not_differ(string debug, string btf, int least)
    {
        TypeGraph dwarf = ReadDwarf.All(Fixtures.Read("oracle/" + debug)).Graph;
        TypeGraph encoded = Read.Graph(Fixtures.Read("oracle/" + btf));

        GraphDiffResult forth = Diffs.Of(dwarf, encoded), back = Diffs.Of(encoded, dwarf);

        forth.ComparedTypes.ShouldBeGreaterThan(least);
        forth.Differences.Select(d => d.Name).ShouldBeEmpty();
        back.Differences.Select(d => d.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Two_kernels_differ_by_what_they_always_differed_by()
    {
        GraphDiffResult diff = s_diff.Value;

        diff.ComparedTypes.ShouldBe(39953);
        diff.CountOf(ChangeClass.TypeAdded).ShouldBe(6215);
        diff.CountOf(ChangeClass.TypeRemoved).ShouldBe(2332);
        diff.CountOf(ChangeClass.KindChanged).ShouldBe(1);
        diff.CountOf(ChangeClass.MemberRemoved).ShouldBeInRange(1250, 1400);
        diff.CountOf(ChangeClass.EnumRenumber).ShouldBe(978);
        diff.CountOf(ChangeClass.BecameComplete).ShouldBe(17);
    }

    [Fact]
    public void Causes_come_first_and_the_rest_names_its_cause()
    {
        IReadOnlyList<TypeDifference> all = s_diff.Value.Differences;
        for (int i = 0; i < all.Count; i++)
        {
            all[i].IsCause.ShouldBe(i < s_diff.Value.Causes);
            (all[i].IsCause || all[i].Changes.All(c => c.Cause is not null)).ShouldBeTrue(all[i].Name);
        }
    }

    [Fact]
    public void Places_and_sizes_that_are_told_are_those_of_both_layouts()
    {
        var random = new Random(6);
        TypeDifference[] composites = [.. s_diff.Value.Differences.Where(d => d is { Old: not null, New: not null } && d.Old.Value.View.IsComposite
            && d.New.Value.View.IsComposite && d.Old.Value.View.Kind == d.New.Value.View.Kind)];
        for (int n = 0; n < 400; n++)
        {
            TypeDifference difference = composites[random.Next(composites.Length)];
            Dictionary<string, ulong> old = PlacesOf(difference.Old!.Value), now = PlacesOf(difference.New!.Value);
            foreach (TypeChange change in difference.Changes.SelectMany(c => c.Folded.Count > 0 ? c.Folded : [c]))
            {
                Check(difference, change, old, now);
            }
        }
    }

    private static void Check(TypeDifference difference, TypeChange change, Dictionary<string, ulong> old, Dictionary<string, ulong> now)
    {
        string says = $"{difference.Name}: {change}";
        switch (change.Class)
        {
            case ChangeClass.Size when change.Path is null:
                change.Old.ShouldBe($"{difference.Old!.Value.View.SizeBytes}", says);
                change.New.ShouldBe($"{difference.New!.Value.View.SizeBytes}", says);
                break;
            case ChangeClass.MemberAdded or ChangeClass.HoleFill or ChangeClass.TailGrowth or ChangeClass.ReservedUse when !change.Path!.Contains('.', StringComparison.Ordinal):
                old.ShouldNotContainKey(change.Path, says);
                now[change.Path].ShouldBe((ulong)change.NewBitOffset, says);
                break;
            case ChangeClass.MemberRemoved when !change.Path!.Contains('.', StringComparison.Ordinal):
                now.ShouldNotContainKey(change.Path, says);
                old[change.Path].ShouldBe((ulong)change.OldBitOffset, says);
                break;
            case ChangeClass.MemberMoved or ChangeClass.Embedded or ChangeClass.MemberType or ChangeClass.ArrayLength
                when !change.Path!.Contains('.', StringComparison.Ordinal) && !change.Path.Contains('>', StringComparison.Ordinal):
                old[change.Path].ShouldBe((ulong)change.OldBitOffset, says);
                now[change.Path].ShouldBe((ulong)change.NewBitOffset, says);
                break;
        }
    }

    // Written without the code under test.
    private static Dictionary<string, ulong> PlacesOf(TypeRef type)
    {
        var places = new Dictionary<string, ulong>();
        Add(type.Graph, type.View, 0);
        return places;

        void Add(TypeGraph graph, TypeView view, ulong start)
        {
            while (view.IsQualifier || view.Kind == TypeKind.Typedef)
            {
                view = graph[view.Target];
            }

            foreach (MemberView member in view.Members)
            {
                if (member.IsAnonymous)
                {
                    Add(graph, graph[member.Type], start + member.BitOffset);
                }
                else
                {
                    places.TryAdd(member.NameString, start + member.BitOffset);
                }
            }
        }
    }

    [Fact]
    public void Explanations_of_sizes_add_up_for_every_struct_of_two_kernels()
    {
        TypeGraph old = s_old.Value, now = s_new.Value;
        var explainer = new SizeExplainer(old, now);
        Dictionary<string, TypeId> byName = [];
        for (uint id = 1; id < now.TypeCount; id++)
        {
            TypeView type = now[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                byName.TryAdd($"{type.Kind} {type.NameString}", type.Id);
            }
        }

        int explained = 0;
        for (uint id = 1; id < old.TypeCount; id++)
        {
            TypeView type = old[new TypeId(id)];
            if (type.IsComposite && byName.TryGetValue($"{type.Kind} {type.NameString}", out TypeId other))
            {
                SizeExplanation why = explainer.Explain(type.Id, other);
                why.NewBytes.ShouldBe((long)now[other].SizeBytes);
                why.Steps.Sum(step => step.Bytes).ShouldBe(why.NewBytes - why.OldBytes, type.NameString);
                why.Steps.ShouldAllBe(step => step.Bytes == step.NewBytes - step.OldBytes && step.Bytes != 0 || step.Kind == SizeStepKind.Largest);
                explained += why.NewBytes != why.OldBytes ? 1 : 0;
            }
        }

        explained.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void Only_wanted_types_are_told_and_what_they_follow()
    {
        TypeDifference follower = s_diff.Value.Differences[^1];
        var options = new CompareOptions { IsWanted = type => type.View.NameString == follower.Old!.Value.View.NameString };

        GraphDiffResult with = Diffs.Of(s_old.Value, s_new.Value, options);
        GraphDiffResult without = Diffs.Of(s_old.Value, s_new.Value, options with { WithCauses = false });

        with.Differences.Count.ShouldBeGreaterThan(1);
        with.Differences[^1].Name.ShouldBe(follower.Name);
        without.Differences.ShouldAllBe(d => d.Name.EndsWith(follower.Old!.Value.View.NameString, StringComparison.Ordinal));
    }
}
