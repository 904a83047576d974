namespace BtfTool.Core.Diagnostics;

/// <summary>
/// Upper bounds that readers hold whatever an input claims. Every count is also checked against the bytes that
/// remain, so these matter only for what an input can expand to.
/// </summary>
public sealed record ReaderLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static ReaderLimits Default { get; } = new();

    /// <summary>Largest number of types in one graph segment.</summary>
    public int MaxTypes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Largest size in bytes of one decompressed section or file.</summary>
    public long MaxDecompressedBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Largest ratio of decompressed to compressed bytes; deflate itself cannot exceed 1032.</summary>
    public int MaxDecompressionRatio { get; init; } = 1100;

    /// <summary>Deepest nesting of types by value, through pointers and prototypes, that a walk follows.</summary>
    public int MaxNesting { get; init; } = 1000;

    /// <summary>
    /// Largest number of bytes of one name. The kernel's own limit is 511; a table of names without an end, shared by all types, would
    /// make work and text grow with the product of both.
    /// </summary>
    public int MaxNameBytes { get; init; } = 16 * 1024;

    /// <summary>Largest number of bytes of a listing; that of a kernel has 6 million, with all types expanded 20.</summary>
    public long MaxListingBytes { get; init; } = 1L << 30;

    /// <summary>Largest number of bytes an emitter expands one type to (shared anonymous types can grow exponentially).</summary>
    public long MaxEmittedBytesPerType { get; init; } = 64L * 1024 * 1024;
}
