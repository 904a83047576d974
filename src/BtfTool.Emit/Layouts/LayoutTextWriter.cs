using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Slabs;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>
/// Writes reports of layouts for a person at a terminal: a line that sums up, then a section for each matter of which there is something
/// to say. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
public sealed class LayoutTextWriter(Utf8Writer output)
{
    private const int MostPlaces = 12;

    private TypeGraph? _graph;
    private DeclarationText? _declarations;
    private bool _isFirst = true;

    /// <summary>
    /// What is known of a member besides its layout, by its position in <see cref="StructLayout.Members"/>; null where there is nothing.
    /// With it the report has a section of all members.
    /// </summary>
    public Func<LayoutReport, int, string?>? Annotate { get; init; }

    /// <summary>The cache that objects of a type live in on a machine; null where that is not known, or no machine is asked.</summary>
    public Func<LayoutReport, SlabCache?>? CacheOf { get; init; }

    /// <summary>What samples say of a type; null where none are given.</summary>
    public Func<LayoutReport, LayoutHeat?>? HeatOf { get; init; }

    /// <summary>Whether to guess the use of members.</summary>
    public bool Guesses { get; init; }

    /// <summary>Writes one report. Cost: linear in the members.</summary>
    /// <param name="report">The report.</param>
    /// <param name="name">What the type is called where it has no name of its own: that of a typedef; null for none.</param>
    /// <param name="module">The module that has the type; null for the kernel or a file.</param>
    public void Write(LayoutReport report, string? name = null, string? module = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (_graph != report.Graph || _declarations is null)
        {
            _graph = report.Graph;
            _declarations = new DeclarationText(report.Graph);
        }

        if (!_isFirst)
        {
            output.Write((byte)'\n');
        }

        _isFirst = false;
        var words = new LayoutWords(report, _declarations);
        WriteHead(report, words, name, module);
        WriteGaps(report, words);
        WriteAlignments(report, words);
        WriteLines(report, words);
        WriteStraddling(report, words);
        LayoutGroupText.Write(report, output);
        WriteEmbedded(report);
        WriteArrays(report);
        WriteAllocator(report);
        if (CacheOf?.Invoke(report) is { } cache)
        {
            LiveObjects.Write(cache, output);
        }

        if (HeatOf?.Invoke(report) is { } heat)
        {
            HeatText.Write(report, heat, words, output);
        }

        if (Guesses)
        {
            GuessText.Write(report, words, output);
        }

        WriteAnnotations(report, words);
    }

    private void WriteHead(LayoutReport report, LayoutWords words, string? name, string? module)
    {
        LayoutSummary summary = report.Layout.Summary;
        TypeView type = report.Graph[report.Type];
        output.Style(TextStyle.Keyword);
        output.Write(type.Kind == TypeKind.Union ? "union " : "struct ");
        output.Style(TextStyle.TypeName);
        output.Write(TextRows.Harmless(type.IsAnonymous ? name ?? "(unnamed)" : type.NameString));
        output.Style(TextStyle.Plain);
        output.Write(module is null ? ": " : $" of module {TextRows.Harmless(module)}: ");
        output.Write($"{Count(summary.SizeBytes, "byte")}, alignment {report.Alignment.AlignmentBytes}");
        output.Write(report.Alignment.IsForced ? $" ({words.AlignmentCause()}; natural {report.Alignment.NaturalBytes})" : "");
        if (summary.IsPacked)
        {
            output.Write(report.PackedMember >= 0 ? $", packed (inferred at {TextRows.Harmless(words.NameOf(report.PackedMember))})"
                : ", packed (inferred from its size)");
        }

        long lines = summary.CachelinesOf(report.CachelineBytes);
        output.Write($", {Count(summary.MemberCount, "member")}, {Count(lines, "cache line")} of {report.CachelineBytes}");
        output.Write((byte)'\n');
        WriteLosses(report, summary);
    }

    private void WriteLosses(LayoutReport report, in LayoutSummary summary)
    {
        var losses = new List<string>();
        Add(summary.HoleBytes, "byte", $" in {Count(summary.Holes, "hole")}");
        Add(summary.BitHoleBits, "bit", $" in {Count(summary.BitHoles, "bit hole")}");
        Add(summary.PaddingBytes, "byte", " of padding");
        Add(summary.PaddingBits, "bit", " of padding");
        Add(report.EmbeddedLostBytes, "byte", " inside members");
        if (losses.Count > 0)
        {
            output.Write("  lost: "u8);
            output.Style(TextStyle.Warning);
            output.Write(string.Join(", ", losses));
            output.Style(TextStyle.Plain);
            output.Write((byte)'\n');
        }

        void Add(long amount, string unit, string where)
        {
            if (amount > 0)
            {
                losses.Add(Count(amount, unit) + where);
            }
        }
    }

