namespace BtfTool.Core.Baselines;

/// <summary>
/// What a baseline says of where its layouts come from. Only the size of a pointer and the byte order belong to the layouts; a
/// difference in the rest is worth a warning.
/// </summary>
public sealed record BaselineHeader
{
    /// <summary>The program that wrote it, with its version; null where that is not known.</summary>
    public string? Tool { get; init; }

    /// <summary>The processor; null where that is not known.</summary>
    public string? Architecture { get; init; }

    /// <summary>The compiler; null where that is not known.</summary>
    public string? Producer { get; init; }

    /// <summary>The build id in hexadecimal; null where there is none.</summary>
    public string? BuildId { get; init; }

    /// <summary>
    /// Whether only some types were asked for: what else there was is not in it, and of what they only point to it has declarations though
    /// there were definitions. Line <c># types: some</c>.
    /// </summary>
    public bool IsPartial { get; init; }

    /// <summary>Size of a pointer in bytes, 4 or 8.</summary>
    public int PointerSizeBytes { get; init; } = 8;

    /// <summary>Byte order of the target.</summary>
    public bool IsBigEndian { get; init; }
}
