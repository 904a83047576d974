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
    private readonly ReaderLimits _limits;
    private TypeGraph? _graph;

    internal TypeSource(string path, BtfFile btf, TypeSource? baseSource, int elfPointerSizeBytes,
        IReadOnlyList<Diagnostic> diagnostics, ReaderLimits limits, params FileImage[] images)
    {
        Path = path;
        Btf = btf;
        Base = baseSource;
        Diagnostics = diagnostics;
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

    /// <summary>What was chosen and what was odd.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The type graph. Cost: read at the first use (1 to 2 ms for a kernel).</summary>
    /// <exception cref="InvalidImageException">The records are broken.</exception>
    public TypeGraph Graph => _graph ??= BtfReader.Read(Btf, Base?.Graph, _elfPointerSizeBytes, _limits);

    /// <summary>Lets the files go; graphs that were made stay valid, <see cref="Btf"/> does not.</summary>
    public void Dispose()
    {
        foreach (FileImage image in _images)
        {
            image.Dispose();
        }

        Base?.Dispose();
    }
}
