using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Fields;

/// <summary>
/// Writes answers about places in types as one JSON document (docs/schemas/field.schema.json), handing it to the target in blocks: the
/// memory that it needs does not grow with the answers. Not safe to share between threads.
/// </summary>
public sealed class FieldJsonWriter : IDisposable
{
    private readonly Utf8JsonWriter _json;
    private readonly IBufferWriter<byte> _target;
    private readonly int _cachelineBytes;
    private TypeGraph? _graph;
    private DeclarationText? _declarations;

    /// <summary>Begins the document.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="cachelineBytes">Bytes of a cache line, at least 1.</param>
    public FieldJsonWriter(IBufferWriter<byte> target, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _cachelineBytes = cachelineBytes;
        _json = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("schema", "btftool/field/1");
        _json.WriteNumber("cacheline_bytes", cachelineBytes);
        _json.WriteStartArray("answers");
    }

    /// <summary>Writes one answer. Cost: linear in its places.</summary>
    /// <exception cref="ArgumentException">The answer is a problem.</exception>
    public void Write(FieldAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (_graph != answer.Graph || _declarations is null)
        {
            _graph = answer.Graph;
            _declarations = new DeclarationText(answer.Graph);
        }

        FieldQuestion question = answer.Question;
        _json.WriteStartObject();
        _json.WriteString("type", _declarations.Of(answer.Type));
        _json.WriteString("asked_type", question.TypeName);
        if (answer.Location is { } location)
        {
            _json.WriteString("asked_path", question.Path);
            WriteCacheline(location.BitOffset / 8);
            WriteLocation(question.Path!, location);
        }
        else if (answer.Places is { } places)
        {
            _json.WriteNumber("asked_offset_bytes", question.OffsetBytes);
            WriteIf("asked_bit", question.Bit ?? -1, question.Bit is not null);
            WriteCacheline(question.OffsetBytes + ((question.Bit ?? 0) / 8));
            WritePlaces(places);
        }
        else
        {
            throw new ArgumentException("the answer is a problem", nameof(answer));
        }

        _json.WriteEndObject();
    }

    /// <summary>Ends the document with a newline.</summary>
    public void End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _target.Write("\n"u8);
    }

    /// <summary>Lets the buffers go; an unfinished document stays unfinished.</summary>
    public void Dispose() => _json.Dispose();

    private void WriteLocation(string path, FieldLocation location)
    {
        _json.WriteStartArray("places");
        _json.WriteStartObject();
        _json.WriteString("kind", "member");
        _json.WriteString("path", path);
        _json.WriteString("type", _declarations!.Of(location.Type));
        WriteOffsets(location.BitOffset, location.BitfieldBits != 0);
        WriteIf("bitfield_bits", location.BitfieldBits, location.BitfieldBits != 0);
        _json.WriteNumber("size_bytes", location.SizeBytes);
        if (location.PointerPath.Length > 0)
        {
            _json.WriteString("object_type", _declarations.Of(location.Object));
            _json.WriteString("pointer_path", location.PointerPath);
        }

        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private void WritePlaces(FieldPlaces places)
    {
        _json.WriteStartArray("places");
        foreach (FieldPlace place in places.Places)
        {
            WritePlace(place);
        }

        _json.WriteEndArray();
        WriteIf("more_places", places.MoreCount, places.MoreCount > 0 || places.IsCut);
        if (places.IsCut)
        {
            _json.WriteBoolean("more_is_at_least", true);
        }
    }

    private void WritePlace(FieldPlace place)
    {
        bool isMember = place.Kind == FieldPlaceKind.Member;
        _json.WriteStartObject();
        _json.WriteString("kind", place.Kind switch
        {
            FieldPlaceKind.Member => "member",
            FieldPlaceKind.Hole => "hole",
            FieldPlaceKind.BitHole => "bit_hole",
            _ => "padding",
        });
        _json.WriteString("path", place.Path);
        if (isMember)
        {
            _json.WriteString("type", _declarations!.Of(place.Type));
        }

        WriteOffsets(place.BitOffset, place.BitfieldBits != 0 || place.Kind == FieldPlaceKind.BitHole);
        WriteIf("bitfield_bits", place.BitfieldBits, place.BitfieldBits != 0);
        WriteIf(isMember ? "size_bytes" : "hole_bytes", place.SizeBytes, place.Kind != FieldPlaceKind.BitHole);
        WriteIf("hole_bits", place.HoleBits, place.Kind == FieldPlaceKind.BitHole);
        WriteIf("inside_bytes", place.InsideBytes, place.BitfieldBits == 0 && place.Kind != FieldPlaceKind.BitHole);
        WriteText("before", place.Before);
        WriteText("after", place.After);
        _json.WriteEndObject();
    }

    private void WriteOffsets(long bitOffset, bool isBits)
    {
        _json.WriteNumber("offset_bytes", bitOffset / 8);
        WriteIf("offset_bits", bitOffset, isBits);
    }

    private void WriteCacheline(long offsetBytes)
    {
        _json.WriteNumber("cacheline", offsetBytes / _cachelineBytes);
        _json.WriteNumber("cacheline_offset_bytes", offsetBytes % _cachelineBytes);
    }

    private void WriteIf(string key, long value, bool isThere)
    {
        if (isThere)
        {
            _json.WriteNumber(key, value);
        }
    }

    private void WriteText(string key, string? text)
    {
        if (text is not null)
        {
            _json.WriteString(key, text);
        }
    }
}
