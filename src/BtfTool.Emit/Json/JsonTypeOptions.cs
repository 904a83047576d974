using BtfTool.Core.Diagnostics;

namespace BtfTool.Emit.Json;

/// <summary>What of types is written as JSON.</summary>
public sealed record JsonTypeOptions
{
    /// <summary>Write the members of all embedded structs and unions, not only of those without a name.</summary>
    public bool Expand { get; init; }

    /// <summary>Bytes of a cache line; a power of two.</summary>
    public int CachelineBytes { get; init; } = 64;

    /// <summary>Offsets of nested members count from their own struct.</summary>
    public bool RelativeOffsets { get; init; }

    /// <summary>Members have a key <c>declaration</c>: C text with the name in it. Not part of the document of <c>show --json</c>.</summary>
    internal bool Declarations { get; init; }

    /// <summary>Bounds on nesting and on the text that one type expands to.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;
}
