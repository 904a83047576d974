using System.Buffers;
using System.Text;
using System.Text.Json;
using BtfTool.Core.Types;
using BtfTool.Emit.Json;

namespace BtfTool.Emit.Headers;

/// <summary>
/// What templates are told of a header: a document like that of <c>show --json</c> with one object in <c>types</c> for each definition and
/// forward declaration, in the order of the header, and with its C text.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="options">What the header contains.</param>
/// <param name="json">How types are described.</param>
/// <param name="withLines">Whether the text is there line by line too.</param>
internal sealed class HeaderModel(TypeGraph graph, HeaderOptions options, JsonTypeOptions json, bool withLines)
{
    /// <summary>Writes the document. Cost: that of the header and that of the document of its types.</summary>
    /// <inheritdoc cref="HeaderEmitter.Write" path="/exception"/>
    public void Write(IBufferWriter<byte> output)
    {
        using var document = new JsonShowWriter(output, json);
        JsonTypeWriter types = document.TypesOf(graph);
        var header = new HeaderEmitter(graph, options);
        var assertions = new LayoutAssertions(graph, header, options.Limits);
        header.WritePieces(new HeaderPieces((id, isForward, text, members) =>
        {
            TypeView type = graph[new TypeId(id)];
            string definition = Encoding.UTF8.GetString(text);
            var copy = new List<PieceMember>(members);
            if (isForward)
            {
                document.WriteOther(w => WriteForward(w, type, definition));
            }
            else
            {
                types.WriteWith(type.Id, w => WriteMore(w, type, header, assertions, definition, copy));
            }
        }));
        document.Finish();
    }

    private static void WriteForward(Utf8JsonWriter w, TypeView type, string definition)
    {
        w.WriteStartObject();
        w.WriteString(JsonKeys.Name, type.NameString);
        w.WriteString("kind"u8, "forward"u8);
        w.WriteString(JsonKeys.ForwardKind, definition.StartsWith('u') ? "union"u8 : "struct"u8);
        w.WriteString("c_name"u8, definition.TrimEnd(';'));
        w.WriteString("definition"u8, definition);
        w.WriteBoolean("assertable"u8, false);
        w.WriteEndObject();
    }

    private void WriteMore(
        Utf8JsonWriter w, TypeView type, HeaderEmitter header, LayoutAssertions assertions, string definition, List<PieceMember> members)
    {
        if (header.TryGetEmittedName(type.Id, out string? name))
        {
            string tag = type.Kind switch { TypeKind.Struct => "struct ", TypeKind.Union => "union ", TypeKind.Enum or TypeKind.Enum64 => "enum ", _ => "" };
            w.WriteString("c_name"u8, tag + name);
        }

        TypeId composite = type.Kind == TypeKind.Typedef ? type.Target : type.Id;
        TypeView layout = graph[composite];
        w.WriteBoolean("assertable"u8, name is not null && layout.IsComposite && (type.Kind == TypeKind.Typedef) == layout.IsAnonymous
            && assertions.CanAgree(composite));
        w.WriteString("definition"u8, definition);
        if (withLines)
        {
            WriteLines(w, definition, members);
        }
    }

    // Members end on lines of their own, in the order of the text.
    private void WriteLines(Utf8JsonWriter w, string definition, List<PieceMember> members)
    {
        w.WriteStartArray("lines"u8);
        int next = 0;
        int end = 0;
        foreach (string line in definition.Split('\n'))
        {
            end += Encoding.UTF8.GetByteCount(line) + 1;
            w.WriteStartObject();
            w.WriteString("text"u8, line);
            if (next < members.Count && members[next].EndPosition < end)
            {
                PieceMember member = members[next++];
                w.WriteBoolean("is_member"u8, true);
                w.WriteBoolean("is_bitfield"u8, member.BitfieldBits > 0);
                if (!member.Name.IsNone)
                {
                    w.WriteString("member"u8, graph.NameString(member.Name));
                }

                w.WriteNumber(JsonKeys.OffsetBytes, member.BitOffset / 8);
                w.WriteNumber(JsonKeys.SizeBytes, member.SizeBytes);
                if (member.BitfieldBits > 0)
                {
                    w.WriteNumber(JsonKeys.OffsetBits, member.BitOffset);
                    w.WriteNumber(JsonKeys.BitfieldBits, member.BitfieldBits);
                }
            }

            w.WriteEndObject();
        }

        w.WriteEndArray();
    }
}
