using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>What lies at a byte or bit of a struct or union.</summary>
public enum FieldPlaceKind
{
    /// <summary>A member, or an element of one.</summary>
    Member,

    /// <summary>Whole bytes between members that belong to none.</summary>
    Hole,

    /// <summary>Bits of a storage unit that no bitfield uses.</summary>
    BitHole,

    /// <summary>Bytes behind the last member, or behind the largest one of a union.</summary>
    Padding,
}

/// <summary>One answer to what lies at an offset: a path of members, or what is between them.</summary>
public sealed record FieldPlace
{
    /// <summary>What it is.</summary>
    public required FieldPlaceKind Kind { get; init; }

    /// <summary>
    /// The members from the outermost in, as C writes them: <c>se.load.weight</c>, <c>slots[3]</c>; anonymous ones are left out. Of a
    /// hole the path of the struct that has it, empty for the one that was asked.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The type of the last member or element as it was declared; void for holes.</summary>
    public TypeId Type { get; init; }

    /// <summary>First bit of the member or hole, from the start of the type that was asked.</summary>
    public long BitOffset { get; init; }

    /// <summary>Width of a bitfield in bits; 0 for others.</summary>
    public int BitfieldBits { get; init; }

    /// <summary>Size in bytes: of the member's type, of the hole, of the padding; 0 for bit holes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Size of a bit hole in bits; 0 for others.</summary>
    public long HoleBits { get; init; }

    /// <summary>How many bytes behind the first one of the member or hole the question is; 0 for bitfields.</summary>
    public long InsideBytes { get; init; }

    /// <summary>Path of the member before a hole; null where there is none.</summary>
    public string? Before { get; init; }

    /// <summary>Path of the member behind a hole; null where there is none.</summary>
    public string? After { get; init; }
}

/// <summary>All answers to what lies at an offset.</summary>
/// <param name="Places">
/// In the order of the members, outer before inner; empty where the offset lies behind the end of the type or the type has no members.
/// </param>
/// <param name="MoreCount">Number of further answers that are not listed.</param>
/// <param name="IsCut">Whether the search ended before all was seen, so that there may be more than <paramref name="MoreCount"/>.</param>
public sealed record FieldPlaces(IReadOnlyList<FieldPlace> Places, int MoreCount, bool IsCut);

/// <summary>Where a path of members leads.</summary>
public sealed record FieldLocation
{
    /// <summary>The struct or union from whose start offsets count: what was asked, or what the last <c>-&gt;</c> leads to.</summary>
    public required TypeId Object { get; init; }

    /// <summary>The path up to and with the pointer that leads to <see cref="Object"/>; empty where no pointer was followed.</summary>
    public string PointerPath { get; init; } = "";

    /// <summary>First bit, from the start of <see cref="Object"/>.</summary>
    public required long BitOffset { get; init; }

    /// <summary>The type as it was declared.</summary>
    public required TypeId Type { get; init; }

    /// <summary>Size of the type in bytes; of a bitfield that of the type that it was declared with.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Width of a bitfield in bits; 0 for others.</summary>
    public int BitfieldBits { get; init; }

    /// <summary>What is odd about the path (an index beyond the array), one line without a full stop; null when nothing is.</summary>
    public string? Warning { get; init; }
}

/// <summary>What a path of members means.</summary>
/// <param name="Location">Where it leads; null when it leads nowhere.</param>
/// <param name="Problem">Why it leads nowhere, one line without a full stop; null when it leads somewhere.</param>
/// <param name="EndsAtDeclaration">Whether the problem is a type that is only declared in this graph.</param>
internal sealed record FieldPathResult(FieldLocation? Location, string? Problem, bool EndsAtDeclaration = false);
