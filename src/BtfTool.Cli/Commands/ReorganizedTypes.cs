using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary>Plans for what was asked on the command line.</summary>
/// <param name="options">Constraints.</param>
/// <param name="movesUapi">Whether structs that user programs know are planned as others.</param>
/// <param name="samples">What samples ask; null for nothing.</param>
internal sealed class ReorganizedTypes(ReorganizeOptions options, bool movesUapi, ProfiledStructs? samples = null)
{
    /// <summary>Plans for the structs that names mean, in their order, each once.</summary>
    /// <exception cref="UnusableException">Nothing of that is a struct, or a struct lacks a member that the options name.</exception>
    public List<ReorganizedStruct> Plan(IReadOnlyList<FoundTypes> groups, string[] names, bool withSteps)
    {
        var structs = new List<ReorganizedStruct>();
        (FoundTypes Group, (TypeId Id, string Name)[] Types)[] asked =
            [.. groups.Select(group => (group, StructsOf(group, new DeclarationText(group.Graph)).ToArray()))];
        samples?.Read(asked.SelectMany(of => of.Types.Select(type => type.Name)));
        foreach ((FoundTypes group, (TypeId Id, string Name)[] types) in asked)
        {
            structs.AddRange(Plan(group, types, withSteps));
        }

        return structs.Count > 0 ? structs : throw new UnusableException(
            names.Length == 1 ? $"'{names[0]}' is no struct: only the members of structs have an order" : "none of the names is a struct");
    }

    /// <summary>Plans for all structs with a name, ranked by what they gain.</summary>
    /// <param name="set">The types.</param>
    /// <param name="jobs">Number of threads; 0 for one per processor.</param>
    public PlanRanking Rank(TypeGraphSet set, int jobs)
    {
        var structs = new List<TypeRef>();
        DistinctTypesOfSet? distinct = set.Graphs.Length > 1 ? new DistinctTypesOfSet(set) : null;
        foreach (TypeGraph graph in set.Graphs)
        {
            for (uint at = set.FirstTypeOf(graph).Value; at < (uint)graph.TypeCount; at++)
            {
                TypeView type = graph[new TypeId(at)];
                if (type.Kind == TypeKind.Struct && !type.IsAnonymous && distinct?.Add(new TypeRef(graph, type.Id)) != false)
                {
                    structs.Add(new TypeRef(graph, type.Id));
                }
            }
        }

        var ranking = new PlanRanking();
        DeclarationText? texts = null;
        PlanBatch.Run(structs, NewReorganizer, jobs, (i, plan) =>
        {
            (TypeGraph graph, TypeId id) = (structs[i].Graph, structs[i].Id);
            texts = texts is null || i == 0 || !ReferenceEquals(structs[i - 1].Graph, graph) ? new DeclarationText(graph) : texts;
            DeclarationText names = texts;
            ranking.Add(plan, () => names.Of(id), ReferenceEquals(graph, set.Graphs[0]) ? null : KernelModules.NameOf(graph));
        });
        ranking.Sort();
        return ranking;
    }

    /// <summary>Plans for all structs that a listing of a group has under their own names.</summary>
    public IReadOnlyList<ReorganizedStruct> PlanListed(FoundTypes group, Predicate<TypeId> isListed, bool withSteps)
    {
        var texts = new DeclarationText(group.Graph);
        IEnumerable<TypeId> types = group.Types ?? Enumerable.Range((int)group.Graph.FirstOwnType.Value,
            group.Graph.TypeCount - (int)group.Graph.FirstOwnType.Value).Select(id => new TypeId((uint)id));
        return Plan(group, types.Distinct().Where(id => group.Graph.KindOf(id) == TypeKind.Struct && !group.Graph[id].IsAnonymous && isListed(id))
            .Select(id => (id, texts.Of(id))), withSteps);
    }

    private IReadOnlyList<ReorganizedStruct> Plan(FoundTypes group, IEnumerable<(TypeId Id, string Name)> types, bool withSteps)
    {
        Reorganizer reorganizer = NewReorganizer(group.Graph);
        var relaid = new ReorganizedStructs(group.Graph, options.CachelineBytes, withSteps);
        LayoutAnalyzer? analyzer = samples is null ? null : new LayoutAnalyzer(group.Graph);
        foreach ((TypeId id, string name) in types)
        {
            if (analyzer is not null)
            {
                samples!.Add(group.Graph, analyzer.Analyze(id), name, options.CachelineBytes);
            }

            if (reorganizer.MistakeIn(id) is { } mistake)
            {
                throw new UnusableException($"{name}: {mistake}");
            }

            ReorganizationPlan plan = reorganizer.Plan(id);
            relaid.Add(plan, name, PlaceOf(group.Graph, id), group.Module, samples?.Judge(group.Graph, plan));
        }

        return relaid.Build();
    }

    // Behind a typedef the struct that it leads to; without a name of its own that goes by the typedef's.
    private static IEnumerable<(TypeId Id, string Name)> StructsOf(FoundTypes group, DeclarationText texts)
    {
        var seen = new HashSet<TypeId>();
        foreach (TypeId named in group.Types ?? [])
        {
            TypeId? id = group.Graph.KindOf(named) == TypeKind.Typedef ? TypeNameQuery.CompositeBehind(group.Graph, named) : named;
            if (id is { } composite && group.Graph[composite].IsComposite && seen.Add(composite))
            {
                yield return (composite, group.Graph[composite].IsAnonymous ? group.Graph[named].NameString : texts.Of(composite));
            }
        }
    }

    private Reorganizer NewReorganizer(TypeGraph graph) => new(graph, options with
    {
        Keep = movesUapi ? null : id => KeptFor(graph, id),
        Measured = samples is null ? null : id => samples.UseOf(graph, id),
    });

    internal static BarrierReason KeptFor(TypeGraph graph, TypeId id) =>
        graph[id].TryGetDeclaration(out NameId file, out _) && IsUapi(graph.NameOf(file)) ? BarrierReason.Uapi : BarrierReason.None;

    private static bool IsUapi(ReadOnlySpan<byte> path) =>
        path.IndexOf("include/uapi/"u8) >= 0 || path.IndexOf("include/generated/uapi/"u8) >= 0;

    internal static string? PlaceOf(TypeGraph graph, TypeId id)
    {
        if (!graph[id].TryGetDeclaration(out NameId file, out uint line))
        {
            return null;
        }

        string path = file.IsNone ? "line" : graph.NameString(file);
        return line == 0 ? path : file.IsNone ? $"line {line}" : $"{path}:{line}";
    }
}
