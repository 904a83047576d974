using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>Draws types of several graphs, one after the other; what it needs of a graph it keeps. Not safe to share between threads.</summary>
internal sealed class PictureStudio
{
    private readonly Dictionary<TypeGraph, Tools> _tools = [];
    private readonly Dictionary<TypeGraph, LayoutReporter> _reporters = [];

    /// <summary>Reports on a type and draws it.</summary>
    public PictureWords Draw(TypeGraph graph, TypeId type, int cachelineBytes, StructPicture? like = null, ReadOnlySpan<int> likeIndex = default) =>
        Draw(ReporterOf(graph, cachelineBytes, KmallocBuckets.PageBytes).Report(type), like, likeIndex);

    /// <summary>Draws a type.</summary>
    public PictureWords Draw(LayoutReport report, StructPicture? like = null, ReadOnlySpan<int> likeIndex = default)
    {
        if (!_tools.TryGetValue(report.Graph, out Tools? tools))
        {
            tools = new Tools(report.Graph);
            _tools.Add(report.Graph, tools);
        }

        return new PictureWords(tools.Builder.Build(report, like, likeIndex), tools.Declarations);
    }

    /// <summary>Draws a struct as it could be, with the marks and colours of how it is; and says which marks moved.</summary>
    public (PictureWords Words, PictureMark[] Moved) DrawAfter(StructPicture before, ReorganizedStruct reorganized)
    {
        LayoutReporter reporter = ReporterOf(reorganized.RelaidGraph, before.Report.CachelineBytes, before.Report.PageBytes);
        ReadOnlySpan<PlacedMember> members = reorganized.Plan.Members;
        int[] likeIndex = new int[members.Length];
        for (int i = 0; i < likeIndex.Length; i++)
        {
            likeIndex[i] = members[i].Member;
        }

        PictureWords after = Draw(reporter.Report(reorganized.Relaid), before, likeIndex);
        var moved = new PictureMark[Math.Max(before.MarkEnd, after.Picture.MarkEnd)];
        foreach (ref readonly MemberMove move in reorganized.Plan.Moves)
        {
            (int mark, _, int count) = before.MemberAt(move.Member);
            for (int i = 0; i < count; i++)
            {
                moved[mark + i] = PictureMark.Moved;
            }
        }

        return (after, moved);
    }

    private LayoutReporter ReporterOf(TypeGraph graph, int cachelineBytes, int pageBytes)
    {
        if (!_reporters.TryGetValue(graph, out LayoutReporter? reporter))
        {
            reporter = new LayoutReporter(graph, cachelineBytes, pageBytes);
            _reporters.Add(graph, reporter);
        }

        return reporter;
    }

    private sealed class Tools(TypeGraph graph)
    {
        public PictureBuilder Builder { get; } = new(graph);

        public DeclarationText Declarations { get; } = new(graph);
    }
}
