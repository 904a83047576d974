using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>One change of a type.</summary>
public sealed record TypeChange
{
    /// <summary>What happened.</summary>
    public required ChangeClass Class { get; init; }

    /// <summary>What it breaks.</summary>
    public required Breaks Breaks { get; init; }

    /// <summary>The member as C reaches it (<c>a.b</c>), the enumerator or the parameter; null where the whole type changed.</summary>
    public string? Path { get; init; }

    /// <summary>What it was, for people: a type, a size in bytes, an offset; null where there was none.</summary>
    public string? Old { get; init; }

    /// <summary>What it is now; null where there is none.</summary>
    public string? New { get; init; }

    /// <summary>Offset in bits before; -1 where that says nothing.</summary>
    public long OldBitOffset { get; init; } = -1;

    /// <summary>Offset in bits now; -1 where that says nothing.</summary>
    public long NewBitOffset { get; init; } = -1;

    /// <summary>The embedded type whose change this follows from, as C text; null where it is a cause of its own.</summary>
    public string? Cause { get; init; }

    /// <summary>
    /// Whether it follows from other changes of the same type or from <see cref="Cause"/>: members that moved behind one that was
    /// inserted, the size that grew by it. Allowed where those are.
    /// </summary>
    public bool IsConsequence { get; init; }

    /// <summary>How many members this stands for: more than one only for neighbours that moved by the same distance.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The members one by one where <see cref="Count"/> is more than one; else empty.</summary>
    public IReadOnlyList<TypeChange> Folded { get; init; } = [];

    /// <summary>By how many bits the member or members moved: new offset minus old; 0 where none moved.</summary>
    public long ShiftBits { get; init; }
}

/// <summary>All that happened to one type.</summary>
public sealed record TypeDifference
{
    /// <summary>The name with its keyword: <c>struct sock</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The type before; null where it is new.</summary>
    public TypeRef? Old { get; init; }

    /// <summary>The type now; null where it is gone.</summary>
    public TypeRef? New { get; init; }

    /// <summary>The changes: of the type itself first, then those of its parts by offset.</summary>
    public required IReadOnlyList<TypeChange> Changes { get; init; }

    /// <summary>Whether something changed in the type itself, and not only in types that it embeds.</summary>
    public bool IsCause { get; init; }

    /// <summary>How many types changed only because they embed this one by value, themselves or through others; -1 where that is not known.</summary>
    public int FanOut { get; init; }

    /// <summary>The most grave of what its changes break together.</summary>
    public Breaks Breaks { get; init; }
}
