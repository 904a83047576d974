using BtfTool.Core.Compare;

namespace BtfTool.Core.Checks;

/// <summary>A kind of finding.</summary>
/// <param name="Id">Stable: <c>BT012</c>.</param>
/// <param name="Name">In lower case with dashes.</param>
/// <param name="Summary">One line.</param>
/// <param name="Help">What it means and what to do.</param>
public sealed record CheckRuleInfo(string Id, string Name, string Summary, string Help)
{
    /// <summary>Whether a finding is a warning unless the file says otherwise.</summary>
    public bool IsWarning { get; init; }

    /// <summary>Whether a finding says that nothing could be checked: the exit code is 3.</summary>
    public bool IsUnusable { get; init; }

    /// <summary>Whether it is about the check itself and not about a layout; such findings cannot be suppressed.</summary>
    public bool IsAboutCheck { get; init; }
}

/// <summary>All rules by id. Ids are never given to another rule.</summary>
public static class CheckRules
{
    private const string SayOptional = "Correct the name; or write 'optional' before the line where it may be missing in some builds.";

    /// <summary>A required type is not there.</summary>
    public static CheckRuleInfo MissingType { get; } = Unusable("BT001", "missing-type", "A type that the check file names is not there",
        "Nothing is known of its layout, so the check cannot pass. It may be renamed, configured out, or only declared. " + SayOptional);

    /// <summary>A required member is not there.</summary>
    public static CheckRuleInfo MissingMember { get; } = Unusable("BT002", "missing-member", "A member, group or enumerator that a rule names is not there",
        "The rule cannot be judged, so the check cannot pass. " + SayOptional);

    /// <summary>A pattern matches nothing.</summary>
    public static CheckRuleInfo NoMatch { get; } = Unusable("BT003", "no-match", "A pattern matches no type",
        "A pattern that matches nothing checks nothing. " + SayOptional);

    /// <summary>The input is for another processor.</summary>
    public static CheckRuleInfo WrongInput { get; } = Unusable("BT004", "wrong-input", "The input is not what 'target' says, or does not say what it is",
        "The file asks for a processor or a pointer size that the input has not, or that raw BTF does not tell. Give the right input, "
        + "or --arch where the file does not say its processor.");

    /// <summary>A target has no input.</summary>
    public static CheckRuleInfo NoInput { get; } = new("BT005", "no-input", "No input was given for a target of the check file",
        "Its rules were not checked. Give one with -f NAME=FILE.")
    { IsWarning = true, IsAboutCheck = true };

    /// <summary>A suppression is over.</summary>
    public static CheckRuleInfo Expired { get; } = new("BT006", "expired-suppression", "A suppression is over",
        "The day behind 'until' has passed; what it hid counts again. Do the work that it waited for, or give it a new day.")
    { IsAboutCheck = true };

    /// <summary>A suppression hides nothing.</summary>
    public static CheckRuleInfo Unused { get; } = new("BT007", "unused-suppression", "A suppression hides nothing",
        "What it hid is gone: remove the line.")
    { IsWarning = true, IsAboutCheck = true };

    /// <summary>Declaration files are not known.</summary>
    public static CheckRuleInfo NoDeclarations { get; } = Unusable("BT008", "no-declaration-files", "'decl_file' needs DWARF",
        "BTF does not say which file declares a type. Give an input with DWARF, with --format dwarf where it has both.");

    /// <summary>The rule does not fit the type.</summary>
    public static CheckRuleInfo WrongKind { get; } = Unusable("BT009", "wrong-kind", "A rule does not fit what the name stands for",
        "A rule about members was given for a type without members, or a rule about bytes for a bitfield. Correct the rule.");

    /// <summary>There are more findings than are listed.</summary>
    public static CheckRuleInfo MoreFindings { get; } = new("BT050", "more-findings", "There are more findings than are listed",
        "Only the first are listed, so that a report stays readable by what reads it. A pattern may match more than it should.")
    { IsAboutCheck = true };

