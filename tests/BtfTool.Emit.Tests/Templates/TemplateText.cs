using System.Buffers;
using System.Text;
using BtfTool.Emit.Templates;

namespace BtfTool.Emit.Tests.Templates;

/// <summary>Renders templates that are texts of a test.</summary>
internal static class TemplateText
{
    public const string Document = """{"schema":"btftool/show/1","cacheline_bytes":64,"types":[{"name":"s","kind":"struct","size_bytes":24,"packed":false,"members":[{"name":"a","type":"int","offset_bytes":0,"size_bytes":4},{"type":"union {...} [2]","offset_bytes":4,"size_bytes":8,"kind":"union","members":[]},{"name":"u","type":"struct {...} [2][3]","offset_bytes":8,"size_bytes":12,"members":[{"name":"f","type":"int","offset_bytes":8,"size_bytes":4,"offset_bits":67,"bitfield_bits":3},{"type":"struct {...}","offset_bytes":8,"size_bytes":4,"members":[{"name":"g","type":"<&\"'>","offset_bytes":8,"size_bytes":2}]}]}]},{"kind":"enum","name":"e","size_bytes":4,"enumerators":[{"name":"A","value":-1},{"name":"B","value":18446744073709551615}]}]}""";

    public static TemplateSet Load(string text, string name = "t.hbs", string command = "show", params (string Name, string Text)[] others) =>
        TemplateSet.Load(name, TemplateVocabulary.Of(command), (path, _) => path == name ? Encoding.UTF8.GetBytes(text)
            : others.FirstOrDefault(other => other.Name == path).Text is { } other ? Encoding.UTF8.GetBytes(other) : null);

    public static string Render(TemplateSet templates, string document = Document, TemplateLimits? limits = null)
    {
        var output = new ArrayBufferWriter<byte>();
        new TemplateRun(templates, "show", [new TemplateInput("a.btf", "btf")], limits).Render(
            target => target.Write(Encoding.UTF8.GetBytes(document)), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string Render(string text, string name = "t.hbs", params (string Name, string Text)[] others) =>
        Render(Load(text, name, "show", others));
}
