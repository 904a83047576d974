using System.Reflection;

namespace BtfTool.Cli.Help;

/// <summary>A text that is about no single command.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Title">What it is about, on one line.</param>
/// <param name="Text">The text, in lines of at most 80 columns.</param>
internal sealed record Topic(string Name, string Title, string Text);

/// <summary>The texts of <c>btftool help TOPIC</c>: the files of <c>Help/Topics</c>. The first line of each is its title.</summary>
internal static class Topics
{
    private const string Folder = "topics/";

    private static IReadOnlyList<Topic>? s_all;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<Topic> All => s_all ??= ReadAll();

    private static List<Topic> ReadAll()
    {
        Assembly assembly = typeof(Topics).Assembly;
        var topics = new List<Topic>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            string title = reader.ReadLine() ?? "";
            topics.Add(new Topic(resource[Folder.Length..], title, reader.ReadToEnd().Trim('\n') + "\n"));
        }

        topics.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return topics;
    }
}
