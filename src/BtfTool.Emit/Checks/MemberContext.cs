using System.Globalization;
using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Checks;

/// <summary>
/// A few lines of a struct around one of its members: offset, size and declaration, with the holes between them.
/// Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="cachelineBytes">Bytes of a cache line.</param>
internal sealed class MemberContext(TypeGraph graph, int cachelineBytes)
{
    private const int Before = 2;
    private const int After = 2;
    private const int LongestText = 60;

    private readonly LayoutAnalyzer _analyzer = new(graph);
    private readonly DeclarationText _texts = new(graph);
    private StructLayout? _layout;

    /// <summary>The lines, each with a line feed. Cost: linear in the members, once for findings of one type in a row.</summary>
    /// <param name="type">A struct or union.</param>
    /// <param name="title">How to call it.</param>
    /// <param name="bitOffset">First bit of the member; -1 for the whole, of which only the first line is written.</param>
    public string Around(TypeId type, string title, long bitOffset)
    {
        StructLayout layout = _layout is { } known && known.Type == type ? known : _layout = _analyzer.Analyze(type);
        var text = new StringBuilder();
        LayoutSummary summary = layout.Summary;
        text.Append(CultureInfo.InvariantCulture, $"{title}: {summary.SizeBytes} bytes, {summary.CachelinesOf(cachelineBytes)} lines, ");
        text.Append(CultureInfo.InvariantCulture, $"{summary.Holes} holes of {summary.HoleBytes} bytes, {summary.PaddingBytes} bytes of padding\n");
        if (bitOffset >= 0 && layout.Members.Length > 0)
        {
            AppendMembers(layout, bitOffset, text);
        }

        return text.ToString();
    }

    private void AppendMembers(StructLayout layout, long bitOffset, StringBuilder text)
    {
        int at = PositionOf(layout, bitOffset);
        int first = Math.Max(0, at - Before), last = Math.Min(layout.Members.Length - 1, at + After);
        for (int i = first; i <= last; i++)
        {
            MemberLayout place = layout.Members[i];
            MemberView member = graph[layout.Type].Members[place.Index];
            string declared = Cut(_texts.Of(member.Type, member.Name)) + (member.IsBitfield ? string.Create(CultureInfo.InvariantCulture, $":{member.BitSize}") : "") + ";";
            string offset = member.IsBitfield
                ? string.Create(CultureInfo.InvariantCulture, $"{place.BitOffset / 8}:{place.BitOffset % 8}")
                : (place.BitOffset / 8).ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{(i == at ? '>' : ' ')} {offset,7} {place.SizeBytes,6}  {declared}\n");
            if (place.HoleBytes > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {place.EndBits / 8,7} {place.HoleBytes,6}  (hole)\n");
            }
        }

        if (last == layout.Members.Length - 1 && layout.Summary.PaddingBytes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {layout.Summary.SizeBytes - layout.Summary.PaddingBytes,7} {layout.Summary.PaddingBytes,6}  (padding)\n");
        }
    }

    // The last that begins at or before the bit; the first of those at one offset.
    private static int PositionOf(StructLayout layout, long bitOffset)
    {
        int at = 0;
        for (int i = 1; i < layout.Members.Length && layout.Members[i].BitOffset <= bitOffset; i++)
        {
            at = layout.Members[i].BitOffset > layout.Members[at].BitOffset ? i : at;
        }

        return at;
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText - 3), "...");
}
