using System.Buffers;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reports;

/// <summary>Writes reports in all formats of <c>--as</c>. Cost: linear in the report.</summary>
public static class ReportWriters
{
    /// <summary>The names of the formats, as users write them, in the order of <see cref="ReportFormat"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["text", "json", "sarif", "junit", "github", "markdown", "ktap"];

    /// <summary>The format of a name; false when there is none of that name.</summary>
    public static bool TryParse(string? name, out ReportFormat format)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
            {
                format = (ReportFormat)i;
                return true;
            }
        }

        format = default;
        return false;
    }

    /// <summary>Writes a report. Strings may hold anything: no text of them can end a line, a cell, an element or a command.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="format">How to write it.</param>
    /// <param name="output">Receives UTF-8, whole lines.</param>
    /// <param name="options">What else to know; null for the defaults.</param>
    public static void Write(Report report, ReportFormat format, IBufferWriter<byte> output, ReportWriterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        options ??= new ReportWriterOptions();
        switch (format)
        {
            case ReportFormat.Json:
                ReportJsonWriter.Write(report, output, options.JsonSchema);
                return;
            case ReportFormat.Sarif:
                ReportSarifWriter.Write(report, output, options.ToolVersion);
                return;
        }

        var text = new Utf8Writer(output, options.HasColours && format == ReportFormat.Text);
        switch (format)
        {
            case ReportFormat.Text:
                new ReportTextWriter(text).Write(report);
                break;
            case ReportFormat.JUnit:
                new ReportJUnitWriter(text, options.FailOn).Write(report);
                break;
            case ReportFormat.GitHub:
                new ReportGitHubWriter(text).Write(report);
                break;
            case ReportFormat.Markdown:
                new ReportMarkdownWriter(text, options.MaxMarkdownBytes).Write(report);
                break;
            case ReportFormat.Ktap:
                new ReportKtapWriter(text, options.FailOn).Write(report);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }

        text.Flush();
    }
}
