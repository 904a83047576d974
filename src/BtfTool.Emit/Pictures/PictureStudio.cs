using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>Draws types of several graphs, one after the other; what it needs of a graph it keeps. Not safe to share between threads.</summary>
internal sealed class PictureStudio
{
    private readonly Dictionary<TypeGraph, (PictureBuilder Builder, DeclarationText Declarations)> _tools = [];
    private readonly Dictionary<TypeGraph, LayoutReporter> _reporters = [];

    /// <summary>Draws a type.</summary>
    public PictureWords Draw(LayoutReport report, StructPicture? like = null, ReadOnlySpan<int> likeIndex = default)
    {
        if (!_tools.TryGetValue(report.Graph, out (PictureBuilder Builder, DeclarationText Declarations) tools))
        {
            tools = (new PictureBuilder(report.Graph), new DeclarationText(report.Graph));
            _tools.Add(report.Graph, tools);
        }

        return new PictureWords(tools.Builder.Build(report, like, likeIndex), tools.Declarations);
    }

    /// <summary>Draws a struct as it could be, with the marks and colours of how it is; and says which marks moved.</summary>
    public (PictureWords Words, HashSet<int> Moved) DrawAfter(StructPicture before, ReorganizedStruct reorganized)
    {
        LayoutReport old = before.Report;
        if (!_reporters.TryGetValue(reorganized.RelaidGraph, out LayoutReporter? reporter))
        {
            reporter = new LayoutReporter(reorganized.RelaidGraph, old.CachelineBytes, old.PageBytes);
            _reporters.Add(reorganized.RelaidGraph, reporter);
        }

        ReadOnlySpan<PlacedMember> members = reorganized.Plan.Members;
        int[] likeIndex = new int[members.Length];
        for (int i = 0; i < likeIndex.Length; i++)
        {
            likeIndex[i] = members[i].Member;
        }

        var moved = new HashSet<int>();
        foreach (ref readonly MemberMove move in reorganized.Plan.Moves)
        {
            (int mark, _, int count) = before.MemberAt(move.Member);
            for (int i = 0; i < count; i++)
            {
                moved.Add(mark + i);
            }
        }

        return (Draw(reporter.Report(reorganized.Relaid), before, likeIndex), moved);
    }
}
