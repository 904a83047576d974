using BtfTool.Core.Reorganization;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Reorganization;

/// <summary>Small structs: no order of the members is better than the plan, and the plan says so.</summary>
public class PlanExhaustiveTests
{
    private const int BatchSize = 4096;

    private static readonly int[] s_lines = [16, 32, 64];

    // Sizes and alignments to 16 of all C types.
    private static readonly CaseMember[] s_plain = [.. from alignment in new[] { 1, 2, 4, 8, 16 }
                                                       from size in Enumerable.Range(1, 16)
                                                       where size % alignment == 0
                                                       select new CaseMember(size, alignment)];

    // Those whose size the alignment does not divide, among a few whose it does.
    private static readonly CaseMember[] s_uneven = [.. from alignment in new[] { 2, 4, 8, 16 }
                                                        from size in Enumerable.Range(1, 16)
                                                        where size % alignment != 0 || size == alignment
                                                        select new CaseMember(size, alignment)];

    private static readonly CaseMember[] s_few =
        [new(1, 1), new(2, 2), new(4, 4), new(8, 8), new(16, 16), new(3, 1), new(6, 2), new(12, 4), new(24, 8), new(4, 8)];

    private static readonly CaseMember[] s_prefixes = [new(1, 1), new(4, 4), new(8, 8), new(3, 1), new(6, 2), new(2, 2), new(16, 16), new(12, 4)];

    private static readonly CaseMember[][] s_suffixes =
        [[], [CaseMember.Empty(1)], [], [CaseMember.Empty(8)], [], [CaseMember.Empty(4)], [CaseMember.Empty(16)]];

    private static readonly CaseMember[][] s_runs =
    [
        [new(4, 4, 3)], [new(4, 4, 20), new(4, 4, 12)], [new(1, 1, 4), new(1, 1, 5)], [new(2, 2, 9), new(2, 2, 9)], [new(8, 8, 33)],
        [new(4, 4, 30), new(4, 4, 4)], [new(1, 1, 1), new(4, 4, 31)], [new(4, 4, 1), new(2, 2, 15), new(1, 1, 3)],
    ];

    [Fact]
    public void All_multisets_of_up_to_four_types() =>
        Check(Enumerable.Range(1, 4).SelectMany(size => Multisets.Of(size, s_plain.Length)
            .Select((set, i) => Struct(i, Pick(s_plain, set, i))))).ShouldBe(31 + 496 + 5456 + 46376);

    [Fact]
    public void All_multisets_of_up_to_three_types_whose_alignment_does_not_divide_the_size() =>
        Check(Enumerable.Range(1, 3).SelectMany(size => Multisets.Of(size, s_uneven.Length)
            .Select((set, i) => Struct(i, Pick(s_uneven, set, i))))).ShouldBeGreaterThan(25_000);

    [Fact]
    public void All_multisets_of_five_and_six_of_few_types() =>
        Check(Enumerable.Range(5, 2).SelectMany(size => Multisets.Of(size, s_few.Length)
            .SelectMany((set, i) => Enumerable.Range(0, 3).Select(k => Struct(i + (1001 * k), Pick(s_few, set, i + k)))))).ShouldBe(21_021);

    [Fact]
    public void Some_multisets_of_seven_and_eight_of_few_types() =>
        Check(Enumerable.Range(7, 2).SelectMany(size => Multisets.Of(size, s_few.Length)
            .Select((set, i) => (Set: set, I: i)).Where(one => one.I % (size == 7 ? 29 : 331) == 0)
            .Select(one => Struct(one.I, Pick(s_few, one.Set, one.I))))).ShouldBe(395 + 74);

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Longer_structs_of_three_types(int line)
    {
        int[][] sets = [.. Multisets.Of(3, s_few.Length).Select(set => set.ToArray()).Where(set => set.Distinct().Count() == 3)];
        var cases = new CaseGraph();
        for (int i = 0; i < 40; i++)
        {
            int[] set = sets[i * 37 % sets.Length];
            List<CaseMember> members = [];
            for (int kind = 0; kind < 3; kind++)
            {
                members.AddRange(Enumerable.Repeat(s_few[set[kind]], 2 + ((i + kind) % 3) + (kind == i % 3 ? 2 : 0)));
            }

            CaseMember[] order = [.. members];
            Multisets.Shuffle<CaseMember>(order, i);
            order = i % 4 == 0 ? Forced(order, i) : order;
            cases.Add([s_prefixes[i % s_prefixes.Length], .. order, .. s_suffixes[i / 3 % s_suffixes.Length]]);
        }

        PlanCase.CheckAlike(cases, new ReorganizeOptions { CachelineBytes = line }).ShouldBeGreaterThan(200_000);
    }

    [Fact]
    public void A_member_whose_alignment_is_forced_stays_and_keeps_it() =>
        Check(Enumerable.Range(2, 4).SelectMany(size => Multisets.Of(size, s_few.Length).SelectMany((set, i) =>
            Enumerable.Range(0, 3).Select(k => Struct(i + k, Forced(Pick(s_few, set, i + k), i + (k * size))))))).ShouldBeGreaterThan(5_000);

