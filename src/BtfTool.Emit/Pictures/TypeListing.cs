using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>Writes the listing that stands beside a picture: a table of members and unused room, by offset.</summary>
internal sealed class TypeListing(Utf8Writer output)
{
    // More is nothing to read in a page.
    private const int MostRows = 4000;

    public void Write(PictureWords words, string caption, PictureMark[]? marked)
    {
        output.Write("<table class=\"listing\"><caption>"u8);
        HtmlText.Write(output, caption);
        output.Write("</caption><thead><tr><th scope=\"col\" class=\"n\">Offset</th><th scope=\"col\" class=\"n\">Size</th><th scope=\"col\">Type</th>"u8);
        output.Write("<th scope=\"col\">Member</th></tr></thead><tbody>\n"u8);
        ReadOnlySpan<PictureEntry> entries = words.Picture.Entries;
        long line = 0;
        for (int i = 0; i < Math.Min(entries.Length, MostRows); i++)
        {
            WriteRow(words, entries[i], marked, ref line);
        }

        if (entries.Length > MostRows)
        {
            output.Write("<tr><td></td><td></td><td colspan=\"2\">… "u8);
            output.WriteDecimal(entries.Length - MostRows);
            output.Write(" more rows</td></tr>\n"u8);
        }

        output.Write("</tbody></table>\n"u8);
    }

    private void WriteRow(PictureWords words, in PictureEntry entry, PictureMark[]? marked, ref long line)
    {
        long at = entry.BitOffset / 8 / words.Picture.Report.CachelineBytes;
        int marker = words.MarkerOf(entry);
        output.Write("<tr data-m=\""u8);
        output.WriteDecimal(entry.Mark);
        output.Write("\" class=\""u8);
        output.Write(entry.Kind switch
        {
            PictureKind.Padding => "pad"u8,
            PictureKind.Hole or PictureKind.BitHole => "hole"u8,
            PictureKind.Anonymous => "anon"u8,
            _ when entry.SizeBits == 0 => "none"u8,
            _ => "k"u8,
        });
        if (entry.Kind is PictureKind.Member or PictureKind.Bits && entry.SizeBits > 0)
        {
            output.WriteDecimal(entry.Colour % 12);
        }

        output.Write(at > line ? " newline"u8 : []);
        PictureMark mark = marked is null ? PictureMark.None : marked[entry.Mark];
        output.Write(mark == PictureMark.None ? [] : " "u8);
        output.Write(PictureMarks.ClassOf(mark));
        line = Math.Max(line, at);
        output.Write("\"><td class=\"n\">"u8);
        PictureWords.WriteOffset(output, entry.BitOffset);
        output.Write("</td><td class=\"n\">"u8);
        output.Write(entry.SizeBits == 0 ? "–" : PictureWords.Short(entry));
        output.Write("</td>"u8);
        if (marker != 0 || entry.IsGap)
        {
            WriteRemark(words, entry, marker);
        }
        else
        {
            WriteMember(words, entry);
        }

        output.Write("</tr>\n"u8);
    }

    private void WriteRemark(PictureWords words, in PictureEntry entry, int marker)
    {
        output.Write("<td colspan=\"2\" class=\"d"u8);
        output.WriteDecimal(Math.Min(entry.Depth, 6));
        output.Write("\">"u8);
        if (marker != 0)
        {
            output.Write(marker > 0 ? "group begins: "u8 : "group ends: "u8);
            HtmlText.Write(output, words.NameOf(entry));
        }
        else
        {
            output.Write(words.SortOf(entry));
            string cause = words.CauseOf(entry);
            output.Write(cause.Length > 0 ? ": "u8 : []);
            HtmlText.Write(output, cause);
        }

        output.Write("</td>"u8);
    }

    private void WriteMember(PictureWords words, in PictureEntry entry)
    {
        output.Write("<td class=\"d"u8);
        output.WriteDecimal(Math.Min(entry.Depth, 6));
        output.Write("\"><code>"u8);
        HtmlText.Write(output, words.TypeOf(entry));
        output.Write("</code></td><td>"u8);
        ReadOnlySpan<byte> name = words.NameOf(entry);
        if (!name.IsEmpty)
        {
            output.Write("<code>"u8);
            HtmlText.Write(output, name);
            output.Write("</code>"u8);
        }

        if (words.Straddles(entry))
        {
            output.Write(" <span class=\"torn\">on two lines</span>"u8);
        }

        output.Write("</td>"u8);
    }
}
