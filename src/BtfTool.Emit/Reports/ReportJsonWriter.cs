using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BtfTool.Emit.Reports;

/// <summary>
/// A report as one JSON document, compact, with a newline at its end: schema, command, inputs, summary, rules, findings, passed. Its
/// schema: docs/schemas/check.schema.json.
/// </summary>
public static class ReportJsonWriter
{
    // The document goes to the target in blocks of about this size.
    private const int BlockBytes = 64 * 1024;

    /// <summary>Writes the document.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="output">Receives it.</param>
    /// <param name="schema">The name at its root; null for <c>btftool/COMMAND/1</c>.</param>
    public static void Write(Report report, IBufferWriter<byte> output, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", schema ?? $"btftool/{report.Command}/1");
            json.WriteString("command", report.Command);
            WriteStrings(json, "inputs", report.Inputs);
            WriteSummary(json, ReportCounts.Of(report));
            WriteRules(json, report);
            WriteFindings(json, report);
            WriteStrings(json, "passed", report.Passed);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Hands what is written to the target when it is a block.</summary>
    internal static void FlushBlock(Utf8JsonWriter json)
    {
        if (json.BytesPending >= BlockBytes)
        {
            json.Flush();
        }
    }

    private static void WriteSummary(Utf8JsonWriter json, in ReportCounts counts)
    {
        json.WriteStartObject("summary");
        json.WriteNumber("errors", counts.Errors);
        json.WriteNumber("warnings", counts.Warnings);
        json.WriteNumber("notes", counts.Notes);
        json.WriteNumber("suppressed", counts.Suppressed);
        json.WriteNumber("passed", counts.Passed);
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, Report report)
    {
        json.WriteStartArray("rules");
        foreach (ReportRule rule in ReportFacts.RulesOf(report, []))
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            json.WriteString("name", rule.Name);
            json.WriteString("summary", rule.Summary);
            json.WriteString("level", ReportFacts.NameOf(rule.Level));
            json.WriteEndObject();
            FlushBlock(json);
        }

        json.WriteEndArray();
    }

    private static void WriteFindings(Utf8JsonWriter json, Report report)
    {
        var seen = new Dictionary<string, int>();
        json.WriteStartArray("findings");
        foreach (ReportItem item in report.Items)
        {
            json.WriteStartObject();
            json.WriteString("rule", item.Rule.Id);
            json.WriteString("level", ReportFacts.NameOf(item.Level));
            WriteText(json, "type", item.Type.Length == 0 ? null : item.Type);
            WriteText(json, "member", item.Member);
            json.WriteString("message", item.Message);
            WriteText(json, "expected", item.Expected);
            WriteText(json, "found", item.Found);
            WriteText(json, "context", item.Context.Length == 0 ? null : item.Context);
            WriteText(json, "target", item.Target);
            WriteText(json, "file", item.File);
            WriteNumber(json, "line", item.Line);
            WriteNumber(json, "column", item.Column);
            WriteRelated(json, item.Related);
            json.WriteString("fingerprint", ReportFacts.FingerprintOf(item, seen));
            WriteSuppression(json, item.Suppression);
            if (item.IsInBaseline is { } known)
            {
                json.WriteBoolean("in_baseline", known);
            }

            json.WriteEndObject();
            FlushBlock(json);
        }

        json.WriteEndArray();
    }

    private static void WriteRelated(Utf8JsonWriter json, ReportPlace? related)
    {
        if (related is not null)
        {
            json.WriteStartArray("related");
            json.WriteStartObject();
            json.WriteString("file", related.File);
            WriteNumber(json, "line", related.Line);
            WriteNumber(json, "column", related.Column);
            json.WriteString("message", related.Message);
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }

    private static void WriteSuppression(Utf8JsonWriter json, ReportSuppression? suppression)
    {
        if (suppression is not null)
        {
            json.WriteStartObject("suppressed");
            json.WriteString("reason", suppression.Reason);
            WriteText(json, "until", suppression.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, string key, IReadOnlyList<string> values)
    {
        json.WriteStartArray(key);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
            FlushBlock(json);
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string key, int value)
    {
        if (value > 0)
        {
            json.WriteNumber(key, value);
        }
    }
}
