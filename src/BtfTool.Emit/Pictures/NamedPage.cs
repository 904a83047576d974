using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>Writes the page of some types: a section for each, as they stand.</summary>
internal static class NamedPage
{
    /// <summary>Writes the page. Cost: linear in the members of the types.</summary>
    /// <param name="subjects">The types, at least one.</param>
    /// <param name="source">Where they come from, in words.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IReadOnlyList<PictureSubject> subjects, string source, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(source);
        string title = subjects.Count == 1 ? subjects[0].Title : PictureWords.Count(subjects.Count, "type") + " in memory";
        ReportPage.Write(output, title, summary => WriteSummary(subjects, source, summary), sections =>
        {
            var section = new TypeSection(sections) { HasHeading = subjects.Count > 1 };
            for (int i = 0; i < subjects.Count; i++)
            {
                section.Write(subjects[i], i);
            }
        });
    }

    private static void WriteSummary(IReadOnlyList<PictureSubject> subjects, string source, Utf8Writer output)
    {
        output.Write("<p class=\"source\">"u8);
        HtmlText.Write(output, source);
        output.Write(", cache lines of "u8);
        output.WriteDecimal(subjects[0].Report.CachelineBytes);
        output.Write(" bytes</p>\n"u8);
        PictureStyle.WriteLegend(output);
        if (subjects.Count < 2)
        {
            return;
        }

        output.Write("<nav aria-label=\"Types\"><ul class=\"contents\">\n"u8);
        for (int i = 0; i < subjects.Count; i++)
        {
            output.Write("<li><a href=\"#t-"u8);
            output.WriteDecimal(i);
            output.Write("\">"u8);
            HtmlText.Write(output, subjects[i].Title);
            output.Write("</a> <span>"u8);
            output.Write(PictureWords.Count(subjects[i].Report.Layout.Summary.SizeBytes, "byte"));
            if (subjects[i].Reorganized is { IsImprovement: true } better)
            {
                output.Write("; "u8);
                HtmlText.Write(output, GainText.Of(better.Plan));
            }

            output.Write("</span></li>\n"u8);
        }

        output.Write("</ul></nav>\n"u8);
    }
}
