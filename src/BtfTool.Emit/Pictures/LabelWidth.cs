using System.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// How wide text is in a proportional font, from above: the widths of DejaVu Sans, which is wider than what systems use for interfaces.
/// In thousandths of the font's size.
/// </summary>
internal static class LabelWidth
{
    private const int Ellipsis = 1000;

    private static ReadOnlySpan<short> Ascii =>
    [
        318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
        636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
        1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
        603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
        500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
        635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
    ];

    /// <summary>The text, or its beginning with an ellipsis; empty where less than three characters of it would fit.</summary>
    /// <param name="text">UTF-8, or what should be.</param>
    /// <param name="most">The width that there is.</param>
    /// <param name="prefix">Characters before it that always stand, such as an ellipsis.</param>
    public static string Fit(ReadOnlySpan<byte> text, int most, string prefix = "")
    {
        int width = WidthOf(prefix), at = 0, cut = 0, characters = 0;
        while (at < text.Length && width <= most)
        {
            _ = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int length);
            width += Of(rune);
            at += length;
            characters++;
            cut = width + Ellipsis <= most ? at : cut;
        }

        return width <= most ? prefix + Encoding.UTF8.GetString(text)
            : cut < 2 || characters < 3 ? "" : prefix + Encoding.UTF8.GetString(text[..cut]) + "…";
    }

    /// <summary>The width of a text.</summary>
    public static int WidthOf(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
        }

        return width;
    }

    private static int Of(Rune rune) => rune.Value is >= ' ' and <= '~' ? Ascii[rune.Value - ' '] : Ellipsis;
}
