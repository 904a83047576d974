using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;

namespace BtfTool.Core.Tests.Reorganization;

/// <summary>Compares plans with brute force.</summary>
internal static class PlanCase
{
    /// <summary>Plans every struct of the cases and tries all its orders; returns how many structs.</summary>
    public static int CheckAll(CaseGraph cases, ReorganizeOptions options, bool mayBeImpossible = false)
    {
        TypeGraph graph = cases.Build();
        var reader = new LayoutModelReader(graph, options);
        var reorganizer = new Reorganizer(graph, options);
        foreach (TypeId id in cases.Structs)
        {
            LayoutModel model = reader.Read(id).ShouldNotBeNull();
            model.IsExplained.ShouldBeTrue();
            BruteForce search = BruteForce.Solve(model);
            ReorganizationPlan plan = reorganizer.Plan(id);
            bool mayMissMoves = options.KeepTogether.Count > 0 && !plan.Proof.HasFlag(PlanProof.Moves);
            string? fault = search.Best is { } best ? Fault(model, search, best, plan, mayMissMoves)
                : mayBeImpossible ? null : "no order is legal, not even the one it has";
            if (fault is not null)
            {
                throw new ShouldAssertException($"{fault}\n{Describe(model, search, plan)}");
            }
        }

        return cases.Structs.Count;
    }

    /// <summary>As <see cref="CheckAll"/> for structs with many members that are alike; returns how many orders were tried.</summary>
    public static long CheckAlike(CaseGraph cases, ReorganizeOptions options)
    {
        TypeGraph graph = cases.Build();
        var reader = new LayoutModelReader(graph, options);
        var checker = new PlanChecker(graph, options);
        var reorganizer = new Reorganizer(graph, options);
        long orders = 0;
        foreach (TypeId id in cases.Structs)
        {
            LayoutModel model = reader.Read(id).ShouldNotBeNull();
            AlikeBruteForce search = AlikeBruteForce.Solve(model);
            orders += search.Orders;
            ReorganizationPlan plan = reorganizer.Plan(id);
            string members = string.Join(' ', model.Members.Select(m => $"{m.SizeBits / 8}/{m.AlignmentBytes}{(m.IsFixed ? "!" : "")}"));
            checker.FaultIn(plan).ShouldBeNull(members);
            plan.AfterObjective.ShouldBe(search.Best, $"line {options.CachelineBytes}: {members}; before {plan.BeforeObjective}, proven {plan.Proof}");
            plan.IsProvenOptimal.ShouldBeTrue($"line {options.CachelineBytes}: {members}; proven {plan.Proof}");
        }

        return orders;
    }

    private static string? Fault(LayoutModel model, BruteForce search, PlanObjective best, ReorganizationPlan plan, bool mayMissMoves)
    {
        int n = model.Members.Length;
        Span<int> order = stackalloc int[n];
        Span<long> bits = stackalloc long[n];
        if (!TryOrder(model, plan, order))
        {
            return "the members are no permutation";
        }

        bool isLegal = model.Lay(order, bits, out PlanObjective objective);
        for (int i = 0; i < n; i++)
        {
            if (plan.Members[i].BitOffset != bits[i])
            {
                return $"member {plan.Members[i].Member} is said to lie at bit {plan.Members[i].BitOffset}, C puts it at {bits[i]}";
            }
        }

        return !isLegal ? "a pinned member moved, or the struct grew"
            : plan.AfterObjective != objective ? "the plan's objective is not that of its order"
            : plan.Moves.Length != objective.Moves ? $"{plan.Moves.Length} moves are told"
            : objective != best && !(mayMissMoves && objective with { Moves = best.Moves } == best) ? "brute force finds another objective"
            : (plan.Proof | (mayMissMoves ? PlanProof.Moves : 0)) != (PlanProof.Size | PlanProof.Layout | PlanProof.Moves) ? $"the proof is {plan.Proof}"
            : plan.LowerBoundBytes > search.LeastSizeBytes ? "the lower bound is none"
            : plan.AlignmentBytes != model.AlignmentBytes ? $"alignment {plan.AlignmentBytes}"
            : null;
    }

    // By place in the old order.
    private static bool TryOrder(LayoutModel model, ReorganizationPlan plan, Span<int> order)
    {
        if (plan.Members.Length != order.Length)
        {
            return false;
        }

        int seen = 0;
        for (int i = 0; i < order.Length; i++)
        {
            int member = plan.Members[i].Member;
            order[i] = Array.FindIndex(model.Members, m => m.Index == member);
            seen |= order[i] < 0 ? 0 : 1 << order[i];
        }

        return seen == (1 << order.Length) - 1;
    }

    private static string Describe(LayoutModel model, BruteForce search, ReorganizationPlan plan)
    {
        var lines = model.Members.Select((m, i) =>
            $"  {i}: {(m.IsBitfield ? $"{m.SizeBits} bits of {m.UnitBits}" : $"{m.SizeBits / 8} bytes, aligned {m.AlignmentBytes}")} at bit {m.OldBit}"
            + (m.IsFixed ? " fixed" : "") + (m.IsPinned ? " pinned" : "") + (m.IsHot ? " hot" : ""));
        return $"struct of {model.MaxSizeBytes} bytes aligned {model.AlignmentBytes}, line {model.LineBytes}\n{string.Join('\n', lines)}\n"
            + $"items {string.Join(' ', model.Items.Select((item, i) => $"[{string.Join(' ', item)}]@{model.Stretches[i]}"))}"
            + $" apart {string.Join(' ', model.Apart)}\n"
            + $"before {plan.BeforeObjective}\nplan {plan.AfterObjective}: "
            + $"{string.Join(' ', plan.Members.ToArray().Select(m => $"{m.Member}@{m.BitOffset}"))} kept {plan.Kept} proof {plan.Proof} bound {plan.LowerBoundBytes}\n"
            + $"brute {search.Best}: {string.Join(' ', search.BestOrder.ToArray())}; least {search.LeastSizeBytes}";
    }
}
