using BtfTool.Core.Compare;

namespace BtfTool.Emit.Diffs;

/// <summary>Classes of changes and what they break, in the words that users write and read.</summary>
public static class ChangeNames
{
    private static readonly ChangeClass[] s_classes = Enum.GetValues<ChangeClass>();
    private static readonly string[] s_names = NamesOfAll();
    private static readonly (string Name, Breaks Breaks)[] s_groups =
        [("layout", Breaks.Layout), ("source", Breaks.Source), ("core", Breaks.CoRe), ("harmless", Breaks.None)];

    /// <summary>All classes.</summary>
    public static ReadOnlySpan<ChangeClass> Classes => s_classes;

    /// <summary>The words that stand for several classes.</summary>
    public static IEnumerable<string> Groups => ["layout", "source", "core", "harmless"];

    /// <summary>All that <see cref="Parse"/> knows.</summary>
    public static IEnumerable<string> Words => [.. Groups, .. s_names];

    /// <summary>The name of a class: <c>member_added</c>.</summary>
    public static string Of(ChangeClass change) => s_names[(int)change];

    /// <summary>What is broken, for people: <c>layout, CO-RE</c>; <c>nothing</c> for nothing.</summary>
    public static string Of(Breaks breaks)
    {
        if (breaks == Breaks.None)
        {
            return "nothing";
        }

        string layout = (breaks & Breaks.Layout) != 0 ? "layout" : "", source = (breaks & Breaks.Source) != 0 ? "source" : "";
        string text = layout.Length > 0 && source.Length > 0 ? "layout, source" : layout + source;
        return (breaks & Breaks.CoRe) == 0 ? text : text.Length > 0 ? text + ", CO-RE" : "CO-RE";
    }

    /// <summary>Reads names of classes and groups with commas between them.</summary>
    /// <param name="words">What was typed, each possibly several words.</param>
    /// <param name="mistake">The first word that is neither; null where all are known.</param>
    public static ChangeSet Parse(IEnumerable<string> words, out string? mistake)
    {
        ArgumentNullException.ThrowIfNull(words);
        ChangeSet set = default;
        foreach (string list in words)
        {
            foreach (string word in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!TryAdd(word, ref set))
                {
                    mistake = word;
                    return default;
                }
            }
        }

        mistake = null;
        return set;
    }

    private static bool TryAdd(string word, ref ChangeSet set)
    {
        string name = word.Replace('-', '_');
        int at = Array.IndexOf(s_names, name);
        if (at >= 0)
        {
            set = set with { Classes = set.Classes | (1UL << at) };
            return true;
        }

        foreach ((string group, Breaks breaks) in s_groups)
        {
            if (group == name)
            {
                set = breaks == Breaks.None ? set with { HasHarmless = true } : set with { Breaks = set.Breaks | breaks };
                return true;
            }
        }

        return false;
    }

    private static string[] NamesOfAll()
    {
        string[] names = new string[s_classes.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = ChangeRules.Of(s_classes[i]).Name.Replace('-', '_');
        }

        return names;
    }
}

/// <summary>Some classes of changes, by name and by what they break.</summary>
public readonly record struct ChangeSet
{
    /// <summary>A bit for each class.</summary>
    internal ulong Classes { get; init; }

    /// <summary>Changes that break one of these are among them.</summary>
    internal Breaks Breaks { get; init; }

    /// <summary>Changes that break nothing are among them.</summary>
    internal bool HasHarmless { get; init; }

    /// <summary>Whether nothing was named.</summary>
    public bool IsEmpty => Classes == 0 && Breaks == Breaks.None && !HasHarmless;

    /// <summary>Whether a change is among them.</summary>
    public bool Contains(TypeChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return (Classes >> (int)change.Class & 1) != 0 || (Breaks & change.Breaks) != 0 || (HasHarmless && change.Breaks == Breaks.None);
    }
}