    private void WriteGaps(LayoutReport report, LayoutWords words)
    {
        var rows = new TextRows(output, new("offset", true, TextStyle.Comment), new("size", true, TextStyle.Warning), new(""), new("behind"),
            new("because"));
        foreach (LayoutGap gap in report.Gaps)
        {
            string offset = gap.IsBits ? $"{Text(gap.BitOffset / 8)}:{Text(gap.BitOffset % 8)}" : Text(gap.BitOffset / 8);
            string kind = gap.Kind switch
            {
                GapKind.Hole => "hole",
                GapKind.BitHole => "bit hole",
                GapKind.Padding => "padding",
                _ => "bit padding",
            };
            rows.Add(offset, gap.IsBits ? Count(gap.SizeBits, "bit") : Count(gap.SizeBytes, "byte"), kind,
                gap.After < 0 ? "(start)" : words.NameOf(gap.After), words.CauseOf(gap));
        }

        rows.Write("Holes and padding");
    }

    private void WriteAlignments(LayoutReport report, LayoutWords words)
    {
        var rows = new TextRows(output, new("offset", true, TextStyle.Comment), new("alignment", true), new("member"), new("which is"));
        for (int i = 0; i < report.MemberAlignments.Count; i++)
        {
            if (report.MemberAlignments[i] is { AlignmentBytes: > 0 } forced)
            {
                rows.Add(Text(report.Layout.Members[i].OffsetBytes), Text(forced.AlignmentBytes), words.NameOf(i),
                    forced.Cause == GapCause.DeclaredAlignment ? "declared"
                        : forced.Cause == GapCause.TypeAlignment ? "forced inside its type" : "inferred from the hole before it");
            }
        }

        rows.Write("Forced alignment");
    }

    private void WriteLines(LayoutReport report, LayoutWords words)
    {
        if (report.Layout.Summary.SizeBytes <= report.CachelineBytes)
        {
            return;
        }

        var rows = new TextRows(output, new("line", true, TextStyle.Boundary), new("bytes", true, TextStyle.Comment),
            new("free", true, TextStyle.Warning), new("members"));
        foreach (CachelineRun run in report.Lines)
        {
            long first = run.FirstLine * report.CachelineBytes;
            long last = ((run.LastLine + 1) * report.CachelineBytes) - run.BehindBytes - 1;
            string line = run.LastLine == run.FirstLine ? Text(run.FirstLine) : $"{Text(run.FirstLine)}-{Text(run.LastLine)}";
            rows.Add(PiecesOf(report, words, run), line, $"{Text(first)}-{Text(last)}", run.FreeBytes == 0 ? "-" : Text(run.FreeBytes));
        }

        rows.Write("Cache lines ('..' where a member goes on from one line to the next)");
    }

    private static List<string> PiecesOf(LayoutReport report, LayoutWords words, in CachelineRun run)
    {
        var pieces = new List<string>();
        long end = (run.LastLine + 1) * report.CachelineBytes * 8;
        if (run.Carried >= 0)
        {
            pieces.Add($"..{words.NameOf(run.Carried)}{(report.Layout.Members[run.Carried].EndBits > end ? ".." : "")}");
        }

        for (int i = run.FirstMember; i < run.FirstMember + run.MemberCount; i++)
        {
            MemberLayout member = report.Layout.Members[i];
            if (member.SizeBytes == 0 && CachelineGroup.IsMarkerName(report.MemberAt(i).Name))
            {
                continue;
            }

            string bit = member.BitfieldBits == 0 ? "" : ":" + Text(member.BitOffset % 8);
            pieces.Add($"{Text(member.BitOffset / 8)}{bit} {words.NameOf(i)}{(member.EndBits > end ? ".." : "")}");
        }

        return pieces;
    }

