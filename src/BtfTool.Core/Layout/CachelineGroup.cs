namespace BtfTool.Core.Layout;

/// <summary>How the members of a group are used, as far as its name says.</summary>
public enum GroupHeat
{
    /// <summary>The name says nothing of it.</summary>
    Unknown,

    /// <summary>A word of the name says that they are read.</summary>
    ReadMostly,

    /// <summary>A word of the name says that they are written.</summary>
    WriteHot,
}

/// <summary>
/// Members that stand between two markers without size, <c>__cacheline_group_begin__NAME</c> and <c>__cacheline_group_end__NAME</c>:
/// what the kernel (6.8 and later, include/linux/cache.h) wants to lie together.
/// </summary>
/// <param name="Name">The name behind the markers.</param>
/// <param name="Path">Path of the embedded struct that has the markers; empty for the struct itself, anonymous structs included.</param>
/// <param name="BitOffset">First bit of the first member, from the start of the whole struct; not that of the marker, which may lie before.</param>
/// <param name="EndBits">First bit behind the last member.</param>
/// <param name="MemberCount">How many members it has; those of anonymous structs each.</param>
/// <param name="MemberBits">Bits of the members without the holes between them.</param>
/// <param name="Cachelines">Lines that have a byte of a member.</param>
/// <param name="LeastCachelines">Lines that the members would need, packed from the start of one.</param>
/// <param name="Heat">What the name says of their use.</param>
public readonly record struct CachelineGroup(string Name, string Path, long BitOffset, long EndBits, int MemberCount, long MemberBits,
    long Cachelines, long LeastCachelines, GroupHeat Heat)
{
    /// <summary>What the marker before the members begins with.</summary>
    public const string BeginPrefix = "__cacheline_group_begin__";

    /// <summary>What the marker behind the members begins with.</summary>
    public const string EndPrefix = "__cacheline_group_end__";

    /// <summary>Whether a member of a name, where it has no size, marks a group.</summary>
    public static bool IsMarkerName(ReadOnlySpan<byte> name) =>
        name.StartsWith("__cacheline_group_begin__"u8) || name.StartsWith("__cacheline_group_end__"u8);

    /// <summary>Bytes of the members, without holes.</summary>
    public long MemberBytes => (MemberBits / 8) + (MemberBits % 8 != 0 ? 1 : 0);

    /// <summary>Bytes from the first member to the end of the last, with the holes between them.</summary>
    public long ExtentBytes => (EndBits / 8) + (EndBits % 8 != 0 ? 1 : 0) - (BitOffset / 8);

    /// <summary>Whether it lies on more lines than it could.</summary>
    public bool UsesMoreThanItCould => Cachelines > LeastCachelines;

    /// <summary>
    /// What the words of a name say: <c>read</c> and <c>write</c> and their like. <c>rx</c>, <c>tx</c> and <c>txrx</c> are paths through
    /// the network code and say nothing of it. A name that says both is of what is written.
    /// </summary>
    public static GroupHeat HeatOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        GroupHeat heat = GroupHeat.Unknown;
        foreach (string word in name.ToLowerInvariant().Split('_'))
        {
            GroupHeat said = word switch
            {
                "read" or "readonly" or "readmostly" or "ro" => GroupHeat.ReadMostly,
                "write" or "writes" or "written" or "readwrite" or "rw" or "wo" => GroupHeat.WriteHot,
                _ => GroupHeat.Unknown,
            };
            heat = said > heat ? said : heat;
        }

        return heat;
    }
}

/// <summary>A cache line on which members of a group that is read and of one that is written lie.</summary>
/// <param name="Line">The line, from 0.</param>
/// <param name="ReadGroup">Index of the first such group that is read, in <see cref="CachelineGroups.Groups"/>.</param>
/// <param name="WriteGroup">Index of the first such group that is written.</param>
public readonly record struct MixedLine(long Line, int ReadGroup, int WriteGroup);

/// <summary>A marker of a group without its other end.</summary>
/// <param name="Name">Name of the group.</param>
/// <param name="Path">Path of the struct that has it; empty for the one that was asked.</param>
/// <param name="IsBegin">Whether it is the one before the members.</param>
/// <param name="BitOffset">Where it is, from the start of the whole struct.</param>
public readonly record struct UnmatchedMarker(string Name, string Path, bool IsBegin, long BitOffset);

/// <summary>The groups of a struct, its embedded structs included.</summary>
/// <param name="Groups">The groups by offset.</param>
/// <param name="MixedLines">Lines on which groups that are read and groups that are written meet, by number.</param>
/// <param name="Unmatched">Markers without their other end; their members are in no group.</param>
public sealed record CachelineGroups(
    IReadOnlyList<CachelineGroup> Groups, IReadOnlyList<MixedLine> MixedLines, IReadOnlyList<UnmatchedMarker> Unmatched)
{
    /// <summary>Those of a struct without any.</summary>
    public static CachelineGroups None { get; } = new([], [], []);
}
