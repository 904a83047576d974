using System.Text;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reports;

/// <summary>
/// A report as workflow commands of GitHub Actions: <c>::error file=F,line=L,col=C,title=T::MESSAGE</c>, one for each finding that is
/// not suppressed, and a line that counts. Escapes: actions/toolkit, packages/core/src/command.ts.
/// </summary>
internal sealed class ReportGitHubWriter(Utf8Writer output)
{
    public void Write(Report report)
    {
        foreach (ReportItem item in report.Items)
        {
            if (item.Suppression is null)
            {
                WriteItem(report, item);
            }
        }

        output.Write(ReportCounts.Of(report).Describe());
        output.Write((byte)'\n');
    }

    private void WriteItem(Report report, ReportItem item)
    {
        output.Write(item.Level switch { ReportLevel.Error => "::error "u8, ReportLevel.Warning => "::warning "u8, _ => "::notice "u8 });
        if (item.File is { } file)
        {
            output.Write("file=" + Property(file) + ",");
            output.Write(item.Line > 0 ? $"line={item.Line}," : "");
            output.Write(item.Line > 0 && item.Column > 0 ? $"col={item.Column}," : "");
        }

        output.Write("title=" + Property($"{item.Rule.Id} {ReportFacts.PlaceOf(report, item)}"));
        output.Write("::"u8);
        var message = new StringBuilder(HarmlessText.OneLine(item.Message));
        Append(message, item.Target, "input: ");
        Append(message, item.Expected, "expected: ");
        Append(message, item.Found, "found: ");
        Append(message, ReportFacts.DescribeRelated(item), "");
        foreach (string line in ReportFacts.LinesOf(item.Context))
        {
            Append(message, line, "");
        }

        output.Write(Data(message.ToString()));
        output.Write((byte)'\n');
    }

    private static void Append(StringBuilder message, string? text, string label)
    {
        if (text is not null)
        {
            message.Append('\n').Append(label).Append(HarmlessText.OneLine(text, keepTabs: true));
        }
    }

    private static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(HarmlessText.OneLine(text))
        .Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
