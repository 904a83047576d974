using BtfTool.Core.Types;

namespace BtfTool.Emit.Diffs;

/// <summary>What a line of a definition is.</summary>
internal enum SideRowKind
{
    /// <summary>A member.</summary>
    Member,

    /// <summary>The start of a struct or union without a name.</summary>
    Open,

    /// <summary>Its end.</summary>
    Close,

    /// <summary>Unused room between members or at the end.</summary>
    Gap,

    /// <summary>An enumerator.</summary>
    Enumerator,
}

/// <summary>One line of a definition on one side.</summary>
internal sealed record SideRow
{
    public required SideRowKind Kind { get; init; }

    /// <summary>What it is found again by on the other side; unique in a side but in damaged files.</summary>
    public required string Key { get; init; }

    /// <summary>The name of the member as C reaches it, or of the enumerator.</summary>
    public string Path { get; init; } = "";

    /// <summary>What stands there, as C.</summary>
    public required string Text { get; init; }

    /// <summary>How deep it is in structs and unions without a name.</summary>
    public int Depth { get; init; }

    /// <summary>Offset in bits, or the value of an enumerator.</summary>
    public long Position { get; init; }

    /// <summary>Bits that it takes.</summary>
    public long SizeBits { get; init; }

    /// <summary>Whether it is a bitfield or a gap in bits.</summary>
    public bool IsBits { get; init; }

    /// <summary>Its type; void for gaps and enumerators.</summary>
    public TypeId Type { get; init; }
}
