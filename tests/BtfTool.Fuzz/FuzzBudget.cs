using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Headers;

namespace BtfTool.Fuzz;

/// <summary>What one case may use.</summary>
internal static class FuzzBudget
{
    private const int KernelBytes = 1 << 20;

    private static readonly ReaderLimits s_small = ReaderLimits.Default with
    {
        MaxDecompressedBytes = 1 << 20,
        MaxEmittedBytesPerType = 16 * 1024,
    };

    // Enough for the types of a kernel as they are, but not expanded.
    private static readonly ReaderLimits s_kernel = s_small with { MaxEmittedBytesPerType = 64 * 1024 };

    /// <summary>Limits for targets: what an input may expand to is kept small, so that reaching a limit is cheap.</summary>
    public static ReaderLimits Limits(int inputBytes) => inputBytes < KernelBytes ? s_small : s_kernel;

    /// <summary>Limits for headers.</summary>
    public static HeaderOptions Header(int inputBytes) =>
        HeaderOptions.Default with { Limits = Limits(inputBytes), MaxHeaderBytes = 64 << 20, BaseSteps = 1 << 12 };

    /// <summary>Bytes that a target may allocate on its thread.</summary>
    public static long AllocatedBytes(int inputBytes) => (64L * inputBytes) + (4L << 20);

    /// <summary>
    /// Bytes that a target of DWARF may allocate on its thread: it reads a file up to nine times; what is compressed inside may be a
    /// hundred times as long.
    /// </summary>
    public static long DwarfAllocatedBytes(int inputBytes) => (1024L * inputBytes) + (16L << 20);

    /// <summary>Bytes that a target may print: each record (12 bytes at least) up to the limit of one type.</summary>
    public static long OutputBytes(int inputBytes) => ((inputBytes / 12) + 64) * Limits(inputBytes).MaxEmittedBytesPerType;
}
