using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary>What a report shows of the types that were asked for.</summary>
internal static class ReportedTypes
{
    /// <summary>The types with their layouts, and where asked with the best orders of their members.</summary>
    public static List<PictureSubject> Of(List<LayoutSubject> subjects, int cachelineBytes, int pageBytes, bool reorganize)
    {
        var reporters = new Dictionary<TypeGraph, LayoutReporter>();
        var better = new ReorganizedStruct?[subjects.Count];
        for (int i = 0; reorganize && i < subjects.Count; i++)
        {
            if (!reporters.ContainsKey(subjects[i].Graph))
            {
                reporters.Add(subjects[i].Graph, new LayoutReporter(subjects[i].Graph, cachelineBytes, pageBytes));
                Plan(subjects, i, cachelineBytes, better);
            }
        }

        var types = new List<PictureSubject>(subjects.Count);
        foreach (LayoutSubject subject in subjects)
        {
            if (!reporters.TryGetValue(subject.Graph, out LayoutReporter? reporter))
            {
                reporters.Add(subject.Graph, reporter = new LayoutReporter(subject.Graph, cachelineBytes, pageBytes));
            }

            types.Add(new PictureSubject(reporter.Report(subject.Type))
            {
                Name = subject.Name,
                Module = subject.Module,
                Place = ReorganizedTypes.PlaceOf(subject.Graph, subject.Type),
                Reorganized = better[types.Count],
            });
        }

        return types;
    }

    // Those of the graph that the first of them is of; the others come later, or did before.
    private static void Plan(List<LayoutSubject> subjects, int first, int cachelineBytes, ReorganizedStruct?[] better)
    {
        TypeGraph graph = subjects[first].Graph;
        var reorganizer = new Reorganizer(graph, new ReorganizeOptions
        {
            CachelineBytes = cachelineBytes,
            Keep = id => ReorganizedTypes.KeptFor(graph, id),
        });
        var relaid = new ReorganizedStructs(graph, cachelineBytes, withSteps: false);
        var names = new DeclarationText(graph);
        var gaining = new List<int>();
        for (int i = first; i < subjects.Count; i++)
        {
            LayoutSubject subject = subjects[i];
            if (subject.Graph == graph && graph.KindOf(subject.Type) == TypeKind.Struct
                && reorganizer.Plan(subject.Type) is { IsImprovement: true } plan)
            {
                relaid.Add(plan, subject.Name ?? names.Of(subject.Type), module: subject.Module);
                gaining.Add(i);
            }
        }

        if (gaining.Count > 0)
        {
            IReadOnlyList<ReorganizedStruct> built = relaid.Build();
            for (int i = 0; i < built.Count; i++)
            {
                better[gaining[i]] = built[i];
            }
        }
    }
}
