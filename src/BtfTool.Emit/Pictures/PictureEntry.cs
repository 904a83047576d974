using BtfTool.Core.Types;

namespace BtfTool.Emit.Pictures;

/// <summary>What a row of a listing, or a piece of a picture, stands for.</summary>
internal enum PictureKind
{
    /// <summary>A member of whole bytes.</summary>
    Member,

    /// <summary>A bitfield.</summary>
    Bits,

    /// <summary>An anonymous struct or union whose members follow; pieces are never of this kind, unless a picture has no room for what is inside.</summary>
    Anonymous,

    /// <summary>Whole bytes that belong to no member.</summary>
    Hole,

    /// <summary>Bits of a storage unit that belong to no bitfield.</summary>
    BitHole,

    /// <summary>Bytes, or bits, behind the last member.</summary>
    Padding,

    /// <summary>What an alternative of a union does not use, and another does. Only pieces are of this kind.</summary>
    Unused,

    /// <summary>What a picture leaves out because there is too much of it. Only pieces are of this kind.</summary>
    Cut,
}

/// <summary>
/// One row of a struct's listing: a member, also one inside an anonymous struct or union, or unused room. Offsets are in bits from the
/// start of the whole struct.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Depth">How many anonymous structs and unions it lies in.</param>
/// <param name="End">Index of the first entry behind it and all that lies in it.</param>
/// <param name="Owner">The struct or union that has the member; for unused room the one that it lies in.</param>
/// <param name="Index">Which member of the owner it is, in the order of the file; -1 for unused room.</param>
/// <param name="Position">Position in the layout of the whole struct; -1 for what lies deeper, and for unused room.</param>
/// <param name="BitOffset">Its first bit.</param>
/// <param name="SizeBits">Its size in bits; 0 for markers and flexible arrays.</param>
/// <param name="DrawnFrom">The first bit that is drawn: later than <paramref name="BitOffset"/> where another member lies over it.</param>
/// <param name="DrawnEnd">First bit behind what is drawn; not beyond the end of what it lies in.</param>
/// <param name="Gap">For unused room its index among the report's gaps; -1 for others, and for what lies deeper.</param>
internal readonly record struct PictureEntry(PictureKind Kind, int Depth, int End, TypeId Owner, int Index, int Position,
    long BitOffset, long SizeBits, long DrawnFrom, long DrawnEnd, int Gap)
{
    /// <summary>The number by which pieces and rows of one member find each other: the same in both pictures of a comparison.</summary>
    public int Mark { get; init; }

    /// <summary>Which of the colours it has, from 0; the same in both pictures of a comparison.</summary>
    public int Colour { get; init; }

    /// <summary>Whether it is an anonymous union whose members follow; an anonymous struct is not.</summary>
    public bool IsUnion { get; init; }

    /// <summary>Whether it is room that nothing uses.</summary>
    public bool IsGap => Kind is PictureKind.Hole or PictureKind.BitHole or PictureKind.Padding;

    /// <summary>First bit behind it.</summary>
    public long EndBits => BitOffset + SizeBits;
}
