using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Compare;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Diffs;

/// <summary>
/// Writes a comparison as one JSON document (docs/schemas/diff.schema.json), in blocks. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="moduleOf">The module that a graph is of; null for the kernel and where one file is compared.</param>
public sealed class DiffJson(IBufferWriter<byte> output, Func<TypeGraph, string?>? moduleOf = null)
{
    private const int BlockBytes = 64 * 1024;

    private readonly Dictionary<TypeGraph, LayoutAnalyzer> _layouts = new(ReferenceEqualityComparer.Instance);

    /// <summary>Writes all of it, with a newline behind it. Cost: linear in the changes.</summary>
    public void Write(DiffView view, DiffInput oldInput, DiffInput newInput)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(oldInput);
        ArgumentNullException.ThrowIfNull(newInput);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema"u8, "btftool/diff/1"u8);
        WriteInput(json, "old", oldInput);
        WriteInput(json, "new", newInput);
        json.WriteBoolean("identical"u8, view.Items.Count == 0 && view.IgnoredCount == 0);
        WriteSummary(json, view);
        json.WriteStartArray("differences"u8);
        foreach (ShownDifference item in view.Items)
        {
            WriteDifference(json, item, view);
            if (json.BytesPending > BlockBytes)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void WriteInput(Utf8JsonWriter json, string name, DiffInput input)
    {
        json.WriteStartObject(name);
        json.WriteString("file"u8, input.File);
        json.WriteString("format"u8, input.Format);
        if (input.TypeCount is { } types)
        {
            json.WriteNumber("types"u8, types);
        }

        if (input.ModuleCount > 0)
        {
            json.WriteNumber("modules"u8, input.ModuleCount);
        }

        WriteText(json, "machine"u8, input.Machine);
        WriteText(json, "build_id"u8, input.BuildId);
        WriteText(json, "producer"u8, input.Producer);
        json.WriteEndObject();
    }

    private static void WriteSummary(Utf8JsonWriter json, DiffView view)
    {
        json.WriteStartObject("summary"u8);
        json.WriteNumber("changed_types"u8, view.ChangedCount);
        json.WriteNumber("consequence_types"u8, view.ConsequenceCount);
        json.WriteNumber("added_types"u8, view.AddedCount);
        json.WriteNumber("removed_types"u8, view.RemovedCount);
        json.WriteNumber("ignored_changes"u8, view.IgnoredCount);
        json.WriteNumber("layout_breaking_types"u8, view.BreakCount(Breaks.Layout));
        json.WriteNumber("source_breaking_types"u8, view.BreakCount(Breaks.Source));
        json.WriteNumber("core_breaking_types"u8, view.BreakCount(Breaks.CoRe));
        json.WriteStartArray("classes"u8);
        foreach (ClassCount count in view.Counts)
        {
            if (count.Changes > 0)
            {
                json.WriteStartObject();
                json.WriteString("class"u8, ChangeNames.Of(count.Class));
                json.WriteNumber("changes"u8, count.Changes);
                json.WriteNumber("types"u8, count.Types);
                json.WriteNumber("allowed"u8, count.Allowed);
                WriteBreaks(json, count.Breaks);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteDifference(Utf8JsonWriter json, ShownDifference item, DiffView view)
    {
        TypeDifference difference = item.Difference;
        json.WriteStartObject();
        json.WriteString("name"u8, difference.Name);
        json.WriteString("what"u8, item.IsAdded ? "added"u8 : item.IsRemoved ? "removed"u8 : "changed"u8);
        json.WriteBoolean("cause"u8, difference.IsCause);
        if (difference.FanOut >= 0)
        {
            json.WriteNumber("fan_out_types"u8, difference.FanOut);
        }

        WriteBreaks(json, item.Breaks);
        json.WriteString("level"u8, NameOf(DiffSelection.LevelOf(item.Breaks)));
        json.WriteBoolean("allowed"u8, item.Level is null);
        WriteSide(json, "old"u8, difference.Old);
        WriteSide(json, "new"u8, difference.New);
        json.WriteStartArray("changes"u8);
        foreach (TypeChange change in item.Changes)
        {
            WriteChange(json, item, change, view);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteSide(Utf8JsonWriter json, ReadOnlySpan<byte> name, TypeRef? side)
    {
        if (side is not { } type)
        {
            return;
        }

        json.WriteStartObject(name);
        if (moduleOf?.Invoke(type.Graph) is { } module)
        {
            json.WriteString("module"u8, module);
        }

        if (type.View.IsComposite)
        {
            if (!_layouts.TryGetValue(type.Graph, out LayoutAnalyzer? layouts))
            {
                _layouts.Add(type.Graph, layouts = new LayoutAnalyzer(type.Graph));
            }

            LayoutSummary summary = layouts.Summarize(type.Id);
            json.WriteNumber("size_bytes"u8, summary.SizeBytes);
            json.WriteNumber("alignment_bytes"u8, summary.AlignmentBytes);
            json.WriteNumber("hole_bytes"u8, summary.HoleBytes);
            json.WriteNumber("padding_bytes"u8, summary.PaddingBytes);
        }

        if (type.View.TryGetDeclaration(out NameId file, out uint line) && !file.IsNone)
        {
            json.WriteString("declaration_file"u8, type.Graph.NameString(file));
            json.WriteNumber("declaration_line"u8, line);
        }

        json.WriteEndObject();
    }

    private static void WriteChange(Utf8JsonWriter json, ShownDifference item, TypeChange change, DiffView view)
    {
        json.WriteStartObject();
        WriteFacts(json, change);
        WriteBreaks(json, change.Breaks);
        json.WriteString("level"u8, NameOf(DiffSelection.LevelOf(change.Breaks)));
        json.WriteBoolean("allowed"u8, view.IsAllowed(item, change));
        json.WriteBoolean("consequence"u8, CauseVerdicts.Follows(item.Difference, change));
        WriteText(json, "cause"u8, change.Cause);
        if (change.Count > 1)
        {
            json.WriteNumber("count"u8, change.Count);
            json.WriteStartArray("members"u8);
            foreach (TypeChange member in change.Folded)
            {
                json.WriteStartObject();
                WriteFacts(json, member);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, TypeChange change)
    {
        json.WriteString("class"u8, ChangeNames.Of(change.Class));
        WriteText(json, "path"u8, change.Path);
        WriteText(json, "old"u8, change.Old);
        WriteText(json, "new"u8, change.New);
        WriteOffset(json, "old_offset_bits"u8, change.OldBitOffset);
        WriteOffset(json, "new_offset_bits"u8, change.NewBitOffset);
        if (change.ShiftBits != 0)
        {
            json.WriteNumber("shift_bits"u8, change.ShiftBits);
        }
    }

    private static void WriteBreaks(Utf8JsonWriter json, Breaks breaks)
    {
        json.WriteStartArray("breaks"u8);
        Word(Breaks.Layout, "layout"u8);
        Word(Breaks.Source, "source"u8);
        Word(Breaks.CoRe, "core"u8);
        json.WriteEndArray();

        void Word(Breaks one, ReadOnlySpan<byte> word)
        {
            if ((breaks & one) != 0)
            {
                json.WriteStringValue(word);
            }
        }
    }

    private static string NameOf(ReportLevel level) => level switch
    {
        ReportLevel.Error => "error",
        ReportLevel.Warning => "warning",
        _ => "note",
    };

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteOffset(Utf8JsonWriter json, ReadOnlySpan<byte> name, long bits)
    {
        if (bits >= 0)
        {
            json.WriteNumber(name, bits);
        }
    }
}
