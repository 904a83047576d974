using System.Text;

namespace BtfTool.Emit.Templates;

/// <summary>A template that is part of the program. Its first line is a comment: <c>{{!-- COMMANDS: what it makes --}}</c>.</summary>
/// <param name="Name">What it makes: the file name without <c>.hbs</c>.</param>
/// <param name="Commands">The commands that it is for; none for those that the program itself uses.</param>
/// <param name="Description">What it makes, on one line.</param>
internal sealed record ShippedTemplate(string Name, IReadOnlyList<string> Commands, string Description)
{
    private const string Folder = "templates/";
    private const string Extension = ".hbs";

    private static IReadOnlyList<ShippedTemplate>? s_all;

    /// <summary>All that a user may name, by name; partials, whose names begin with an underscore, are not among them.</summary>
    public static IReadOnlyList<ShippedTemplate> All => s_all ??= ReadAll();

    /// <summary>Name of the file.</summary>
    public string FileName => Name + Extension;

    /// <summary>The template of a name, with <c>.hbs</c> or without; null where there is none.</summary>
    public static ShippedTemplate? Find(string name) =>
        All.FirstOrDefault(template => name == template.Name || name == template.FileName);

    /// <summary>The text of a file; null where there is none.</summary>
    public static string? Read(string fileName)
    {
        using Stream? stream = typeof(ShippedTemplate).Assembly.GetManifestResourceStream(Folder + fileName);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static List<ShippedTemplate> ReadAll()
    {
        var templates = new List<ShippedTemplate>();
        foreach (string resource in typeof(ShippedTemplate).Assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Folder, StringComparison.Ordinal) && resource.EndsWith(Extension, StringComparison.Ordinal)
                && !resource.StartsWith(Folder + "_", StringComparison.Ordinal) && Parse(resource[Folder.Length..]) is { } template)
            {
                templates.Add(template);
            }
        }

        templates.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return templates;
    }

    // What has no such comment is no template for users.
    private static ShippedTemplate? Parse(string fileName)
    {
        string text = Read(fileName)!;
        int end = text.IndexOf("--}}", StringComparison.Ordinal);
        if (!text.StartsWith("{{!-- ", StringComparison.Ordinal) || end < 0 || text.IndexOf(": ", 0, end, StringComparison.Ordinal) is not (> 0 and var colon))
        {
            return null;
        }

        return new ShippedTemplate(fileName[..^Extension.Length], text[6..colon].Split(", "), text[(colon + 2)..end].TrimEnd('~', ' '));
    }
}
