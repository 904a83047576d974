using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>What a C header contains and in which order.</summary>
public sealed record HeaderOptions
{
    /// <summary>The options used where none are given: everything, sorted, without the mistakes of bpftool.</summary>
    public static HeaderOptions Default { get; } = new();

    /// <summary>Print in the order of type ids instead of the sorted order.</summary>
    public bool Unsorted { get; init; }

    /// <summary>Give the bytes that bpftool 7.8 gives where it is wrong too (see <c>BpftoolDialect</c>), for comparing with it.</summary>
    public bool BpftoolCompat { get; init; }

    /// <summary>
    /// The types to print with all that they depend on, in this order; null for everything. Void and repeated types print nothing more.
    /// A selection has no block of kernel functions.
    /// </summary>
    public IReadOnlyList<TypeId>? Roots { get; init; }

    /// <summary>Bounds on nesting and on the text that one type expands to.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;

    /// <summary>
    /// Largest number of bytes of the whole header. A kernel has 2 to 30 MB; what goes beyond the limit is an image made to expand.
    /// </summary>
    public long MaxHeaderBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>
    /// Steps of the walks over types that any graph is granted, besides 64 for each of its types, members, enumerators, parameters and
    /// variables. A kernel needs a few per row; what goes beyond the limit shares its types so that following them does not end.
    /// </summary>
    public long BaseSteps { get; init; } = 1 << 20;
}
