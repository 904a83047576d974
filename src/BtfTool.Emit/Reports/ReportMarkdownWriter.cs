using System.Text;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reports;

/// <summary>
/// A report as a comment on a pull request: a line that counts, a table of the findings, and for each type the lines around them, folded
/// away. What does not fit is counted.
/// </summary>
internal sealed class ReportMarkdownWriter(Utf8Writer output, int maxBytes)
{
    // Kept for the lines that say what was left out, and for a closing tag.
    private const int ReservedBytes = 300;

    private int _left = maxBytes - ReservedBytes;

    public void Write(Report report)
    {
        ReportCounts counts = ReportCounts.Of(report);
        Fits($"### btftool {MarkdownText.Escape(report.Command)}: {counts.Describe()}\n");
        ReportItem[] active = [.. report.Items.Where(item => item.Suppression is null).OrderByDescending(item => item.Level)];
        if (active.Length > 0)
        {
            WriteTable(report, active);
            WriteDetails(report);
        }

        WriteSuppressed(report);
    }

    private void WriteTable(Report report, ReportItem[] items)
    {
        Fits("\n| | Rule | Where | What |\n|---|---|---|---|\n");
        int written = 0;
        foreach (ReportItem item in items)
        {
            string target = item.Target is null ? "" : $" ({MarkdownText.Escape(item.Target)})";
            string found = item.Expected is null && item.Found is null ? ""
                : $"<br>expected {MarkdownText.Code(item.Expected ?? "nothing")}, found {MarkdownText.Code(item.Found ?? "nothing")}";
            string asked = ReportFacts.DescribeRelated(item) is { } related ? $"<br>{MarkdownText.Escape(related)}" : "";
            string row = $"| {ReportFacts.NameOf(item.Level)} | {MarkdownText.Escape(item.Rule.Id)} {MarkdownText.Escape(item.Rule.Name)} "
                + $"| {MarkdownText.Code(ReportFacts.PlaceOf(report, item))}{target} | {MarkdownText.Escape(item.Message)}{found}{asked} |\n";
            if (!Fits(row))
            {
                break;
            }

            written++;
        }

        if (written < items.Length)
        {
            output.Write($"\n... and {items.Length - written} more\n");
        }
    }

    private void WriteDetails(Report report)
    {
        int left = 0;
        foreach ((string type, List<ReportItem> all) in ReportTextWriter.Groups(report))
        {
            List<ReportItem> items = all.FindAll(item => item.Suppression is null && item.Context.Length > 0);
            if (items.Count == 0)
            {
                continue;
            }

            var text = new StringBuilder();
            string name = MarkdownText.Code(type.Length > 0 ? type : report.Command);
            text.Append("\n<details><summary>").Append(name).Append("</summary>\n\n");
            foreach (ReportItem item in items)
            {
                text.Append(MarkdownText.Escape(item.Message)).Append("\n\n");
                text.Append(MarkdownText.Block(ReportFacts.LinesOf(item.Context), "")).Append('\n');
            }

            text.Append("</details>\n");
            left += Fits(text.ToString()) ? 0 : 1;
        }

        if (left > 0)
        {
            output.Write($"\nThe lines around the findings of {left} more type{(left == 1 ? "" : "s")} are left out.\n");
        }
    }

    private void WriteSuppressed(Report report)
    {
        var text = new StringBuilder();
        foreach (ReportItem item in report.Items)
        {
            if (item.Suppression is { } suppression)
            {
                text.Append("- ").Append(MarkdownText.Code(ReportFacts.PlaceOf(report, item))).Append(": ")
                    .Append(MarkdownText.Escape(item.Message)).Append(" (")
                    .Append(MarkdownText.Escape(ReportFacts.DescribeSuppression(suppression))).Append(")\n");
            }
        }

        if (text.Length > 0)
        {
            Fits($"\n<details><summary>suppressed</summary>\n\n{text}\n</details>\n");
        }
    }

    private bool Fits(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > _left)
        {
            return false;
        }

        _left -= bytes;
        output.Write(text);
        return true;
    }
}
