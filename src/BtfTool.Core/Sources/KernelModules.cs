using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Sources;

/// <summary>A kernel's types with those of its modules.</summary>
/// <param name="Graphs">The kernel's graph first, then those of the modules by name, each over the kernel's where it is split BTF.</param>
/// <param name="Diagnostics">What was left out, and why.</param>
public sealed record KernelModulesResult(TypeGraphSet Graphs, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>
/// The whole kernel: a vmlinux and the modules in a folder. The kernel's graph is there once; modules are read by several threads, and
/// the result is the same whatever their number.
/// </summary>
public static class KernelModules
{
    // Fewer are read before a second thread has begun.
    private const int FewModules = 8;
    private const int MostWarnings = 10;

    /// <summary>
    /// Opens the kernel of a folder of modules when none is named: a <c>vmlinux</c> in it, or what is installed for the release in
    /// whose folder (<c>lib/modules/R</c>) it is. A note says which it is.
    /// </summary>
    /// <exception cref="InvalidImageException">There is none that can be used; the message names what was tried.</exception>
    /// <param name="directory">The folder.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="byOption">The option by which the user names a kernel, for the message.</param>
    public static TypeSource OpenKernel(string directory, SourceOptions? options = null, string byOption = "--file")
    {
        ArgumentNullException.ThrowIfNull(directory);
        options ??= new SourceOptions();
        var tried = new List<string>();
        foreach (string path in KernelPaths.OfModules(directory, options))
        {
            if (SourceOpener.TryOpenKernel(path, options, tried) is { } kernel)
            {
                kernel.AddNote($"the kernel of {directory} is {path}");
                return kernel;
            }
        }

        throw new InvalidImageException(directory, "", -1, $"the kernel of these modules is not found: give it with {byOption}; tried {string.Join(", ", tried)}");
    }

    /// <summary>
    /// Reads the modules of a kernel. Split BTF is read over the kernel, a distilled base is laid onto it, and what is complete stands
    /// by itself; with <see cref="SourceFormat.Dwarf"/> each module's DWARF does. Cost: less than a millisecond for a module, and its
    /// decompression.
    /// </summary>
    /// <param name="kernel">The kernel; stays the caller's.</param>
    /// <param name="directory">The folder; null for <c>/sys/kernel/btf</c>.</param>
    /// <param name="options">What to read and with how many threads (<c>Dwarf.Jobs</c>); strict (<c>Dwarf.Strict</c>) throws for the
    /// first module that cannot be read, in their order, instead of leaving it out.</param>
    /// <exception cref="InvalidImageException">
    /// The kernel is broken, there is no such folder, or no module could be read and some should have been.
    /// </exception>
    public static KernelModulesResult Read(TypeSource kernel, string? directory = null, SourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        options ??= new SourceOptions();
        directory ??= Path.GetDirectoryName(KernelPaths.Running(options))!;
        options = kernel.Format == SourceFormat.Dwarf ? options with { Format = SourceFormat.Dwarf } : options;
        TypeGraph graph = kernel.Graph;
        IReadOnlyList<string> paths = ModuleFiles.Below(directory, kernel.Path);
        var modules = new Module[paths.Count];
        ReadAll(kernel, paths, options, modules);
        var diagnostics = new List<Diagnostic>();
        Report(directory, kernel, modules, options.Dwarf.Strict, diagnostics);
        return new KernelModulesResult(
            new TypeGraphSet([graph, .. modules.Select(module => module.Graph).OfType<TypeGraph>()]), diagnostics);
    }

    /// <summary>The name of the module that a graph of the set was read from, or of its file where it is none.</summary>
    public static string NameOf(TypeGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return ModuleFiles.NameOf(graph.SourcePath);
    }

    /// <summary>
    /// The running kernel with its modules, for a message: null where the input is another kernel or the modules cannot be read, and
    /// without those of them that cannot. Cost: that of <see cref="Read"/>.
    /// </summary>
    /// <param name="kernel">What was opened.</param>
    /// <param name="options">As it was opened.</param>
    public static TypeGraphSet? OfRunning(TypeSource kernel, SourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        options ??= new SourceOptions();
        if (kernel.Format != SourceFormat.Btf || Path.GetFullPath(kernel.Path) != Path.GetFullPath(KernelPaths.Running(options)))
        {
            return null;
        }

        try
        {
            return Read(kernel, null, options with { Dwarf = options.Dwarf with { Strict = false } }).Graphs;
        }
        catch (InvalidImageException)
        {
            return null;
        }
    }

    private static void ReadAll(TypeSource kernel, IReadOnlyList<string> paths, SourceOptions options, Module[] modules)
    {
        int jobs = options.Dwarf.Jobs > 0 ? options.Dwarf.Jobs : Environment.ProcessorCount;
        if (kernel.Format == SourceFormat.Btf)
        {
            // Counted once, before several threads ask.
            _ = kernel.Btf.EndId;
        }

        if (jobs == 1 || paths.Count < FewModules)
        {
            for (int i = 0; i < modules.Length; i++)
            {
                modules[i] = ReadOne(kernel, paths[i], options);
            }

            return;
        }

        SourceOptions each = options with { Dwarf = options.Dwarf with { Jobs = 1 } };
        Parallel.For(0, modules.Length, new ParallelOptions { MaxDegreeOfParallelism = jobs }, i => modules[i] = ReadOne(kernel, paths[i], each));
    }

    private static Module ReadOne(TypeSource kernel, string path, SourceOptions options)
    {
        try
        {
            (FileImage image, ElfFile? elf) = BtfLocation.Look(SourceOpener.OpenImage(path), options.Limits);
            if (options.Format != SourceFormat.Dwarf && elf is not null && !HasBytes(elf))
            {
                image.Dispose();
                return new Module(null, null, []);
            }

            using TypeSource source = options.Format == SourceFormat.Dwarf && DwarfLocation.Find(image, elf, options) is { } dwarf
                ? DwarfLocation.Open(dwarf, options) : SourceOpener.OpenModule(path, image, elf, kernel, options);
            return new Module(source.Graph, null, [.. source.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Warning)]);
        }
        catch (InvalidImageException e)
        {
            return new Module(null, e, []);
        }
    }

    // The section of a separate debug file is empty.
    private static bool HasBytes(ElfFile elf) => elf.TryGetSection(".BTF"u8, out ElfSection section) && section.HasBytes;

    private static void Report(string directory, TypeSource kernel, Module[] modules, bool strict, List<Diagnostic> diagnostics)
    {
        InvalidImageException[] failures = [.. modules.Select(module => module.Failure).OfType<InvalidImageException>()];
        int read = modules.Count(module => module.Graph is not null);
        if (failures.Length > 0 && strict)
        {
            throw failures[0];
        }

        if (failures.Length > 1 && read == 0)
        {
            InvalidImageException.Throw(directory, "", -1,
                string.Create(CultureInfo.InvariantCulture, $"none of its {failures.Length:N0} modules can be read with {kernel.Path}; the first: {failures[0].Message}"));
        }

        diagnostics.AddRange(modules.SelectMany(module => module.Diagnostics));
        AddFirst(diagnostics, [.. failures.Select(failure => failure.Message)]);
        int without = modules.Length - read - failures.Length;
        if (modules.Length == 0 || without > 0)
        {
            string what = modules.Length == 0 ? "no modules are there" : string.Create(CultureInfo.InvariantCulture,
                $"{without:N0} of {modules.Length:N0} modules have no BTF and are left out (--format dwarf reads their DWARF)");
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Note, $"{directory}: {what}"));
        }
    }

    private static void AddFirst(List<Diagnostic> diagnostics, string[] failures)
    {
        foreach (string failure in failures.Take(MostWarnings))
        {
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"{failure}; this module is left out"));
        }

        if (failures.Length > MostWarnings)
        {
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{failures.Length - MostWarnings:N0} more modules cannot be read and are left out")));
        }
    }

    // A module that was read, or could not be, or has nothing to read.
    private sealed record Module(TypeGraph? Graph, InvalidImageException? Failure, IReadOnlyList<Diagnostic> Diagnostics);
}
