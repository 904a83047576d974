namespace BtfTool.Core.Compare;

/// <summary>What a part of a size change comes from.</summary>
public enum SizeStepKind
{
    /// <summary>A member is new.</summary>
    MemberAdded,

    /// <summary>A member is gone.</summary>
    MemberRemoved,

    /// <summary>A member takes more room.</summary>
    MemberGrew,

    /// <summary>A member takes less room.</summary>
    MemberShrank,

    /// <summary>There is a hole before a member, or a larger one.</summary>
    HoleOpened,

    /// <summary>A hole before a member is gone, or smaller.</summary>
    HoleClosed,

    /// <summary>There is more or less padding behind the last member.</summary>
    Padding,

    /// <summary>Another member is the largest of a union.</summary>
    Largest,
}

/// <summary>One part of a size change.</summary>
/// <param name="Kind">What it comes from.</param>
/// <param name="Member">The member; the one behind a hole; null for padding.</param>
/// <param name="Bytes">By how many bytes the struct is larger for it; negative where it is smaller.</param>
/// <param name="OldBytes">What it took.</param>
/// <param name="NewBytes">What it takes.</param>
/// <param name="Old">The member's type before; null where there was none, and for holes and padding.</param>
/// <param name="New">The member's type now; null where there is none, and for holes and padding.</param>
public sealed record SizeStep(SizeStepKind Kind, string? Member, long Bytes, long OldBytes, long NewBytes, string? Old, string? New);
