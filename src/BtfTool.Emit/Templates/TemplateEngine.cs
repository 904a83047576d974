using System.Text;
using HandlebarsDotNet;

namespace BtfTool.Emit.Templates;

/// <summary>
/// Renders Handlebars templates. The only place that knows the template library. Nothing is escaped: the output is C or plain text.
/// Models are dictionaries, so that no reflection is needed and native binaries work.
/// </summary>
public static class TemplateEngine
{
    // Bytes that no text contains stand for a slot while the template is rendered.
    private const char Mark = '\u0001';

    /// <summary>Renders a template.</summary>
    /// <param name="template">The text of the template.</param>
    /// <param name="model">Values by name: strings, numbers, booleans, lists and further dictionaries.</param>
    /// <exception cref="HandlebarsException">The template is malformed.</exception>
    public static string Render(string template, IReadOnlyDictionary<string, object?> model)
    {
        ArgumentNullException.ThrowIfNull(template);
        IHandlebars engine = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
        return engine.Compile(template)(model);
    }

    /// <summary>
    /// Renders a template whose large parts are written by the caller: a slot is a name that the template uses like a value; the text
    /// around it comes back in pieces, so that the large parts never pass through the library. Where slots are all that a template
    /// asks for, there is nothing to render and the library is not called (it takes longer to start than a header to write).
    /// </summary>
    /// <param name="template">The text of the template.</param>
    /// <param name="model">Values by name.</param>
    /// <param name="slots">Names that the caller fills in.</param>
    /// <returns>Pieces in order: text, or the name of a slot.</returns>
    /// <exception cref="HandlebarsException">The template is malformed.</exception>
    public static IReadOnlyList<TemplatePiece> RenderAround(
        string template, IReadOnlyDictionary<string, object?> model, params string[] slots)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(slots);

        // Text and slots alternate, because every slot is between two marks.
        string[] parts = (MarkSlots(template, slots) ?? RenderMarked(template, model, slots)).Split(Mark);
        var pieces = new TemplatePiece[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            pieces[i] = i % 2 == 0 ? new TemplatePiece(Encoding.UTF8.GetBytes(parts[i]), null) : new TemplatePiece(default, parts[i]);
        }

        return pieces;
    }

    // Null where the template has other expressions, or what may be one.
    private static string? MarkSlots(string template, string[] slots)
    {
        string text = template;
        foreach (string slot in slots)
        {
            text = text.Replace("{{" + slot + "}}", Mark + slot + Mark, StringComparison.Ordinal);
        }

        bool hasOthers = template.Contains(Mark) || template.Contains('\\') || text.Contains("{{", StringComparison.Ordinal)
            || text.Contains('{' + Mark.ToString(), StringComparison.Ordinal);
        return hasOthers ? null : text;
    }

    private static string RenderMarked(string template, IReadOnlyDictionary<string, object?> model, string[] slots)
    {
        var values = new Dictionary<string, object?>(model, StringComparer.Ordinal);
        foreach (string slot in slots)
        {
            values[slot] = $"{Mark}{slot}{Mark}";
        }

        return Render(template, values);
    }

    /// <summary>The text of a template that is part of this assembly, such as <c>vmlinux.h.hbs</c>.</summary>
    /// <exception cref="FileNotFoundException">There is no such template.</exception>
    public static string ReadBuiltIn(string name)
    {
        using Stream stream = typeof(TemplateEngine).Assembly.GetManifestResourceStream("templates/" + name)
            ?? throw new FileNotFoundException("no built-in template has this name", name);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>A piece of a rendered template: text, or a slot that the caller fills in.</summary>
/// <param name="Text">UTF-8 text; empty for a slot.</param>
/// <param name="Slot">Name of the slot; null for text.</param>
public readonly record struct TemplatePiece(ReadOnlyMemory<byte> Text, string? Slot);
