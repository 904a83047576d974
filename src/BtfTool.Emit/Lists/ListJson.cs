using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using BtfTool.Core.Queries;

namespace BtfTool.Emit.Lists;

/// <summary>
/// Writes a list of types as one JSON document (docs/json.md), row by row into the blocks of its target.
/// Not safe to share between threads.
/// </summary>
public sealed class ListJson : ITypeRowSink, IDisposable
{
    private readonly IBufferWriter<byte> _output;
    private readonly Utf8JsonWriter _json;
    private readonly ListTotals? _totals;
    private readonly bool _withSaving;

    /// <summary>Begins the document.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="totals">Whether the document ends with sums.</param>
    /// <param name="withSaving">Whether rows say what sorting the members would save.</param>
    public ListJson(IBufferWriter<byte> output, bool totals, bool withSaving)
    {
        _output = output;
        _json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _totals = totals ? new ListTotals() : null;
        _withSaving = withSaving;
        _json.WriteStartObject();
        _json.WriteString("schema"u8, "btftool/list/1"u8);
        _json.WriteStartArray("types"u8);
    }

    /// <inheritdoc/>
    public void Add(in TypeRow row)
    {
        _json.WriteStartObject();
        _json.WriteNumber("id"u8, row.Type.Id.Value);
        ReadOnlySpan<byte> name = row.Type.Name;
        if (!name.IsEmpty && Utf8.IsValid(name))
        {
            _json.WriteString("name"u8, name);
        }
        else if (!name.IsEmpty)
        {
            _json.WriteString("name"u8, row.Type.NameString);
        }

        _json.WriteString("kind"u8, row.TextOf(RowColumn.Kind));
        _json.WriteNumber("size_bytes"u8, row.Layout.SizeBytes);
        _json.WriteNumber("alignment_bytes"u8, row.Layout.AlignmentBytes);
        _json.WriteNumber("members"u8, row.Members);
        if (row.HasLayout)
        {
            AddLayout(row);
        }

        _json.WriteEndObject();
        _totals?.Add(row);
    }

    /// <summary>Ends the document, with a newline behind it.</summary>
    public void Finish()
    {
        _json.WriteEndArray();
        if (_totals is not null)
        {
            AddTotals(_totals);
        }

        _json.WriteEndObject();
        _json.Flush();
        _output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void AddLayout(in TypeRow row)
    {
        _json.WriteNumber("holes"u8, row.Layout.Holes);
        _json.WriteNumber("hole_bytes"u8, row.Layout.HoleBytes);
        _json.WriteNumber("largest_hole_bytes"u8, row.Layout.LargestHoleBytes);
        _json.WriteNumber("bit_holes"u8, row.Layout.BitHoles);
        _json.WriteNumber("bit_hole_bits"u8, row.Layout.BitHoleBits);
        _json.WriteNumber("padding_bytes"u8, row.Layout.PaddingBytes);
        _json.WriteNumber("padding_bits"u8, row.Layout.PaddingBits);
        _json.WriteNumber("wasted_bytes"u8, row.Layout.WastedBytes);
        if (_withSaving)
        {
            _json.WriteNumber("saving_bytes"u8, row.SavingBytes);
        }

        _json.WriteNumber("cachelines"u8, row.Cachelines);
        _json.WriteBoolean("packed"u8, row.Layout.IsPacked);
        _json.WriteBoolean("flexible_array"u8, row.Layout.HasFlexibleArray);
    }

    private void AddTotals(ListTotals totals)
    {
        _json.WriteStartObject("totals"u8);
        _json.WriteNumber("types"u8, totals.Types);
        _json.WriteNumber("size_bytes"u8, totals.SumOf(RowColumn.Size));
        _json.WriteNumber("members"u8, totals.SumOf(RowColumn.Members));
        _json.WriteNumber("holes"u8, totals.SumOf(RowColumn.Holes));
        _json.WriteNumber("hole_bytes"u8, totals.SumOf(RowColumn.HoleBytes));
        _json.WriteNumber("bit_holes"u8, totals.SumOf(RowColumn.BitHoles));
        _json.WriteNumber("bit_hole_bits"u8, totals.SumOf(RowColumn.BitHoleBits));
        _json.WriteNumber("padding_bytes"u8, totals.SumOf(RowColumn.Padding));
        _json.WriteNumber("padding_bits"u8, totals.SumOf(RowColumn.PaddingBits));
        _json.WriteNumber("wasted_bytes"u8, totals.SumOf(RowColumn.Wasted));
        if (_withSaving)
        {
            _json.WriteNumber("saving_bytes"u8, totals.SumOf(RowColumn.Saving));
        }

        _json.WriteNumber("cachelines"u8, totals.SumOf(RowColumn.Cachelines));
        _json.WriteEndObject();
    }
}
