using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes what samples say of a layout.</summary>
internal static class HeatText
{
    private const int MostFights = 20;
    private const int MostCpus = 6;

    public static void Write(LayoutReport report, LayoutHeat heat, LayoutWords words, Utf8Writer output)
    {
        WriteCoverage(report, heat, output);
        if (heat.Samples.OnMembers == 0)
        {
            return;
        }

        WriteMembers(report, heat, words, output);
        WriteLines(heat, output);
        WriteFights(heat, words, output);
        WriteContended(heat, words, output);
    }

    private static void WriteCoverage(LayoutReport report, LayoutHeat heat, Utf8Writer output)
    {
        MemberSamples samples = heat.Samples;
        var rows = new TextRows(output, new(""), new("", true), new("", true));
        rows.Add("on members", Text(samples.OnMembers), Percent(samples.OnMembers, samples.Accesses));
        rows.Add("into holes and padding", Text(samples.InHoles), Percent(samples.InHoles, samples.Accesses));
        rows.Add("behind the end", Text(samples.BeyondSize), Percent(samples.BeyondSize, samples.Accesses));
        rows.Add("members with samples", $"{Text(heat.SampledMembers)} of {Text(report.Layout.Members.Length)}",
            Percent(heat.SampledMembers, report.Layout.Members.Length));
        rows.Add("bytes with samples", $"{Text(samples.SampledBytes)} of {Text(report.Layout.Summary.SizeBytes)}",
            Percent(samples.SampledBytes, report.Layout.Summary.SizeBytes));
        rows.Write($"Samples: {Text(samples.Accesses)} accesses in {Count(samples.Rows, "row")} (no sample is not the same as never touched)");
    }

    private static void WriteMembers(LayoutReport report, LayoutHeat heat, LayoutWords words, Utf8Writer output)
    {
        var rows = new TextRows(output, new("offset", true, TextStyle.Comment), new("size", true), new("member", false, TextStyle.MemberName),
            new("reads", true), new("writes", true), new("share", true, TextStyle.Warning), new("CPUs reading", true), new("writing", true));
        for (int i = 0; i < report.Layout.Members.Length; i++)
        {
            MemberLayout member = report.Layout.Members[i];
            string[] place = [Text(member.BitOffset / 8), Text(member.SizeBytes), words.NameOf(i)];
            string[] use = heat.Of(i) is { } shares
                ? [Text(shares.Reads), Text(shares.Writes), Percent(shares.Accesses, heat.Samples.OnMembers), Text(shares.ReadingCpus), Text(shares.WritingCpus)]
                : ["-", "-", "", "", ""];
            rows.Add([.. place, .. use]);
        }

        rows.Write("Samples by member (-: none)");
    }

    private static void WriteLines(LayoutHeat heat, Utf8Writer output)
    {
        var rows = new TextRows(output, new("line", true, TextStyle.Boundary), new("members", true), new("reads", true), new("writes", true),
            new("share", true, TextStyle.Warning), new("CPUs reading", true), new("writing", true));
        foreach (LineHeat line in heat.Lines)
        {
            rows.Add(Text(line.Line), Text(line.Members), Text(line.Shares.Reads), Text(line.Shares.Writes),
                Percent(line.Shares.Accesses, heat.Samples.OnMembers), Text(line.Shares.ReadingCpus), Text(line.Shares.WritingCpus));
        }

        rows.Write("Samples by cache line");
    }

    private static void WriteFights(LayoutHeat heat, LayoutWords words, Utf8Writer output)
    {
        var rows = new TextRows(output, new("line", true, TextStyle.Boundary), new("collisions", true, TextStyle.Warning),
            new("one", false, TextStyle.MemberName), new(""), new("other", false, TextStyle.MemberName), new(""));
        foreach (MemberFight fight in heat.Fights.Take(MostFights))
        {
            rows.Add(Text(fight.Line), Text(fight.Collisions), words.NameOf(fight.First), UseOf(fight.OfFirst), words.NameOf(fight.Second),
                UseOf(fight.OfSecond));
        }

        if (heat.FightCount > MostFights)
        {
            rows.Add("", "", $"and {Text(heat.FightCount - MostFights)} more", "", "", "");
        }

        rows.Write("False sharing suspects (accesses that different CPUs make to two members of a line, one of them writing)");
    }

    private static void WriteContended(LayoutHeat heat, LayoutWords words, Utf8Writer output)
    {
        var rows = new TextRows(output, new("member", false, TextStyle.MemberName), new(""));
        foreach (int position in heat.Contended.Take(MostFights))
        {
            rows.Add(words.NameOf(position), UseOf(heat.Of(position)!));
        }

        if (heat.Contended.Count > MostFights)
        {
            rows.Add($"and {Text(heat.Contended.Count - MostFights)} more", "");
        }

        rows.Write("Contended members (truly shared: no order changes that, but what lies beside them waits with them)");
    }

    private static string UseOf(CpuShares shares)
    {
        string writes = shares.Writes == 0 ? "" : $"{Text(shares.Writes)} written by CPU {List(shares.Writers)}";
        string reads = shares.Reads == 0 ? "" : $"{Text(shares.Reads)} read by CPU {List(shares.Readers)}";
        return writes.Length > 0 && reads.Length > 0 ? $"{writes}, {reads}" : writes + reads;
    }

    private static string List(IEnumerable<int> cpus)
    {
        int[] all = [.. cpus];
        string list = string.Join(' ', all.Take(MostCpus).Select(cpu => Text(cpu)));
        return all.Length > MostCpus ? $"{list} and {Text(all.Length - MostCpus)} more" : list;
    }

    private static string Text(long number) => LayoutTextWriter.Text(number);

    private static string Count(long number, string what) => LayoutTextWriter.Count(number, what);

    internal static string Percent(double part, double whole) =>
        whole <= 0 ? "" : (100 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
