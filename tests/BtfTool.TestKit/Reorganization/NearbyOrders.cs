using BtfTool.Core.Reorganization;

namespace BtfTool.TestKit;

/// <summary>Looks for a better legal order among those that one or two moves of items make of a given one.</summary>
/// <param name="model">The rules; without hot members and such as are to lie apart.</param>
public sealed class NearbyOrders(LayoutModel model)
{
    private readonly int[] _order = new int[model.Members.Length];

    /// <summary>Orders that were laid.</summary>
    public long Tried { get; private set; }

    /// <summary>A better order; null where none was found.</summary>
    /// <param name="start">Items in an order that keeps their stretches.</param>
    /// <param name="best">What is to be beaten.</param>
    /// <param name="moves">1 or 2 moves.</param>
    public (int[] Items, PlanObjective Objective)? Find(int[] start, PlanObjective best, int moves)
    {
        int[] items = [.. start];
        for (int from = 0; from < items.Length; from++)
        {
            for (int to = from - 1; to >= 0 && IsSameStretch(items, from, to); to--)
            {
                if (Try(items, from, to, best, moves) is { } found)
                {
                    return found;
                }
            }

            for (int to = from + 1; to < items.Length && IsSameStretch(items, from, to); to++)
            {
                if (Try(items, from, to, best, moves) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    /// <summary>The items in the order in which a plan has them.</summary>
    public int[] ItemsOf(ReorganizationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var firsts = new Dictionary<int, int>();
        for (int i = 0; i < model.Items.Length; i++)
        {
            firsts.Add(model.Members[model.Items[i][0]].Index, i);
        }

        var items = new List<int>();
        foreach (PlacedMember placed in plan.Members)
        {
            if (firsts.TryGetValue(placed.Member, out int item))
            {
                items.Add(item);
            }
        }

        return [.. items];
    }

    private bool IsSameStretch(int[] items, int from, int to) => model.Stretches[items[from]] == model.Stretches[items[to]];

    private (int[] Items, PlanObjective Objective)? Try(int[] items, int from, int to, PlanObjective best, int moves)
    {
        Move(items, from, to);
        (int[] Items, PlanObjective Objective)? found = null;
        if (Cost(items) is { } cost && cost <= best with { Moves = 0 })
        {
            cost = cost with { Moves = LayoutModel.Moves(_order) };
            found = cost < best ? ([.. items], cost) : null;
        }

        found ??= moves > 1 ? Find(items, best, moves - 1) : null;
        Move(items, to, from);
        return found;
    }

    private PlanObjective? Cost(int[] items)
    {
        Tried++;
        int at = 0;
        foreach (int item in items)
        {
            foreach (int position in model.Items[item])
            {
                _order[at++] = position;
            }
        }

        return model.TryLay(_order, out PlanObjective objective) ? objective : null;
    }

    private static void Move(int[] items, int from, int to)
    {
        int item = items[from];
        if (from < to)
        {
            Array.Copy(items, from + 1, items, from, to - from);
        }
        else
        {
            Array.Copy(items, to, items, to + 1, from - to);
        }

        items[to] = item;
    }
}
