using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Compare;

namespace BtfTool.Emit.Diffs;

/// <summary>Writes where a difference in size comes from as one JSON document (docs/schemas/diff-why.schema.json).</summary>
public static class WhyJson
{
    /// <summary>Writes one explanation, with a newline behind it. Cost: linear in its parts.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="name">The type with its keyword.</param>
    /// <param name="why">The explanation.</param>
    public static void Write(IBufferWriter<byte> output, string name, SizeExplanation why)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(why);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema"u8, "btftool/diff-why/1"u8);
        json.WriteString("name"u8, name);
        json.WriteNumber("old_size_bytes"u8, why.OldBytes);
        json.WriteNumber("new_size_bytes"u8, why.NewBytes);
        json.WriteStartArray("steps"u8);
        foreach (SizeStep step in why.Steps)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, NameOf(step.Kind));
            WriteText(json, "member"u8, step.Member);
            json.WriteNumber("bytes"u8, step.Bytes);
            json.WriteNumber("old_bytes"u8, step.OldBytes);
            json.WriteNumber("new_bytes"u8, step.NewBytes);
            WriteText(json, "old_type"u8, step.Old);
            WriteText(json, "new_type"u8, step.New);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static ReadOnlySpan<byte> NameOf(SizeStepKind kind) => kind switch
    {
        SizeStepKind.MemberAdded => "member_added"u8,
        SizeStepKind.MemberRemoved => "member_removed"u8,
        SizeStepKind.MemberGrew => "member_grew"u8,
        SizeStepKind.MemberShrank => "member_shrank"u8,
        SizeStepKind.HoleOpened => "hole_opened"u8,
        SizeStepKind.HoleClosed => "hole_closed"u8,
        SizeStepKind.Padding => "padding"u8,
        _ => "largest"u8,
    };

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
