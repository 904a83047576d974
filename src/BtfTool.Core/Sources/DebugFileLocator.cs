using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>
/// Finds the separate file that has the debug information of another: by build id, then by debug link, then at the same place below the
/// folders of debug files. Only a file that is shown to belong is taken: by its build id where the other has one, else by the checksum
/// of the link. Files that were looked at and refused leave a note that says why.
/// </summary>
internal sealed class DebugFileLocator
{
    private readonly SourceOptions _options;
    private readonly List<Diagnostic> _notes = [];
    private readonly HashSet<string> _tried = new(StringComparer.Ordinal);

    /// <summary>Looks nowhere yet.</summary>
    public DebugFileLocator(SourceOptions? options = null) => _options = options ?? new SourceOptions();

    /// <summary>What was refused, and why.</summary>
    public IReadOnlyList<Diagnostic> Notes => _notes;

    /// <summary>The debug file of an ELF file; null when none is found.</summary>
    /// <param name="elf">
    /// The file; <see cref="ElfFile.Path"/> is where it lies, which matters for debug links and for the place of modules.
    /// </param>
    /// <remarks>
    /// Cost: headers of the candidates; a candidate that only a checksum can tell is read as a whole. A candidate that cannot be opened
    /// or is no ELF file is refused like one that does not belong.
    /// </remarks>
    public DebugFile? Find(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        _tried.Clear();
        _tried.Add(Path.GetFullPath(elf.Path));
        byte[]? id = ElfDebugLink.TryGetBuildId(elf, out byte[] found) ? found : null;
        if (id is not null && First(DebugFilePaths.OfBuildId(_options, id), id, null) is { } byId)
        {
            return byId;
        }

        if (ElfDebugLink.TryGetLink(elf, out string link, out uint checksum)
            && First(DebugFilePaths.OfLink(_options, elf.Path, link), id, checksum) is { } byLink)
        {
            return byLink;
        }

        return id is null ? null : First(DebugFilePaths.OfPlace(_options, elf.Path), id, null);
    }

    /// <summary>
    /// The debug information of the kernel of a release; null when none is installed. For the running kernel the build id that it says
    /// of itself (<c>/sys/kernel/notes</c>) decides; for others the release in the path has to do.
    /// </summary>
    /// <param name="release">The release; null for that of <see cref="SourceOptions.KernelRelease"/> or of the running kernel.</param>
    public DebugFile? FindKernel(string? release = null)
    {
        _tried.Clear();
        release ??= KernelPaths.Release(_options);
        if (string.IsNullOrEmpty(release) || release.Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        byte[]? id = release == KernelPaths.Release(_options with { KernelRelease = null }) ? RunningBuildId() : null;
        IEnumerable<string> byId = id is null ? [] : DebugFilePaths.OfBuildId(_options, id);
        return First(byId.Concat(DebugFilePaths.Roots(_options).SelectMany(root => DebugFilePaths.OfKernel(root, release))), id, null);
    }

    private DebugFile? First(IEnumerable<string> paths, byte[]? id, uint? checksum)
    {
        foreach (string path in paths)
        {
            if (_tried.Add(Path.GetFullPath(path)) && File.Exists(path) && TryOpen(path, id, checksum) is { } file)
            {
                return file;
            }
        }

        return null;
    }

    private DebugFile? TryOpen(string path, byte[]? id, uint? checksum)
    {
        FileImage? image = null;
        try
        {
            image = FileImage.Open(path);
            ElfFile elf = ElfFile.Parse(path, image.Bytes, _options.Limits);
            string? refusal = ElfDebugLink.HasDebugInfo(elf) ? Mismatch(elf, id, checksum) : "has no debug information (.debug_info)";
            if (refusal is null)
            {
                return new DebugFile(image, elf);
            }

            Refuse(path, refusal);
        }
        catch (InvalidImageException e)
        {
            Refuse(path, e.Rule);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse(path, e is UnauthorizedAccessException ? "permission denied" : "cannot be read");
        }

        image?.Dispose();
        return null;
    }

    // Two build ids that are the same are better proof than a checksum, which changes when the debug file is compressed.
    private static string? Mismatch(ElfFile candidate, byte[]? id, uint? checksum)
    {
        byte[]? own = ElfDebugLink.TryGetBuildId(candidate, out byte[] found) ? found : null;
        if (id is not null && own is not null)
        {
            return own.AsSpan().SequenceEqual(id)
                ? null : $"its build id is {Convert.ToHexStringLower(own)}, not {Convert.ToHexStringLower(id)}";
        }

        if (checksum is { } wanted)
        {
            uint sum = Crc32.Of(candidate.Bytes);
            return sum == wanted ? null : $"its checksum is {sum:x8}, not {wanted:x8}";
        }

        return id is null ? null : "it has no build id to tell whether it belongs";
    }

    private byte[]? RunningBuildId()
    {
        try
        {
            using FileImage notes = FileImage.Open(Path.Combine(_options.SystemRoot, "sys/kernel/notes"));
            ReadOnlySpan<byte> bytes = notes.Bytes.Span(0, (int)Math.Min(notes.Bytes.Length, 65536));
            return ElfDebugLink.TryFindBuildId(bytes, !BitConverter.IsLittleEndian, out byte[] id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Refuse(string path, string why) =>
        _notes.Add(new Diagnostic(DiagnosticSeverity.Note, $"{path}: not taken as the separate debug file: {why}"));
}
