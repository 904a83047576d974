using BtfTool.Core.Reorganization;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// Writes the part of a page that is about one type: heading, facts, picture, listing, and where a better order of the members is known,
/// both orders side by side. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
internal sealed class TypeSection(Utf8Writer output)
{
    private readonly PictureSvg _svg = new(output);
    private readonly TypeListing _listing = new(output);
    private readonly PictureStudio _studio = new();

    /// <summary>Whether sections name their type; a page of one type does so itself.</summary>
    public bool HasHeading { get; init; } = true;

    /// <summary>Writes the section of a type. Cost: linear in the members, those of anonymous structs and unions included.</summary>
    /// <param name="subject">The type.</param>
    /// <param name="id">What follows <c>t-</c> in the section's id; unique in the page.</param>
    public void Write(PictureSubject subject, int id)
    {
        ArgumentNullException.ThrowIfNull(subject);
        output.Write("<section class=\"type\" id=\"t-"u8);
        output.WriteDecimal(id);
        output.Write("\" aria-labelledby=\"h-"u8);
        output.WriteDecimal(id);
        output.Write("\">\n<h2 id=\"h-"u8);
        output.WriteDecimal(id);
        output.Write(HasHeading ? "\">"u8 : "\" class=\"hidden\">"u8);
        HtmlText.Write(output, subject.Title);
        output.Write("</h2>\n"u8);
        if (subject.Module is not null)
        {
            output.Write("<p class=\"module\">Module "u8);
            HtmlText.Write(output, subject.Module);
            output.Write("</p>\n"u8);
        }

        PictureWords words = _studio.Draw(subject.Report);
        TypeFacts.Of(subject.Report, words, subject.Place).Write(output);
        if (subject.Reorganized is { IsImprovement: true } reorganized)
        {
            WriteBoth(subject, words, reorganized);
        }
        else
        {
            output.Write("<div class=\"view\">\n"u8);
            WriteView(words, subject.Title, subject.Title, null);
            output.Write("</div>\n"u8);
        }

        output.Write("<output class=\"detail\" aria-live=\"polite\"></output>\n</section>\n"u8);
    }

    private void WriteBoth(PictureSubject subject, PictureWords words, ReorganizedStruct reorganized)
    {
        ReorganizationPlan plan = reorganized.Plan;
        (PictureWords after, PictureMark[] moved) = _studio.DrawAfter(words.Picture, reorganized);
        output.Write("<div class=\"gain\"><h3>A better order: "u8);
        HtmlText.Write(output, GainText.Of(plan));
        output.Write("</h3>\n<p>"u8);
        output.Write(PictureWords.Count(plan.Moves.Length, "member"));
        output.Write(plan.Moves.Length == 1 ? " moves; "u8 : " move; "u8);
        HtmlText.Write(output, ReorganizeWords.ProofOf(plan));
        output.Write(".</p>\n"u8);
        WriteMoves(reorganized, subject.Report.CachelineBytes);
        output.Write("</div>\n<div class=\"pair\">\n<div class=\"side\"><h3>Now: "u8);
        HtmlText.Write(output, TypeFacts.Headline(subject.Report));
        output.Write("</h3>\n"u8);
        WriteView(words, subject.Title + " now", subject.Title + " now", moved);
        output.Write("</div>\n<div class=\"side\"><h3>Then: "u8);
        HtmlText.Write(output, TypeFacts.Headline(after.Picture.Report));
        output.Write("</h3>\n"u8);
        WriteView(after, subject.Title + " then", subject.Title + " as it could be", moved);
        output.Write("</div>\n</div>\n"u8);
    }

    private void WriteMoves(ReorganizedStruct reorganized, int cachelineBytes)
    {
        var reasons = new MoveReasons(reorganized, cachelineBytes);
        var names = new MemberNames(reorganized.Graph);
        output.Write("<details><summary>What moves, and why</summary>\n<ul>\n"u8);
        foreach (ref readonly MemberMove move in reorganized.Plan.Moves)
        {
            output.Write("<li><code>"u8);
            HtmlText.Write(output, names.Of(reorganized.Plan.Type, move.Member));
            output.Write(move.Behind < 0 ? "</code> to the start"u8 : "</code> behind <code>"u8);
            HtmlText.Write(output, move.Behind < 0 ? "" : names.Of(reorganized.Plan.Type, move.Behind));
            output.Write(move.Behind < 0 ? [] : "</code>"u8);
            string why = reasons.Of(move);
            output.Write(why.Length > 0 ? ": "u8 : []);
            HtmlText.Write(output, why);
            output.Write("</li>\n"u8);
        }

        output.Write("</ul>\n<p>"u8);
        HtmlText.Write(output, ReorganizeWords.Unseen);
        output.Write(".</p></details>\n"u8);
    }

    private void WriteView(PictureWords words, string caption, string title, PictureMark[]? marked)
    {
        output.Write("<figure>\n"u8);
        _svg.Write(words, title, marked);
        output.Write("</figure>\n<div class=\"rows\">"u8);
        _listing.Write(words, caption, marked);
        output.Write("</div>\n"u8);
    }
}
