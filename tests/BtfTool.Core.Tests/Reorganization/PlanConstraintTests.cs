using BtfTool.Core.Reorganization;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Reorganization;

/// <summary>No order that keeps the constraints is better than the plan.</summary>
public class PlanConstraintTests
{
    private static readonly CaseMember[] s_pool =
        [new(1, 1), new(2, 2), new(4, 4), new(8, 8), new(3, 1), new(6, 2), new(16, 16), new(24, 8)];

    private static readonly int[] s_lines = [16, 32, 64];

    [Fact]
    public void A_pinned_member_stays() =>
        CheckAll([.. Enumerable.Range(1, 4).Select(at => new ReorganizeOptions { Pinned = [$"m{at}"] })]).ShouldBeGreaterThan(4_000);

    [Fact]
    public void Two_pinned_members_stay() =>
        CheckAll([new ReorganizeOptions { Pinned = ["m1", "m4"] }, new ReorganizeOptions { Pinned = ["m2", "m3"] }]).ShouldBeGreaterThan(2_000);

    [Fact]
    public void Members_lie_together() =>
        CheckAll([
            new ReorganizeOptions { KeepTogether = [["m1", "m3"]] }, new ReorganizeOptions { KeepTogether = [["m4", "m2"]] },
            new ReorganizeOptions { KeepTogether = [["m1", "m4"], ["m2", "m3"]] }, new ReorganizeOptions { KeepTogether = [["m1", "m2", "m4"]] },
        ]).ShouldBeGreaterThan(4_000);

    [Fact]
    public void Members_lie_on_different_lines() =>
        CheckAll([
            new ReorganizeOptions { Separate = [["m1", "m3"]] }, new ReorganizeOptions { Separate = [["m0", "m2", "m4"]] },
            new ReorganizeOptions { Separate = [["m1", "m2"], ["m3", "m4"]] }, new ReorganizeOptions { Separate = [["m1", "m2"], ["m2", "m4"]] },
        ]).ShouldBeGreaterThan(4_000);

    [Fact]
    public void Hot_members_lie_on_the_fewest_lines() =>
        CheckAll([
            new ReorganizeOptions { Hot = ["m1", "m4"] }, new ReorganizeOptions { Hot = ["m0", "m3"] },
            new ReorganizeOptions { Hot = ["m1", "m2", "m4"] }, new ReorganizeOptions { Hot = ["m2"] },
        ]).ShouldBeGreaterThan(4_000);

    [Fact]
    public void All_constraints_at_once() =>
        CheckAll([
            new ReorganizeOptions { Hot = ["m1", "m4"], Separate = [["m1", "m3"], ["m0", "m4"]] },
            new ReorganizeOptions { Hot = ["m0", "m4"], KeepTogether = [["m2", "m3"]] },
            new ReorganizeOptions { Hot = ["m2", "m4"], KeepTogether = [["m3", "m4"]], Separate = [["m1", "m2"], ["m2", "m4"]] },
            new ReorganizeOptions { Pinned = ["m2"], Hot = ["m1", "m4"], Separate = [["m3", "m4"]] },
        ]).ShouldBeGreaterThan(4_000);

    [Fact]
    public void Seven_members_with_constraints() =>
        CheckAll([
            new ReorganizeOptions { Hot = ["m1", "m4", "m6"] }, new ReorganizeOptions { Separate = [["m1", "m3", "m6"]], Hot = ["m2", "m5"] },
            new ReorganizeOptions { KeepTogether = [["m1", "m5"]], Separate = [["m2", "m6"]] }, new ReorganizeOptions { Pinned = ["m3"] },
        ], members: 6, keepEvery: 7).ShouldBeGreaterThan(500);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Members_of_a_group_stay_or_move_in_it(bool groups)
    {
        CaseMember begin = CaseMember.Empty(1) with { Name = 0 }, end = CaseMember.Empty(1) with { Name = 1 };
        Check(new ReorganizeOptions { Groups = groups, CachelineBytes = 32 }, 5, 1, (members, i) =>
        {
            List<CaseMember> all = [.. members];
            all.Insert(i % 3, begin with { ForcedAlignment = i % 2 == 0 ? 0 : 32, Forcing = i % 4 == 1 ? Forcing.Declared : Forcing.Shown });
            all.Insert(Math.Min((i % 3) + 3 + (i % 2), all.Count), end);
            return [new(4, 4), .. all];
        }).ShouldBe(792);
    }

    private static int CheckAll(ReorganizeOptions[] options, int members = 4, int keepEvery = 1)
    {
        int count = 0;
        foreach (ReorganizeOptions one in options)
        {
            foreach (int line in s_lines)
            {
                count += Check(one with { CachelineBytes = line }, members, keepEvery, (m, i) => [s_pool[i % 5], .. m])
                    + Check(one with { CachelineBytes = line }, members, keepEvery * 2, (m, i) => [s_pool[i % 5], .. m, CaseMember.Empty(i % 3 == 0 ? 8 : 1)])
                    + Check(one with { CachelineBytes = line }, members, keepEvery * 2, (m, i) =>
                        [s_pool[i % 5], .. m[..^1], m[^1] with { ForcedAlignment = 32, Forcing = i % 2 == 0 ? Forcing.Shown : Forcing.Declared }]);
            }
        }

        return count;
    }

    private static int Check(ReorganizeOptions options, int members, int keepEvery, Func<CaseMember[], int, CaseMember[]> make)
    {
        var cases = new CaseGraph();
        int i = 0;
        foreach (int[] set in Multisets.Of(members, s_pool.Length))
        {
            if (i++ % keepEvery == 0)
            {
                CaseMember[] picked = [.. set.Select(at => s_pool[at])];
                Multisets.Shuffle<CaseMember>(picked, i);
                cases.Add(make(picked, i));
            }
        }

        return PlanCase.CheckAll(cases, options, mayBeImpossible: options.KeepTogether.Count > 0);
    }
}