    [Fact]
    public void Two_members_whose_alignment_is_forced_cut_the_struct_in_three() =>
        Check(Multisets.Of(6, 6).SelectMany((set, i) =>
            Enumerable.Range(0, 6).Select(k => Struct(i + k, Forced(Forced(Pick(s_few, set, i + k), i), i + 3 + k))))).ShouldBeGreaterThan(2_500);

    [Fact]
    public void A_struct_whose_alignment_is_forced_keeps_it() =>
        Check(Enumerable.Range(1, 4).SelectMany(size => Multisets.Of(size, s_few.Length).SelectMany((set, i) =>
            new[] { 16, 32, 64 }.Select(a => Struct(i, Pick(s_few, set, i)) with { Alignment = a })))).ShouldBe(3_000);

    [Fact]
    public void Markers_cut_a_struct() =>
        Check(Enumerable.Range(3, 3).SelectMany(size => Multisets.Of(size, 7).SelectMany((set, i) => Enumerable.Range(0, 2).Select(k =>
        {
            List<CaseMember> members = [.. Pick(s_few, set, i + k)];
            members.Insert(1 + (i % size), CaseMember.Empty(1 << ((i + k) % 5)));
            return Struct(i + k, [.. members]);
        })))).ShouldBeGreaterThan(1_000);

    [Fact]
    public void One_run_of_bitfields_among_others() =>
        Check(Enumerable.Range(1, 4).SelectMany(size => Multisets.Of(size, s_few.Length).SelectMany((set, i) =>
            s_runs.Select((run, k) => Struct(i + k, Runs(Pick(s_few, set, i + k), [run], i + k)))))).ShouldBe(8 * (10 + 55 + 220 + 715));

    [Fact]
    public void Two_runs_of_bitfields_never_touch() =>
        Check(Enumerable.Range(2, 3).SelectMany(size => Multisets.Of(size, s_few.Length).SelectMany((set, i) =>
            Enumerable.Range(0, 8).Select(k =>
                Struct(i + k, Runs(Pick(s_few, set, i + k), [s_runs[k], s_runs[(i + (3 * k)) % s_runs.Length]], i)))))).ShouldBe(8 * (55 + 220 + 715));

    [Fact]
    public void A_run_of_bitfields_at_the_start_stays() =>
        Check(Enumerable.Range(1, 4).SelectMany(size => Multisets.Of(size, 8).SelectMany((set, i) =>
            s_runs.Select((run, k) => new Draft([.. run, .. Runs(Pick(s_few, set, i + k), [s_runs[i % 8]], size)], s_lines[i % 3], 1)))))
            .ShouldBeGreaterThan(3_000);

    [Fact]
    public void Bitfields_that_may_move_alone() =>
        Check(Enumerable.Range(1, 3).SelectMany(size => Multisets.Of(size, 6).SelectMany((set, i) => Enumerable.Range(0, 8).Select(k =>
            Struct(i + k, Runs(Pick(s_few, set, i + k), [s_runs[k], s_runs[(i + k) % 8]], i))))),
            new ReorganizeOptions { SplitBitfields = true }).ShouldBeGreaterThan(500);

    /// <summary>What a case is: members, bytes of a line, alignment of the struct.</summary>
    private sealed record Draft(CaseMember[] Members, int Line, int Alignment);

    private static Draft Struct(int i, CaseMember[] members) => new(
        [s_prefixes[i % s_prefixes.Length], .. members, .. s_suffixes[i / 3 % s_suffixes.Length]], s_lines[i % 3], 1);

    private static CaseMember[] Pick(CaseMember[] pool, int[] set, int seed)
    {
        CaseMember[] members = [.. set.Select(at => pool[at])];
        Multisets.Shuffle<CaseMember>(members, seed);
        return members;
    }

    private static CaseMember[] Forced(CaseMember[] members, int i)
    {
        int at = i % members.Length;
        int forced = Math.Max(2 * members[at].Alignment, 8 << (i % 4));
        members[at] = members[at] with { ForcedAlignment = forced, Forcing = i % 3 == 0 ? Forcing.Declared : Forcing.Shown };
        return members;
    }

    // Runs put between others where they do not touch.
    private static CaseMember[] Runs(CaseMember[] others, CaseMember[][] runs, int i)
    {
        List<CaseMember> members = [.. others];
        int first = i % others.Length;
        members.InsertRange(first, runs[0]);
        if (runs.Length > 1)
        {
            members.InsertRange(first + runs[0].Length + 1, runs[1]);
        }

        return [.. members];
    }

    private static int Check(IEnumerable<Draft> drafts, ReorganizeOptions? options = null)
    {
        int count = 0;
        foreach (IGrouping<int, Draft> line in drafts.GroupBy(draft => draft.Line))
        {
            foreach (Draft[] batch in line.Chunk(BatchSize))
            {
                var cases = new CaseGraph();
                Array.ForEach(batch, draft => cases.Add(draft.Members, draft.Alignment));
                count += PlanCase.CheckAll(cases, (options ?? new ReorganizeOptions()) with { CachelineBytes = line.Key });
            }
        }

        return count;
    }
}
