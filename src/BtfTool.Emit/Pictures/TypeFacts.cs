using BtfTool.Core.Layout;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;
using static BtfTool.Emit.Pictures.PictureWords;

namespace BtfTool.Emit.Pictures;

/// <summary>One of the facts.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">What is said.</param>
/// <param name="IsLoss">Whether it is room or time that is lost.</param>
internal sealed record TypeFact(string Name, string Value, bool IsLoss);

/// <summary>What is said of a type in short: name and value of each fact, for pages and comments alike.</summary>
internal sealed class TypeFacts
{
    private readonly List<TypeFact> _facts = [];

    private TypeFacts()
    {
    }

    public IReadOnlyList<TypeFact> All => _facts;

    public static TypeFacts Of(LayoutReport report, PictureWords words, string? place)
    {
        var facts = new TypeFacts();
        LayoutSummary summary = report.Layout.Summary;
        facts.Add("Size", Count(summary.SizeBytes, "byte"));
        facts.Add("Cache lines", $"{Number(summary.CachelinesOf(report.CachelineBytes))} of {Number(report.CachelineBytes)} bytes");
        facts.Add("Members", Number(summary.MemberCount));
        facts.AddLosses(report, summary);
        facts.Add("Alignment", AlignmentOf(report, words));
        facts.AddLines(report);
        facts.Add("Allocator", AllocatorOf(report));
        if (place is not null)
        {
            facts.Add("Declared at", place);
        }

        return facts;
    }

    /// <summary>One line: size, cache lines, what is lost.</summary>
    public static string Headline(LayoutReport report)
    {
        LayoutSummary summary = report.Layout.Summary;
        string lost = summary.WastedBytes == 0 && summary.BitHoleBits + summary.PaddingBits == 0 ? "nothing lost between members"
            : summary.WastedBytes == 0 ? Count(summary.BitHoleBits + summary.PaddingBits, "bit") + " unused"
            : Count(summary.WastedBytes, "byte") + " in holes and padding";
        return $"{Count(summary.SizeBytes, "byte")}, {Count(summary.CachelinesOf(report.CachelineBytes), "cache line")}, {lost}";
    }

    private void AddLosses(LayoutReport report, in LayoutSummary summary)
    {
        if (summary.HoleBytes > 0)
        {
            Add("Holes", $"{Count(summary.HoleBytes, "byte")} in {Count(summary.Holes, "hole")}", isLoss: true);
        }

        if (summary.BitHoleBits > 0)
        {
            Add("Bit holes", $"{Count(summary.BitHoleBits, "bit")} in {Count(summary.BitHoles, "bit hole")}", isLoss: true);
        }

        if (summary.PaddingBytes + summary.PaddingBits > 0)
        {
            Add("Padding", string.Join(", ", ((string[])[summary.PaddingBytes > 0 ? Count(summary.PaddingBytes, "byte") : "",
                summary.PaddingBits > 0 ? Count(summary.PaddingBits, "bit") : ""]).Where(text => text.Length > 0)), isLoss: true);
        }

        if (report.EmbeddedLostBytes > 0)
        {
            Add("Inside members", Count(report.EmbeddedLostBytes, "byte") + " lost", isLoss: true);
        }
    }

    private void AddLines(LayoutReport report)
    {
        int straddling = 0, wide = 0;
        foreach (StraddlingMember member in report.Straddling)
        {
            straddling += member.FitsOne ? 1 : 0;
        }

        if (straddling > 0)
        {
            Add("Straddling", Count(straddling, "member") + " on two lines that would fit one", isLoss: true);
        }

        foreach (CachelineGroup group in report.Groups.Groups)
        {
            wide += group.UsesMoreThanItCould ? 1 : 0;
        }

        if (report.Groups.Groups.Count > 0)
        {
            int mixed = report.Groups.MixedLines.Count;
            Add("Cache line groups", Number(report.Groups.Groups.Count) + (wide == 0 ? "" : $", {Number(wide)} on more lines than needed")
                + (mixed == 0 ? "" : $"; read and written ones mix on {Count(mixed, "line")}"), wide + mixed > 0);
        }
    }

    private static string AlignmentOf(LayoutReport report, PictureWords words)
    {
        string packed = !report.Layout.Summary.IsPacked ? "" : report.PackedMember >= 0
            ? $", packed (inferred at {words.Layout.NameOf(report.PackedMember)})" : ", packed (inferred from its size)";
        return Count(report.Alignment.AlignmentBytes, "byte") + packed
            + (report.Alignment.IsForced ? $" ({words.Layout.AlignmentCause()}; natural {Number(report.Alignment.NaturalBytes)})" : "");
    }

    private static string AllocatorOf(LayoutReport report)
    {
        AllocatorFacts facts = report.Allocator;
        if (facts.SizeBytes == 0)
        {
            return "";
        }

        string less = facts.SmallerBucketBytes == 0 ? "" : $"; {Count(facts.ExcessBytes, "byte")} less would fit {Number(facts.SmallerBucketBytes)}";
        return LayoutTextWriter.NameOfBucket(facts.BucketBytes) + (facts.LostBytes == 0 ? "" : $", {Count(facts.LostBytes, "byte")} lost of each") + less;
    }

    private void Add(string name, string value, bool isLoss = false)
    {
        if (value.Length > 0)
        {
            _facts.Add(new TypeFact(name, value, isLoss));
        }
    }

    /// <summary>Writes them as a list of definitions.</summary>
    public void Write(Utf8Writer output)
    {
        output.Write("<dl class=\"facts\">"u8);
        foreach ((string name, string value, bool isLoss) in _facts)
        {
            output.Write(isLoss ? "<div class=\"loss\"><dt>"u8 : "<div><dt>"u8);
            output.Write(name);
            output.Write("</dt><dd>"u8);
            HtmlText.Write(output, value);
            output.Write("</dd></div>"u8);
        }

        output.Write("</dl>\n"u8);
    }
}
