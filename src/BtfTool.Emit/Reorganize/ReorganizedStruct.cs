using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Reorganize;

/// <summary>A layout on the way of a plan: what was moved last, and what that came to.</summary>
/// <param name="Members">Indices of the members that moved, in their new order.</param>
/// <param name="Behind">Index of the member that they lie behind; -1: at the start.</param>
/// <param name="Type">The struct as it is after the step, in <see cref="ReorganizedStruct.RelaidGraph"/>.</param>
/// <param name="Summary">What it comes to.</param>
public sealed record ReorganizedStep(IReadOnlyList<int> Members, int Behind, TypeId Type, LayoutSummary Summary);

/// <summary>A struct with its plan and all that is shown of both.</summary>
public sealed class ReorganizedStruct
{
    internal ReorganizedStruct(TypeGraph graph, ReorganizationPlan plan, string name)
    {
        Graph = graph;
        Plan = plan;
        Name = name;
    }

    /// <summary>The types.</summary>
    public TypeGraph Graph { get; }

    /// <summary>The plan.</summary>
    public ReorganizationPlan Plan { get; }

    /// <summary>The struct in words: <c>struct foo</c>.</summary>
    public string Name { get; }

    /// <summary>The module that has it; null for the kernel, and where one file is asked.</summary>
    public string? Module { get; init; }

    /// <summary>Where it is declared, <c>file:line</c>; null where that is not known.</summary>
    public string? Place { get; init; }

    /// <summary>What it does for sampled accesses; null where no samples decided over it.</summary>
    public ProfiledPlan? Profiled { get; init; }

    /// <summary>Whether anything is to be moved.</summary>
    public bool IsImprovement => Plan.IsImprovement;

    /// <summary>The graph over <see cref="Graph"/> that has the struct as it is to be.</summary>
    public required TypeGraph RelaidGraph { get; init; }

    /// <summary>The struct as it is to be; where nothing moves, as it is.</summary>
    public required TypeId Relaid { get; init; }

    /// <summary>How it lies then.</summary>
    public required StructLayout After { get; init; }

    /// <summary>The way there, one block of members after the other; empty where it was not asked for.</summary>
    public IReadOnlyList<ReorganizedStep> Steps { get; init; } = [];
}

/// <summary>Collects plans of one graph and lays their structs out, all in one graph over it. Not safe to share between threads.</summary>
/// <param name="graph">The types.</param>
/// <param name="cachelineBytes">Bytes of a cache line, a power of two.</param>
/// <param name="withSteps">Whether the way to each is found too.</param>
public sealed class ReorganizedStructs(TypeGraph graph, int cachelineBytes, bool withSteps)
{
    private readonly List<Pending> _pending = [];
    private readonly RelaidStruct _relaid = new(graph);
    private PlanSteps? _steps;

    /// <summary>Adds a plan. Cost: linear in the members; with steps, in the members times the moves squared.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">The struct in words.</param>
    /// <param name="place">Where it is declared, or null.</param>
    /// <param name="module">The module that has it, or null.</param>
    /// <param name="profiled">What it does for sampled accesses, or null.</param>
    public void Add(ReorganizationPlan plan, string name, string? place = null, string? module = null, ProfiledPlan? profiled = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var pending = new Pending(plan, name, place, module, plan.IsImprovement ? _relaid.Add(plan) : plan.Type, [], profiled);
        if (plan.IsImprovement && withSteps)
        {
            _steps ??= new PlanSteps(graph, cachelineBytes);
            foreach (PlanStep step in _steps.Of(plan))
            {
                TypeId id = _relaid.Add(plan.Type, step.Members, step.SizeBytes);
                pending.Steps.Add(new ReorganizedStep(step.Moved, step.Behind, id, default));
            }
        }

        _pending.Add(pending);
    }

    /// <summary>Lays out all that was added, in that order; nothing can be added afterwards.</summary>
    public IReadOnlyList<ReorganizedStruct> Build()
    {
        TypeGraph relaid = _relaid.Build();
        var analyzer = new LayoutAnalyzer(relaid);
        var structs = new List<ReorganizedStruct>(_pending.Count);
        foreach (Pending p in _pending)
        {
            structs.Add(new ReorganizedStruct(graph, p.Plan, p.Name)
            {
                Module = p.Module,
                Place = p.Place,
                Profiled = p.Profiled,
                RelaidGraph = relaid,
                Relaid = p.Relaid,
                After = p.Relaid == p.Plan.Type ? p.Plan.Before : analyzer.Analyze(p.Relaid),
                Steps = [.. p.Steps.Select(step => step with { Summary = analyzer.Summarize(step.Type) })],
            });
        }

        return structs;
    }

    private sealed record Pending(ReorganizationPlan Plan, string Name, string? Place, string? Module, TypeId Relaid,
        List<ReorganizedStep> Steps, ProfiledPlan? Profiled);
}
