using System.Buffers.Binary;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Reorganization;

/// <summary>All structs of real kernels.</summary>
public class KernelPlanTests
{
    /// <summary>Kernels, whether members of cache line groups move, bytes of a line, and how many structs of up to 64 members are not proven.</summary>
    public static TheoryData<string, bool, int, int> Kernels => new()
    {
        { "linux-6.1", false, 64, 0 }, { "linux-6.18", false, 64, 0 }, { "linux-6.18", true, 64, 0 }, { "linux-6.1", false, 128, 1 },
    };

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_plan_keeps_the_rules_and_is_never_worse(string kernel, bool groups, int line, int shortOnes)
    {
        TypeGraph graph = Read(Fixtures.Read($"oracle/{kernel}/vmlinux.btf.gz"));
        var options = new ReorganizeOptions { Groups = groups, CachelineBytes = line };
        var checker = new PlanChecker(graph, options);
        var reorganizer = new Reorganizer(graph, options);
        List<string> faults = [], unproven = [], shortUnproven = [];
        int withHoles = 0, improved = 0, forced = 0;
        foreach (TypeId id in Composites(graph))
        {
            ReorganizationPlan plan = reorganizer.Plan(id);
            string name = $"[{id}] {graph[id].NameString}";
            if (checker.FaultIn(plan) is { } fault)
            {
                faults.Add($"{name}: {fault}; before {plan.BeforeObjective} plan {plan.AfterObjective} kept {plan.Kept}");
            }

            withHoles += plan.Before.Summary.WastedBytes > 0 ? 1 : 0;
            improved += plan.IsImprovement ? 1 : 0;
            forced += HasInferredAlignment(plan) ? 1 : 0;
            if (!plan.IsProvenOptimal)
            {
                unproven.Add($"{name}: {plan.Members.Length} members, {plan.AfterObjective}, proven {plan.Proof}, bound {plan.LowerBoundBytes}");
                shortUnproven.AddRange(plan.Members.Length > 64 ? [] : [unproven[^1]]);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{withHoles} with holes, {improved} improved, {forced} with forced alignment, {unproven.Count} unproven\n{string.Join('\n', unproven)}");
        faults.ShouldBeEmpty();
        shortUnproven.Count.ShouldBeLessThanOrEqualTo(shortOnes, string.Join('\n', shortUnproven));
        improved.ShouldBeGreaterThan(100);
        forced.ShouldBeGreaterThan(20);
        (unproven.Count * 200).ShouldBeLessThanOrEqualTo(withHoles, string.Join('\n', unproven));
    }

    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void A_copy_under_other_names_gets_the_same_plan(string kernel)
    {
        byte[] btf = Fixtures.Read($"oracle/{kernel}/vmlinux.btf.gz");
        TypeGraph graph = Read(btf), copy = Read(Renamed(btf));
        Reorganizer first = new(graph), second = new(copy);
        foreach (TypeId id in Composites(graph))
        {
            ReorganizationPlan one = first.Plan(id), other = second.Plan(id);
            bool isSame = one.AfterObjective == other.AfterObjective && one.BeforeObjective == other.BeforeObjective && one.Kept == other.Kept
                && one.Proof == other.Proof && one.Members.SequenceEqual(other.Members) && one.Moves.SequenceEqual(other.Moves)
                && one.Barriers.SequenceEqual(other.Barriers);
            isSame.ShouldBeTrue($"[{id}] {graph[id].NameString} is planned otherwise as {copy[id].NameString}");
        }
    }

    [Theory]
    [InlineData("linux-6.1", 64)]
    [InlineData("linux-6.18", 32)]
    public void No_order_near_the_old_or_the_new_one_is_better(string kernel, int line)
    {
        TypeGraph graph = Read(Fixtures.Read($"oracle/{kernel}/vmlinux.btf.gz"));
        var options = new ReorganizeOptions { CachelineBytes = line };
        var reader = new LayoutModelReader(graph, options);
        var reorganizer = new Reorganizer(graph, options);
        List<string> better = [];
        long tried = 0;
        foreach (TypeId id in Composites(graph))
        {
            if (reader.Read(id) is not { IsExplained: true } model || reorganizer.Plan(id) is not { Kept: BarrierReason.None } plan)
            {
                continue;
            }

            var search = new NearbyOrders(model);
            int[] old = [.. Enumerable.Range(0, model.Items.Length)];
            int moves = old.Length <= 10 ? 2 : 1;
            var found = search.Find(old, plan.AfterObjective, moves) ?? search.Find(search.ItemsOf(plan), plan.AfterObjective, moves);
            tried += search.Tried;
            if (found is { } beaten)
            {
                better.Add($"[{id}] {graph[id].NameString}: {beaten.Objective}, plan {plan.AfterObjective} proven {plan.Proof}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{tried} orders");
        better.ShouldBeEmpty();
    }

    private static IEnumerable<TypeId> Composites(TypeGraph graph) =>
        Enumerable.Range(1, graph.TypeCount - 1).Select(i => new TypeId((uint)i)).Where(id => graph[id].IsComposite);

    private static bool HasInferredAlignment(ReorganizationPlan plan)
    {
        foreach (Core.Reorganization.Barrier barrier in plan.Barriers)
        {
            if (barrier.Reason == BarrierReason.InferredAlignment)
            {
                return true;
            }
        }

        return false;
    }

    private static TypeGraph Read(byte[] btf) => BtfReader.Read(BtfFile.Parse("kernel", "BTF", ByteRegion.FromBytes(btf)));

    // Other letters of the same case for all names but those that mark cache line groups.
    private static byte[] Renamed(byte[] btf)
    {
        byte[] copy = [.. btf];
        int header = (int)BinaryPrimitives.ReadUInt32LittleEndian(btf.AsSpan(4));
        int start = header + (int)BinaryPrimitives.ReadUInt32LittleEndian(btf.AsSpan(16));
        Span<byte> names = copy.AsSpan(start, (int)BinaryPrimitives.ReadUInt32LittleEndian(btf.AsSpan(20)));
        while (!names.IsEmpty)
        {
            int end = names.IndexOf((byte)0);
            Span<byte> name = names[..end];
            if (!name.StartsWith("__cacheline_group_"u8))
            {
                foreach (ref byte c in name)
                {
                    c = c is >= (byte)'a' and <= (byte)'z' ? (byte)('a' + ((c - 'a' + 13) % 26)) : c;
                }
            }

            names = names[(end + 1)..];
        }

        return copy;
    }
}
