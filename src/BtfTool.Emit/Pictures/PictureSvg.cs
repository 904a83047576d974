using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// Writes pictures as SVG: with classes alone, to stand in a page that has the style (<see cref="ReportPage"/>), or as a document of its
/// own. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
internal sealed class PictureSvg(Utf8Writer output)
{
    private const int GridWidth = 1024;
    private const int RightMargin = 6;
    private const int RulerHeight = 20;
    private const int RowGap = 6;
    private const int GroupBand = 20;
    private const int Colours = 12;

    // The sizes of letters in the style, and those on narrow screens.
    private const int FontSize = 13;
    private const int NarrowFontSize = 21;
    private const int DigitWidth = 9;

    private PictureWords _words = null!;
    private StructPicture _picture = null!;
    private PictureMark[]? _marked;
    private int _unit;
    private int _left;
    private int _groupNameEnd;

    /// <summary>Draws a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="declarations">Texts of types, of the picture's graph.</param>
    /// <param name="title">What it shows, for screen readers.</param>
    /// <param name="marked">What happened to entries, by their mark, of all of them; null for nothing.</param>
    public void Write(StructPicture picture, DeclarationText declarations, string title, PictureMark[]? marked = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(declarations);
        Write(new PictureWords(picture, declarations), title, marked);
    }

    internal void Write(PictureWords words, string title, PictureMark[]? marked)
    {
        Begin(words, marked);
        int height = HeightOf();
        output.Write("<svg class=\"picture\" role=\"group\" viewBox=\"0 0 "u8);
        output.WriteDecimal(_left + GridWidth + RightMargin);
        output.Write((byte)' ');
        output.WriteDecimal(height);
        output.Write("\" aria-label=\""u8);
        HtmlText.Write(output, title);
        output.Write("\">"u8);
        WriteContent();
        output.Write("</svg>\n"u8);
    }

    /// <summary>Draws pictures one below the other as one SVG document, with a style for light and dark screens.</summary>
    /// <param name="pictures">The pictures, each with its heading.</param>
    internal void WriteDocument(IReadOnlyList<(PictureWords Words, string Title, PictureMark[]? Marked)> pictures)
    {
        const int Heading = 34;
        int height = 10, width = 0;
        foreach ((PictureWords words, _, _) in pictures)
        {
            Begin(words, null);
            height += Heading + HeightOf() + 14;
            width = Math.Max(width, _left + GridWidth + RightMargin);
        }

        width += 24;
        output.Write("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture alone\" role=\"img\" width=\""u8);
        output.WriteDecimal(width);
        output.Write("\" height=\""u8);
        output.WriteDecimal(height);
        output.Write("\" viewBox=\"0 0 "u8);
        output.WriteDecimal(width);
        output.Write((byte)' ');
        output.WriteDecimal(height);
        output.Write("\">\n<title>"u8);
        HtmlText.Write(output, pictures[0].Title);
        output.Write("</title>\n<style>"u8);
        output.Write(PictureStyle.Alone);
        output.Write("</style>\n"u8);
        output.Write(PictureStyle.Patterns);
        output.Write("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"u8);
        int y = 10;
        foreach ((PictureWords words, string title, PictureMark[]? marked) in pictures)
        {
            Begin(words, marked);
            output.Write("<text class=\"heading\" x=\"12\" y=\""u8);
            output.WriteDecimal(y + 20);
            output.Write("\">"u8);
            HtmlText.Write(output, title, 90);
            output.Write("</text>\n<g transform=\"translate(12 "u8);
            output.WriteDecimal(y + Heading);
            output.Write(")\">"u8);
            WriteContent();
            output.Write("</g>\n"u8);
            y += Heading + HeightOf() + 14;
        }

        output.Write("</svg>\n"u8);
    }

    private void Begin(PictureWords words, PictureMark[]? marked)
    {
        StructPicture picture = words.Picture;
        (_words, _picture, _marked) = (words, picture, marked);
        _unit = GridWidth / picture.RowBytes;
        int digits = picture.Rows.IsEmpty ? 1 : DigitsOf(picture.Rows[^1].FirstByte) + (2 * DigitsOf(picture.Rows[^1].FirstByte / picture.Report.CachelineBytes));
        _left = Math.Max(76, 30 + (digits * DigitWidth));
    }

    private int HeightOf()
    {
        int height = RulerHeight + 2, outline = 0;
        for (int row = 0; row < _picture.Rows.Length; row++)
        {
            height += BandOf(row, ref outline) + _picture.Rows[row].Height + RowGap;
        }

        return height;
    }

    // Room for the names of the groups that begin in a row.
    private int BandOf(int row, ref int outline)
    {
        int band = 0;
        for (; outline < _picture.Outlines.Length && _picture.Outlines[outline].Row == row; outline++)
        {
            band = _picture.Outlines[outline].IsFirst ? GroupBand : band;
        }

        return band;
    }

