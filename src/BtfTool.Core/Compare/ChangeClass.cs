namespace BtfTool.Core.Compare;

/// <summary>What happened to a type or to one of its parts between two builds. The names in lower case with underscores are what users write.</summary>
public enum ChangeClass
{
    /// <summary>The type is new.</summary>
    TypeAdded,

    /// <summary>The type is gone.</summary>
    TypeRemoved,

    /// <summary>Another name, the same shape.</summary>
    TypeRenamed,

    /// <summary>A struct became a union, an enum another kind, ...</summary>
    KindChanged,

    /// <summary>The size differs.</summary>
    Size,

    /// <summary>The alignment differs.</summary>
    Alignment,

    /// <summary>A member is new and takes room of its own.</summary>
    MemberAdded,

    /// <summary>A member is gone.</summary>
    MemberRemoved,

    /// <summary>A member lies at another offset.</summary>
    MemberMoved,

    /// <summary>Same offset and type, another name.</summary>
    MemberRenamed,

    /// <summary>The type of a member differs.</summary>
    MemberType,

    /// <summary>The width of a bitfield differs.</summary>
    BitWidth,

    /// <summary>Signed became unsigned or the reverse.</summary>
    Signedness,

    /// <summary>The number of elements of an array differs.</summary>
    ArrayLength,

    /// <summary>A new member lies in what was a hole.</summary>
    HoleFill,

    /// <summary>A new member lies in what was padding, or the struct only grew behind its last member.</summary>
    TailGrowth,

    /// <summary>A new member took the place of a reserved one.</summary>
    ReservedUse,

    /// <summary>An enumerator is new, behind all others and of a new value.</summary>
    EnumAppend,

    /// <summary>An enumerator is new between others.</summary>
    EnumInsert,

    /// <summary>An enumerator has another value.</summary>
    EnumRenumber,

    /// <summary>An enumerator is gone.</summary>
    EnumRemove,

    /// <summary>What was only declared is defined.</summary>
    BecameComplete,

    /// <summary>What was defined is only declared.</summary>
    BecameIncomplete,

    /// <summary>Parameters or the result of a function differ, or of those that a member points to.</summary>
    Prototype,

    /// <summary>A typedef stands for another type.</summary>
    TypedefTarget,

    /// <summary>A type that is embedded by value changed, and nothing of the type itself.</summary>
    Embedded,
}

/// <summary>What a change breaks.</summary>
[Flags]
public enum Breaks
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Code compiled against the old type reads or writes other bytes.</summary>
    Layout = 1,

    /// <summary>Source that used the old type no longer compiles or means something else.</summary>
    Source = 2,

    /// <summary>A CO-RE relocation against the old type no longer finds what it asks for.</summary>
    CoRe = 4,
}
