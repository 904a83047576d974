namespace BtfTool.Cli.Commands;

/// <summary>What <c>btftool show</c> was asked for, in the words of its options.</summary>
internal sealed record ShowSettings
{
    public bool PaholeCompat { get; init; }

    public bool Expand { get; init; }

    public bool Hex { get; init; }

    /// <summary>Bytes of a cache line; 0 for the default.</summary>
    public int CachelineBytes { get; init; }

    public bool FlatArrays { get; init; }

    public bool NoPacked { get; init; }

    public bool NoAligned { get; init; }

    public bool DataMembersOnly { get; init; }

    public bool RelativeOffsets { get; init; }
}
