using BtfTool.Core.Baselines;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Sources;

/// <summary>The one place that knows all formats: looks at the content of a file and opens it as what it is.</summary>
public static class SourceOpener
{
    /// <summary>
    /// Opens a file by its content: raw BTF in either byte order, or ELF with a <c>.BTF</c> section or with DWARF, in itself or in the
    /// separate debug file that belongs to it, or a baseline; any of them compressed as a whole (gzip, xz, zstd, bzip2, lz4, lzma), and kernel images that
    /// boot, which hold one of them. BTF comes first, then DWARF. Cost: headers only, when the file is mapped and not compressed; the types are read by
    /// <see cref="TypeSource.Graph"/>.
    /// </summary>
    /// <param name="path">The file; <c>-</c> for standard input. Pipes are read to their end.</param>
    /// <param name="options">How to find the base and what to bound.</param>
    /// <remarks>
    /// Split BTF gets as its base: the file that <see cref="SourceOptions.BasePath"/> names, onto which a distilled base in the same ELF
    /// file (<c>.BTF.base</c>, which has names and sizes only) is laid; else that distilled base by itself; else, for a file of <c>/sys/kernel/btf</c>, the <c>vmlinux</c> beside
    /// it; else none, and then only the records can be read. BTF that is complete is opened without a base even when one is named
    /// (bpftool 7.8 would shift its ids by those of the base): its strings begin with the empty one and every reference of it is its
    /// own.
    /// </remarks>
    /// <exception cref="InvalidImageException">
    /// The file cannot be read, the content is none that is known, or it is broken, or its base is.
    /// </exception>
    public static TypeSource Open(string path, SourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return OpenContent(path, OpenImage(path), options ?? new SourceOptions());
    }

    /// <summary>Opens what is in memory already, as <see cref="Open"/> opens a file. Cost: one copy of the bytes, and that of <see cref="Open"/>.</summary>
    /// <param name="name">What messages call it; where it is a path, separate debug files and bases are looked for beside it.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="options">How to find the base and what to bound.</param>
    /// <exception cref="InvalidImageException">The content is none that is known, or it is broken, or its base is.</exception>
    public static TypeSource OpenBytes(string name, ReadOnlySpan<byte> content, SourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return OpenContent(name, FileImage.FromBytes(name, content), options ?? new SourceOptions());
    }

    private static TypeSource OpenContent(string path, FileImage opened, SourceOptions options)
    {
        (FileImage image, ElfFile? elf) = BtfLocation.Look(opened, options.Limits);
        if (options.Format == SourceFormat.Baseline || IsBaseline(image))
        {
            return OpenBaseline(image, options);
        }

        return DwarfLocation.Find(image, elf, options) is { } dwarf
            ? DwarfLocation.Open(dwarf, options)
            : OpenBtf(path, image, elf, options);
    }

    private static bool IsBaseline(FileImage image)
    {
        const int LongestMagic = 64;
        return BaselineReader.IsBaseline(image.Bytes.Span(0, (int)Math.Min(image.Bytes.Length, LongestMagic)));
    }

