using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BtfTool.Emit.Templates;

/// <summary>Values of a model as JSON.</summary>
internal static class TemplateJson
{
    private const int MostNesting = 64;

    /// <summary>
    /// The text. It may stand in an HTML script. What nests deeper than 64 levels, or is longer than
    /// <see cref="TemplateLimits.MaxHelperText"/>, is <c>null</c> there.
    /// </summary>
    public static string TextOf(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default, MaxDepth = 2 * MostNesting });
        Write(value, json, 0);
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(object? value, Utf8JsonWriter json, int depth)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case string text:
                json.WriteStringValue(Encoding.UTF8.GetBytes(text));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double real when double.IsFinite(real):
                json.WriteNumberValue(real);
                break;
            case ModelObject fields when depth < MostNesting:
                json.WriteStartObject();
                foreach ((string name, object? field) in fields)
                {
                    json.WritePropertyName(name);
                    Write(field, json, depth + 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable<object?> list when depth < MostNesting:
                json.WriteStartArray();
                foreach (object? item in list)
                {
                    Write(json.BytesCommitted + json.BytesPending > TemplateLimits.MaxHelperText ? null : item, json, depth + 1);
                }

                json.WriteEndArray();
                break;
            case long or int:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
