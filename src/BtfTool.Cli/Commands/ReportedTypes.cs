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
        var plans = new Dictionary<(TypeGraph, TypeId), ReorganizedStruct>();
        if (reorganize)
        {
            Plan(subjects, cachelineBytes, plans);
        }

        return subjects.ConvertAll(subject =>
        {
            if (!reporters.TryGetValue(subject.Graph, out LayoutReporter? reporter))
            {
                reporters.Add(subject.Graph, reporter = new LayoutReporter(subject.Graph, cachelineBytes, pageBytes));
            }

            return new PictureSubject(reporter.Report(subject.Type))
            {
                Name = subject.Name,
                Module = subject.Module,
                Place = ReorganizedTypes.PlaceOf(subject.Graph, subject.Type),
                Reorganized = plans.GetValueOrDefault((subject.Graph, subject.Type)),
            };
        });
    }

    private static void Plan(List<LayoutSubject> subjects, int cachelineBytes, Dictionary<(TypeGraph, TypeId), ReorganizedStruct> plans)
    {
        foreach (IGrouping<TypeGraph, LayoutSubject> group in subjects.GroupBy(subject => subject.Graph))
        {
            TypeGraph graph = group.Key;
            var reorganizer = new Reorganizer(graph, new ReorganizeOptions
            {
                CachelineBytes = cachelineBytes,
                Keep = id => ReorganizedTypes.KeptFor(graph, id),
            });
            var relaid = new ReorganizedStructs(graph, cachelineBytes, withSteps: false);
            var names = new DeclarationText(graph);
            bool gains = false;
            foreach (LayoutSubject subject in group)
            {
                if (graph.KindOf(subject.Type) == TypeKind.Struct && reorganizer.Plan(subject.Type) is { IsImprovement: true } plan)
                {
                    relaid.Add(plan, subject.Name ?? names.Of(subject.Type), module: subject.Module);
                    gains = true;
                }
            }

            foreach (ReorganizedStruct s in gains ? relaid.Build() : [])
            {
                plans[(graph, s.Plan.Type)] = s;
            }
        }
    }
}
