using System.Globalization;
using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.TestKit;

/// <summary>Everything that the views of a graph say, as text for comparison: two graphs with the same text are the same.</summary>
public static class GraphText
{
    /// <summary>All types of a graph, those of its base included.</summary>
    public static string Describe(TypeGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var text = new StringBuilder();
        for (uint id = 0; id < graph.TypeCount; id++)
        {
            Describe(graph[new TypeId(id)], text);
        }

        return text.ToString();
    }

    /// <summary>One type.</summary>
    public static string Describe(TypeView type)
    {
        var text = new StringBuilder();
        Describe(type, text);
        return text.ToString();
    }

    private static void Describe(TypeView t, StringBuilder text)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        text.Append(c, $"[{t.Id}] {t.Kind} {t.RawKind} '{t.NameString}' flag={t.Flag} anonymous={t.IsAnonymous} size={t.SizeBytes}");
        text.Append(c, $" target={t.Target} index={t.IndexType} elements={t.ElementCount} encoding={(int)t.IntEncoding}");
        text.Append(c, $" offset={t.IntBitOffset} bits={t.IntBits} linkage={t.Linkage} component={t.ComponentIndex}");
        text.Append(c, $" list={t.ElementsInList} aligned={t.DeclaredAlignmentBytes}\n");
        foreach (MemberView m in t.Members)
        {
            text.Append(c, $"\tmember '{m.NameString}' {m.Type} at {m.BitOffset} bits {m.BitSize} {m.IsBitfield} aligned={m.DeclaredAlignmentBytes}\n");
        }

        foreach (EnumeratorView e in t.Enumerators)
        {
            text.Append(c, $"\tvalue '{Encoding.UTF8.GetString(e.Name)}' {e.Value}\n");
        }

        foreach (ParameterView p in t.Parameters)
        {
            text.Append(c, $"\tparameter '{Encoding.UTF8.GetString(p.Name)}' {p.Type}\n");
        }

        foreach (SectionEntryView s in t.Entries)
        {
            text.Append(c, $"\tentry {s.Type} at {s.OffsetBytes} size {s.SizeBytes}\n");
        }
    }
}
