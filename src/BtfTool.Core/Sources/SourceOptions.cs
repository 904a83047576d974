using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;

namespace BtfTool.Core.Sources;

/// <summary>What a source is read from.</summary>
public enum SourceFormat
{
    /// <summary>BTF where there is some that can be used, else DWARF.</summary>
    Any,

    /// <summary>BTF.</summary>
    Btf,

    /// <summary>DWARF.</summary>
    Dwarf,

    /// <summary>A baseline: layouts as text.</summary>
    Baseline,
}

/// <summary>How to open an input.</summary>
public sealed record SourceOptions
{
    /// <summary>
    /// File with the base of split BTF; null to find it. A file that is complete without a base does not get one: its ids would
    /// mean other types; a warning says so.
    /// </summary>
    public string? BasePath { get; init; }

    /// <summary>The base of <see cref="BasePath"/>, the base of that, and so on, where they are layers; empty to find them.</summary>
    public IReadOnlyList<string> BaseChain { get; init; } = [];

    /// <summary>What to read where a file has several.</summary>
    public SourceFormat Format { get; init; }

    /// <summary>How DWARF is read.</summary>
    public DwarfReadOptions Dwarf { get; init; } = new();

    /// <summary>Bounds for all readers.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;

    /// <summary>The folder that stands for the root of the system when kernels and their bases are looked for.</summary>
    public string SystemRoot { get; init; } = "/";

    /// <summary>
    /// Folders with separate debug files, laid out as <c>/usr/lib/debug</c> is, that are searched before it (<c>--debug-dir</c>).
    /// </summary>
    public IReadOnlyList<string> DebugDirectories { get; init; } = [];

    /// <summary>
    /// The kernel release whose installed files are looked for where <c>/sys/kernel/btf/vmlinux</c> is of no use; null for that of
    /// the running kernel (<c>/proc/sys/kernel/osrelease</c>).
    /// </summary>
    public string? KernelRelease { get; init; }

    /// <summary>
    /// The folder with the repository's <c>fixtures</c>, whose sample kernel is used where the system has no BTF; null to look for
    /// <c>BtfTool.sln</c> above the program and above the current directory.
    /// </summary>
    public string? SampleDirectory { get; init; }
}
