using BtfTool.Core.Diagnostics;

namespace BtfTool.Emit.Pahole;

/// <summary>How a listing is written; the defaults are those of pahole.</summary>
public sealed record PaholeOptions
{
    /// <summary>Write what pahole 1.31 writes, its mistakes included (each is a <see cref="PaholeQuirks"/>).</summary>
    public bool Compat { get; init; }

    /// <summary>Write the members of embedded types in place of their names (<c>-E</c>).</summary>
    public bool Expand { get; init; }

    /// <summary>Offsets and sizes in hexadecimal.</summary>
    public bool Hex { get; init; }

    /// <summary>Bytes of a cache line; a power of two.</summary>
    public int CachelineBytes { get; init; } = 64;

    /// <summary>One dimension for arrays of arrays.</summary>
    public bool FlatArrays { get; init; }

    /// <summary>Leave out <c>__packed__</c>.</summary>
    public bool NoPacked { get; init; }

    /// <summary>Leave out <c>__aligned__</c>.</summary>
    public bool NoAligned { get; init; }

    /// <summary>Leave out what takes no room in the layout: static members and, in C++, methods and nested types.</summary>
    public bool DataMembersOnly { get; init; }

    /// <summary>Offsets of nested members count from their own struct.</summary>
    public bool RelativeOffsets { get; init; }

    /// <summary>Bounds on nesting and on the text that one type expands to.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;
}

/// <summary>
/// Where pahole 1.31 does not say what the type is. Each is one rule with its reason in <see cref="PaholeDialect"/>; the emitter
/// reports which of them a listing met, so that every difference to pahole is accounted for.
/// </summary>
[Flags]
public enum PaholeQuirks
{
    /// <summary>None: the text is pahole's.</summary>
    None = 0,

    /// <summary>Pointers to arrays and functions behind other declarators lose parts, or have them in another order.</summary>
    Declarator = 1 << 0,

    /// <summary>A qualifier of a pointer is written as one of what it points to.</summary>
    QualifiedPointer = 1 << 1,

    /// <summary>Type tags (<c>__rcu</c>, <c>__user</c>) are dropped.</summary>
    TypeTag = 1 << 2,

    /// <summary>A const anonymous struct has its totals inside and loses the name of the member.</summary>
    ConstAnonymous = 1 << 3,

    /// <summary>Counts of holes end at 255, paddings at 65,535, bit holes at 255.</summary>
    NarrowCounters = 1 << 4,

    /// <summary>Unnamed members at the start, in a gap or at the end, which hold the others in their places, are lost.</summary>
    UnnamedMember = 1 << 5,

    /// <summary>An inferred alignment that the offset or the size contradicts.</summary>
    ImpossibleAlignment = 1 << 6,

    /// <summary>Packed was found out only after the text was written.</summary>
    LatePacked = 1 << 7,

    /// <summary>Another type of the same name, size and member offsets is not listed.</summary>
    Unlisted = 1 << 8,
}
