using System.Text;
using BtfTool.Core.Reorganization;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Reports;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// Writes types as a comment on a pull request: the numbers of each, and folded away the lines as text, the moves and the members. What
/// does not fit is counted.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="maxBytes">
/// Most bytes. The default is below what GitHub takes as a comment, 65536 characters (observed: "body is too long (maximum is 65536
/// characters)").
/// </param>
internal sealed class MarkdownReport(Utf8Writer output, int maxBytes = MarkdownReport.DefaultMaxBytes)
{
    /// <summary>What GitHub takes, with some room.</summary>
    public const int DefaultMaxBytes = 60_000;

    // Kept for the line that says what was left out.
    private const int ReservedBytes = 200;
    private const int MostListed = 400;

    private readonly PictureStudio _studio = new();
    private int _leftOut;

    /// <summary>Writes types. Cost: linear in their members.</summary>
    /// <param name="subjects">The types.</param>
    public void Write(IReadOnlyList<PictureSubject> subjects)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        var heads = new List<string>();
        int left = maxBytes - ReservedBytes;
        foreach (PictureSubject subject in subjects)
        {
            string head = HeadOf(subject, heads.Count == 0);
            int bytes = Encoding.UTF8.GetByteCount(head);
            if (bytes > left)
            {
                break;
            }

            heads.Add(head);
            left -= bytes;
        }

        for (int i = 0; i < heads.Count; i++)
        {
            output.Write(heads[i]);
            WriteDetails(subjects[i], ref left);
        }