    private static TypeSource OpenBaseline(FileImage image, SourceOptions options)
    {
        try
        {
            if (options.Format is not (SourceFormat.Any or SourceFormat.Baseline))
            {
                InvalidImageException.Throw(image.Path, "", -1, $"is a baseline, without {(options.Format == SourceFormat.Btf ? "BTF" : "DWARF")}");
            }

            return new TypeSource(image.Path, BaselineReader.ReadHeader(image.Path, image.Bytes), options, image);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a module over a kernel that is open already and stays the caller's. What is said about the base is left out.
    /// </summary>
    /// <exception cref="InvalidImageException">As <see cref="Open"/>; there is no BTF in it.</exception>
    internal static TypeSource OpenModule(string path, FileImage image, ElfFile? elf, TypeSource kernel, SourceOptions options) =>
        OpenBtf(path, image, elf, options with { BasePath = kernel.Path, Format = SourceFormat.Btf }, kernel);

    private static TypeSource OpenBtf(string path, FileImage image, ElfFile? elf, SourceOptions options, TypeSource? kernel = null)
    {
        BtfLocation found = default;
        TypeSource? baseSource = null;
        try
        {
            found = BtfLocation.Find(image, elf);
            var diagnostics = new List<Diagnostic>();
            string name = image.Path;
            BtfFile btf = BtfFile.Parse(name, found.Section, found.Bytes);
            TypeGraph? graph = null;
            string? suggestion = null;
            BtfFile? distilled = null;
            if (WantsBase(btf, found.PointerSizeBytes, options, diagnostics, ref graph))
            {
                distilled = found.DistilledBase is { } bytes ? BtfFile.Parse(name, ".BTF.base", bytes) : null;
                baseSource = kernel ?? OpenBase(path, found, distilled, options, diagnostics);
                btf = baseSource is null ? btf : BtfFile.Parse(name, found.Section, found.Bytes, distilled ?? baseSource.Btf);
                suggestion = baseSource is null ? KernelPaths.SuggestBase(path, options) : null;
            }

            if (baseSource is null && btf.LooksSplit && elf is not null && DwarfLocation.Instead(image, elf, options) is { } dwarf)
            {
                return DwarfLocation.Open(dwarf, options);
            }

            diagnostics.AddRange(btf.Diagnostics);
            NoteUnknownKinds(btf, diagnostics);
            return new TypeSource(name, btf, baseSource, found.PointerSizeBytes, diagnostics, options.Limits, image)
            {
                KnownGraph = graph,
                SuggestedBase = suggestion,
                SharesBase = kernel is not null,
            };
        }
        catch
        {
            image.Dispose();
            if (kernel is null)
            {
                baseSource?.Dispose();
            }

            throw;
        }
    }

    /// <summary>
    /// Opens the kernel that is meant when none is named: what the running one says of itself, else the files that distributions
    /// install for its release, else the repository's sample. A note says which it is when it is not the first.
    /// </summary>
    /// <exception cref="InvalidImageException">There is none; the message names what was tried.</exception>
    public static TypeSource OpenDefault(SourceOptions? options = null)
    {
        options = (options ?? new SourceOptions()) with { BasePath = null };
        var tried = new List<string>();
        if (TryOpenKernel(KernelPaths.Running(options), options, tried) is { } running)
        {
            return running;
        }

        if (KernelPaths.Release(options) is { } release)
        {
            foreach (string path in KernelPaths.OfRelease(options.SystemRoot, release))
            {
                if (TryOpenKernel(path, options, tried) is { } kernel)
                {
                    kernel.AddNote($"using {path}: {tried[0]}");
                    return kernel;
                }
            }
        }

        if (KernelPaths.Sample(options) is { } sample && TryOpenKernel(sample, options, tried) is { } source)
        {
            source.AddNote($"using the sample kernel {sample}, which is not the running one: that has no BTF ({tried[0]})");
            return source;
        }

        throw new InvalidImageException("", "", -1, $"no kernel with BTF was found; tried {string.Join(", ", tried)}");
    }

    internal static TypeSource? TryOpenKernel(string path, SourceOptions options, List<string> tried)
    {
        if (!File.Exists(path))
        {
            tried.Add($"{path} (no such file)");
            return null;
        }

        try
        {
            TypeSource source = Open(path, options);
            if (source.Format != SourceFormat.Btf || !source.Btf.LooksSplit)
            {
                return source;
            }

            source.Dispose();
            tried.Add($"{path} (split BTF)");
        }
        catch (InvalidImageException e)
        {
            tried.Add($"{path} ({e.Rule})");
        }

        return null;
    }

    internal static FileImage OpenImage(string path)
    {
        try
        {
            if (path == "-")
            {
                using Stream input = Console.OpenStandardInput();
                return FileImage.FromStream("standard input", input);
            }

            return path.Length > 0 ? FileImage.Open(path) : throw new FileNotFoundException();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidImageException(path, "", -1, "no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new InvalidImageException(path, "", -1, Directory.Exists(path) ? "is a directory" : "permission denied");
        }
        catch (IOException e)
        {
            throw new InvalidImageException(path, "", -1, e is PathTooLongException ? "the path is too long" : "cannot be read");
        }
    }

    // Complete BTF says so with its first string, except that a tool may begin the strings of split BTF with the empty one too:
    // then its references decide.
    private static bool WantsBase(BtfFile btf, int pointerSizeBytes, SourceOptions options, List<Diagnostic> diagnostics,
        ref TypeGraph? graph)
    {
        if (btf.LooksSplit || options.BasePath is null)
        {
            return btf.LooksSplit;
        }

        if (btf.Words.IsEmpty)
        {
            return true;
        }

        try
        {
            graph = BtfReader.Read(btf, null, pointerSizeBytes, options.Limits);
        }
        catch (InvalidImageException)
        {
            return true;
        }

        diagnostics.Add(new(DiagnosticSeverity.Warning, $"{btf.Path}: is not split BTF, so the base {options.BasePath} is ignored"));
        return false;
    }

    private static TypeSource? OpenBase(string path, in BtfLocation found, BtfFile? distilled, SourceOptions options,
        List<Diagnostic> diagnostics)
    {
        if (options.BasePath is { } given)
        {
            if (distilled is not null)
            {
                diagnostics.Add(new(DiagnosticSeverity.Note, $"{path}: its distilled base (.BTF.base) is laid onto {given}"));
            }

            return Open(given, NextBase(options) with { Format = SourceFormat.Btf });
        }

        if (distilled is not null)
        {
            diagnostics.Add(new(DiagnosticSeverity.Note,
                $"{path}: the kernel's types come from .BTF.base, which has their names and sizes only; --base gives the kernel itself"));
            return new TypeSource(path, distilled, null, found.PointerSizeBytes, [.. distilled.Diagnostics], options.Limits);
        }

        if (path != "-" && KernelPaths.SiblingBase(path, options) is { } sibling)
        {
            diagnostics.Add(new(DiagnosticSeverity.Note, $"{path}: its base is {sibling}"));
            return Open(sibling, options with { Format = SourceFormat.Btf });
        }

        return null;
    }

    private static SourceOptions NextBase(SourceOptions options) => options.BaseChain.Count == 0
        ? options with { BasePath = null }
        : options with { BasePath = options.BaseChain[0], BaseChain = [.. options.BaseChain.Skip(1)] };

    // Only a layout section that is longer than the kinds known here lets a file have others; that is the only case that costs a walk.
    private static void NoteUnknownKinds(BtfFile btf, List<Diagnostic> diagnostics)
    {
        const int KnownKinds = (int)BtfKind.BTF_KIND_ENUM64 + 1;
        if (btf.Layout.Length <= KnownKinds)
        {
            return;
        }

        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (BtfRecord record in btf)
        {
            counts[(int)record.Kind]++;
        }

        for (int kind = KnownKinds; kind < counts.Length; kind++)
        {
            if (counts[kind] > 0)
            {
                diagnostics.Add(new(DiagnosticSeverity.Warning,
                    $"{btf.Path}: {counts[kind]} record{(counts[kind] == 1 ? "" : "s")} of kind {kind}, which is not known here and was stepped over"));
            }
        }
    }
}
