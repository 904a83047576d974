namespace BtfTool.Core.Compare;

/// <summary>How grave a change is where nothing more is known of it.</summary>
public enum ChangeGravity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Code built or written against the old type goes wrong.</summary>
    Error,
}

/// <summary>What is said of a class of changes wherever one is reported.</summary>
/// <param name="Class">The class.</param>
/// <param name="Id">Stable, and never given to another class: <c>BT205</c>.</param>
/// <param name="Name">In lower case with dashes; with underscores it is the word that users write.</param>
/// <param name="Gravity">How grave it is where nothing more is known.</param>
/// <param name="Summary">One line without a full stop.</param>
/// <param name="Help">What it means and what to do.</param>
public sealed record ChangeRule(ChangeClass Class, string Id, string Name, ChangeGravity Gravity, string Summary, string Help);

/// <summary>
/// The rules of all classes of changes: the only place that gives them ids, for comparisons and for baselines alike. A new class gets the
/// next free id, wherever it stands in <see cref="ChangeClass"/>.
/// </summary>
public static class ChangeRules
{
    private const ChangeGravity Error = ChangeGravity.Error;
    private const ChangeGravity Warning = ChangeGravity.Warning;
    private const ChangeGravity Note = ChangeGravity.Note;

    private static readonly ChangeRule[] s_all =
    [
        new(ChangeClass.TypeAdded, "BT201", "type-added", Note, "A type is new",
            "Only the new build defines the type. Nothing that was built against the old one can know it."),
        new(ChangeClass.TypeRemoved, "BT202", "type-removed", Error, "A type is gone",
            "Only the old build defines the type. Source that names it does not compile, and a CO-RE relocation against it fails. Look for a new name first."),
        new(ChangeClass.TypeRenamed, "BT203", "type-renamed", Error, "A type has another name",
            "The shape is the same, the name is not. Memory does not change; source and CO-RE go by the name. A typedef or macro with the old name helps source, a second type with a ___suffix helps CO-RE."),
        new(ChangeClass.KindChanged, "BT204", "kind-changed", Error, "A type is of another kind",
            "A struct became a union, an enumeration another kind of type, or the reverse."),
        new(ChangeClass.Size, "BT205", "size", Error, "The size of a type differs",
            "Arrays of the type, what embeds it and who allocates it by the old size are wrong. btftool diff --why says which members the bytes come from."),
        new(ChangeClass.Alignment, "BT206", "alignment", Error, "The alignment of a type differs",
            "What embeds the type may be laid out differently, even where its size is the same."),
        new(ChangeClass.MemberAdded, "BT207", "member-added", Error, "A member is new",
            "The member takes room of its own, so what lies behind it moves or the size grows. In a hole or at the end it would cost less."),
        new(ChangeClass.MemberRemoved, "BT208", "member-removed", Error, "A member is gone",
            "Source that names the member does not compile, compiled code reads what is there instead, and a CO-RE relocation against it fails."),
        new(ChangeClass.MemberMoved, "BT209", "member-moved", Error, "A member lies at another offset",
            "Compiled code reads and writes other bytes. Source and CO-RE relocations follow the member."),
        new(ChangeClass.MemberRenamed, "BT210", "member-renamed", Error, "A member has another name",
            "Offset and type are the same. Memory does not change; source and CO-RE go by the name."),
        new(ChangeClass.MemberType, "BT211", "member-type", Error, "The type of a member differs",
            "What is read there means something else, or has another size. Compare the two types."),
        new(ChangeClass.BitWidth, "BT212", "bit-width", Error, "The width of a bitfield differs",
            "Compiled code reads other bits. Values that were in range may not be any more."),
        new(ChangeClass.Signedness, "BT213", "signedness", Error, "Signed became unsigned, or the reverse",
            "The bytes are the same; comparisons, shifts and extension to wider types are not."),
        new(ChangeClass.ArrayLength, "BT214", "array-length", Error, "An array has another number of elements",
            "Loops that were built with the old number run too far or not far enough."),
        new(ChangeClass.HoleFill, "BT215", "hole-fill", Note, "A new member lies in what was a hole",
            "Nothing moves. Old code that copied or cleared the struct member by member leaves the bytes as they are."),
        new(ChangeClass.TailGrowth, "BT216", "tail-growth", Warning, "A struct grew at its end",
            "No member moves. Who allocates, embeds or indexes the type by its old size is wrong if the size differs."),
        new(ChangeClass.ReservedUse, "BT217", "reserved-use", Note, "A new member takes the place of a reserved one",
            "The room was kept for this. Nothing moves."),
        new(ChangeClass.EnumAppend, "BT218", "enum-append", Note, "An enumerator is new, behind all others",
            "No value changes. An enumerator that counted the others has another value, and a switch may lack a case."),
        new(ChangeClass.EnumInsert, "BT219", "enum-insert", Warning, "An enumerator is new between others",
            "Values behind it change unless they are written out."),
        new(ChangeClass.EnumRenumber, "BT220", "enum-renumber", Error, "An enumerator has another value",
            "Code that was built with the old value means another enumerator. CO-RE finds the new value by the name."),
        new(ChangeClass.EnumRemove, "BT221", "enum-remove", Error, "An enumerator is gone",
            "Source that names it does not compile, and a CO-RE relocation against it fails."),
        new(ChangeClass.BecameComplete, "BT222", "became-complete", Note, "What was only declared is defined",
            "Nothing breaks: the members can be used now."),
        new(ChangeClass.BecameIncomplete, "BT223", "became-incomplete", Error, "What was defined is only declared",
            "The size and the members are not known any more: source that uses them does not compile, and CO-RE finds nothing."),
        new(ChangeClass.Prototype, "BT224", "prototype", Error, "The parameters or the result of a function differ, or of one that a member points to",
            "Callers, probes and kfunc declarations that were built with the old prototype pass or read other values; so do those who set or call the member."),
        new(ChangeClass.TypedefTarget, "BT225", "typedef-target", Error, "A typedef stands for another type",
            "All that is declared with it changes with it."),
        new(ChangeClass.Embedded, "BT226", "embedded", Error, "A type that is embedded by value changed",
            "Nothing of the type itself changed. Look at the cause that is named; a pointer instead of the value would keep the types apart."),
    ];

    /// <summary>All, by id.</summary>
    public static IReadOnlyList<ChangeRule> All => s_all;

    /// <summary>The rule of a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public static ChangeRule Of(ChangeClass change)
    {
        foreach (ChangeRule rule in s_all)
        {
            if (rule.Class == change)
            {
                return rule;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(change));
    }
}
