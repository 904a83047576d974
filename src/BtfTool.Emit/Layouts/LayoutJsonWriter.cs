using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Slabs;
using BtfTool.Core.Types;
using BtfTool.Emit.Json;

namespace BtfTool.Emit.Layouts;

/// <summary>
/// Writes reports of layouts as one JSON document (docs/schemas/layout.schema.json), handing it to the target in blocks. Not safe to share
/// between threads.
/// </summary>
public sealed class LayoutJsonWriter : IDisposable
{
    private readonly Utf8JsonWriter _json;
    private readonly IBufferWriter<byte> _target;
    private TypeGraph? _graph;
    private JsonTypeTexts? _texts;

    /// <summary>Begins the document.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="machine">The processor, its cache lines and pages.</param>
    /// <param name="cachelineBytes">Bytes of a cache line, as the reports have it.</param>
    public LayoutJsonWriter(IBufferWriter<byte> target, TargetMachine machine, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _json = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("schema", "btftool/layout/1");
        if (machine.Name.Length > 0)
        {
            _json.WriteString("arch", machine.Name);
        }

        _json.WriteNumber("cacheline_bytes", cachelineBytes);
        _json.WriteNumber("page_bytes", machine.PageBytes);
        _json.WriteStartArray("types");
    }

    /// <summary>The cache that objects of a type live in on a machine; null where that is not known, or no machine is asked.</summary>
    public Func<LayoutReport, SlabCache?>? CacheOf { get; init; }

    /// <summary>What samples say of a type; null where none are given.</summary>
    public Func<LayoutReport, LayoutHeat?>? HeatOf { get; init; }

    /// <summary>Whether to guess the use of members.</summary>
    public bool Guesses { get; init; }

