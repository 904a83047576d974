using System.Globalization;
using BtfTool.Cli.Output;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli;

/// <summary>Opens what a command reads.</summary>
internal static class Inputs
{
    /// <summary>Opens a file, or the running kernel when there is none; prints what the source has to say about itself.</summary>
    /// <exception cref="InvalidImageException">A file cannot be read, or is not what it claims to be.</exception>
    public static TypeSource Open(string? path, SourceOptions options)
    {
        TypeSource source = path is null ? SourceOpener.OpenDefault(options) : SourceOpener.Open(path, options);
        for (TypeSource? layer = source; layer is not null; layer = layer.Base)
        {
            Messages.Write(layer.Diagnostics);
        }

        return source;
    }

    /// <summary>Reads the types, and prints what that left out.</summary>
    /// <exception cref="InvalidImageException">The input is broken.</exception>
    public static TypeGraph ReadGraph(TypeSource source, bool printStages, DwarfProgress? progress = null)
    {
        int said = source.Diagnostics.Count;
        TypeGraph graph;
        using (ProgressLine.Start(source.Format == SourceFormat.Dwarf ? progress : null))
        {
            graph = source.Graph;
        }

        Messages.Write(source.Diagnostics.Skip(said));
        if (printStages)
        {
            Messages.Note(string.Create(CultureInfo.InvariantCulture,
                $"types: {graph.TypeCount - 1}; managed memory allocated: {GC.GetTotalAllocatedBytes() >> 10} KiB; resident at most: {Environment.WorkingSet >> 10} KiB"));
            foreach (DwarfStage stage in source.Stages)
            {
                Messages.Note(string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Milliseconds:f1} ms"));
            }
        }

        return graph;
    }
}
