using System.Text;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// A picture in characters of one width: a character for a byte, a line for a row; where a union's members share bytes, a line for each.
/// <c>░</c> is a hole, <c>▒</c> padding, <c>:</c> a byte with bitfields.
/// </summary>
internal static class PictureText
{
    private const int MostRows = 120;
    private const int MostLanes = 12;

    public static IReadOnlyList<string> Of(PictureWords words)
    {
        StructPicture picture = words.Picture;
        var lines = new List<string>();
        int line = NumberWidth("line", picture.Rows.IsEmpty ? 0 : LastLine(picture)), at = NumberWidth("offset", picture.SizeBits / 8);
        var head = new StringBuilder("line".PadLeft(line) + "offset".PadLeft(at + 2) + "  ");
        for (int i = 0; i < picture.RowBytes; i += picture.RowBytes / 8)
        {
            head.Append(PictureWords.Number(i).PadRight(picture.RowBytes / 8));
        }

        lines.Add(head.ToString().TrimEnd());
        for (int i = 0; i < Math.Min(picture.Rows.Length, MostRows); i++)
        {
            AddRow(words, picture.Rows[i], line, at, lines);
        }

        if (picture.Rows.Length > MostRows)
        {
            lines.Add($"... {PictureWords.Number(picture.Rows.Length - MostRows)} more rows");
        }

        return lines;
    }

    private static void AddRow(PictureWords words, in PictureRow row, int lineWidth, int offsetWidth, List<string> lines)
    {
        StructPicture picture = words.Picture;
        int cachelineBytes = picture.Report.CachelineBytes;
        int lanes = Math.Clamp(row.Height / PictureRows.LaneHeight, 1, MostLanes);
        string label = row.FirstByte % cachelineBytes == 0 ? PictureWords.Number(row.FirstByte / cachelineBytes) : "";
        string gutter = label.PadLeft(lineWidth) + PictureWords.Number(row.FirstByte).PadLeft(offsetWidth + 2) + "  ";
        for (int lane = 0; lane < lanes; lane++)
        {
            char[] cells = new char[picture.RowBytes];
            cells.AsSpan().Fill(' ');
            int y = ((2 * lane) + 1) * row.Height / (2 * lanes);
            foreach (ref readonly PicturePiece piece in picture.PiecesOf(row))
            {
                if (piece.Top <= y && y < piece.Bottom)
                {
                    bool isNamed = lane == 0 || piece.Top > ((2 * lane) - 1) * row.Height / (2 * lanes);
                    Fill(words, row, piece, isNamed, cells);
                }
            }

            string more = lane == 0 && row.Repeats > 1 ? $" x {PictureWords.Number(row.Repeats)}" : "";
            lines.Add(((lane == 0 ? gutter : new string(' ', gutter.Length)) + new string(cells)).TrimEnd() + more);
        }
    }

    private static void Fill(PictureWords words, in PictureRow row, in PicturePiece piece, bool isNamed, char[] cells)
    {
        int from = (int)((piece.FromBit / 8) - row.FirstByte), to = (int)(((piece.ToBit + 7) / 8) - row.FirstByte);
        Span<char> cell = cells.AsSpan(from, Math.Min(to, cells.Length) - from);
        switch (piece.Kind)
        {
            case PictureKind.Hole or PictureKind.BitHole or PictureKind.Padding:
                cell.Fill(piece.Kind == PictureKind.Padding ? '▒' : '░');
                cell[0] = piece.FromBit % 8 == 0 ? cell[0] : ':';
                cell[^1] = piece.ToBit % 8 == 0 ? cell[^1] : ':';
                return;
            case PictureKind.Bits when cell.Length == 1 || piece.FromBit % 8 != 0 || piece.ToBit % 8 != 0:
                cell.Fill(':');
                return;
            case PictureKind.Cut:
                "...".AsSpan(0, Math.Min(3, cell.Length)).CopyTo(cell);
                return;
            case PictureKind.Unused:
                return;
        }

        PictureEntry entry = words.Picture.Entries[piece.Entry];
        cell[0] = '|';
        string name = words.NameOf(entry).IsEmpty ? words.SortOf(entry) : Name(words, entry);
        name = !isNamed ? "" : piece.IsContinued ? ".." + name : name;
        name.AsSpan(0, Math.Min(name.Length, cell.Length - 1)).CopyTo(cell[1..]);
        if (name.Length > cell.Length - 1 && cell.Length > 4)
        {
            cell[^1] = '.';
        }
    }

    // One character for each place: what is wide, or two halves, would shift the rest.
    private static string Name(PictureWords words, in PictureEntry entry)
    {
        ReadOnlySpan<byte> name = words.NameOf(entry);
        string text = HarmlessText.OneLine(Encoding.UTF8.GetString(name[..Math.Min(name.Length, 128)]));
        return string.Create(text.Length, text, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
            }
        });
    }

    private static long LastLine(StructPicture picture) => picture.SizeBits / 8 / picture.Report.CachelineBytes;

    private static int NumberWidth(string head, long number) => Math.Max(head.Length, PictureWords.Number(number).Length);
}
