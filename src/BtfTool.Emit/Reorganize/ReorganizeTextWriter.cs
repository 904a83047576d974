using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;
using static BtfTool.Emit.Reorganize.ReorganizeWords;
using Barrier = BtfTool.Core.Reorganization.Barrier;

namespace BtfTool.Emit.Reorganize;

/// <summary>
/// Writes plans for people: a line with what is gained, the proof, before and after, what moves and what holds the rest, and the struct as
/// it is to be. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="cachelineBytes">Bytes of a cache line, a power of two.</param>
/// <param name="pageBytes">Bytes of a page, a power of two.</param>
public sealed class ReorganizeTextWriter(Utf8Writer output, int cachelineBytes, int pageBytes = KmallocBuckets.PageBytes)
{
    private static readonly TableColumn[] s_columns = [new(""), new("before", IsRightAligned: true), new("after", IsRightAligned: true)];

    private MemberNames? _names;
    private PaholeEmitter? _listing;
    private TypeGraph? _listed;

    /// <summary>Writes one struct. Cost: linear in the text.</summary>
    /// <exception cref="InvalidImageException">The listing of the struct expands beyond the limits.</exception>
    public void Write(ReorganizedStruct s)
    {
        ArgumentNullException.ThrowIfNull(s);
        _names = _names?.Graph == s.Graph ? _names : new MemberNames(s.Graph);
        WriteSummary(s);
        if (s.Place is { } place)
        {
            output.Write($"declared at {MemberNames.Printable(place)}\n");
        }

        if (s.IsImprovement)
        {
            WriteTable(s);
        }

        if (s.Profiled is { } profiled)
        {
            new ProfiledText(output, _names).Write(s, profiled);
        }

        if (s.IsImprovement)
        {
            WriteMoves(s);
        }

        WriteBarriers(s);
        if (!s.IsImprovement)
        {
            return;
        }

        WriteSteps(s);
        output.Write($"\n{Unseen}\n\n");
        if (_listing is null || _listed != s.RelaidGraph)
        {
            _listing = new PaholeEmitter(s.RelaidGraph, new PaholeOptions { CachelineBytes = cachelineBytes }, output);
            _listed = s.RelaidGraph;
        }

        _listing.WriteType(s.Relaid);
    }

    // struct foo: 96 -> 88 bytes (saves 8), 2 -> 2 cache lines, bucket 96 -> 96, straddles 1 -> 0, 2 members move
    private void WriteSummary(ReorganizedStruct s)
    {
        PlanObjective before = s.Plan.BeforeObjective, after = s.Plan.AfterObjective;
        output.Style(TextStyle.TypeName);
        output.Write(MemberNames.Printable(s.Name));
        output.Style(TextStyle.Plain);
        output.Write(s.Module is null ? "" : $" (module {MemberNames.Printable(s.Module)})");
        if (s.IsImprovement)
        {
            output.Write($": {Change(before.SizeBytes, after.SizeBytes)} bytes ({Saves(s.Plan.SavingBytes)}), "
                + $"{Change(before.Cachelines, after.Cachelines)} cache lines, bucket {Change(before.BucketBytes, after.BucketBytes)}, "
                + $"straddles {Change(before.Straddles, after.Straddles)}{Asked(s)}, {Moved(after.Moves)}\n");
            output.Write($"{ProofOf(s.Plan)}\n");
            return;
        }

        output.Write($": {Count(before.SizeBytes, "byte")}, {Count(before.Cachelines, "cache line")}, bucket {Number(before.BucketBytes)}, "
            + $"straddles {Number(before.Straddles)}: ");
        output.Write(s.Plan.Kept == BarrierReason.None ? "nothing to gain: " : $"stays as it is: {Of(s.Plan.Kept)}; ");
        output.Write($"{ProofOf(s.Plan)}\n");
    }

    private static string Asked(ReorganizedStruct s)
    {
        PlanObjective before = s.Plan.BeforeObjective, after = s.Plan.AfterObjective;
        string hot = before.HotLines + after.HotLines == 0 ? "" : $", lines with hot members {Change(before.HotLines, after.HotLines)}";
        return before.Violations + after.Violations == 0
            ? hot : $"{hot}, pairs that share a line {Change(before.Violations, after.Violations)}";
    }

    // What --hot and --separate ask for may take more room.
    private static string Saves(long bytes) => bytes >= 0 ? $"saves {Number(bytes)}" : $"takes {Number(-bytes)} more";

    private static string Moved(int moves) => moves == 1 ? "1 member moves" : $"{Number(moves)} members move";

    private static string Change(long before, long after) => string.Create(CultureInfo.InvariantCulture, $"{before} -> {after}");