    private static readonly CheckRuleInfo[] s_layout =
    [
        Of("BT010", "size", "Size in bytes", "size <= 2368; with a member, that of the member: size lock == 4."),
        Of("BT011", "alignment", "Alignment in bytes", "alignment == 64. BTF does not declare alignments: those that left a gap are inferred, others not seen."),
        Of("BT012", "holes", "Number of holes", "holes <= 2. A hole is a run of whole bytes between members; those inside embedded structs are theirs."),
        Of("BT013", "hole-bytes", "Bytes in holes", "hole_bytes <= 12, the sum over the holes of the struct itself."),
        Of("BT014", "bit-holes", "Number of bit holes", "bit_holes == 0. A bit hole is what bitfields leave of a storage unit before another member."),
        Of("BT015", "padding", "Bytes of padding", "padding <= 4, the bytes behind the last member; of a union behind the largest."),
        Of("BT016", "no-holes", "Neither holes nor bit holes", "no_holes. Holes in structs that cross the border of the kernel leak its memory."),
        Of("BT017", "no-padding", "Nothing behind the last member", "no_padding: no bytes, and no bits behind a last bitfield."),
        Of("BT018", "cachelines", "Number of cache lines", "cachelines <= 37, of an object that begins on a line; 'target cacheline N' sets their length."),
        Of("BT019", "members", "Number of members or enumerators", "members == 12, an anonymous struct counted as one."),
        Of("BT020", "offset", "Offset of a member", "offset rcv_nxt == 1752; of a bitfield also its bit: offset flags == 12:3."),
        Of("BT021", "member-type", "Type of a member", "type next is \"struct list_head *\", as 'btftool show' writes it; blanks do not matter."),
        Of("BT022", "first", "A member at offset 0", "first sk. Code that casts between the struct and its first member needs it."),
        Of("BT023", "last", "A member behind all others", "last data: no member begins behind it."),
        Of("BT024", "line", "The cache line of a member", "line lock == 0: the line, from 0, on which the member begins."),
        Of("BT025", "aligned", "Offset a multiple", "aligned counter 8: the offset is a multiple. The struct must lie as aligned itself."),
        Of("BT026", "bits", "Width of a bitfield", "bits state == 3; a member that is no bitfield has 8 times its size."),
        Of("BT027", "absent", "A member that must not be there", "member debug absent."),
        Of("BT030", "same-line", "Members on one cache line", "same_line lock, count: used together, they cost one miss."),
        Of("BT031", "separate-lines", "Members on different cache lines", "separate_lines refcnt, ops: what is written does not evict what is read."),
        Of("BT032", "no-straddle", "Members that cross a cache line", "no_straddle; no_straddle except sk; no_straddle a, b for some only."),
        Of("BT033", "group-lines", "Cache lines of a group", "group tcp_sock_read_rx { lines <= 1 }. Groups are marked by __cacheline_group_begin__NAME and its end."),
        Of("BT034", "group-bytes", "Bytes of a group", "group NAME { bytes <= 64 }: bytes of its members, without holes."),
        Of("BT035", "group-contains", "Members of a group", "group NAME { contains a, b }: they lie between the markers."),
        Of("BT037", "fast", "Cache lines of some members", "fast { a, b, c } lines <= 2: lines that have a byte of any of them."),
        Of("BT040", "enum-value", "Value of an enumerator", "value RUNNING == 0. Values that leave the program (files, sockets, BPF) must stay."),
    ];

    /// <summary>All, those of baselines included, by id.</summary>
    public static IReadOnlyList<CheckRuleInfo> All { get; } = MakeAll();

    /// <summary>The rule of an id, in upper or lower case, or of a name; null where there is none.</summary>
    public static CheckRuleInfo? Find(string id)
    {
        foreach (CheckRuleInfo rule in All)
        {
            if (rule.Id.Equals(id, StringComparison.OrdinalIgnoreCase) || rule.Name == id)
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>The rule for a change against a baseline.</summary>
    public static CheckRuleInfo OfChange(ChangeClass change) => Known(ChangeRules.Of(change).Id);

    internal static CheckRuleInfo Of(CheckKind kind) => Known(kind switch
    {
        CheckKind.Size => "BT010",
        CheckKind.Alignment => "BT011",
        CheckKind.Holes => "BT012",
        CheckKind.HoleBytes => "BT013",
        CheckKind.BitHoles => "BT014",
        CheckKind.Padding => "BT015",
        CheckKind.NoHoles => "BT016",
        CheckKind.NoPadding => "BT017",
        CheckKind.Cachelines => "BT018",
        CheckKind.Members => "BT019",
        CheckKind.Offset => "BT020",
        CheckKind.TypeIs => "BT021",
        CheckKind.First => "BT022",
        CheckKind.Last => "BT023",
        CheckKind.Line => "BT024",
        CheckKind.Aligned => "BT025",
        CheckKind.Bits => "BT026",
        CheckKind.Absent => "BT027",
        CheckKind.SameLine => "BT030",
        CheckKind.SeparateLines => "BT031",
        CheckKind.NoStraddle => "BT032",
        CheckKind.GroupLines => "BT033",
        CheckKind.GroupBytes => "BT034",
        CheckKind.GroupContains => "BT035",
        CheckKind.Fast => "BT037",
        CheckKind.Value => "BT040",
        _ => "BT002",
    });

    private static CheckRuleInfo Known(string id) => Find(id) ?? throw new ArgumentException("no rule " + id, nameof(id));

    private static CheckRuleInfo[] MakeAll()
    {
        var all = new List<CheckRuleInfo>([MissingType, MissingMember, NoMatch, WrongInput, NoInput, Expired, Unused, NoDeclarations, WrongKind, MoreFindings, .. s_layout]);
        foreach (ChangeRule change in ChangeRules.All)
        {
            string word = ChangeWords.WordOf(change.Class);
            all.Add(new CheckRuleInfo(change.Id, "changed-" + change.Name, $"{change.Summary} (baseline: {word})",
                $"The layout is not that of the baseline. {change.Help} Take the change back; or write 'allow {word}' behind the baseline; or make "
                + "it the new baseline with 'btftool check --update'."));
        }

        all.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        return [.. all];
    }

    private static CheckRuleInfo Of(string id, string name, string summary, string help) => new(id, name, summary, help);

    private static CheckRuleInfo Unusable(string id, string name, string summary, string help) =>
        new(id, name, summary, help) { IsUnusable = true, IsAboutCheck = true };
}
