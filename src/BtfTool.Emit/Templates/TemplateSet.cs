using System.Text;

namespace BtfTool.Emit.Templates;

/// <summary>A template with all the partials that it names, read and checked.</summary>
internal sealed class TemplateSet
{
    private readonly HashSet<string> _words;

    private TemplateSet(TemplateSource main, IReadOnlyDictionary<string, TemplateSource> partials, HashSet<string> words, TemplateEscaping escaping)
    {
        (Main, Partials, _words, Escaping) = (main, partials, words, escaping);
    }

    /// <summary>The template.</summary>
    public TemplateSource Main { get; }

    /// <summary>Partials by the name that templates call them.</summary>
    public IReadOnlyDictionary<string, TemplateSource> Partials { get; }

    /// <summary>What is done to values.</summary>
    public TemplateEscaping Escaping { get; }

    /// <summary>Whether a field of this name is spoken of anywhere.</summary>
    public bool Uses(string field) => _words.Contains(field);

    /// <summary>
    /// Reads a template and its partials, and checks them. A shipped template goes by its name, with <c>.hbs</c> or without, where there
    /// is no file of that name. A partial <c>{{&gt; name}}</c> is the file <c>name.hbs</c> (or <c>name</c>) in the folder of the template,
    /// or a shipped one.
    /// </summary>
    /// <param name="nameOrPath">What the user typed.</param>
    /// <param name="model">What the template may speak of.</param>
    /// <param name="open">Gives the bytes of a file, at most so many; null where there is none.</param>
    /// <param name="limits">Bounds; null for the defaults.</param>
    /// <exception cref="TemplateMistakeException">There is no such template, or it has a mistake.</exception>
    public static TemplateSet Load(string nameOrPath, TemplateVocabulary model, Func<string, int, byte[]?> open, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(open);
        limits ??= TemplateLimits.Default;
        byte[]? bytes = open(nameOrPath, limits.MaxFileBytes + 1);
        ShippedTemplate? shipped = bytes is null ? ShippedTemplate.Find(nameOrPath) : null;
        TemplateSource main = bytes is not null ? Decode(nameOrPath, bytes, limits)
            : shipped is not null ? new TemplateSource(shipped.FileName, ShippedTemplate.Read(shipped.FileName)!)
            : throw new TemplateMistakeException(nameOrPath, 0, 0,
                $"there is neither a file nor a shipped template of that name{Nearest.Question(nameOrPath, ShippedTemplate.All.Select(t => t.Name))}");
        string? folder = bytes is null ? null : Path.GetDirectoryName(nameOrPath) ?? "";
        var partials = new Dictionary<string, TemplateSource>(StringComparer.Ordinal);
        var check = new TemplateCheck(model, limits);
        var queue = new Queue<TemplateSource>([main]);
        while (queue.TryDequeue(out TemplateSource? next))
        {
            foreach ((string name, int position) in check.Add(next))
            {
                if (partials.ContainsKey(name))
                {
                    continue;
                }

                if (partials.Count + 2 > limits.MaxFiles)
                {
                    throw next.Mistake(position, $"a template is made of more than {limits.MaxFiles} files");
                }

                TemplateSource partial = OpenPartial(folder, name, open, limits)
                    ?? throw next.Mistake(position, folder is null ? $"there is no partial '{name}'"
                        : $"there is no partial '{name}': neither {Path.Combine(folder, name + ".hbs")} nor a shipped one");
                partials.Add(name, partial);
                queue.Enqueue(partial);
            }
        }

        check.Finish();
        return new TemplateSet(main, partials, check.Words, EscapingOf(main.Name));
    }

    private static TemplateSource? OpenPartial(string? folder, string name, Func<string, int, byte[]?> open, TemplateLimits limits)
    {
        if (folder is not null)
        {
            foreach (string path in (ReadOnlySpan<string>)[Path.Combine(folder, name + ".hbs"), Path.Combine(folder, name)])
            {
                if (open(path, limits.MaxFileBytes + 1) is { } bytes)
                {
                    return Decode(path, bytes, limits);
                }
            }
        }

        return ShippedTemplate.Read(name + ".hbs") is { } text ? new TemplateSource(name + ".hbs", text) : null;
    }

    private static TemplateSource Decode(string path, byte[] bytes, TemplateLimits limits)
    {
        if (bytes.Length > limits.MaxFileBytes)
        {
            throw new TemplateMistakeException(path, 0, 0, $"is larger than {limits.MaxFileBytes} bytes: no template is");
        }

        ReadOnlySpan<byte> text = bytes;
        text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
        var source = new TemplateSource(path, Encoding.UTF8.GetString(text).ReplaceLineEndings("\n"));
        int control = source.Text.AsSpan().IndexOfAnyInRange('\0', '\b');
        if (control >= 0)
        {
            throw source.Mistake(control, "is no text: it has control characters");
        }

        int broken = System.Text.Unicode.Utf8.IsValid(text) ? -1 : source.Text.IndexOf('\uFFFD', StringComparison.Ordinal);
        return broken < 0 ? source : throw source.Mistake(broken, "is no UTF-8");
    }

    private static TemplateEscaping EscapingOf(string name)
    {
        ReadOnlySpan<char> made = name.EndsWith(".hbs", StringComparison.OrdinalIgnoreCase) ? name.AsSpan(0, name.Length - 4) : name;
        return Path.GetExtension(made) is var kind && (kind.Equals(".html", StringComparison.OrdinalIgnoreCase)
            || kind.Equals(".htm", StringComparison.OrdinalIgnoreCase) || kind.Equals(".svg", StringComparison.OrdinalIgnoreCase)
            || kind.Equals(".xml", StringComparison.OrdinalIgnoreCase) || kind.Equals(".xhtml", StringComparison.OrdinalIgnoreCase))
            ? TemplateEscaping.Html : TemplateEscaping.None;
    }
}
