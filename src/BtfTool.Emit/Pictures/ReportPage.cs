using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// The page that sections stand in: one file with its style and its script, which fetches nothing. Pictures and listings are there
/// without the script.
/// </summary>
internal static class ReportPage
{
    /// <summary>Writes a page. Its large parts are written in turn and never held.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="title">What the page is about.</param>
    /// <param name="writeSummary">Writes what stands under the title, as HTML; null for nothing.</param>
    /// <param name="writeSections">Writes the sections, as HTML.</param>
    /// <param name="writeData">Writes elements that only the script reads, in front of it; null for none.</param>
    /// <param name="parts">Assets that this page has besides: names that end in <c>.css</c> or <c>.js</c>.</param>
    public static void Write(Utf8Writer output, string title, Action<Utf8Writer>? writeSummary, Action<Utf8Writer> writeSections,
        Action<Utf8Writer>? writeData = null, params ReadOnlySpan<string> parts)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(writeSections);
        string template = TemplateEngine.ReadBuiltIn("page.html.hbs");
        var model = new Dictionary<string, object?>();
        foreach (TemplatePiece piece in TemplateEngine.RenderAround(template, model, "title", "style", "script", "patterns", "summary", "sections", "data"))
        {
            switch (piece.Slot)
            {
                case null:
                    output.Write(piece.Text.Span);
                    break;
                case "title":
                    HtmlText.Write(output, title);
                    break;
                case "style":
                    WriteStyle(output);
                    WriteParts(parts, ".css", output);
                    break;
                case "script":
                    output.Write(PictureStyle.Read("report.js"));
                    WriteParts(parts, ".js", output);
                    break;
                case "patterns":
                    output.Write(PictureStyle.Patterns);
                    break;
                case "summary":
                    writeSummary?.Invoke(output);
                    break;
                case "sections":
                    writeSections(output);
                    break;
                case "data":
                    writeData?.Invoke(output);
                    break;
            }
        }
    }

    private static void WriteParts(ReadOnlySpan<string> parts, string ending, Utf8Writer output)
    {
        foreach (string part in parts)
        {
            if (part.EndsWith(ending, StringComparison.Ordinal))
            {
                output.Write(PictureStyle.Read(part));
            }
        }
    }

    private static void WriteStyle(Utf8Writer output)
    {
        output.Write(PictureStyle.Read("picture.css").Replace(".picture{--c0", ":root{--c0", StringComparison.Ordinal));
        string dark = PictureStyle.Read("picture-dark.css");
        output.Write("@media(prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark + "}}\n:root[data-theme=dark]{" + dark + "}\n");
        output.Write(PictureStyle.Read("report.css"));
        output.Write(PictureStyle.Read("controls.css"));
    }
}
