using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reorganize;

/// <summary>Members as they are called in sentences: what has no name by its type and offset. Not safe to share between threads.</summary>
/// <param name="graph">The types.</param>
internal sealed class MemberNames(TypeGraph graph)
{
    private readonly DeclarationText _types = new(graph);

    /// <summary>The types.</summary>
    public TypeGraph Graph => graph;

    /// <summary>A member of a type.</summary>
    public string Of(TypeId type, int member)
    {
        MemberView view = graph[type].Members[member];
        return view.IsAnonymous
            ? $"{_types.Of(view.Type)} of offset {ReorganizeWords.Number((long)(view.BitOffset / 8))}" : Printable(view.NameString);
    }

    /// <summary>A text of a file without what would break a line or steer a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
