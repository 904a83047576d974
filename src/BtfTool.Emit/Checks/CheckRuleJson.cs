using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Checks;

namespace BtfTool.Emit.Checks;

/// <summary>The rules as one JSON document; its schema: docs/schemas/check-rules.schema.json.</summary>
public static class CheckRuleJson
{
    /// <summary>Writes one rule, or all.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The id or name of one that is there; null for all.</param>
    public static void Write(IBufferWriter<byte> output, string? id)
    {
        ArgumentNullException.ThrowIfNull(output);
        CheckRuleInfo? asked = id is null ? null : CheckRules.Find(id);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "btftool/check-rules/1");
            json.WriteStartArray("rules");
            foreach (CheckRuleInfo rule in CheckRules.All)
            {
                if (asked is null || rule == asked)
                {
                    Write(json, rule);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, CheckRuleInfo rule)
    {
        json.WriteStartObject();
        json.WriteString("id", rule.Id);
        json.WriteString("name", rule.Name);
        json.WriteString("summary", rule.Summary);
        json.WriteString("help", rule.Help);
        json.WriteString("level", rule.IsWarning ? "warning" : "error");
        json.WriteBoolean("suppressible", !rule.IsAboutCheck);
        json.WriteEndObject();
    }
}
