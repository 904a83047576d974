using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reports;

/// <summary>
/// A report as KTAP version 1 (Documentation/dev-tools/ktap.rst): a finding that fails the run is <c>not ok</c>, one that is suppressed
/// is skipped, others are <c>ok</c>; diagnostic lines stand before the result that they are about.
/// </summary>
internal sealed class ReportKtapWriter(Utf8Writer output, ReportLevel? failOn)
{
    public void Write(Report report)
    {
        output.Write($"KTAP version 1\n1..{report.Items.Count + report.Passed.Count}\n");
        int number = 0;
        foreach (ReportItem item in report.Items)
        {
            WriteItem(report, item, ++number);
        }

        foreach (string passed in report.Passed)
        {
            output.Write($"ok {++number} {Description(passed)}\n");
        }
    }

    private void WriteItem(Report report, ReportItem item, int number)
    {
        Diagnostic($"{ReportFacts.NameOf(item.Level)}: {item.Message}");
        if (item.Suppression is null)
        {
            Diagnostic(item.File is null ? null : item.Line > 0 ? $"at {item.File}:{item.Line}" : $"at {item.File}");
            Diagnostic(ReportFacts.DescribeRelated(item));
            Diagnostic(item.Expected is null ? null : $"expected: {item.Expected}");
            Diagnostic(item.Found is null ? null : $"found: {item.Found}");
            foreach (string line in ReportFacts.LinesOf(item.Context))
            {
                Diagnostic(line);
            }
        }

        string target = item.Target is null ? "" : $" [{item.Target}]";
        string skip = item.Suppression is { } suppression
            ? " # SKIP " + HarmlessText.OneLine(ReportFacts.DescribeSuppression(suppression)) : "";
        string result = ReportFacts.IsFailure(item, failOn) ? "not ok" : "ok";
        output.Write($"{result} {number} {Description($"{item.Rule.Id} {ReportFacts.PlaceOf(report, item)}{target}")}{skip}\n");
    }

    private void Diagnostic(string? text)
    {
        if (text is not null)
        {
            output.Write($"# {HarmlessText.OneLine(text, keepTabs: true)}".TrimEnd() + "\n");
        }
    }

    // A hash begins a directive.
    private static string Description(string text) => HarmlessText.OneLine(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("#", "\\#", StringComparison.Ordinal);
}
