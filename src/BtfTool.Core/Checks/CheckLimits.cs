namespace BtfTool.Core.Checks;

/// <summary>What a check file may come to, so that no file makes unbounded work.</summary>
public sealed record CheckLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static CheckLimits Default { get; } = new();

    /// <summary>Most bytes of a check file with all that it includes.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>Most files, each inclusion counted.</summary>
    public int MaxFiles { get; init; } = 1000;

    /// <summary>Deepest inclusion, and deepest nesting of <c>when</c>.</summary>
    public int MaxNesting { get; init; } = 32;

    /// <summary>Most mistakes that are listed.</summary>
    public int MaxMistakes { get; init; } = 100;

    /// <summary>Most bytes of one pattern.</summary>
    public int MaxPatternBytes { get; init; } = 256;

    /// <summary>Most bytes of the patterns of <c>match</c> together: every type is held against each.</summary>
    public int MaxPatternBytesTogether { get; init; } = 32 << 10;

    /// <summary>Most rules times the types that they are held against.</summary>
    public long MaxEvaluations { get; init; } = 50_000_000;

    /// <summary>Most findings that are kept; those behind are counted.</summary>
    public int MaxFindings { get; init; } = 100_000;

    /// <summary>Most findings that are counted behind those that are kept; then rules are not held against further types.</summary>
    public int MaxCounted { get; init; } = 400_000;
}