        WriteLeftOut(subjects.Count - heads.Count);
    }

    /// <summary>Writes a ranking: the structs that gain most by a better order.</summary>
    /// <param name="ranking">The ranking, sorted.</param>
    /// <param name="top">How many at most.</param>
    public void Write(PlanRanking ranking, long top)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        var text = new StringBuilder();
        text.Append("### What a better order of members would save\n\n").Append(PictureWords.Count(ranking.Looked, "struct")).Append(": ")
            .Append(PictureWords.Number(ranking.Gaining.Count)).Append(" gain, ").Append(PictureWords.Number(ranking.SmallerBucket))
            .Append(" a smaller allocator bucket, ").Append(PictureWords.Number(ranking.FewerCachelines)).Append(" fewer cache lines; ")
            .Append(PictureWords.Count(ranking.SavingBytes, "byte")).Append(", one object of each.\n\n")
            .Append("| Struct | Saves | Bytes | Bucket | Lines | Straddling | Moves | Proof |\n|---|--:|--:|--:|--:|--:|--:|---|\n");
        int left = maxBytes - ReservedBytes - Encoding.UTF8.GetByteCount(text.ToString()), written = 0;
        output.Write(text.ToString());
        foreach (RankedPlan plan in ranking.Gaining)
        {
            string row = RowOf(plan);
            left -= Encoding.UTF8.GetByteCount(row);
            if (written == top || left < 0)
            {
                break;
            }

            output.Write(row);
            written++;
        }

        int more = ranking.Gaining.Count - written;
        output.Write(more > 0 ? $"\n… and {PictureWords.Number(more)} more.\n" : "");
    }

    private static string RowOf(RankedPlan plan)
    {
        string name = MarkdownText.Code(Shortened(plan.Name)) + (plan.Module is null ? "" : $" ({MarkdownText.Escape(Shortened(plan.Module))})");
        string proof = plan.Proof == (PlanProof.Size | PlanProof.Layout | PlanProof.Moves) ? "optimal" : $"within {PictureWords.Number(plan.GapBytes)}";
        return $"| {name} | {PictureWords.Number(plan.SavingBytes)} | {Change(plan.Before.SizeBytes, plan.After.SizeBytes)} "
            + $"| {Change(plan.Before.BucketBytes, plan.After.BucketBytes)} | {Change(plan.Before.Cachelines, plan.After.Cachelines)} "
            + $"| {Change(plan.Before.Straddles, plan.After.Straddles)} | {PictureWords.Number(plan.After.Moves)} | {proof} |\n";
    }

    private static string Change(long before, long after) =>
        before == after ? PictureWords.Number(before) : $"{PictureWords.Number(before)} → {PictureWords.Number(after)}";

    private string HeadOf(PictureSubject subject, bool isFirst)
    {
        var text = new StringBuilder(isFirst ? "" : "\n");
        text.Append("### ").Append(MarkdownText.Code(Shortened(subject.Title)));
        text.Append(subject.Module is null ? "" : $" (module {MarkdownText.Escape(Shortened(subject.Module))})").Append("\n\n");
        if (subject.Reorganized is { IsImprovement: true } better)
        {
            text.Append("**").Append(GainText.Of(better.Plan)).Append("** with ")
                .Append(better.Plan.Moves.Length == 1 ? "one member moved" : PictureWords.Number(better.Plan.Moves.Length) + " members moved")
                .Append(": ").Append(MarkdownText.Escape(ReorganizeWords.ProofOf(better.Plan))).Append(".\n\n| | Now | Then |\n|---|--:|--:|\n");
            foreach ((string what, long before, long after) in GainText.Rows(better))
            {
                text.Append("| ").Append(what).Append(" | ").Append(PictureWords.Number(before)).Append(" | ")
                    .Append(before == after ? "" : "**").Append(PictureWords.Number(after)).Append(before == after ? "" : "**").Append(" |\n");
            }

            return text.ToString();
        }

        text.Append("| | |\n|---|---|\n");
        foreach ((string name, string value, bool isLoss) in TypeFacts.Of(subject.Report, _studio.Draw(subject.Report), subject.Place).All)
        {
            string bold = isLoss ? "**" : "";
            text.Append("| ").Append(name).Append(" | ").Append(bold).Append(MarkdownText.Escape(Shortened(value))).Append(bold).Append(" |\n");
        }

        return text.ToString();
    }

    private void WriteDetails(PictureSubject subject, ref int left)
    {
        PictureWords words = _studio.Draw(subject.Report);
        if (subject.Reorganized is { IsImprovement: true } better)
        {
            (PictureWords after, _) = _studio.DrawAfter(words.Picture, better);
            Write("What moves, and why", MovesOf(better, subject.Report.CachelineBytes), ref left);
            Write("Cache lines now", BlockOf(words), ref left);
            Write("Cache lines then", BlockOf(after), ref left);
            Write("Members now", MembersOf(words), ref left);
            return;
        }

        Write("Cache lines", BlockOf(words), ref left);
        Write("Members", MembersOf(words), ref left);
    }

    private void Write(string summary, string content, ref int left)
    {
        string text = $"\n<details><summary>{summary}</summary>\n\n{content}\n</details>\n";
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > left)
        {
            _leftOut++;
            return;
        }

        left -= bytes;
        output.Write(text);
    }

    private void WriteLeftOut(int types)
    {
        if (types > 0)
        {
            output.Write($"\n… and {PictureWords.Count(types, "more type")}, for which there is no room.\n");
        }

        if (_leftOut > 0)
        {
            output.Write($"\nFor lack of room {PictureWords.Count(_leftOut, "folded part")} {(_leftOut == 1 ? "is" : "are")} left out.\n");
        }
    }

    private static string BlockOf(PictureWords words) =>
        MarkdownText.Block(PictureText.Of(words), "text") + "\n`░` hole, `▒` padding, `:` bitfields, `..` continued\n";

    private static string MovesOf(ReorganizedStruct better, int cachelineBytes)
    {
        var reasons = new MoveReasons(better, cachelineBytes);
        var names = new MemberNames(better.Graph);
        var text = new StringBuilder("| Member | Goes behind | Why |\n|---|---|---|\n");
        foreach (ref readonly MemberMove move in better.Plan.Moves)
        {
            string behind = move.Behind < 0 ? "(the start)" : MarkdownText.Code(Shortened(names.Of(better.Plan.Type, move.Behind)));
            text.Append("| ").Append(MarkdownText.Code(Shortened(names.Of(better.Plan.Type, move.Member)))).Append(" | ").Append(behind)
                .Append(" | ").Append(MarkdownText.Escape(Shortened(reasons.Of(move)))).Append(" |\n");
        }

        return text.Append('\n').Append(MarkdownText.Escape(ReorganizeWords.Unseen)).Append(".\n").ToString();
    }

    private static string MembersOf(PictureWords words)
    {
        var text = new StringBuilder("| Offset | Size | Type | Member |\n|--:|--:|---|---|\n");
        ReadOnlySpan<PictureEntry> entries = words.Picture.Entries;
        for (int i = 0; i < Math.Min(entries.Length, MostListed); i++)
        {
            PictureEntry entry = entries[i];
            string indent = string.Concat(Enumerable.Repeat("&emsp;", Math.Min(entry.Depth, 6)));
            string offset = PictureWords.Number(entry.BitOffset / 8) + (entry.BitOffset % 8 == 0 ? "" : ":" + PictureWords.Number(entry.BitOffset % 8));
            string name = words.NameOf(entry).IsEmpty ? "" : MarkdownText.Code(Shortened(Encoding.UTF8.GetString(words.NameOf(entry))));
            int marker = words.MarkerOf(entry);
            string type = entry.IsGap ? $"*{words.SortOf(entry)}*" : marker != 0 ? marker > 0 ? "*group begins*" : "*group ends*"
                : indent + MarkdownText.Code(Shortened(words.TypeOf(entry)));
            text.Append("| ").Append(offset).Append(" | ").Append(entry.SizeBits == 0 ? "" : PictureWords.Short(entry)).Append(" | ")
                .Append(type).Append(" | ").Append(entry.IsGap ? MarkdownText.Escape(Shortened(words.CauseOf(entry))) : name).Append(" |\n");
        }

        return entries.Length <= MostListed ? text.ToString()
            : text.Append("\n… and ").Append(PictureWords.Number(entries.Length - MostListed)).Append(" more rows.\n").ToString();
    }

    private static string Shortened(string text) => text.Length <= 200 ? text : text[..(char.IsHighSurrogate(text[198]) ? 198 : 199)] + "…";
}
