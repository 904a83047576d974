using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reports;

/// <summary>For a person: findings under the type that they are about, in the order of the report, and a line that counts them.</summary>
internal sealed class ReportTextWriter(Utf8Writer output)
{
    public void Write(Report report)
    {
        foreach ((string type, List<ReportItem> items) in Groups(report))
        {
            bool isIndented = type.Length > 0;
            if (isIndented)
            {
                output.Style(TextStyle.TypeName);
                output.Write(HarmlessText.OneLine(type));
                output.Style(TextStyle.Plain);
                output.Write((byte)'\n');
            }

            foreach (ReportItem item in items)
            {
                Write(item, isIndented ? 2 : 0);
            }

            output.Write((byte)'\n');
        }

        output.Write(ReportCounts.Of(report).Describe());
        output.Write((byte)'\n');
    }

    /// <summary>Findings by type, types in the order in which they come first.</summary>
    public static IEnumerable<(string Type, List<ReportItem> Items)> Groups(Report report)
    {
        var order = new List<(string Type, List<ReportItem> Items)>();
        var known = new Dictionary<string, List<ReportItem>>(StringComparer.Ordinal);
        foreach (ReportItem item in report.Items)
        {
            if (!known.TryGetValue(item.Type, out List<ReportItem>? items))
            {
                known.Add(item.Type, items = []);
                order.Add((item.Type, items));
            }

            items.Add(item);
        }

        return order;
    }

    private void Write(ReportItem item, int indent)
    {
        output.Fill((byte)' ', indent);
        if (item.Suppression is { } suppression)
        {
            // One line, dimmed: it is there to be known of, not to be read.
            output.Style(TextStyle.Comment);
            WriteHead(item, ReportFacts.NameOf(item.Level));
            output.Write(" (" + HarmlessText.OneLine(ReportFacts.DescribeSuppression(suppression)) + ")");
            output.Style(TextStyle.Plain);
            output.Write((byte)'\n');
            return;
        }

        output.Style(item.Level == ReportLevel.Note ? TextStyle.Comment : TextStyle.Warning);
        output.Write(ReportFacts.NameOf(item.Level));
        output.Style(TextStyle.Plain);
        WriteHead(item, "");
        output.Write((byte)'\n');
        WriteDetails(item, indent + 4);
    }

    private void WriteHead(ReportItem item, string level)
    {
        output.Write(HarmlessText.OneLine($"{level} {item.Rule.Id}: {item.Message}"));
        output.Write(item.Target is null ? "" : HarmlessText.OneLine($" [{item.Target}]"));
    }

    private void WriteDetails(ReportItem item, int indent)
    {
        WriteLine(indent, item.File is null ? null : item.Line > 0 ? $"at {item.File}:{item.Line}" : $"at {item.File}");
        WriteLine(indent, ReportFacts.DescribeRelated(item));
        WriteLine(indent, item.Expected is null ? null : "expected: " + item.Expected);
        WriteLine(indent, item.Found is null ? null : "found:    " + item.Found);
        foreach (string line in ReportFacts.LinesOf(item.Context))
        {
            WriteLine(indent, "| " + line);
        }
    }

    private void WriteLine(int indent, string? line)
    {
        if (line is not null)
        {
            output.Fill((byte)' ', indent);
            output.Write(HarmlessText.OneLine(line, keepTabs: true).TrimEnd());
            output.Write((byte)'\n');
        }
    }
}
