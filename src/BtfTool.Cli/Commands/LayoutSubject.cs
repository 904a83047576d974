using System.CommandLine;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>A struct or union whose layout is asked for.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Type">The struct or union.</param>
/// <param name="Name">The typedef that was asked for; null where the type has a name itself.</param>
/// <param name="Module">The module that has it; null for the kernel, and where one file is asked.</param>
internal sealed record LayoutSubject(TypeGraph Graph, TypeId Type, string? Name, string? Module)
{
    /// <summary>The types of names, each once, in the order in which they were typed. Single names are found in DWARF without the rest.</summary>
    /// <exception cref="UnusableException">A name means nothing, or no struct or union.</exception>
    public static List<LayoutSubject> Of(CommonOptions common, ParseResult r, TypeSource source, string[] names)
    {
        List<FoundTypes>? groups = common.IsWholeKernel(r)
            ? null : FoundTypes.In(source, names, firstOnly: false, paholeCompat: false, common.WantsStages(r));
        if (groups is null)
        {
            TypeGraphSet set = common.ReadGraphs(r, source);
            groups = ShownTypes.Of(set, TypeNames.Resolve(set, names, name => common.ElsewhereHint(r, source, name)), paholeCompat: false);
        }

        var subjects = new List<LayoutSubject>();
        var seen = new HashSet<(TypeGraph, TypeId)>();
        foreach (FoundTypes group in groups)
        {
            foreach (TypeId id in group.Types ?? [])
            {
                if (CompositeOf(group.Graph, id) is { } type && seen.Add((group.Graph, type)))
                {
                    string? name = type == id ? null : group.Graph[id].NameString;
                    subjects.Add(new LayoutSubject(group.Graph, type, name, group.Module));
                }
            }
        }

        return subjects.Count > 0 ? subjects
            : throw new UnusableException($"{string.Join(", ", names.Select(name => $"'{name}'"))}: no struct or union, which alone have a layout");
    }

    private static TypeId? CompositeOf(TypeGraph graph, TypeId id) => graph[id].IsComposite ? id
        : graph.KindOf(id) == TypeKind.Typedef && TypeNameQuery.CompositeBehind(graph, id) is { } behind && graph[behind].IsComposite
            ? behind : null;
}
