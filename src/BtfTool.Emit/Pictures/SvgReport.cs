using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>Writes one type as an SVG document, for documentation: with its own style, for light and dark screens.</summary>
internal static class SvgReport
{
    /// <summary>Writes the document. Cost: linear in the members.</summary>
    /// <param name="subject">The type; where a better order is known, both are drawn, one below the other.</param>
    /// <param name="output">Where to.</param>
    public static void Write(PictureSubject subject, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(output);
        var studio = new PictureStudio();
        PictureWords words = studio.Draw(subject.Report);
        string title = $"{subject.Title}: {TypeFacts.Headline(subject.Report)}";
        if (subject.Reorganized is not { IsImprovement: true } better)
        {
            new PictureSvg(output).WriteDocument([(words, title, null)]);
            return;
        }

        (PictureWords after, PictureMark[] moved) = studio.DrawAfter(words.Picture, better);
        new PictureSvg(output).WriteDocument([(words, title, moved), (after, "Then: " + TypeFacts.Headline(after.Picture.Report), moved)]);
    }
}
