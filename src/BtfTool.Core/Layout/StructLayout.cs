using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// How a struct or union lies in memory: its members with what is between them, and what it comes to.
/// Immutable; safe to share between threads.
/// </summary>
public sealed class StructLayout
{
    private readonly MemberLayout[] _members;

    internal StructLayout(TypeId type, in LayoutSummary summary, MemberLayout[] members, long leadingHoleBytes, long leadingHoleBits)
    {
        Type = type;
        Summary = summary;
        _members = members;
        LeadingHoleBytes = leadingHoleBytes;
        LeadingHoleBits = leadingHoleBits;
    }

    /// <summary>The struct or union.</summary>
    public TypeId Type { get; }

    /// <summary>Sizes, holes and padding.</summary>
    public LayoutSummary Summary { get; }

    /// <summary>Whole bytes before the first member (Rust and C++ have such structs; C has them for alignment never).</summary>
    public long LeadingHoleBytes { get; }

    /// <summary>Bits before the first member, where that is a bitfield.</summary>
    public long LeadingHoleBits { get; }

    /// <summary>The members by offset; those at one offset in the order of the file.</summary>
    public ReadOnlySpan<MemberLayout> Members => _members;
}
