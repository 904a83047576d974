namespace BtfTool.Core.Queries;

/// <summary>Which types a list has, and in which order. A type is listed that fulfils all that is asked.</summary>
public sealed record TypeListOptions
{
    /// <summary>Names and patterns (<see cref="TypeNameQuery"/>) of which a type must fulfil one; none for all types.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What narrows the types by name, or null.</summary>
    public NameFilter? Filter { get; init; }

    /// <summary>
    /// Kinds, a set of <see cref="TypeKinds"/>. 0 for what suits the question: structs and unions; what a name that is no pattern names;
    /// enumerations for <see cref="HasEnumerator"/>; functions and typedefs as well for <see cref="Takes"/>.
    /// </summary>
    public ulong Kinds { get; init; }

    /// <summary>Whether types without a name are listed.</summary>
    public bool IncludeUnnamed { get; init; }

    /// <summary>Whether the types of a base are listed that is not one of the graphs itself; they always are where names are given.</summary>
    public bool IncludeBase { get; init; }

    /// <summary>Only what holds this type by value, see <see cref="TypeRelations.ContainersOf"/>.</summary>
    public string? Contains { get; init; }

    /// <summary>How many named types may lie within each other for <see cref="Contains"/>, at least 1.</summary>
    public int ContainsDepth { get; init; } = 1;

    /// <summary>Only what points to this type, see <see cref="TypeRelations.PointersTo"/>.</summary>
    public string? PointsTo { get; init; }

    /// <summary>Only what takes this type as a parameter, see <see cref="TypeRelations.TakersOf"/>.</summary>
    public string? Takes { get; init; }

    /// <summary>Only what has a member of this name, see <see cref="TypeRelations.HavingMember"/>.</summary>
    public string? HasMember { get; init; }

    /// <summary>Only enumerations with an enumerator of this name, see <see cref="TypeRelations.HavingEnumerator"/>.</summary>
    public string? HasEnumerator { get; init; }

    /// <summary>A condition, or null.</summary>
    public RowFilter? Where { get; init; }

    /// <summary>Whether rows say what sorting the members would save; the condition and the order bring it about by themselves.</summary>
    public bool WithSaving { get; init; }

    /// <summary>The column to sort by; null for the order of the file, in which types stay that are equal.</summary>
    public RowColumn? SortBy { get; init; }

    /// <summary>Whether the largest come first.</summary>
    public bool Descending { get; init; }

    /// <summary>How many types are listed at most.</summary>
    public long Top { get; init; } = long.MaxValue;

    /// <summary>Bytes of a cache line, at least 1.</summary>
    public int CachelineBytes { get; init; } = 64;
}

/// <summary>Takes the rows of a list, one by one.</summary>
public interface ITypeRowSink
{
    /// <summary>Takes a row; it is valid until the call returns.</summary>
    void Add(in TypeRow row);
}
