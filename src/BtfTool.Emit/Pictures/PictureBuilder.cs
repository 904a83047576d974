using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pictures;

/// <summary>Makes pictures of the types of one graph. Not safe to share between threads: make one for each.</summary>
/// <param name="graph">The types.</param>
internal sealed class PictureBuilder(TypeGraph graph)
{
    private const int LeastRowBytes = 16;
    private const int MostRowBytes = 128;
    private const int UsualRowBytes = 64;

    private readonly LayoutAnalyzer _analyzer = new(graph);

    /// <summary>The types.</summary>
    public TypeGraph Graph => graph;

    /// <summary>Draws a struct or union. Cost: linear in the members, those of anonymous structs and unions included.</summary>
    /// <param name="report">Its report, of the same graph.</param>
    /// <param name="like">Another picture in which the same members keep their marks and colours; null for none.</param>
    /// <param name="likeIndex">For each member, by index, which one of <paramref name="like"/> it is; -1 for none.</param>
    public StructPicture Build(LayoutReport report, StructPicture? like = null, ReadOnlySpan<int> likeIndex = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        int rowBytes = report.CachelineBytes is >= LeastRowBytes and <= MostRowBytes ? report.CachelineBytes : UsualRowBytes;
        var entries = new PictureEntries(graph, _analyzer, report, like, likeIndex);
        return new StructPicture(report, rowBytes, entries, new PictureRows(entries, graph.KindOf(report.Type) == TypeKind.Union, rowBytes));
    }
}
