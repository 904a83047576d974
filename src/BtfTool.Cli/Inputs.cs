using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;

namespace BtfTool.Cli;

/// <summary>Opens what a command reads, and turns what can go wrong into one message.</summary>
internal static class Inputs
{
    /// <summary>Opens a file, or the running kernel when there is none; prints what the source has to say about itself.</summary>
    /// <exception cref="UnusableException">A file cannot be read.</exception>
    /// <exception cref="InvalidImageException">A file is not what it claims to be.</exception>
    public static TypeSource Open(string? path, string? basePath)
    {
        var options = new SourceOptions { BasePath = basePath };
        TypeSource source;
        try
        {
            source = path is null ? SourceOpener.OpenDefault(options) : SourceOpener.Open(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string culprit = CulpritOf(e, path, basePath);
            throw new UnusableException($"{culprit}: {FileErrors.Describe(e, culprit)}");
        }

        Messages.Write(source.Diagnostics);
        return source;
    }

    private static string CulpritOf(Exception error, string? path, string? basePath) => error switch
    {
        FileNotFoundException { FileName: { Length: > 0 } name } => name,
        _ when basePath is not null && !File.Exists(basePath) => basePath,
        _ => path ?? "/sys/kernel/btf/vmlinux",
    };
}
