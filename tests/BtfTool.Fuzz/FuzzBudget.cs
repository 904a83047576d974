using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Headers;

namespace BtfTool.Fuzz;

/// <summary>What one case may use.</summary>
public static class FuzzBudget
{
    /// <summary>Limits for targets: what an input may expand to is kept small, so that reaching a limit is cheap.</summary>
    public static ReaderLimits Limits { get; } = ReaderLimits.Default with
    {
        MaxDecompressedBytes = 1 << 20,
        MaxEmittedBytesPerType = 64 * 1024,
    };

    /// <summary>Limits for headers.</summary>
    public static HeaderOptions Header { get; } = HeaderOptions.Default with { Limits = Limits, MaxHeaderBytes = 64 << 20 };

    /// <summary>Bytes that a target may allocate on its thread.</summary>
    public static long AllocatedBytes(int inputBytes) => (64L * inputBytes) + (4L << 20);

    /// <summary>Bytes that a target may print: each record (12 bytes at least) up to the limit of one type.</summary>
    public static long OutputBytes(int inputBytes) => ((inputBytes / 12) + 64) * Limits.MaxEmittedBytesPerType;
}
