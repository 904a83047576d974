using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>In what a member differs between two layouts.</summary>
[Flags]
public enum SkewMarks
{
    /// <summary>In nothing.</summary>
    None = 0,

    /// <summary>It lies at another offset.</summary>
    Offset = 1,

    /// <summary>Its type has another size, or a bitfield another width.</summary>
    Size = 2,

    /// <summary>Its type is another one: of another kind, name, sign or number of elements. Other sizes and typedefs are not that.</summary>
    Type = 4,

    /// <summary>It is there on one side only.</summary>
    Missing = 8,

    /// <summary>Its own members lie differently; they follow.</summary>
    Inside = 16,

    /// <summary>What is free behind it differs. That alone is no skew.</summary>
    Hole = 32,
}

/// <summary>A member in one of the layouts.</summary>
/// <param name="Type">Its type, of that side's graph.</param>
/// <param name="BitOffset">First bit from the start of the outermost struct, as the byte order of that side counts.</param>
/// <param name="BitfieldBits">Width of a bitfield in bits; 0 for others.</param>
/// <param name="SizeBytes">Size of the type.</param>
/// <param name="AlignmentBytes">Alignment of the type.</param>
/// <param name="HoleBytes">Whole bytes that are free behind it, at least 0.</param>
/// <param name="HoleBits">Bits that are free behind it, at least 0.</param>
public readonly record struct SkewSide(
    TypeId Type, long BitOffset, int BitfieldBits, long SizeBytes, int AlignmentBytes, long HoleBytes, long HoleBits)
{
    /// <summary>First bit behind the member.</summary>
    public long EndBits => BitOffset + (BitfieldBits != 0 ? BitfieldBits : SizeBytes * 8);
}

/// <summary>A member as it lies in both layouts.</summary>
/// <param name="Path">
/// How C reaches it from the outermost struct (<c>a.b</c>, <c>a[0].b</c>); of a struct or union without a name <c>union {first...}</c>.
/// </param>
/// <param name="Depth">How many structs with a name it is in, the outermost not counted.</param>
/// <param name="IsAnonymous">Whether it is a struct or union without a name; its members are listed as those of what holds it.</param>
/// <param name="Left">Where it lies in the first; null where it is missing.</param>
/// <param name="Right">Where it lies in the second; null where it is missing.</param>
/// <param name="Marks">In what the two differ.</param>
public sealed record MemberSkew(string Path, int Depth, bool IsAnonymous, SkewSide? Left, SkewSide? Right, SkewMarks Marks)
{
    /// <summary>Whether the member itself skews: a hole behind it is not enough, nor that its own members do.</summary>
    public bool IsSkewed => !IsAnonymous && (Marks & ~(SkewMarks.Hole | SkewMarks.Inside)) != 0;
}

/// <summary>What makes two layouts part.</summary>
public enum SkewReason
{
    /// <summary>A member is there on one side only.</summary>
    Missing,

    /// <summary>A base type, a pointer or an array has another size, or a bitfield another width.</summary>
    Size,

    /// <summary>A type has another alignment; the values are in bytes.</summary>
    Alignment,

    /// <summary>One of the structs is packed; the values are 1 for packed.</summary>
    Packing,

    /// <summary>The members have another order.</summary>
    Order,

    /// <summary>The hole before a member differs, and no alignment says why; the values are in bits.</summary>
    Gap,

    /// <summary>A member has another type.</summary>
    Type,

    /// <summary>The structs end differently; the values are the bytes of padding.</summary>
    Padding,
}

/// <summary>The first difference of two layouts, and what it comes from.</summary>
/// <param name="Reason">What.</param>
/// <param name="Path">The member where it shows; empty for the struct.</param>
/// <param name="Left">The type that it is about in the first; void where there is none.</param>
/// <param name="Right">The type that it is about in the second; void where there is none.</param>
/// <param name="LeftValue">Its number in the first, in the unit of the reason: bytes of a size, bits of a bitfield.</param>
/// <param name="RightValue">Its number in the second.</param>
public sealed record SkewCause(SkewReason Reason, string Path, TypeId Left, TypeId Right, long LeftValue, long RightValue);

/// <summary>Two layouts of one struct or union beside each other. Immutable; safe to share between threads.</summary>
public sealed class LayoutSkew
{
    private readonly MemberSkew[] _members;

    internal LayoutSkew(TypeRef left, TypeRef right, in LayoutSummary leftSummary, in LayoutSummary rightSummary, MemberSkew[] members,
        bool isCut)
    {
        Left = left;
        Right = right;
        LeftSummary = leftSummary;
        RightSummary = rightSummary;
        IsCut = isCut;
        _members = members;
        foreach (MemberSkew member in members)
        {
            SkewedCount += member.IsSkewed ? 1 : 0;
            HasMarks |= (member.Marks & ~SkewMarks.Hole) != 0;
        }

        Cause = IsSame ? null : SkewCauseFinder.Of(this);
    }

    /// <summary>The first.</summary>
    public TypeRef Left { get; }

    /// <summary>The second.</summary>
    public TypeRef Right { get; }

    /// <summary>What the first comes to.</summary>
    public LayoutSummary LeftSummary { get; }

    /// <summary>What the second comes to.</summary>
    public LayoutSummary RightSummary { get; }

    /// <summary>
    /// The members of both in the order of the first, those that only the second has where they lie in it. Members of an embedded
    /// struct are among them where that one is laid out differently.
    /// </summary>
    public ReadOnlySpan<MemberSkew> Members => _members;

    /// <summary>Members that skew.</summary>
    public int SkewedCount { get; }

    /// <summary>Whether there are more members than are listed; they count as a difference.</summary>
    public bool IsCut { get; }

    /// <summary>Whether both are of the same size and no member skews. Alignment may differ: <see cref="DiffersInAlignment"/>.</summary>
    public bool IsSame => !HasMarks && !IsCut && LeftSummary.SizeBytes == RightSummary.SizeBytes
        && Left.View.Kind == Right.View.Kind;

    /// <summary>Whether the whole is aligned differently, which shows where it is a member of another.</summary>
    public bool DiffersInAlignment => LeftSummary.AlignmentBytes != RightSummary.AlignmentBytes;

    /// <summary>
    /// Whether the byte orders differ. Numbers and bitfields are compared as each machine counts them; a bitfield inside of a byte is
    /// also the same where it lies on the same bits of the byte.
    /// </summary>
    public bool DiffersInByteOrder => Left.Graph.IsBigEndian != Right.Graph.IsBigEndian;

    /// <summary>What the first difference comes from; null where there is none.</summary>
    public SkewCause? Cause { get; }

    private bool HasMarks { get; }
}