    private void WriteTable(ReorganizedStruct s)
    {
        PlanObjective before = s.Plan.BeforeObjective, after = s.Plan.AfterObjective;
        LayoutSummary old = s.Plan.Before.Summary, relaid = s.After.Summary;
        output.Write((byte)'\n');
        var table = new TableWriter(output, s_columns, TableFormat.Aligned);
        Row(table, "size in bytes"u8, before.SizeBytes, after.SizeBytes);
        Row(table, "cache lines"u8, before.Cachelines, after.Cachelines);
        Row(table, "kmalloc bucket in bytes"u8, before.BucketBytes, after.BucketBytes);
        WriteAllocations(table, AllocatorFacts.Of(before.SizeBytes, old.AlignmentBytes, pageBytes),
            AllocatorFacts.Of(after.SizeBytes, s.Plan.AlignmentBytes, pageBytes));
        Row(table, "members that straddle lines"u8, before.Straddles, after.Straddles);
        Row(table, "holes"u8, old.Holes, relaid.Holes);
        Row(table, "bytes in holes"u8, old.HoleBytes, relaid.HoleBytes);
        RowIfAny(table, "bits in bit holes"u8, old.BitHoleBits, relaid.BitHoleBits);
        Row(table, "bytes of padding"u8, old.PaddingBytes, relaid.PaddingBytes);
        RowIfAny(table, "lines with hot members"u8, before.HotLines, after.HotLines);
        RowIfAny(table, "pairs that share a line"u8, before.Violations, after.Violations);
        table.Finish();
    }

    private static void WriteAllocations(TableWriter table, in AllocatorFacts before, in AllocatorFacts after)
    {
        RowIfAny(table, "objects of kmalloc in a page"u8, before.ObjectsPerPage, after.ObjectsPerPage);
        if (before.SlabOrder >= 0 && after.SlabOrder >= 0)
        {
            table.Cell("objects of an own cache in pages"u8);
            table.Cell(System.Text.Encoding.UTF8.GetBytes($"{Number(before.ObjectsPerSlab)} in {Number(1L << before.SlabOrder)}"));
            table.Cell(System.Text.Encoding.UTF8.GetBytes($"{Number(after.ObjectsPerSlab)} in {Number(1L << after.SlabOrder)}"));
        }
    }

    private static void RowIfAny(TableWriter table, ReadOnlySpan<byte> what, long before, long after)
    {
        if (before != 0 || after != 0)
        {
            Row(table, what, before, after);
        }
    }

    private static void Row(TableWriter table, ReadOnlySpan<byte> what, long before, long after)
    {
        table.Cell(what);
        table.Cell(before);
        table.Cell(after);
    }

    private void WriteMoves(ReorganizedStruct s)
    {
        output.Write("\nmoves:\n"u8);
        var reasons = new MoveReasons(s, cachelineBytes);
        foreach (MemberMove move in s.Plan.Moves)
        {
            string why = reasons.Of(move);
            output.Write("  "u8);
            WriteMember(s, move.Member);
            output.Write($" {Behind(s, move.Behind)}, was {Behind(s, move.OldBehind)}{(why.Length == 0 ? "" : ": ")}{why}\n");
        }
    }

    // Neighbours that one reason holds are said together.
    private void WriteBarriers(ReorganizedStruct s)
    {
        ReadOnlySpan<Barrier> barriers = s.Plan.Barriers;
        output.Write(barriers.IsEmpty ? ""u8 : "\nheld in place:\n"u8);
        for (int i = 0; i < barriers.Length;)
        {
            int end = i + 1;
            while (end < barriers.Length && barriers[end].Reason == barriers[i].Reason && barriers[end].AlignmentBytes == barriers[i].AlignmentBytes)
            {
                end++;
            }

            output.Write("  "u8);
            WriteMember(s, barriers[i].Member);
            if (end - i > 1)
            {
                output.Write(end - i == 2 ? ", "u8 : " ... "u8);
                WriteMember(s, barriers[end - 1].Member);
                output.Write(end - i == 2 ? "" : $" ({Number(end - i)} members)");
            }

            output.Write($": {Of(barriers[i])}\n");
            i = end;
        }
    }

    private void WriteSteps(ReorganizedStruct s)
    {
        if (s.Steps.Count == 0)
        {
            return;
        }

        output.Write("\nsteps:\n"u8);
        LayoutSummary before = s.Plan.Before.Summary;
        for (int i = 0; i < s.Steps.Count; i++)
        {
            ReorganizedStep step = s.Steps[i];
            output.Write($"  {Number(i + 1)}. ");
            for (int k = 0; k < step.Members.Count; k++)
            {
                output.Write(k > 0 ? ", "u8 : []);
                WriteMember(s, step.Members[k]);
            }

            output.Write($" {Behind(s, step.Behind)}: {Change(before.SizeBytes, step.Summary.SizeBytes)} bytes, "
                + $"holes {Change(before.Holes, step.Summary.Holes)}, bytes in holes {Change(before.HoleBytes, step.Summary.HoleBytes)}, "
                + $"padding {Change(before.PaddingBytes, step.Summary.PaddingBytes)}\n");
            before = step.Summary;
        }
    }

    private void WriteMember(ReorganizedStruct s, int member)
    {
        output.Style(TextStyle.MemberName);
        output.Write(_names!.Of(s.Plan.Type, member));
        output.Style(TextStyle.Plain);
    }

    private string Behind(ReorganizedStruct s, int member) => member < 0 ? "at the start" : $"behind {_names!.Of(s.Plan.Type, member)}";
}
