using System.Globalization;
using System.Text;
using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace BtfTool.Emit.Templates;

/// <summary>
/// Renders Handlebars templates. The only place that knows the template library. Models are dictionaries, so that no reflection is needed
/// and native binaries work.
/// </summary>
internal static class TemplateEngine
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

    /// <summary>The text of a template that is part of this assembly, such as <c>vmlinux.h.hbs</c>, without the comment that begins it.</summary>
    /// <exception cref="FileNotFoundException">There is no such template.</exception>
    public static string ReadBuiltIn(string name)
    {
        string text = ShippedTemplate.Read(name) ?? throw new FileNotFoundException("no built-in template has this name", name);
        return text.StartsWith("{{!--", StringComparison.Ordinal) ? text[(text.IndexOf("--}}\n", StringComparison.Ordinal) + 5)..] : text;
    }

    /// <summary>Renders a template that has been checked.</summary>
    /// <param name="templates">The template and its partials.</param>
    /// <param name="model">The root of the model.</param>
    /// <param name="output">Where to.</param>
    /// <param name="budget">Counts what it costs.</param>
    /// <param name="limits">Bounds on nesting.</param>
    /// <exception cref="TemplateMistakeException">The library refuses the template.</exception>
    /// <exception cref="TemplateLimitException">It costs too much.</exception>
    internal static void Render(TemplateSet templates, ModelObject model, TextWriter output, TemplateBudget budget, TemplateLimits limits)
    {
        TemplateSource current = templates.Main;
        try
        {
            IHandlebars engine = EngineFor(templates, budget, limits);
            foreach ((string name, TemplateSource partial) in templates.Partials)
            {
                current = partial;
                HandlebarsTemplate<TextWriter, object, object> compiled = Compile(engine, partial);
                engine.RegisterTemplate(name, (writer, context, data) =>
                {
                    budget.Step();
                    compiled(writer, context, data);
                });
            }

            current = templates.Main;
            Compile(engine, current)(output, model);
        }
        catch (Exception e) when (e is HandlebarsException or ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // What the emitter of the document throws, and our own limits, come wrapped where a partial was being written.
            for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            {
                if (inner is TemplateLimitException or Core.Diagnostics.InvalidImageException)
                {
                    throw inner;
                }
            }

            throw new TemplateMistakeException(current.Name, 0, 0, OneLine(e.Message));
        }
    }

    private static HandlebarsTemplate<TextWriter, object, object> Compile(IHandlebars engine, TemplateSource source)
    {
        using var reader = new StringReader(Separate(source.Text));
        return engine.Compile(reader);
    }

    private static IHandlebars EngineFor(TemplateSet templates, TemplateBudget budget, TemplateLimits limits)
    {
        var configuration = new HandlebarsConfiguration
        {
            FormatProvider = CultureInfo.InvariantCulture,
            PartialRecursionDepthLimit = (short)limits.MaxPartialNesting,
            NoEscape = templates.Escaping == TemplateEscaping.None,
            TextEncoder = new HtmlTextEncoder(),
        };
        configuration.FormatterProviders.Add(new BlockFormatter());
        IHandlebars engine = Handlebars.Create(configuration);
        foreach (TemplateHelper helper in TemplateHelpers.All)
        {
            engine.RegisterHelper(helper.Name, (in HelperOptions _, in Context _, in Arguments arguments) =>
            {
                object?[] values = new object?[Math.Max(arguments.Length, helper.LeastArguments)];
                for (int i = 0; i < arguments.Length; i++)
                {
                    values[i] = arguments[i] is UndefinedBindingResult ? null : arguments[i];
                }

                object? result = helper.Run(values);
                budget.Step(result is string text ? text.Length : 0);
                return result!;
            });
        }

        // Three braces behind each other would be one of the library's signs where the third is text.
        engine.RegisterHelper(BraceHelper, (in HelperOptions _, in Context _, in Arguments _) => "}");
        return engine;
    }

    private const string BraceHelper = "btftool_brace";

    // Text that begins with a brace right behind a tag.
    private static string Separate(string text)
    {
        if (!text.Contains("}}}", StringComparison.Ordinal))
        {
            return text;
        }

        var separate = new StringBuilder(text.Length + 64);
        int from = 0;
        foreach (TemplateTag tag in new TemplateScanner(new TemplateSource("", text), TemplateLimits.Default).Scan())
        {
            if (tag.End < text.Length && text[tag.End] == '}')
            {
                separate.Append(text, from, tag.End - from).Append("{{").Append(BraceHelper).Append("}}");
                from = tag.End + 1;
            }
        }

        return separate.Append(text, from, text.Length - from).ToString();
    }

    private static string OneLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return (end < 0 ? text : text[..end]).TrimEnd('.', ' ');
    }

    private sealed class HtmlTextEncoder : ITextEncoder
    {
        public void Encode(StringBuilder? text, TextWriter target) => target.Write(TemplateTexts.Html(text?.ToString() ?? ""));

        public void Encode(string? text, TextWriter target) => target.Write(TemplateTexts.Html(text ?? ""));

        public void Encode<T>(T? text, TextWriter target)
            where T : IEnumerator<char>
        {
            var whole = new StringBuilder();
            while (text?.MoveNext() == true)
            {
                whole.Append(text.Current);
            }

            Encode(whole, target);
        }

        public IFormatProvider FormatProvider => CultureInfo.InvariantCulture;
    }

    // Blocks are written past the library.
    private sealed class BlockFormatter : IFormatter, IFormatterProvider
    {
        public void Format<T>(T value, in EncodedTextWriter writer) => ((ModelBlock)(object)value!).Write();

        public bool TryCreateFormatter(Type type, out IFormatter formatter)
        {
            formatter = this;
            return type == typeof(ModelBlock);
        }
    }
}

/// <summary>A piece of a rendered template: text, or a slot that the caller fills in.</summary>
/// <param name="Text">UTF-8 text; empty for a slot.</param>
/// <param name="Slot">Name of the slot; null for text.</param>
internal readonly record struct TemplatePiece(ReadOnlyMemory<byte> Text, string? Slot);
