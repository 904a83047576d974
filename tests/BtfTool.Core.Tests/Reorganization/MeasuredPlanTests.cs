using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Reorganization;

/// <summary>What measurements ask is done as well as any order can: all orders are tried.</summary>
public class MeasuredPlanTests
{
    private static readonly (int Size, int Alignment)[] s_types = [(1, 1), (2, 2), (4, 4), (8, 8), (12, 4), (6, 2), (24, 8)];

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 32)]
    [InlineData(3, 64)]
    public void No_order_of_small_structs_parts_more_pairs_or_has_hot_members_on_fewer_lines(int seed, int line)
    {
        const int Cases = 120;
        var random = new Random(seed);
        var b = new BtfAssembler();
        uint[] types = [.. s_types.Select(type => TypeOf(b, type))];
        var cases = new List<Case>();
        for (int i = 0; i < Cases; i++)
        {
            (int Size, int Alignment)[] members = new (int, int)[7];
            int[] picked = [.. members.Select(_ => random.Next(s_types.Length))];
            long[] offsets = Lay([.. picked.Select(p => s_types[p])], [.. Enumerable.Range(0, 7)], out long size);
            ElementsDraft draft = b.Struct($"s{i}", (uint)size);
            for (int m = 0; m < picked.Length; m++)
            {
                draft.Member($"m{m}", types[picked[m]], (uint)offsets[m] * 8);
            }

            int[] hot = [.. Enumerable.Range(0, 7).Where(_ => random.Next(5) < 2)];
            (int, int)[] apart = [.. from a in Enumerable.Range(0, 7) from c in Enumerable.Range(a + 1, 6 - a) where random.Next(7) == 0 select (a, c)];
            cases.Add(new Case(new TypeId(draft.Id), [.. picked.Select(p => s_types[p])], new MeasuredUse(hot, apart)));
        }

        TypeGraph graph = Read.Graph(b);
        var reorganizer = new Reorganizer(graph, new ReorganizeOptions
        {
            CachelineBytes = line,
            Measured = id => cases.Find(c => c.Id == id)!.Use,
        });
        foreach (Case one in cases)
        {
            ReorganizationPlan plan = reorganizer.Plan(one.Id);
            (plan.AfterObjective with { Moves = 0 }).ShouldBe(Best(one, line), $"{one.Id}: {string.Join(' ', one.Members)}");
            plan.Proof.HasFlag(PlanProof.Layout).ShouldBeTrue();
            plan.AfterObjective.SizeBytes.ShouldBeLessThanOrEqualTo(plan.BeforeObjective.SizeBytes);
        }
    }

    [Fact]
    public void Hot_members_of_large_structs_of_a_kernel_lie_on_as_few_lines_as_they_can()
    {
        TypeGraph graph = Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        int checkedStructs = 0, bounds = 0;
        var random = new Random(7);
        var analyzer = new LayoutAnalyzer(graph);
        MeasuredUse use = new([], []);
        var reorganizer = new Reorganizer(graph, new ReorganizeOptions { Measured = _ => use, MaxSteps = 20_000 });
        for (uint i = 1; i < (uint)graph.TypeCount && checkedStructs < 10; i++)
        {
            var id = new TypeId(i);
            if (graph.KindOf(id) != TypeKind.Struct || graph[id].Members.Count is < 50 or > 300)
            {
                continue;
            }

            StructLayout layout = analyzer.Analyze(id);
            int[] movable = [.. layout.Members.ToArray().Where(m => m.SizeBytes is > 0 and <= 16 && m.BitfieldBits == 0).Select(m => m.Index)];
            random.Shuffle(movable);
            int[] hot = movable[..Math.Min(12, movable.Length)];
            use = new MeasuredUse(hot, []);
            ReorganizationPlan plan = reorganizer.Plan(id);
            if (plan.Barriers.Length > 3 || plan.Kept != BarrierReason.None)
            {
                continue;
            }

            checkedStructs++;
            long bytes = layout.Members.ToArray().Where(m => hot.Contains(m.Index)).Sum(m => m.SizeBytes);
            plan.AfterObjective.SizeBytes.ShouldBeLessThanOrEqualTo(plan.BeforeObjective.SizeBytes);
            plan.AfterObjective.HotLines.ShouldBeLessThanOrEqualTo((int)((bytes + 63) / 64) + 1, graph[id].NameString);
            bounds += plan.AfterObjective.HotLines == (bytes + 63) / 64 ? 1 : 0;
        }

        checkedStructs.ShouldBe(10);
        bounds.ShouldBeGreaterThan(6);
    }

    private static uint TypeOf(BtfAssembler b, (int Size, int Alignment) type)
    {
        uint element = b.Int($"u{type.Size}_{type.Alignment}", type.Alignment);
        return type.Size == type.Alignment ? element : b.Array(element, element, (uint)(type.Size / type.Alignment));
    }

    private static long[] Lay((int Size, int Alignment)[] members, int[] order, out long size)
    {
        long[] offsets = new long[members.Length];
        long end = 0;
        foreach (int m in order)
        {
            offsets[m] = (end + members[m].Alignment - 1) / members[m].Alignment * members[m].Alignment;
            end = offsets[m] + members[m].Size;
        }

        long alignment = members.Max(m => m.Alignment);
        size = (end + alignment - 1) / alignment * alignment;
        return offsets;
    }

    private static PlanObjective Best(Case one, int line)
    {
        Lay(one.Members, [0, 1, 2, 3, 4, 5, 6], out long limit);
        PlanObjective? best = null;
        foreach (int[] order in Orders([0], [1, 2, 3, 4, 5, 6]))
        {
            long[] offsets = Lay(one.Members, order, out long size);
            if (size <= limit)
            {
                PlanObjective cost = Cost(one, offsets, size, line);
                best = best is null || cost < best ? cost : best;
            }
        }

        return best!.Value;
    }

    private static PlanObjective Cost(Case one, long[] offsets, long size, int line)
    {
        long First(int m) => offsets[m] / line;
        long Last(int m) => (offsets[m] + one.Members[m].Size - 1) / line;
        int violations = one.Use.Separate.Count(pair => First(pair.First) <= Last(pair.Second) && First(pair.Second) <= Last(pair.First));
        int hot = one.Use.Hot.SelectMany(m => Enumerable.Range((int)First(m), (int)(Last(m) - First(m)) + 1)).Distinct().Count();
        int straddles = Enumerable.Range(0, offsets.Length).Count(m => First(m) != Last(m));
        return new PlanObjective(violations, hot, KmallocBuckets.BucketOf(size), (size + line - 1) / line, straddles, size, 0);
    }

    private static IEnumerable<int[]> Orders(int[] placed, int[] left) =>
        left.Length == 0 ? [placed] : left.SelectMany(m => Orders([.. placed, m], [.. left.Where(other => other != m)]));

    private sealed record Case(TypeId Id, (int Size, int Alignment)[] Members, MeasuredUse Use);
}
