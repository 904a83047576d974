using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pictures;

/// <summary>How the page of all types is made.</summary>
internal sealed record RankedPageOptions
{
    /// <summary>What was read, for the heading: a file's name or what stands for it.</summary>
    public required string Source { get; init; }

    /// <summary>The processor that layouts are judged for.</summary>
    public TargetMachine Machine { get; init; } = TargetMachine.Unknown;

    /// <summary>Bytes of a cache line, a power of two.</summary>
    public int CachelineBytes { get; init; } = 64;

    /// <summary>The module that a graph is of; null for the kernel, and where one file is asked.</summary>
    public Func<TypeGraph, string?> ModuleOf { get; init; } = _ => null;

    /// <summary>Number of threads; 0 for one per processor. The page is the same.</summary>
    public int Jobs { get; init; }
}