    private void WriteContent()
    {
        WriteRuler();
        int y = RulerHeight, outline = 0;
        bool isFirst = true;
        for (int row = 0; row < _picture.Rows.Length; row++)
        {
            int firstOutline = outline;
            _groupNameEnd = _left - FontSize;
            y += BandOf(row, ref outline);
            PictureRow place = _picture.Rows[row];
            WriteGutter(place, y);
            foreach (ref readonly PicturePiece piece in _picture.PiecesOf(place))
            {
                WritePiece(place, piece, y, ref isFirst);
            }

            for (int i = firstOutline; i < outline; i++)
            {
                WriteOutline(_picture.Outlines[i], place, y, i + 1 < outline ? X(_picture.Outlines[i + 1].FromBit, place) : _left + GridWidth);
            }

            y += place.Height + RowGap;
        }
    }

    private void WriteRuler()
    {
        output.Write("<g class=\"ruler\" aria-hidden=\"true\">"u8);
        for (int at = 0; at < _picture.RowBytes; at += _picture.RowBytes / 8)
        {
            WriteText(""u8, _left + (at * _unit) + 2, RulerHeight - 7, PictureWords.Number(at));
        }

        output.Write("</g>\n"u8);
    }

    private void WriteGutter(in PictureRow row, int y)
    {
        long line = row.FirstByte / _picture.Report.CachelineBytes;
        int middle = y + (row.Height / 2) + 5;
        output.Write("<g aria-hidden=\"true\">"u8);
        if (row.FirstByte % _picture.Report.CachelineBytes == 0)
        {
            long last = (row.FirstByte + (row.Repeats * _picture.RowBytes) - 1) / _picture.Report.CachelineBytes;
            string text = row.Repeats > 1 && last > line ? PictureWords.Number(line) + "–" + PictureWords.Number(last) : PictureWords.Number(line);
            WriteText("line"u8, 2, middle, text);
        }

        WriteText("at"u8, _left - 8, middle, PictureWords.Number(row.FirstByte));
        output.Write("</g>"u8);
    }

    private void WritePiece(in PictureRow row, in PicturePiece piece, int y, ref bool isFirst)
    {
        int x = X(piece.FromBit, row), width = X(piece.ToBit, row) - x, top = y + piece.Top, height = piece.Bottom - piece.Top;
        if (piece.Entry < 0)
        {
            WriteRect(piece.Kind == PictureKind.Cut ? "cut"u8 : "unused"u8, x, top, width, height);
            if (piece.Kind == PictureKind.Cut)
            {
                WriteText("label"u8, x + (width / 2), top + (height / 2), width < 400 ? "…" : "… not drawn: see the listing");
            }

            return;
        }

        PictureEntry entry = _picture.Entries[piece.Entry];
        output.Write("<g class=\"piece "u8);
        WriteClasses(entry);
        output.Write("\" data-m=\""u8);
        output.WriteDecimal(entry.Mark);
        output.Write(isFirst ? "\" tabindex=\"0\" role=\"img\" aria-label=\""u8 : "\" tabindex=\"-1\" role=\"img\" aria-label=\""u8);
        isFirst = false;
        _words.WriteSpoken(output, entry, MarkOf(entry));
        output.Write("\"><title>"u8);
        _words.WriteSpoken(output, entry, MarkOf(entry));
        output.Write("</title>"u8);
        WriteRect(default, x, top, width, height);
        if (_words.Straddles(entry))
        {
            WriteRect("torn"u8, piece.IsContinued ? x : x + width - 5, top, 6, height);
        }

        WriteLabels(row, piece, entry, x + (width / 2), top + (height / 2), width - 6);
        output.Write("</g>"u8);
    }

    private void WriteClasses(in PictureEntry entry)
    {
        switch (entry.Kind)
        {
            case PictureKind.Hole:
                output.Write("hole"u8);
                break;
            case PictureKind.BitHole:
                output.Write("hole bits"u8);
                break;
            case PictureKind.Padding:
                output.Write("pad"u8);
                break;
            default:
                output.Write((byte)'k');
                output.WriteDecimal(entry.Colour % Colours);
                break;
        }

        if (MarkOf(entry) is var mark and not PictureMark.None)
        {
            output.Write((byte)' ');
            output.Write(PictureMarks.ClassOf(mark));
        }
    }

    private PictureMark MarkOf(in PictureEntry entry) => _marked is null ? PictureMark.None : _marked[entry.Mark];

    // A name where it fits, else its beginning; another for narrow screens, where letters are larger.
    private void WriteLabels(in PictureRow row, in PicturePiece piece, in PictureEntry entry, int x, int y, int width)
    {
        if (width < FontSize)
        {
            return;
        }

        // Letters of small text are put on whole pixels, which makes it a little wider; those of unused room are bold.
        width = width * (entry.IsGap ? 860 : 940);
        string label = LabelOf(row, piece, entry, width / FontSize), small = LabelOf(row, piece, entry, width / NarrowFontSize);
        WriteText(label == small ? "label"u8 : "label wide"u8, x, y, label);
        if (label != small)
        {
            WriteText("label small"u8, x, y, small);
        }
    }

