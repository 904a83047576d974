using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.TestKit;

/// <summary>Says what is wrong with a plan for a struct of any size: everything but that a better one might exist.</summary>
/// <param name="graph">The types.</param>
/// <param name="options">The constraints that the plan was made under.</param>
public sealed class PlanChecker(TypeGraph graph, ReorganizeOptions options)
{
    /// <summary>The rules.</summary>
    public LayoutModelReader Reader { get; } = new(graph, options);

    /// <summary>What is wrong; null when all is well.</summary>
    public string? FaultIn(ReorganizationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StructLayout before = plan.Before;
        LayoutModel? model = Reader.Read(plan.Type);
        if (model is null)
        {
            return plan.Kept == BarrierReason.None ? "the whole must stay and no reason is told" : FaultInKept(plan);
        }

        if (plan.Kept != BarrierReason.None)
        {
            return FaultInKept(plan);
        }

        int n = model.Members.Length;
        var order = new int[n];
        var bits = new long[n];
        return !TryOrder(model, plan, order, bits) ? "the members are no permutation"
            : FaultInOrder(model, order) ?? FaultInPlaces(model, order, bits, plan) ?? FaultInCost(model, order, bits, plan, before);
    }

    private static string? FaultInKept(ReorganizationPlan plan)
    {
        for (int i = 0; i < plan.Members.Length; i++)
        {
            MemberLayout old = plan.Before.Members[i];
            if (plan.Members[i].Member != old.Index || plan.Members[i].BitOffset != old.BitOffset)
            {
                return $"kept for {plan.Kept}, but member {old.Index} moved";
            }
        }

        return plan.Members.Length != plan.Before.Members.Length || plan.AfterObjective != plan.BeforeObjective || !plan.Moves.IsEmpty
            ? "kept, but it costs something else" : null;
    }

    private static bool TryOrder(LayoutModel model, ReorganizationPlan plan, int[] order, long[] bits)
    {
        var positions = new Dictionary<int, int>();
        for (int i = 0; i < order.Length; i++)
        {
            positions.Add(model.Members[i].Index, i);
        }

        if (plan.Members.Length != order.Length)
        {
            return false;
        }

        for (int i = 0; i < order.Length; i++)
        {
            if (!positions.Remove(plan.Members[i].Member, out order[i]))
            {
                return false;
            }

            bits[i] = plan.Members[i].BitOffset;
        }

        return true;
    }

    /// <summary>What makes an order illegal, whatever it costs; null when nothing does.</summary>
    /// <param name="model">The rules.</param>
    /// <param name="order">All positions in the model's members.</param>
    public static string? FaultInOrder(LayoutModel model, ReadOnlySpan<int> order)
    {
        var itemOf = new int[order.Length];
        for (int item = 0; item < model.Items.Length; item++)
        {
            Array.ForEach(model.Items[item], position => itemOf[position] = item);
        }

        int stretch = 0;
        for (int i = 0; i < order.Length;)
        {
            int item = itemOf[order[i]];
            if (i > 0 && !model.MayMergeRuns && model.Members[order[i]].IsBitfield && model.Members[order[i - 1]].IsBitfield)
            {
                return $"bitfields {model.Members[order[i - 1]].Index} and {model.Members[order[i]].Index} come to share a memory location";
            }

            if (!order[i..].StartsWith(model.Items[item]))
            {
                return $"what moves as one does not: member {model.Members[order[i]].Index}";
            }

            if (model.Stretches[item] < stretch)
            {
                return $"member {model.Members[order[i]].Index} crossed what nothing crosses";
            }

            stretch = model.Stretches[item];
            i += model.Items[item].Length;
        }

        return null;
    }

    private static string? FaultInPlaces(LayoutModel model, int[] order, long[] bits, ReorganizationPlan plan)
    {
        long end = 0;
        for (int i = 0; i < order.Length; i++)
        {
            ModelMember member = model.Members[order[i]];
            if (bits[i] < end)
            {
                return $"member {member.Index} overlaps the one before";
            }

            if (!member.IsBitfield && bits[i] % (8L * member.AlignmentBytes) != 0)
            {
                return $"member {member.Index} is not aligned to {member.AlignmentBytes}";
            }

            if (member.IsPinned && bits[i] != member.OldBit)
            {
                return $"member {member.Index} is pinned and moved";
            }

            end = bits[i] + member.SizeBits;
        }

        long size = plan.AfterObjective.SizeBytes;
        return end > size * 8 ? "the members do not fit" : size > model.MaxSizeBytes ? "it grew"
            : size % model.AlignmentBytes != 0 ? $"its size is no multiple of {model.AlignmentBytes}"
            : plan.AlignmentBytes < model.AlignmentBytes ? $"its alignment is {plan.AlignmentBytes}, not {model.AlignmentBytes}" : null;
    }

    private static string? FaultInCost(LayoutModel model, int[] order, long[] bits, ReorganizationPlan plan, StructLayout before)
    {
        int[] oldOrder = [.. Enumerable.Range(0, order.Length)];
        long[] oldBits = [.. model.Members.Select(m => m.OldBit)];
        PlanObjective old = model.Cost(oldOrder, oldBits, before.Summary.SizeBytes);
        PlanObjective cost = model.Cost(order, bits, plan.AfterObjective.SizeBytes);
        if (old != plan.BeforeObjective || cost != plan.AfterObjective)
        {
            return $"it costs {cost}, before {old}";
        }

        if (cost > old || plan.LowerBoundBytes > cost.SizeBytes || plan.Moves.Length != cost.Moves)
        {
            return cost > old ? "it got worse" : plan.LowerBoundBytes > cost.SizeBytes ? "the bound is above the size" : $"{plan.Moves.Length} moves";
        }

        var laid = new long[order.Length];
        return model.IsExplained && (!model.Lay(order, laid, out PlanObjective asLaid) || asLaid != cost || !laid.AsSpan().SequenceEqual(bits))
            ? "C lays that order otherwise" : null;
    }
}