    /// <summary>Writes one report. Cost: linear in the members.</summary>
    /// <param name="report">The report.</param>
    /// <param name="name">What the type is called where it has no name of its own; null for none.</param>
    /// <param name="module">The module that has the type; null for the kernel or a file.</param>
    public void Write(LayoutReport report, string? name = null, string? module = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (_graph != report.Graph || _texts is null)
        {
            _graph = report.Graph;
            _texts = new JsonTypeTexts(report.Graph, ReaderLimits.Default);
        }

        _json.WriteStartObject();
        WriteHead(report, name, module);
        LayoutJsonMembers.Write(_json, report, _texts);
        WriteGaps(report);
        WriteLines(report);
        WriteStraddling(report);
        WriteGroups(report);
        WriteEmbedded(report);
        WriteArrays(report);
        WriteAllocator(report.Allocator);
        if (CacheOf?.Invoke(report) is { } cache)
        {
            LiveObjects.Write(cache, null, _json);
        }

        if (HeatOf?.Invoke(report) is { } heat)
        {
            HeatJson.Write(heat, _json);
        }

        if (Guesses)
        {
            HeatJson.WriteGuesses(MemberGuesses.Of(report.Graph, report.Layout, report.CachelineBytes), report.Layout.Members.Length, _json);
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

    private void WriteHead(LayoutReport report, string? name, string? module)
    {
        TypeView type = report.Graph[report.Type];
        LayoutSummary summary = report.Layout.Summary;
        if ((type.IsAnonymous ? name : type.NameString) is { } known)
        {
            _json.WriteString("name", known);
        }

        _json.WriteString("kind", type.Kind == TypeKind.Union ? "union" : "struct");
        if (module is not null)
        {
            _json.WriteString("module", module);
        }

        _json.WriteNumber("size_bytes", summary.SizeBytes);
        _json.WriteNumber("alignment_bytes", report.Alignment.AlignmentBytes);
        _json.WriteNumber("natural_alignment_bytes", report.Alignment.NaturalBytes);
        if (report.Alignment.IsForced)
        {
            _json.WriteString("alignment_cause", WordOf(report.Alignment.Cause));
            WritePosition("alignment_member", report.Alignment.Culprit);
        }

        _json.WriteBoolean("packed", summary.IsPacked);
        WritePosition("packed_member", report.PackedMember);
        _json.WriteNumber("cachelines", summary.CachelinesOf(report.CachelineBytes));
        _json.WriteNumber("holes", summary.Holes);
        _json.WriteNumber("hole_bytes", summary.HoleBytes);
        _json.WriteNumber("bit_holes", summary.BitHoles);
        _json.WriteNumber("bit_hole_bits", summary.BitHoleBits);
        _json.WriteNumber("padding_bytes", summary.PaddingBytes);
        _json.WriteNumber("padding_bits", summary.PaddingBits);
        _json.WriteNumber("embedded_lost_bytes", report.EmbeddedLostBytes);
    }

    private void WriteGaps(LayoutReport report)
    {
        _json.WriteStartArray("gaps");
        foreach (LayoutGap gap in report.Gaps)
        {
            _json.WriteStartObject();
            _json.WriteString("kind", gap.Kind switch
            {
                GapKind.Hole => "hole",
                GapKind.BitHole => "bit_hole",
                GapKind.Padding => "padding",
                _ => "bit_padding",
            });
            _json.WriteNumber(gap.IsBits ? "offset_bits" : "offset_bytes", gap.IsBits ? gap.BitOffset : gap.BitOffset / 8);
            _json.WriteNumber(gap.IsBits ? "size_bits" : "size_bytes", gap.IsBits ? gap.SizeBits : gap.SizeBytes);
            WritePosition("after", gap.After);
            WritePosition("before", gap.Before);
            _json.WriteString("cause", WordOf(gap.Cause));
            if (gap.AlignmentBytes != 0)
            {
                _json.WriteNumber("alignment_bytes", gap.AlignmentBytes);
            }

            WritePosition("cause_member", gap.Culprit);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteLines(LayoutReport report)
    {
        _json.WriteStartArray("lines");
        foreach (CachelineRun run in report.Lines)
        {
            _json.WriteStartObject();
            _json.WriteNumber("first", run.FirstLine);
            _json.WriteNumber("last", run.LastLine);
            _json.WriteNumber("free_bytes", run.FreeBytes);
            if (run.BehindBytes > 0)
            {
                _json.WriteNumber("behind_bytes", run.BehindBytes);
            }

            WritePosition("carried", run.Carried);
            if (run.MemberCount > 0)
            {
                _json.WriteNumber("first_member", run.FirstMember);
            }

            _json.WriteNumber("members", run.MemberCount);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteStraddling(LayoutReport report)
    {
        _json.WriteStartArray("straddling");
        foreach (StraddlingMember member in report.Straddling)
        {
            _json.WriteStartObject();
            _json.WriteNumber("member", member.Position);
            _json.WriteNumber("first_line", member.FirstLine);
            _json.WriteNumber("last_line", member.LastLine);
            _json.WriteNumber("least_cachelines", member.LeastCachelines);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteGroups(LayoutReport report)
    {
        _json.WriteStartArray("groups");
        foreach (CachelineGroup group in report.Groups.Groups)
        {
            _json.WriteStartObject();
            WriteGroupName(group.Name, group.Path);
            _json.WriteNumber("offset_bytes", group.BitOffset / 8);
            _json.WriteNumber("extent_bytes", group.ExtentBytes);
            _json.WriteNumber("member_bytes", group.MemberBytes);
            _json.WriteNumber("members", group.MemberCount);
            _json.WriteNumber("cachelines", group.Cachelines);
            _json.WriteNumber("least_cachelines", group.LeastCachelines);
            if (group.Heat != GroupHeat.Unknown)
            {
                _json.WriteString("guessed_heat", group.Heat == GroupHeat.ReadMostly ? "read_mostly" : "write_hot");
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteStartArray("mixed_lines");
        foreach (MixedLine line in report.Groups.MixedLines)
        {
            _json.WriteStartObject();
            _json.WriteNumber("line", line.Line);
            _json.WriteNumber("read_group", line.ReadGroup);
            _json.WriteNumber("write_group", line.WriteGroup);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteStartArray("unmatched_markers");
        foreach (UnmatchedMarker marker in report.Groups.Unmatched)
        {
            _json.WriteStartObject();
            WriteGroupName(marker.Name, marker.Path);
            _json.WriteBoolean("begins", marker.IsBegin);
            _json.WriteNumber("offset_bytes", marker.BitOffset / 8);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteGroupName(string name, string path)
    {
        _json.WriteString("name", name);
        if (path.Length > 0)
        {
            _json.WriteString("path", path);
        }
    }

    private void WriteEmbedded(LayoutReport report)
    {
        _json.WriteStartArray("embedded");
        foreach (EmbeddedLoss loss in report.Embedded)
        {
            _json.WriteStartObject();
            _json.WriteString("path", loss.Path);
            _json.WriteString("type", _texts!.Of(loss.Type));
            _json.WriteNumber("count", loss.Count);
            _json.WriteNumber("own_bytes", loss.OwnBytes);
            _json.WriteNumber("lost_bytes", loss.LostBytes);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        if (report.IsEmbeddedCut)
        {
            _json.WriteBoolean("embedded_is_cut", true);
        }
    }

    private void WriteArrays(LayoutReport report)
    {
        _json.WriteStartArray("flexible_arrays");
        foreach (FlexibleArrayPlace place in report.FlexibleArrays)
        {
            _json.WriteStartObject();
            _json.WriteNumber("member", place.Position);
            _json.WriteString("path", place.Path);
            _json.WriteNumber("offset_bytes", place.OffsetBytes);
            _json.WriteBoolean("tail", place.IsTail);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteAllocator(in AllocatorFacts facts)
    {
        if (facts.SizeBytes == 0)
        {
            return;
        }

        _json.WriteStartObject("allocator");
        _json.WriteNumber("bucket_bytes", facts.BucketBytes);
        _json.WriteNumber("lost_bytes", facts.LostBytes);
        _json.WriteNumber(facts.PagesPerObject > 1 ? "pages_per_object" : "objects_per_page",
            facts.PagesPerObject > 1 ? facts.PagesPerObject : facts.ObjectsPerPage);
        if (facts.SmallerBucketBytes > 0)
        {
            _json.WriteNumber("smaller_bucket_bytes", facts.SmallerBucketBytes);
            _json.WriteNumber("excess_bytes", facts.ExcessBytes);
        }

        if (facts.SlabOrder >= 0)
        {
            _json.WriteNumber("slab_pages", 1 << facts.SlabOrder);
            _json.WriteNumber("objects_per_slab", facts.ObjectsPerSlab);
        }

        _json.WriteEndObject();
    }

    private void WritePosition(string key, int position)
    {
        if (position >= 0)
        {
            _json.WriteNumber(key, position);
        }
    }

    private static string WordOf(GapCause cause) => cause switch
    {
        GapCause.NaturalAlignment => "natural_alignment",
        GapCause.TypeAlignment => "type_alignment",
        GapCause.DeclaredAlignment => "declared_alignment",
        GapCause.InferredAlignment => "inferred_alignment",
        GapCause.StorageUnitFull => "storage_unit_full",
        GapCause.StorageUnitEnds => "storage_unit_ends",
        GapCause.SkippedBits => "skipped_bits",
        _ => "unexplained",
    };
}
