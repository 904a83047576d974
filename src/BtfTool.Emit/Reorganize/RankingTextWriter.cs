using System.Globalization;
using System.Text;
using BtfTool.Core.Reorganization;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;
using static BtfTool.Emit.Reorganize.ReorganizeWords;

namespace BtfTool.Emit.Reorganize;

/// <summary>Writes a ranking for people: a line for each struct that gains, sums, and what is not proven.</summary>
public static class RankingTextWriter
{
    private static readonly TableColumn[] s_gains =
    [
        new("saves", IsRightAligned: true), new("size", IsRightAligned: true), new("bucket", IsRightAligned: true),
        new("lines", IsRightAligned: true), new("straddles", IsRightAligned: true), new("moves", IsRightAligned: true), new("proof"),
        new("struct"),
    ];

    private static readonly TableColumn[] s_unproven =
        [new("gap", IsRightAligned: true), new("size", IsRightAligned: true), new("proven"), new("struct")];

    /// <summary>Writes a ranking. Cost: linear in what is written.</summary>
    /// <param name="ranking">The ranking, sorted.</param>
    /// <param name="top">How many of those that gain.</param>
    /// <param name="output">Where to.</param>
    public static void Write(PlanRanking ranking, long top, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(output);
        var table = new TableWriter(output, s_gains, TableFormat.Aligned);
        foreach (RankedPlan plan in ranking.Gaining.Take((int)Math.Min(top, int.MaxValue)))
        {
            table.Cell(plan.SavingBytes);
            Cell(table, Change(plan.Before.SizeBytes, plan.After.SizeBytes));
            Cell(table, Change(plan.Before.BucketBytes, plan.After.BucketBytes));
            Cell(table, Change(plan.Before.Cachelines, plan.After.Cachelines));
            Cell(table, Change(plan.Before.Straddles, plan.After.Straddles));
            table.Cell(plan.After.Moves);
            Cell(table, IsOptimal(plan) ? "optimal" : $"+{Number(plan.GapBytes)}");
            Cell(table, Name(plan));
        }

        table.Finish();
        WriteTotals(ranking, top, output);
        WriteUnproven(ranking, output);
    }

    private static void WriteTotals(PlanRanking ranking, long top, Utf8Writer output)
    {
        long hidden = Math.Max(0, ranking.Gaining.Count - top);
        output.Write(hidden > 0 ? $"({Number(hidden)} more)\n\n" : "\n");
        output.Write($"{Count(ranking.Looked, "struct")}, {Number(ranking.Kept)} of them stay as they are by their nature; "
            + $"{Number(ranking.Gaining.Count)} gain: {Count(ranking.SavingBytes, "byte")}, one object of each; "
            + $"{Number(ranking.SmallerBucket)} a smaller bucket, {Number(ranking.FewerCachelines)} fewer cache lines\n");
        output.Write($"{Number(ranking.Looked - ranking.Unproven.Count)} proven optimal, {Number(ranking.Unproven.Count)} not\n");
    }

    private static void WriteUnproven(PlanRanking ranking, Utf8Writer output)
    {
        if (ranking.Unproven.Count == 0)
        {
            return;
        }

        output.Write("\nnot proven, with the bytes above the lower bound:\n"u8);
        var table = new TableWriter(output, s_unproven, TableFormat.Aligned);
        foreach (RankedPlan plan in ranking.Unproven)
        {
            table.Cell(plan.GapBytes);
            table.Cell(plan.After.SizeBytes);
            Cell(table, plan.Proof.HasFlag(PlanProof.Layout) ? "all but the moves" : plan.Proof.HasFlag(PlanProof.Size) ? "size" : "nothing");
            Cell(table, Name(plan));
        }

        table.Finish();
    }

    private static bool IsOptimal(RankedPlan plan) => plan.Proof == (PlanProof.Size | PlanProof.Layout | PlanProof.Moves);

    private static string Name(RankedPlan plan) => plan.Module is null ? plan.Name : $"{plan.Name} ({plan.Module})";

    private static string Change(long before, long after) =>
        before == after ? Number(after) : string.Create(CultureInfo.InvariantCulture, $"{before} -> {after}");

    private static void Cell(TableWriter table, string text) => table.Cell(Encoding.UTF8.GetBytes(text));
}
