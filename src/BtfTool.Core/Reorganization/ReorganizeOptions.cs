namespace BtfTool.Core.Reorganization;

/// <summary>
/// What a reorganisation must keep or should reach. Members are named as in the struct; those inside an anonymous struct or union stand
/// for the whole of it. What no member has is reported by <see cref="Reorganizer.MistakeIn"/>.
/// </summary>
public sealed record ReorganizeOptions
{
    /// <summary>Bytes of a cache line, a power of two.</summary>
    public int CachelineBytes { get; init; } = 64;

    /// <summary>Members that keep their offset; nothing crosses them.</summary>
    public IReadOnlyList<string> Pinned { get; init; } = [];

    /// <summary>Lists of members that lie one behind the other, in the order that they have.</summary>
    public IReadOnlyList<IReadOnlyList<string>> KeepTogether { get; init; } = [];

    /// <summary>Lists of members of which no two share a cache line.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Separate { get; init; } = [];

    /// <summary>Members that lie on the fewest cache lines.</summary>
    public IReadOnlyList<string> Hot { get; init; } = [];

    /// <summary>
    /// Whether bitfields move one by one. Else runs of them stay whole: fields that share a memory location keep sharing it, and no
    /// others come to, which concurrent writers rely on.
    /// </summary>
    public bool SplitBitfields { get; init; }

    /// <summary>Whether members inside a cache line group of the kernel are sorted too, each group within itself.</summary>
    public bool Groups { get; init; }

    /// <summary>
    /// Says why a whole struct stays as it is, for reasons that the types do not tell; null: none does.
    /// </summary>
    public Func<Types.TypeId, BarrierReason>? Keep { get; init; }

    /// <summary>What measurements ask of a struct besides what the user does; null, or null for a struct: nothing.</summary>
    public Func<Types.TypeId, MeasuredUse?>? Measured { get; init; }

    /// <summary>Search steps for one struct, after which the best plan so far is returned without proof.</summary>
    public int MaxSteps { get; init; } = 400_000;
}
