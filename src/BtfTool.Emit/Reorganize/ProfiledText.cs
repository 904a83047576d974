using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Reorganization;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;
using static BtfTool.Emit.Reorganize.ReorganizeWords;

namespace BtfTool.Emit.Reorganize;

/// <summary>Writes what a plan does for the accesses that were sampled. Not safe to share between threads.</summary>
internal sealed class ProfiledText(Utf8Writer output, MemberNames names)
{
    private const int MostLines = 16;
    private const int MostPairs = 20;
    private const int MostHot = 12;

    public void Write(ReorganizedStruct s, ProfiledPlan profiled)
    {
        MemberSamples samples = profiled.Before.Samples;
        output.Write($"\nsamples: {Number(samples.Accesses)} accesses in {Count(samples.Rows, "row")}: {Number(samples.OnMembers)} on members, "
            + $"{Number(samples.InHoles)} into holes, {Number(samples.BeyondSize)} behind the end; {Number(profiled.Before.SampledMembers)} of "
            + $"{Count(samples.Layout.Members.Length, "member")} have samples (no sample is not the same as never touched)\n");
        if (samples.OnMembers == 0)
        {
            output.Write("  nothing follows from them: the plan is the one without samples\n"u8);
            return;
        }

        WriteHot(s, profiled);
        WriteTable(profiled);
        WriteRivals(s, profiled);
    }

    private void WriteHot(ReorganizedStruct s, ProfiledPlan profiled)
    {
        HotMembers wanted = profiled.Wanted;
        StructLayout layout = profiled.Before.Samples.Layout;
        var hot = new List<string>();
        long bits = 0;
        foreach (int position in wanted.Hot)
        {
            long accesses = profiled.Before.Of(position)!.Accesses;
            bool isWide = wanted.Wide.Contains(position);
            if (hot.Count < MostHot)
            {
                hot.Add($"{NameOf(s, layout, position)} {HeatText.Percent(accesses, profiled.Before.Samples.OnMembers)}{(isWide ? " (larger than a line)" : "")}");
            }

            bits += isWide ? 0 : layout.Members[position].EndBits - layout.Members[position].BitOffset;
        }

        long lineBits = profiled.Before.CachelineBytes * 8L;
        output.Write($"  hot, the fewest members with {Number(wanted.SharePercent)} % of the accesses: {string.Join(", ", hot)}{(wanted.Hot.Count > MostHot ? $" and {Number(wanted.Hot.Count - MostHot)} more" : "")}\n");
        output.Write($"  they have {Count((bits + 7) / 8, "byte")}: no order puts them on fewer than {Count((bits + lineBits - 1) / lineBits, "line")}\n");
    }

    private void WriteTable(ProfiledPlan profiled)
    {
        var rows = new TextRows(output, new(""), new("before", true), new("after", true));
        LayoutHeat before = profiled.Before, after = profiled.After;
        int share = profiled.Wanted.SharePercent;
        rows.Add("lines with samples", Number(before.Lines.Count), Number(after.Lines.Count));
        rows.Add($"lines with {Number(share)} % of the accesses", Number(before.LinesFor(share)), Number(after.LinesFor(share)));
        rows.Add($"lines touched by {Number(ProfiledPlan.DrawnAccesses)} accesses, on the average", Average(before), Average(after));
        rows.Add("pairs that share a line and fight", Number(before.FightCount), Number(after.FightCount));
        rows.Add("their collisions", Number(before.Collisions), Number(after.Collisions));
        long lines = Math.Max(before.Lines.Count == 0 ? 0 : before.Lines[^1].Line, after.Lines.Count == 0 ? 0 : after.Lines[^1].Line) + 1;
        var old = before.Lines.ToDictionary(line => line.Line, line => line.Shares.Accesses);
        var relaid = after.Lines.ToDictionary(line => line.Line, line => line.Shares.Accesses);
        for (long line = 0; line < Math.Min(lines, MostLines); line++)
        {
            if (old.ContainsKey(line) || relaid.ContainsKey(line))
            {
                rows.Add($"accesses to line {Number(line)}", Number(old.GetValueOrDefault(line)), Number(relaid.GetValueOrDefault(line)));
            }
        }

        rows.Write("what is sampled");
        if (after.Collisions > before.Collisions)
        {
            output.Write("  more accesses collide than before: pairs too weak to be parted come to share lines; a smaller --hot-share packs less\n"u8);
        }
    }

    private void WriteRivals(ReorganizedStruct s, ProfiledPlan profiled)
    {
        HotMembers wanted = profiled.Wanted;
        if (wanted.Rivals.Count == 0)
        {
            return;
        }

        StructLayout layout = profiled.Before.Samples.Layout;
        output.Write($"\npairs that different CPUs fight over (one in {Number(HotMembers.LeastRivalry)} accesses or more):\n");
        foreach (MemberRivalry pair in wanted.Rivals.Take(MostPairs))
        {
            bool isTogether = profiled.StillTogether.Contains(pair);
            output.Write($"  {NameOf(s, layout, pair.First)}, {NameOf(s, layout, pair.Second)}: {Count(pair.Collisions, "collision")}"
                + $" if on one line: {(isTogether ? "still on one" : "apart")}\n");
        }

        output.Write(wanted.Rivals.Count <= MostPairs ? "" : $"  and {Number(wanted.Rivals.Count - MostPairs)} more\n");
        output.Write(wanted.RivalsLeftOut == 0 ? "" :
            $"  {Number(wanted.RivalsLeftOut)} weaker ones are left out: at most {Number(HotMembers.MaxSeparate)} members can be kept apart\n");
        if (profiled.StillTogether.Count > 0)
        {
            bool isProven = s.Plan.Proof.HasFlag(PlanProof.Layout);
            output.Write($"  {Count(profiled.StillTogether.Count, "pair")} not parted: without growing, and with what is held in place, "
                + $"{(isProven ? "no order does better" : "no better order was found, which is no proof that there is none")}\n");
        }
    }

    private string NameOf(ReorganizedStruct s, StructLayout layout, int position) => names.Of(s.Plan.Type, layout.Members[position].Index);

    private static string Average(LayoutHeat heat) => heat.ExpectedLines(ProfiledPlan.DrawnAccesses).ToString("0.00", CultureInfo.InvariantCulture);
}
