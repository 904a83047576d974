using System.Diagnostics;
using System.Globalization;
using BtfTool.Cli.Output;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
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
        return Introduced(source);
    }

    /// <summary>Opens the kernel of a folder of modules, or the running one; prints what the source has to say about itself.</summary>
    /// <exception cref="InvalidImageException">A file cannot be read, or no kernel is found.</exception>
    public static TypeSource OpenKernel(string? path, string? directory, SourceOptions options, string byOption = "--file") =>
        path is null && directory is not null
            ? Introduced(KernelModules.OpenKernel(directory, options, byOption)) : Open(path, options);

    /// <summary>Reads the modules of a kernel, and prints what that left out.</summary>
    /// <exception cref="InvalidImageException">There is no such folder, or nothing in it can be read; in strict mode, a module cannot.</exception>
    public static TypeGraphSet ReadModules(TypeSource kernel, string? directory, SourceOptions options, bool printStages)
    {
        long start = Stopwatch.GetTimestamp();
        KernelModulesResult result = KernelModules.Read(kernel, directory, options);
        Messages.Write(result.Diagnostics);
        if (printStages)
        {
            Messages.Note(string.Create(CultureInfo.InvariantCulture,
                $"modules: {result.Graphs.Graphs.Length - 1}; {Stopwatch.GetElapsedTime(start).TotalMilliseconds:f1} ms; resident at most: {Environment.WorkingSet >> 10} KiB"));
        }

        return result.Graphs;
    }

    /// <summary>Which modules of the running kernel have a type that it has not itself, in words; null when none has.</summary>
    public static string? ModulesWith(TypeSource kernel, string name, SourceOptions options)
    {
        if (KernelModules.OfRunning(kernel, options) is not { } set || TypeNameQuery.Resolve(set, name) is not { IsDefined: true } found)
        {
            return null;
        }

        TypeGraph[] modules = [.. found.Types.Select(type => type.Graph).Distinct()];
        string names = string.Join(", ", modules.Take(3).Select(KernelModules.NameOf)) + (modules.Length > 3 ? ", ..." : "");
        return $"not in vmlinux; found in module{(modules.Length == 1 ? "" : "s")} {names}: use --kernel or -f {modules[0].SourcePath}";
    }

    private static TypeSource Introduced(TypeSource source)
    {
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
            WriteStages(source.Stages);
        }

        return graph;
    }

    /// <summary>Says what each stage of reading took.</summary>
    public static void WriteStages(IReadOnlyList<DwarfStage> stages)
    {
        foreach (DwarfStage stage in stages)
        {
            Messages.Note(string.Create(CultureInfo.InvariantCulture,
                $"{stage.Name}: {stage.Milliseconds:f1} ms; resident then: {stage.ResidentKib} KiB"));
        }
    }
}
