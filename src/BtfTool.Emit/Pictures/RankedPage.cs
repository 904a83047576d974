using System.Buffers;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// The page of all types of a kernel: a ranked table that a script sorts, searches and filters, and the section of each type, which it
/// inflates when a row is opened. One file; nothing is fetched.
/// </summary>
internal static class RankedPage
{
    // Rows of the table that needs no script.
    private const int StaticRows = 100;

    private const string LegendMark = "<!--legend-->";

    /// <summary>
    /// Writes the page. Cost: a report, a plan and a section for each type, on several threads; memory for the compressed sections.
    /// </summary>
    /// <param name="types">Structs and unions with names, those of a graph together; each once.</param>
    /// <param name="options">How.</param>
    /// <param name="target">Receives the page.</param>
    /// <exception cref="ArgumentException">One is neither struct nor union.</exception>
    public static void Write(IReadOnlyList<TypeRef> types, RankedPageOptions options, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(target);
        var ranked = RankedTypes.Of(types, options);
        var output = new Utf8Writer(target);
        ReportPage.Write(output, "Types of " + options.Source, summary => WriteSummary(options, summary), body =>
        {
            string frame = PictureStyle.Read("ranking.html");
            int legend = frame.IndexOf(LegendMark, StringComparison.Ordinal);
            body.Write(frame[..legend]);
            PictureStyle.WriteLegend(body);
            body.Write(frame[(legend + LegendMark.Length)..]);
            WriteStatic(ranked, body);
        }, data => WriteData(ranked, options, data, target), "table.css", "where.js", "ranking.js");
        output.Flush();
    }

    private static void WriteSummary(RankedPageOptions options, Utf8Writer output)
    {
        output.Write("<p class=\"facts\">"u8);
        HtmlText.Write(output, options.Machine.Name.Length > 0 ? options.Machine.Name + ", cache" : "Cache");
        output.Write(" lines of "u8);
        output.WriteDecimal(options.CachelineBytes);
        output.Write(" bytes.</p>\n"u8);
    }

    private static void WriteData(RankedTypes ranked, RankedPageOptions options, Utf8Writer output, IBufferWriter<byte> target)
    {
        output.Write("<script type=\"application/json\" id=\"types-data\">"u8);
        output.Flush();
        RankedData.Write(ranked, options, target);

        // Others have written where its block was.
        output.Flush();
        output.Write("</script>\n"u8);
        for (int i = 0; i < ranked.Chunks.Length; i++)
        {
            output.Write("<script type=\"text/plain\" data-chunk=\""u8);
            output.WriteDecimal(i);
            output.Write("\">"u8);
            output.Write(ranked.Chunks[i]);
            output.Write("</script>\n"u8);
        }
    }

    private static void WriteStatic(RankedTypes ranked, Utf8Writer output)
    {
        int count = Math.Min(StaticRows, ranked.Rows.Length);
        output.Write("<noscript>\n<p>Search, filters, order and the picture of each type need JavaScript, which is off: these are the first "u8);
        output.WriteDecimal(count);
        output.Write(" of "u8);
        output.WriteDecimal(ranked.Rows.Length);
        output.Write(" types by what reorganising them would gain.</p>\n<table class=\"static\"><thead><tr><th scope=\"col\">Name</th>"u8);
        foreach (string head in (ReadOnlySpan<string>)["Size", "Saves", "Saves lines", "Holes", "Hole bytes", "Padding", "Lines", "Bucket"])
        {
            output.Write("<th scope=\"col\" class=\"n\">"u8);
            output.Write(head);
            output.Write("</th>"u8);
        }

        output.Write("</tr></thead><tbody>\n"u8);
        foreach (int i in ranked.RowsByRank.AsSpan(0, count))
        {
            WriteStatic(ranked.Types[i], ranked.Rows[i], output);
        }

        output.Write("</tbody></table>\n</noscript>\n"u8);
    }

    private static void WriteStatic(TypeRef type, in RankedRow row, Utf8Writer output)
    {
        output.Write("<tr><th scope=\"row\">"u8);
        HtmlText.Write(output, type.View.Name);
        output.Write("</th>"u8);
        ReadOnlySpan<long> cells =
        [
            row.SizeBytes, row.Gain?.SavedBytes ?? 0, row.Gain?.SavedCachelines ?? 0, row.Holes, row.HoleBytes, row.PaddingBytes,
            row.Cachelines, row.BucketBytes,
        ];
        foreach (long cell in cells)
        {
            output.Write("<td class=\"n\">"u8);
            output.WriteDecimal(cell);
            output.Write("</td>"u8);
        }

        output.Write("</tr>\n"u8);
    }
}
