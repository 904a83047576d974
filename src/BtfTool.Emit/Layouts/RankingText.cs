using System.Text;
using BtfTool.Core.Reorganization;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes a ranking of structs as a table, what it comes to behind it.</summary>
public static class RankingText
{
    /// <summary>Writes a ranking. Cost: linear in what it keeps.</summary>
    /// <param name="ranking">The ranking.</param>
    /// <param name="slabFile">Where the counts of live objects are from; null where there are none.</param>
    /// <param name="output">Where to.</param>
    public static void Write(LayoutRanking ranking, string? slabFile, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(output);
        bool isLive = slabFile is not null;
        TableColumn[] columns =
        [
            new("struct"), new("size", true), new("bucket", true), new("lines", true), new("straddles", true), new("moves", true), new("proof"),
        ];
        TableColumn[] live = [new("cache"), new("objects", true), new("saves", true)];
        var table = new TableWriter(output, isLive ? [.. columns, .. live] : columns, TableFormat.Aligned, header: true);
        foreach (LayoutGain gain in ranking.Gains)
        {
            WriteGain(gain, isLive, table);
        }

        table.Finish();
        output.Write(ranking.Gains.Count > 0 ? "\n"u8 : []);
        WriteSums(ranking, slabFile, output);
    }

    private static void WriteGain(LayoutGain gain, bool isLive, TableWriter table)
    {
        table.Cell(gain.Type.View.Name);
        Change(gain.Before.SizeBytes, gain.After.SizeBytes, table);
        Change(gain.Before.BucketBytes, gain.After.BucketBytes, table);
        Change(gain.Before.Cachelines, gain.After.Cachelines, table);
        Change(gain.Before.Straddles, gain.After.Straddles, table);
        table.Cell(gain.After.Moves);
        Cell(table, gain.IsProvenOptimal ? "optimal"
            : gain.Proof.HasFlag(PlanProof.Layout) ? "all but moves"
            : gain.Proof.HasFlag(PlanProof.Size) ? "size"
            : Text($"within {gain.After.SizeBytes - gain.LowerBoundBytes} bytes"));
        if (!isLive)
        {
            return;
        }

        if (gain.Cache is { } cache && gain.Change is { } change)
        {
            Cell(table, cache.Name);
            table.Cell(cache.ActiveObjects);
            Cell(table, Text($"{change.SavedBytes}"));
        }
        else
        {
            Cell(table, "-");
            Cell(table, "-");
            Cell(table, "-");
        }
    }

    private static void WriteSums(LayoutRanking ranking, string? slabFile, Utf8Writer output)
    {
        output.Write(Text($"{ranking.GainingCount} of {ranking.StructCount} structs gain, {ranking.SavedBytes} bytes with one object of each; "));
        output.Write(Text($"{ranking.ProvenCount} of these gains are proven to be the largest\n"));
        output.Write(slabFile is null
            ? "live objects: not counted (--slabinfo FILE, or a /proc/slabinfo that may be read)\n"
            : Text($"live objects: of {TextRows.Harmless(slabFile)}, {ranking.JoinedCount} structs have a cache; those that gain would save {ranking.SavedSlabBytes} bytes there\n"));
    }

    private static void Change(long before, long after, TableWriter table) =>
        Cell(table, before == after ? Text($"{before}") : Text($"{before} -> {after}"));

    private static void Cell(TableWriter table, string text) => table.Cell(Encoding.UTF8.GetBytes(text));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
