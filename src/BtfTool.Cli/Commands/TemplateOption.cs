using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Sources;
using BtfTool.Emit.Templates;

namespace BtfTool.Cli.Commands;

/// <summary><c>--template</c>: the output as a template makes it.</summary>
/// <param name="command">The command that has the option.</param>
internal sealed class TemplateOption(string command)
{
    private readonly Option<string?> _template = new("--template")
    {
        Description = "Write with a template: a file, or one of 'btftool templates' (docs/templates.md)",
        HelpName = "FILE.hbs",
    };

    /// <summary>The option.</summary>
    public Option Option => _template;

    /// <summary>Whether a template is asked for.</summary>
    public bool IsAsked(CommandResult result) => result.GetValue(_template) is not null;

    /// <summary>Refuses options that have a form of output of their own.</summary>
    public void Validate(CommandResult result, params ReadOnlySpan<Option<bool>> others)
    {
        foreach (Option<bool> other in others)
        {
            if (IsAsked(result) && result.GetValue(other))
            {
                result.AddError($"Give --template or {other.Name}, not both.");
            }
        }
    }

    /// <summary>The template, checked; null where none is asked for.</summary>
    /// <exception cref="TemplateMistakeException">There is none of that name, or it has a mistake.</exception>
    public TemplateSet? Load(ParseResult r) =>
        r.GetValue(_template) is { } name ? TemplateSet.Load(name, TemplateVocabulary.Of(command), Open) : null;

    /// <summary>Renders the template over the document of the command.</summary>
    /// <param name="templates">The template.</param>
    /// <param name="inputs">What the command read.</param>
    /// <param name="target">Where to; complete then.</param>
    /// <param name="document">Writes the document.</param>
    /// <exception cref="TemplateMistakeException">It cannot be rendered.</exception>
    public void Write(TemplateSet templates, IReadOnlyList<TemplateInput> inputs, OutputTarget target, Action<IBufferWriter<byte>> document) =>
        Write(new TemplateRun(templates, command, inputs), target, document);

    /// <summary>Renders a template that has been prepared.</summary>
    public static void Write(TemplateRun run, OutputTarget target, Action<IBufferWriter<byte>> document)
    {
        run.Render(document, target.Writer);
        target.Commit();
    }

    /// <summary>What a template is told of a source.</summary>
    public static TemplateInput InputOf(TypeSource source) => new(source.Path, source.Format.ToString().ToLowerInvariant());

    // A pipe has no length: what is read is bounded, not what is there.
    private static byte[]? Open(string path, int mostBytes)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[mostBytes];
            int length = file.ReadAtLeast(bytes, mostBytes, throwOnEndOfStream: false);
            return bytes[..length];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemplateMistakeException(path, 0, 0, "cannot be read: " + FileErrors.Describe(e, path));
        }
    }
}
