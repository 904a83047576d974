using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>
/// Writes comparisons of layouts as one JSON document (docs/schemas/layout-against.schema.json), one after the other into the blocks of
/// its target. Not safe to share between threads.
/// </summary>
public sealed class SkewJson : IDisposable
{
    private readonly IBufferWriter<byte> _output;
    private readonly Utf8JsonWriter _json;
    private DeclarationText? _left;
    private DeclarationText? _right;
    private TypeGraph? _leftGraph;
    private TypeGraph? _rightGraph;

    /// <summary>Begins the document.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="leftFile">What the first side is called.</param>
    /// <param name="rightFile">What the second side is called.</param>
    public SkewJson(IBufferWriter<byte> output, string leftFile, string rightFile)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
        _json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("schema"u8, "btftool/layout-against/1"u8);
        _json.WriteString("left_file"u8, leftFile);
        _json.WriteString("right_file"u8, rightFile);
        _json.WriteStartArray("comparisons"u8);
    }

    /// <summary>Writes one comparison. Cost: linear in its members.</summary>
    public void Write(LayoutSkew skew)
    {
        ArgumentNullException.ThrowIfNull(skew);
        Use(skew);
        _json.WriteStartObject();
        if (!skew.Left.View.IsAnonymous)
        {
            _json.WriteString("name"u8, skew.Left.View.NameString);
        }

        _json.WriteString("kind"u8, skew.Left.View.Kind == TypeKind.Union ? "union"u8 : "struct"u8);
        _json.WriteBoolean("same"u8, skew.IsSame);
        WriteWhole("left", skew.Left, skew.LeftSummary);
        WriteWhole("right", skew.Right, skew.RightSummary);
        _json.WriteNumber("skewed_members"u8, skew.SkewedCount);
        if (skew.Cause is { } cause)
        {
            WriteCause(skew, cause);
        }

        _json.WriteStartArray("members"u8);
        foreach (MemberSkew member in skew.Members)
        {
            WriteMember(member);
        }

        _json.WriteEndArray();
        if (skew.IsCut)
        {
            _json.WriteBoolean("cut"u8, true);
        }

        _json.WriteEndObject();
    }

    /// <summary>Ends the document, with a newline behind it.</summary>
    public void Finish()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Use(LayoutSkew skew)
    {
        if (_leftGraph != skew.Left.Graph || _rightGraph != skew.Right.Graph)
        {
            (_leftGraph, _rightGraph) = (skew.Left.Graph, skew.Right.Graph);
            (_left, _right) = (new DeclarationText(_leftGraph), new DeclarationText(_rightGraph));
        }
    }

    private void WriteWhole(string key, TypeRef type, in LayoutSummary summary)
    {
        _json.WriteStartObject(key);
        _json.WriteNumber("size_bytes"u8, summary.SizeBytes);
        _json.WriteNumber("alignment_bytes"u8, summary.AlignmentBytes);
        _json.WriteBoolean("packed"u8, summary.IsPacked);
        _json.WriteNumber("padding_bytes"u8, summary.PaddingBytes);
        _json.WriteNumber("pointer_bytes"u8, type.Graph.PointerSizeBytes);
        _json.WriteBoolean("big_endian"u8, type.Graph.IsBigEndian);
        _json.WriteEndObject();
    }

    private void WriteCause(LayoutSkew skew, SkewCause cause)
    {
        _json.WriteStartObject("cause"u8);
        _json.WriteString("reason"u8, SkewWords.ReasonOf(cause.Reason));
        WriteText("path", cause.Path);
        WriteText("left_type", cause.Left.IsVoid ? "" : _left!.Of(cause.Left));
        WriteText("right_type", cause.Right.IsVoid ? "" : _right!.Of(cause.Right));
        string? unit = cause.Reason switch
        {
            SkewReason.Size => cause.Left.IsVoid ? "bits" : "size_bytes",
            SkewReason.Alignment => "alignment_bytes",
            SkewReason.Gap => "gap_bits",
            SkewReason.Padding => "padding_bytes",
            _ => null,
        };
        if (unit is not null)
        {
            _json.WriteNumber("left_" + unit, cause.LeftValue);
            _json.WriteNumber("right_" + unit, cause.RightValue);
        }

        _json.WriteString("text"u8, SkewWords.Describe(skew, cause, _left!, _right!));
        _json.WriteEndObject();
    }

    private void WriteMember(MemberSkew member)
    {
        _json.WriteStartObject();
        _json.WriteString("path"u8, member.Path);
        if (member.IsAnonymous)
        {
            _json.WriteBoolean("anonymous"u8, true);
        }

        _json.WriteNumber("depth"u8, member.Depth);
        WriteSide("left", member.Left, _left!);
        WriteSide("right", member.Right, _right!);
        _json.WriteStartArray("marks"u8);
        WriteMark(member, SkewMarks.Missing, "missing");
        WriteMark(member, SkewMarks.Offset, "offset");
        WriteMark(member, SkewMarks.Size, "size");
        WriteMark(member, SkewMarks.Type, "type");
        WriteMark(member, SkewMarks.Inside, "inside");
        WriteMark(member, SkewMarks.Hole, "hole");
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteSide(string key, SkewSide? side, DeclarationText texts)
    {
        if (side is not { } at)
        {
            return;
        }

        _json.WriteStartObject(key);
        _json.WriteString("type"u8, texts.Of(at.Type));
        _json.WriteNumber("offset_bytes"u8, at.BitOffset / 8);
        _json.WriteNumber("size_bytes"u8, at.SizeBytes);
        WriteIf("offset_bits", at.BitOffset, at.BitfieldBits != 0);
        WriteIf("bitfield_bits", at.BitfieldBits, at.BitfieldBits != 0);
        WriteIf("hole_bytes", at.HoleBytes, at.HoleBytes != 0);
        WriteIf("hole_bits", at.HoleBits, at.HoleBits != 0);
        _json.WriteEndObject();
    }

    private void WriteMark(MemberSkew member, SkewMarks mark, string word)
    {
        if ((member.Marks & mark) != 0)
        {
            _json.WriteStringValue(word);
        }
    }

    private void WriteIf(string key, long value, bool isThere)
    {
        if (isThere)
        {
            _json.WriteNumber(key, value);
        }
    }

    private void WriteText(string key, string text)
    {
        if (text.Length > 0)
        {
            _json.WriteString(key, text);
        }
    }
}
