using System.Text;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reports;

/// <summary>
/// A report as JUnit XML: what fails the run as <c>failure</c>, what is suppressed as <c>skipped</c>, other findings as passed with
/// output, then what passed. There is no standard; this is the part that Jenkins, GitLab and GitHub's test reporters all read.
/// </summary>
internal sealed class ReportJUnitWriter(Utf8Writer output, ReportLevel? failOn)
{
    public void Write(Report report)
    {
        int failures = 0, skipped = 0;
        foreach (ReportItem item in report.Items)
        {
            failures += ReportFacts.IsFailure(item, failOn) ? 1 : 0;
            skipped += item.Suppression is null ? 0 : 1;
        }

        string counts = $"tests=\"{report.Items.Count + report.Passed.Count}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"";
        output.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        output.Write($"<testsuites name=\"btftool\" {counts}>\n");
        output.Write($"  <testsuite name=\"{Escape("btftool " + report.Command)}\" {counts}>\n");
        foreach (ReportItem item in report.Items)
        {
            WriteItem(report, item);
        }

        foreach (string passed in report.Passed)
        {
            output.Write($"    <testcase classname=\"{Escape("btftool." + report.Command)}\" name=\"{Escape(passed)}\"/>\n");
        }

        output.Write("  </testsuite>\n</testsuites>\n");
    }

    private void WriteItem(Report report, ReportItem item)
    {
        string target = item.Target is null ? "" : $" [{item.Target}]";
        string member = item.Member is null ? "" : $" {item.Member}";
        string file = item.File is null ? "" : $" file=\"{Escape(item.File)}\"" + (item.Line > 0 ? $" line=\"{item.Line}\"" : "");
        string type = item.Type.Length > 0 ? item.Type : "btftool." + report.Command;
        output.Write($"    <testcase classname=\"{Escape(type)}\" name=\"{Escape($"{item.Rule.Id} {item.Rule.Name}{member}{target}")}\"{file}>\n");
        string message = Escape(item.Message);
        if (item.Suppression is { } suppression)
        {
            output.Write($"      <skipped message=\"{Escape(ReportFacts.DescribeSuppression(suppression))}\"/>\n");
            output.Write($"      <system-out>{message}</system-out>\n");
        }
        else if (ReportFacts.IsFailure(item, failOn))
        {
            output.Write($"      <failure message=\"{message}\" type=\"{ReportFacts.NameOf(item.Level)}\">{Details(item)}</failure>\n");
        }
        else
        {
            output.Write($"      <system-out>{ReportFacts.NameOf(item.Level)}: {message}\n{Details(item)}</system-out>\n");
        }

        output.Write("    </testcase>\n");
    }

    private static string Details(ReportItem item)
    {
        var text = new StringBuilder();
        text.Append(item.Expected is null ? "" : $"expected: {Escape(item.Expected)}\n");
        text.Append(item.Found is null ? "" : $"found:    {Escape(item.Found)}\n");
        text.Append(ReportFacts.DescribeRelated(item) is { } related ? Escape(related) + "\n" : "");
        foreach (string line in ReportFacts.LinesOf(item.Context))
        {
            text.Append(Escape(line, keepTabs: true)).Append('\n');
        }

        return text.ToString();
    }

    // One line, so that no attribute holds a line end; XML 1.0 has no way to write most control characters.
    private static string Escape(string text, bool keepTabs = false) => HarmlessText.OneLine(text, keepTabs)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