    private string LabelOf(in PictureRow row, in PicturePiece piece, in PictureEntry entry, int most)
    {
        if (entry.IsGap)
        {
            string size = PictureWords.Short(entry);
            string said = size + (entry.Kind == PictureKind.Padding ? " padding" : " hole");
            return LabelWidth.WidthOf(said) <= most ? said : LabelWidth.WidthOf(size) <= most ? size : "";
        }

        ReadOnlySpan<byte> name = _words.NameOf(entry);
        string prefix = piece.IsContinued ? "… " : "";
        if (row.Repeats > 1)
        {
            string repeats = " · " + PictureWords.Count(row.Repeats, _picture.RowBytes == _picture.Report.CachelineBytes ? "line" : "row");
            return LabelWidth.Fit(name, most - LabelWidth.WidthOf(repeats), prefix) + repeats;
        }

        return name.IsEmpty ? LabelWidth.Fit(entry.IsUnion ? "union {…}"u8 : "struct {…}"u8, most, prefix) : LabelWidth.Fit(name, most, prefix);
    }

    private void WriteOutline(in PictureOutline outline, in PictureRow row, int y, int until)
    {
        int x = X(outline.FromBit, row), end = X(outline.ToBit, row), bottom = y + row.Height + 2;
        y -= 2;
        CachelineGroup group = _picture.Report.Groups.Groups[outline.Group];
        output.Write("<g class=\"group\" aria-hidden=\"true\"><path d=\"M"u8);
        WritePoint(x, outline.IsFirst ? bottom : y);
        output.Write(outline.IsFirst ? "V"u8 : "M"u8);
        WriteNumberOrPoint(outline.IsFirst, x, y);
        output.Write("H"u8);
        output.WriteDecimal(end);
        output.Write(outline.IsLast ? "V"u8 : "M"u8);
        WriteNumberOrPoint(outline.IsLast, end, bottom);
        output.Write("H"u8);
        output.WriteDecimal(x);
        output.Write("\"/>"u8);
        if (outline.IsFirst)
        {
            WriteGroupName(group.Path.Length == 0 ? group.Name : $"{group.Path}: {group.Name}", x + 2, until, y - 5);
        }

        output.Write("</g>\n"u8);
    }

    // At the end of a row a name may begin before its group, where no other stands.
    private void WriteGroupName(string name, int x, int until, int y)
    {
        int width = ((LabelWidth.WidthOf(name) * FontSize) + 859) / 860;
        int from = until == _left + GridWidth ? Math.Max(Math.Min(x, until - width), _groupNameEnd + FontSize) : x;
        WriteText(""u8, Math.Min(x, from), y, LabelWidth.Fit(Encoding.UTF8.GetBytes(name), (until - Math.Min(x, from)) * 860 / FontSize));
        _groupNameEnd = Math.Min(x, from) + width;
    }

    private void WriteNumberOrPoint(bool isNumber, int x, int y)
    {
        if (isNumber)
        {
            output.WriteDecimal(y);
        }
        else
        {
            WritePoint(x, y);
        }
    }

    private void WritePoint(int x, int y)
    {
        output.WriteDecimal(x);
        output.Write((byte)' ');
        output.WriteDecimal(y);
    }

    private int X(long bit, in PictureRow row) => _left + (int)((bit - (row.FirstByte * 8)) * _unit / 8);

    private void WriteRect(ReadOnlySpan<byte> style, int x, int y, int width, int height)
    {
        output.Write("<rect"u8);
        WritePlace(style, x, y);
        output.Write("\" width=\""u8);
        output.WriteDecimal(Math.Max(1, width - (width > 8 ? 2 : 1)));
        output.Write("\" height=\""u8);
        output.WriteDecimal(height - 2);
        output.Write("\"/>"u8);
    }

    private void WritePlace(ReadOnlySpan<byte> style, int x, int y)
    {
        if (!style.IsEmpty)
        {
            output.Write(" class=\""u8);
            output.Write(style);
            output.Write((byte)'"');
        }

        output.Write(" x=\""u8);
        output.WriteDecimal(x);
        output.Write("\" y=\""u8);
        output.WriteDecimal(y);
    }

    private void WriteText(ReadOnlySpan<byte> style, int x, int y, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        output.Write("<text"u8);
        WritePlace(style, x, y);
        output.Write("\">"u8);
        HtmlText.Write(output, text);
        output.Write("</text>"u8);
    }

    private static int DigitsOf(long number)
    {
        int digits = 1;
        for (; number >= 10; number /= 10)
        {
            digits++;
        }

        return digits;
    }
}