    private void WriteStraddling(LayoutReport report, LayoutWords words)
    {
        var small = new TextRows(output, new("offset", true, TextStyle.Comment), new("size", true), new("lines", true, TextStyle.Boundary), new("member"));
        var large = new TextRows(output, new("offset", true, TextStyle.Comment), new("size", true), new("lines", true, TextStyle.Boundary),
            new("least", true), new("member"));
        foreach (StraddlingMember member in report.Straddling)
        {
            MemberLayout place = report.Layout.Members[member.Position];
            string lines = $"{Text(member.FirstLine)}-{Text(member.LastLine)}";
            if (member.FitsOne)
            {
                small.Add(Text(place.BitOffset / 8), Text(place.SizeBytes), lines, words.NameOf(member.Position));
            }
            else if (member.Cachelines > member.LeastCachelines)
            {
                large.Add(Text(place.BitOffset / 8), Text(place.SizeBytes), lines, Text(member.LeastCachelines), words.NameOf(member.Position));
            }
        }

        small.Write("Straddling members (each would fit into one line)");
        large.Write("Larger members on one line more than they need");
    }

    private void WriteEmbedded(LayoutReport report)
    {
        var rows = new TextRows(output, new("lost", true, TextStyle.Warning), new("", true), new("path", false, TextStyle.MemberName), new("type"));
        for (int i = 0; i < Math.Min(MostPlaces, report.Embedded.Count); i++)
        {
            EmbeddedLoss loss = report.Embedded[i];
            rows.Add(Text(loss.LostBytes), loss.Count == 1 ? "" : $"= {Text(loss.Count)} x {Text(loss.OwnBytes)}", loss.Path,
                _declarations!.Of(loss.Type));
        }

        int more = report.Embedded.Count - MostPlaces;
        if (more > 0)
        {
            rows.Add(Text(report.Embedded.Skip(MostPlaces).Sum(loss => Math.Min(loss.LostBytes, 1L << 40))), "",
                $"and {(report.IsEmbeddedCut ? "at least " : "")}{more} more", "");
        }

        rows.Write($"Lost inside members: {Count(report.EmbeddedLostBytes, "byte")}");
    }

    private void WriteArrays(LayoutReport report)
    {
        var rows = new TextRows(output, new("offset", true, TextStyle.Comment), new("array"), new(""));
        foreach (FlexibleArrayPlace place in report.FlexibleArrays)
        {
            rows.Add(Text(place.OffsetBytes), place.Path, place.IsTail ? place.OffsetBytes < report.Layout.Summary.SizeBytes
                ? "the end of the struct: its elements begin in the padding" : "the end of the struct"
                : "embedded: its elements would lie over what follows");
        }

        rows.Write("Flexible arrays");
    }

    private void WriteAllocator(LayoutReport report)
    {
        AllocatorFacts facts = report.Allocator;
        if (facts.SizeBytes == 0)
        {
            return;
        }

        var rows = new TextRows(output, new(""), new(""));
        string packing = facts.PagesPerObject > 1 ? $"{facts.PagesPerObject} pages each" : $"{facts.ObjectsPerPage} per page of {report.PageBytes}";
        string lost = facts.LostBytes == 0 ? "nothing lost" : $"{Count(facts.LostBytes, "byte")} lost of each";
        string less = facts.SmallerBucketBytes == 0 ? "" : $"; {Count(facts.ExcessBytes, "byte")} less would fit {facts.SmallerBucketBytes}";
        rows.Add(NameOfBucket(facts.BucketBytes), $"{lost}, {packing}{less}");
        if (facts.SlabOrder >= 0)
        {
            rows.Add("a cache of its own", facts.SlabOrder == 0 ? $"{facts.ObjectsPerSlab} per page"
                : $"{facts.ObjectsPerSlab} per slab of {1 << facts.SlabOrder} pages");
        }

        rows.Write("Allocator");
    }

    private void WriteAnnotations(LayoutReport report, LayoutWords words)
    {
        var rows = new TextRows(output, new("offset", true, TextStyle.Comment), new("size", true), new("member", false, TextStyle.MemberName),
            new(""));
        for (int i = 0; Annotate is not null && i < report.Layout.Members.Length; i++)
        {
            MemberLayout member = report.Layout.Members[i];
            rows.Add(Text(member.BitOffset / 8), Text(member.SizeBytes), words.NameOf(i), Annotate(report, i) ?? "");
        }

        rows.Write("Members");
    }

    internal static string NameOfBucket(long bytes) => bytes > KmallocBuckets.LargestCacheBytes ? $"kmalloc, {Text(bytes)} bytes in whole pages"
        : bytes >= 1024 ? $"kmalloc-{Text(bytes / 1024)}k" : $"kmalloc-{Text(bytes)}";

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Count(long number, string what) => $"{Text(number)} {what}{(number == 1 ? "" : "s")}";
}
