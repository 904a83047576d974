using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// Writes the part of a page that is about one type: heading, facts, picture, listing, and where a better order of the members is known,
/// the picture before and after. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
public sealed class TypeSection(Utf8Writer output)
{
    private readonly PictureSvg _svg = new(output);
    private TypeGraph? _graph;
    private PictureBuilder? _builder;
    private DeclarationText? _declarations;

    /// <summary>Writes the section of a type. Cost: linear in the members, those of anonymous structs and unions included.</summary>
    /// <param name="subject">The type.</param>
    /// <param name="id">What follows <c>t-</c> in the section's id; unique in the page.</param>
    public void Write(PictureSubject subject, int id)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (_graph != subject.Report.Graph || _builder is null || _declarations is null)
        {
            _graph = subject.Report.Graph;
            _builder = new PictureBuilder(_graph);
            _declarations = new DeclarationText(_graph);
        }

        StructPicture picture = _builder.Build(subject.Report);
        output.Write("<section class=\"type\" id=\"t-"u8);
        output.WriteDecimal(id);
        output.Write("\">\n<h2>"u8);
        HtmlText.Write(output, subject.Title);
        output.Write("</h2>\n"u8);
        _svg.Write(picture, _declarations, subject.Title);
        output.Write("<output class=\"detail\" aria-live=\"polite\"></output>\n</section>\n"u8);
    }
}
