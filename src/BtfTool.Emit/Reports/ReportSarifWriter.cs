using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BtfTool.Emit.Reports;

/// <summary>A report as SARIF 2.1.0 (OASIS standard, errata 01): one run, all rules, one result for each finding.</summary>
internal static class ReportSarifWriter
{
    private const string SchemaUri = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    // What code scanning services take as the root of the checkout.
    private const string SourceRoot = "%SRCROOT%";

    public static void Write(Report report, IBufferWriter<byte> output, string toolVersion)
    {
        var indices = new Dictionary<string, int>(StringComparer.Ordinal);
        List<ReportRule> rules = ReportFacts.RulesOf(report, indices);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", SchemaUri);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules, toolVersion);
            json.WriteString("columnKind", "unicodeCodePoints");
            json.WriteStartObject("automationDetails");
            json.WriteString("id", $"btftool/{report.Command}/");
            json.WriteEndObject();
            WriteResults(json, report, indices);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void WriteTool(Utf8JsonWriter json, List<ReportRule> rules, string version)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "btftool");
        json.WriteString("version", version);
        json.WriteStartArray("rules");
        foreach (ReportRule rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            json.WriteString("name", rule.Name);
            WriteMessage(json, "shortDescription", rule.Summary);
            WriteMessage(json, "fullDescription", rule.Help.Length > 0 ? rule.Help : rule.Summary);
            json.WriteStartObject("help");
            json.WriteString("text", rule.Help.Length > 0 ? rule.Help : rule.Summary);
            json.WriteString("markdown", $"**{MarkdownText.Escape(rule.Id)} {MarkdownText.Escape(rule.Name)}**: "
                + $"{MarkdownText.Escape(rule.Summary)}\n\n{MarkdownText.EscapeLines(rule.Help)}");
            json.WriteEndObject();
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", ReportFacts.NameOf(rule.Level));
            json.WriteEndObject();
            json.WriteEndObject();
            ReportJsonWriter.FlushBlock(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResults(Utf8JsonWriter json, Report report, Dictionary<string, int> indices)
    {
        var seen = new Dictionary<string, int>();
        json.WriteStartArray("results");
        foreach (ReportItem item in report.Items)
        {
            json.WriteStartObject();
            json.WriteString("ruleId", item.Rule.Id);
            json.WriteNumber("ruleIndex", indices[item.Rule.Id]);
            json.WriteString("level", ReportFacts.NameOf(item.Level));
            WriteMessage(json, "message", item.Message);
            WriteLocations(json, item);
            WriteRelated(json, item);
            json.WriteStartObject("partialFingerprints");
            json.WriteString("btftoolFinding/v1", ReportFacts.FingerprintOf(item, seen));
            json.WriteEndObject();
            if (item.IsInBaseline is { } known)
            {
                json.WriteString("baselineState", known ? "unchanged" : "new");
            }

            WriteSuppressions(json, item);
            WriteProperties(json, item);
            json.WriteEndObject();
            ReportJsonWriter.FlushBlock(json);
        }

        json.WriteEndArray();
    }

    private static void WriteLocations(Utf8JsonWriter json, ReportItem item)
    {
        if (item.File is null && item.Type.Length == 0)
        {
            return;
        }

        json.WriteStartArray("locations");
        json.WriteStartObject();
        if (item.File is { } file)
        {
            WritePhysicalLocation(json, file, item.Line, item.Column);
        }

        if (item.Type.Length > 0)
        {
            json.WriteStartArray("logicalLocations");
            WriteLogical(json, item.Type, item.Type, "type");
            if (item.Member is { } member)
            {
                WriteLogical(json, member, $"{item.Type}.{member}", "member");
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WritePhysicalLocation(Utf8JsonWriter json, string file, int line, int column)
    {
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", UriOf(file, out bool isRelative));
        if (isRelative)
        {
            json.WriteString("uriBaseId", SourceRoot);
        }

        json.WriteEndObject();
        // Code scanning services want a line of every result: of a whole file the first.
        json.WriteStartObject("region");
        json.WriteNumber("startLine", Math.Max(line, 1));
        if (line > 0 && column > 0)
        {
            json.WriteNumber("startColumn", column);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRelated(Utf8JsonWriter json, ReportItem item)
    {
        if (item.Related is { } related)
        {
            json.WriteStartArray("relatedLocations");
            json.WriteStartObject();
            WritePhysicalLocation(json, related.File, related.Line, related.Column);
            WriteMessage(json, "message", related.Message);
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }

    private static void WriteLogical(Utf8JsonWriter json, string name, string fullName, string kind)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("fullyQualifiedName", fullName);
        json.WriteString("kind", kind);
        json.WriteEndObject();
    }

    private static void WriteSuppressions(Utf8JsonWriter json, ReportItem item)
    {
        if (item.Suppression is { } suppression)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", "external");
            json.WriteString("status", "accepted");
            json.WriteString("justification", suppression.Reason);
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }

    private static void WriteProperties(Utf8JsonWriter json, ReportItem item)
    {
        if (item is { Expected: null, Found: null, Target: null, Context.Length: 0 })
        {
            return;
        }

        json.WriteStartObject("properties");
        WriteText(json, "expected", item.Expected);
        WriteText(json, "found", item.Found);
        WriteText(json, "target", item.Target);
        WriteText(json, "context", item.Context.Length == 0 ? null : item.Context);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, string key, string text)
    {
        json.WriteStartObject(key);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }

    // RFC 3986: each segment is escaped by itself, so that nothing in a path is taken for a scheme, a query or a fragment.
    private static string UriOf(string path, out bool isRelative)
    {
        isRelative = !path.StartsWith('/');
        var uri = new StringBuilder(isRelative ? "" : "file://");
        bool isFirst = true;
        foreach (string segment in path.Split('/'))
        {
            if (segment == "." && isRelative)
            {
                continue;
            }

            uri.Append(isFirst ? "" : "/").Append(Uri.EscapeDataString(segment));
            isFirst = false;
        }

        return uri.ToString();
    }
}
