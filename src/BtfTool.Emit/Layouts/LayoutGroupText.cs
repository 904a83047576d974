using BtfTool.Core.Layout;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes what is to be said of the cache line groups of a struct.</summary>
internal static class LayoutGroupText
{
    public static void Write(LayoutReport report, Utf8Writer output)
    {
        CachelineGroups groups = report.Groups;
        var rows = new TextRows(output, new("group", false, TextStyle.MemberName), new("bytes", true, TextStyle.Comment), new("used", true),
            new("on lines", true, TextStyle.Boundary), new("lines", true), new("least", true), new("", false, TextStyle.Warning));
        foreach (CachelineGroup group in groups.Groups)
        {
            rows.Add(NameOf(group), Range(group.BitOffset / 8, (group.BitOffset / 8) + group.ExtentBytes - 1), LayoutTextWriter.Text(group.MemberBytes),
                group.MemberCount == 0 ? "-" : Range(group.BitOffset / 8 / report.CachelineBytes, (group.EndBits - 1) / 8 / report.CachelineBytes),
                LayoutTextWriter.Text(group.Cachelines), LayoutTextWriter.Text(group.LeastCachelines),
                group.UsesMoreThanItCould ? LayoutTextWriter.Count(group.Cachelines - group.LeastCachelines, "line") + " more than it could" : "");
        }

        rows.Write("Cache line groups");
        var mixed = new TextRows(output, new("line", true, TextStyle.Boundary), new("read", false, TextStyle.MemberName),
            new("written", false, TextStyle.MemberName));
        foreach (MixedLine line in groups.MixedLines)
        {
            mixed.Add(LayoutTextWriter.Text(line.Line), NameOf(groups.Groups[line.ReadGroup]), NameOf(groups.Groups[line.WriteGroup]));
        }

        mixed.Write("Lines on which read and written groups mix (a guess from the groups' names)");
        var unmatched = new TextRows(output, new("offset", true, TextStyle.Comment), new("group", false, TextStyle.MemberName), new(""));
        foreach (UnmatchedMarker marker in groups.Unmatched)
        {
            unmatched.Add(LayoutTextWriter.Text(marker.BitOffset / 8), marker.Path.Length == 0 ? marker.Name : $"{marker.Path}: {marker.Name}",
                marker.IsBegin ? "begins and does not end" : "ends and does not begin");
        }

        unmatched.Write("Group markers without their other end");
    }

    private static string NameOf(in CachelineGroup group) => group.Path.Length == 0 ? group.Name : $"{group.Path}: {group.Name}";

    private static string Range(long first, long last) => last < first ? "-" : last == first ? LayoutTextWriter.Text(first) : $"{LayoutTextWriter.Text(first)}-{LayoutTextWriter.Text(last)}";
}
