using System.Buffers;

namespace BtfTool.Emit.Templates;

/// <summary>A file that a command read.</summary>
/// <param name="File">What it is called.</param>
/// <param name="Format">What its types are described in: <c>btf</c>, <c>dwarf</c>, <c>baseline</c>.</param>
internal readonly record struct TemplateInput(string File, string Format);

/// <summary>
/// Renders a template over the JSON document of a command. The document is never whole in memory: its first list is read item by item
/// while the template asks for it, and written anew each time that the template asks again.
/// </summary>
/// <param name="templates">The template.</param>
/// <param name="command">The command.</param>
/// <param name="inputs">What it read.</param>
/// <param name="limits">Bounds; null for the defaults.</param>
internal sealed class TemplateRun(TemplateSet templates, string command, IReadOnlyList<TemplateInput> inputs, TemplateLimits? limits = null)
{
    private readonly TemplateLimits _limits = limits ?? TemplateLimits.Default;
    private readonly Dictionary<string, Action<IBufferWriter<byte>>> _blocks = new(StringComparer.Ordinal);

    /// <summary>Adds a field of the root whose text is written to the output in blocks, where and when the template asks for it.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="write">Writes the text.</param>
    public void AddBlock(string name, Action<IBufferWriter<byte>> write) => _blocks.Add(name, write);

    /// <summary>Renders the template. Cost: that of the document for each time that its list is asked for.</summary>
    /// <param name="document">Writes the command's JSON document; may be called several times, on other threads, not at the same time.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="TemplateMistakeException">The template cannot be rendered, or takes too much.</exception>
    public void Render(Action<IBufferWriter<byte>> document, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(document);
        var budget = new TemplateBudget(_limits);
        using var writer = new TemplateWriter(output, budget);
        using var items = new DocumentItems(document, templates.Uses("fields"), budget);
        try
        {
            TemplateEngine.Render(templates, ModelOf(items, writer, budget), writer, budget, _limits);
        }
        catch (TemplateLimitException e)
        {
            throw new TemplateMistakeException(templates.Main.Name, 0, 0, e.Message);
        }

        writer.Flush();
    }

    private ModelObject ModelOf(DocumentItems items, TemplateWriter writer, TemplateBudget budget)
    {
        var root = new ModelObject
        {
            ["tool"] = "btftool",
            ["version"] = typeof(TemplateRun).Assembly.GetName().Version!.ToString(3),
            ["command"] = command,
        };
        var files = new ModelList(budget);
        foreach (TemplateInput input in inputs)
        {
            files.Add(new ModelObject { ["file"] = input.File, ["format"] = input.Format });
        }

        root["inputs"] = files;
        foreach ((string name, Action<IBufferWriter<byte>> write) in _blocks)
        {
            root[name] = new ModelBlock(() => write(writer.Bytes));
        }

        items.ReadFields(root, behindToo: templates.Uses("totals") || templates.Uses("not_proven"));
        return root;
    }
}
