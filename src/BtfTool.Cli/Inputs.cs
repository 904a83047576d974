using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;

namespace BtfTool.Cli;

/// <summary>Opens what a command reads.</summary>
internal static class Inputs
{
    /// <summary>Opens a file, or the running kernel when there is none; prints what the source has to say about itself.</summary>
    /// <exception cref="InvalidImageException">A file cannot be read, or is not what it claims to be.</exception>
    public static TypeSource Open(string? path, string? basePath)
    {
        var options = new SourceOptions { BasePath = basePath };
        TypeSource source = path is null ? SourceOpener.OpenDefault(options) : SourceOpener.Open(path, options);
        for (TypeSource? layer = source; layer is not null; layer = layer.Base)
        {
            Messages.Write(layer.Diagnostics);
        }

        return source;
    }
}
