using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Sources;

/// <summary>An opened input: which file it is, what was found in it, and the types that it gives.</summary>
public sealed class TypeSource : IDisposable
{
    private readonly FileImage[] _images;
    private readonly int _elfPointerSizeBytes;
    private readonly List<Diagnostic> _diagnostics;
    private readonly ReaderLimits _limits;
    private TypeGraph? _graph;

    internal TypeSource(string path, BtfFile btf, TypeSource? baseSource, int elfPointerSizeBytes,
        List<Diagnostic> diagnostics, ReaderLimits limits, params FileImage[] images)
    {
        Path = path;
        Btf = btf;
        Base = baseSource;
        _diagnostics = diagnostics;
        _elfPointerSizeBytes = elfPointerSizeBytes;
        _limits = limits;
        _images = images;
    }

    /// <summary>The file that was opened.</summary>
    public string Path { get; }

    /// <summary>Its BTF records.</summary>
    public BtfFile Btf { get; }

    /// <summary>The input that a split one extends, or null.</summary>
    public TypeSource? Base { get; }

    /// <summary>What was chosen and what was odd; that of the base is on <see cref="Base"/>.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The type graph. Cost: read at the first use (1 to 2 ms for a kernel).</summary>
    /// <exception cref="InvalidImageException">
    /// The records are broken, do not fit the base, or are split BTF for which no base was found.
    /// </exception>
    public TypeGraph Graph => _graph ??= ReadGraph();

    /// <summary>A graph that was made while the file was opened.</summary>
    internal TypeGraph? KnownGraph { init => _graph = value; }

    /// <summary>A file that may be the base that is missing, or null.</summary>
    internal string? SuggestedBase { get; init; }

    /// <summary>Lets the files go; graphs that were made stay valid, <see cref="Btf"/> does not.</summary>
    public void Dispose()
    {
        foreach (FileImage image in _images)
        {
            image.Dispose();
        }

        Base?.Dispose();
    }

    internal void AddNote(string message) => _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Note, message));

    private TypeGraph ReadGraph()
    {
        if (Base is null && Btf.LooksSplit)
        {
            BtfReader.ThrowSplit(Btf, SuggestedBase);
        }

        return BtfReader.Read(Btf, Base?.Graph, _elfPointerSizeBytes, _limits);
    }
}
