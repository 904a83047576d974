using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>How to open an input.</summary>
public sealed record SourceOptions
{
    /// <summary>File with the base of split BTF; null to find it.</summary>
    public string? BasePath { get; init; }

    /// <summary>Bounds for all readers.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;
}

/// <summary>The one place that knows all formats: looks at the content of a file and opens it as what it is.</summary>
public static class SourceOpener
{
    /// <summary>Opens a file by its content: raw BTF, ELF with BTF, either of them compressed.</summary>
    /// <exception cref="InvalidImageException">The content is none that is known, or it is broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TypeSource Open(string path, SourceOptions? options = null)
    {
        options ??= new SourceOptions();
        TypeSource? baseSource = options.BasePath is null ? null : Open(options.BasePath, options with { BasePath = null });
        FileImage image = FileImage.Open(path);
        BtfFile btf = BtfFile.Parse(path, "BTF", image.Bytes, baseSource?.Btf);
        return new TypeSource(path, btf, baseSource, 0, btf.Diagnostics, options.Limits, image);
    }
}
