using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Oracles;

/// <summary>Weighs pahole's orders against the plans by one tuple, under one set of rules.</summary>
internal sealed class Comparison
{
    private readonly TypeGraph _graph;
    private readonly LayoutModelReader _reader;
    private readonly Reorganizer _reorganizer;
    private readonly TypeSizes _sizes;
    private readonly Dictionary<string, List<TypeId>> _structs = [];

    public Comparison(TypeGraph graph)
    {
        var options = new ReorganizeOptions();
        (_graph, _reader, _reorganizer, _sizes) = (graph, new LayoutModelReader(graph, options), new Reorganizer(graph, options), new TypeSizes(graph));
        for (uint i = 1; i < (uint)graph.TypeCount; i++)
        {
            TypeView type = graph[new TypeId(i)];
            if (type.Kind == TypeKind.Struct && !type.IsAnonymous)
            {
                if (!_structs.TryGetValue(type.NameString, out List<TypeId>? ids))
                {
                    _structs.Add(type.NameString, ids = []);
                }

                ids.Add(type.Id);
            }
        }
    }

    /// <summary>How often pahole's order was illegal, by reason.</summary>
    public SortedDictionary<string, int> Illegal { get; } = new(StringComparer.Ordinal);

    /// <summary>Structs whose order could not be compared, by reason.</summary>
    public SortedDictionary<string, int> LeftOut { get; } = new(StringComparer.Ordinal);

    public int Listed { get; private set; }

    public int Wins { get; private set; }

    public int Ties { get; private set; }

    public int UnchangedTies { get; private set; }

    public List<string> Losses { get; } = [];

    public long OurBytes { get; private set; }

    public long PaholeBytes { get; private set; }

    public void Add(PaholeOrder listed)
    {
        Listed++;
        TypeId id = default;
        int[]? order = null;
        LayoutModel? model = null;
        foreach (TypeId candidate in _structs.GetValueOrDefault(listed.Name, []))
        {
            model = _reader.Read(candidate);
            order = model is null ? null : OrderOf(model, candidate, listed.Members);
            id = candidate;
            if (order is not null)
            {
                break;
            }
        }

        ReorganizationPlan? plan = id.IsVoid ? null : _reorganizer.Plan(id);
        if (plan is null || model is null || order is null || !model.IsExplained)
        {
            Count(LeftOut, plan is null ? "no struct of the name" : model is null ? "packed or overlapping: may not change"
                : order is null ? "its members are not found in the listing" : "C does not explain its places (unnamed bitfields)");
            return;
        }

        OurBytes += plan.SavingBytes;
        var bits = new long[order.Length];
        string? fault = PlanChecker.FaultInOrder(model, order);
        bool fits = model.Lay(order, bits, out PlanObjective cost);
        if (fault is not null || !fits)
        {
            Count(Illegal, fault is null ? "larger than before" : Reason(model, order, plan, fault));
            return;
        }

        PaholeBytes += model.MaxSizeBytes - cost.SizeBytes;
        int verdict = plan.AfterObjective.CompareTo(cost);
        Wins += verdict < 0 ? 1 : 0;
        Ties += verdict == 0 ? 1 : 0;
        UnchangedTies += verdict == 0 && cost.Moves == 0 ? 1 : 0;
        if (verdict > 0)
        {
            Losses.Add($"{listed.Name}: {plan.AfterObjective}, pahole {cost}");
        }
    }

    private static void Count(SortedDictionary<string, int> counts, string reason) => counts[reason] = counts.GetValueOrDefault(reason) + 1;

    private int[]? OrderOf(LayoutModel model, TypeId id, List<string> names)
    {
        var positions = new Dictionary<string, Queue<int>>();
        for (int i = 0; i < model.Members.Length; i++)
        {
            string name = KeyOf(_graph[id].Members[model.Members[i].Index], out _);
            if (!positions.TryGetValue(name, out Queue<int>? queue))
            {
                positions.Add(name, queue = new Queue<int>());
            }

            queue.Enqueue(i);
        }

        var order = new List<int>();
        foreach (string name in names)
        {
            if (positions.TryGetValue(name, out Queue<int>? queue) && queue.TryDequeue(out int position))
            {
                order.Add(position);
            }
        }

        return order.Count == model.Members.Length && names.Count == order.Count ? [.. order] : null;
    }

    private string KeyOf(MemberView member, out string first)
    {
        first = FirstInside(member, 0);
        return member.IsAnonymous ? PaholeOrder.Anonymous + first : member.NameString;
    }

    // pahole writes types without a name out, member by member.
    private string FirstInside(MemberView member, int depth)
    {
        TypeId id = member.Type;
        while (_graph[id] is { Kind: TypeKind.Array } or { IsQualifier: true })
        {
            id = _graph[id].Target;
        }

        TypeView type = _graph[id];
        return depth < 32 && type.IsComposite && type.IsAnonymous && type.Members.Count > 0
            ? FirstInside(type.Members[0], depth + 1) : member.NameString;
    }

    private static string Reason(LayoutModel model, int[] order, ReorganizationPlan plan, string fault)
    {
        foreach (Core.Reorganization.Barrier barrier in plan.Barriers)
        {
            int old = Array.FindIndex(model.Members, m => m.Index == barrier.Member);
            int now = Array.IndexOf(order, old);
            if (!order.Take(now).ToHashSet().SetEquals(Enumerable.Range(0, old)))
            {
                return $"a barrier is crossed: {barrier.Reason}";
            }
        }

        return fault.StartsWith("bitfields", StringComparison.Ordinal) ? "bitfields of two runs come to share a memory location"
            : fault.StartsWith("what moves", StringComparison.Ordinal) ? "a run of bitfields is torn apart" : fault;
    }
}
