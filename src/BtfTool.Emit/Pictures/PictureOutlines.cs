using BtfTool.Core.Layout;

namespace BtfTool.Emit.Pictures;

/// <summary>Finds on which rows the cache line groups of a struct lie.</summary>
internal static class PictureOutlines
{
    public static PictureOutline[] Of(LayoutReport report, StructPicture picture)
    {
        IReadOnlyList<CachelineGroup> groups = report.Groups.Groups;
        if (groups.Count == 0)
        {
            return [];
        }

        var outlines = new List<PictureOutline>();
        for (int row = 0; row < picture.Rows.Length; row++)
        {
            PictureRow place = picture.Rows[row];
            long low = place.FirstByte * 8, rowBits = picture.RowBytes * 8L;
            long high = Math.Min(picture.SizeBits, low + (place.Repeats * rowBits)), shown = Math.Min(high, low + rowBits);
            bool isCut = place.PieceCount == 1 && picture.PiecesOf(place)[0].Kind == PictureKind.Cut;
            for (int i = 0; i < groups.Count && !isCut; i++)
            {
                CachelineGroup group = groups[i];
                // Where rows look the same, what lies deeper than the picture shows has no place of its own.
                bool spans = place.Repeats == 1 || (group.BitOffset <= low && group.EndBits >= high);
                if (group.MemberCount > 0 && group.BitOffset < high && group.EndBits > low && spans)
                {
                    outlines.Add(new PictureOutline(i, row, Math.Max(low, group.BitOffset), Math.Min(shown, group.EndBits),
                        group.BitOffset >= low, group.EndBits <= high));
                }
            }
        }

        return [.. outlines];
    }
}
