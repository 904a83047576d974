using BtfTool.Core.Compare;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Diffs;

/// <summary>Which changes count.</summary>
public sealed record DiffSelection
{
    /// <summary>Only these are looked at; all where it is empty.</summary>
    public ChangeSet Only { get; init; }

    /// <summary>These are not looked at.</summary>
    public ChangeSet Ignored { get; init; }

    /// <summary>These are reported and fail nothing.</summary>
    public ChangeSet Allowed { get; init; }

    /// <summary>Whether a type was asked for; null where all are.</summary>
    public Predicate<TypeDifference>? IsAsked { get; init; }

    /// <summary>Whether a change is looked at.</summary>
    public bool Shows(TypeChange change) => (Only.IsEmpty || Only.Contains(change)) && !Ignored.Contains(change);

    /// <summary>How grave a change is: an error where it breaks layout or source, a warning where it breaks CO-RE alone.</summary>
    public static ReportLevel LevelOf(Breaks breaks) => (breaks & (Breaks.Layout | Breaks.Source)) != 0 ? ReportLevel.Error
        : breaks != Breaks.None ? ReportLevel.Warning : ReportLevel.Note;
}

/// <summary>A difference with those of its changes that are looked at.</summary>
/// <param name="Difference">All of it.</param>
/// <param name="Changes">The changes that count.</param>
/// <param name="Breaks">What they break together.</param>
public sealed record ShownDifference(TypeDifference Difference, IReadOnlyList<TypeChange> Changes, Breaks Breaks)
{
    /// <summary>Whether every change that is a cause of its own is allowed, and so all that follow from them.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>The most grave of the changes that are not allowed; null where all are.</summary>
    public ReportLevel? Level { get; init; }

    /// <summary>Types that changed because of this one, and nothing else about them; those that name it as their cause.</summary>
    public IReadOnlyList<ShownDifference> Consequences { get; internal set; } = [];

    /// <summary>Whether it is shown under its cause.</summary>
    public bool IsFolded { get; internal set; }

    /// <summary>Whether the type is new.</summary>
    public bool IsAdded => Difference.Old is null;

    /// <summary>Whether the type is gone.</summary>
    public bool IsRemoved => Difference.New is null;
}

/// <summary>Number of changes of a class, and of types that have some.</summary>
/// <param name="Class">The class.</param>
/// <param name="Changes">Changes.</param>
/// <param name="Types">Types.</param>
/// <param name="Allowed">Changes that fail nothing.</param>
/// <param name="Breaks">What they break together.</param>
public readonly record struct ClassCount(ChangeClass Class, int Changes, int Types, int Allowed, Breaks Breaks);

/// <summary>
/// What of a comparison is shown: the differences that were asked for with the changes that count, consequences under their causes, and
/// the counts. Cost: linear in the changes.
/// </summary>
public sealed class DiffView
{
    private readonly List<ShownDifference> _items = [];
    private readonly ClassCount[] _counts;
    private readonly int[] _levels = new int[3];

    /// <summary>Sorts out what is shown.</summary>
    /// <param name="differences">All that were found.</param>
    /// <param name="selection">Which count.</param>
    public DiffView(IReadOnlyList<TypeDifference> differences, DiffSelection selection)
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentNullException.ThrowIfNull(selection);
        Selection = selection;
        _counts = new ClassCount[ChangeNames.Classes.Length];
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] = new ClassCount((ChangeClass)i, 0, 0, 0, Breaks.None);
        }

        var verdicts = new CauseVerdicts(differences, selection);
        foreach (TypeDifference difference in differences)
        {
            if (selection.IsAsked is null || selection.IsAsked(difference))
            {
                Add(difference, verdicts.Of(difference));
            }
        }

        Fold();
    }

    /// <summary>Which changes count.</summary>
    public DiffSelection Selection { get; }

    /// <summary>What is shown, in the order of the comparison.</summary>
    public IReadOnlyList<ShownDifference> Items => _items;

    /// <summary>Changes by class, one row for each class.</summary>
    public ReadOnlySpan<ClassCount> Counts => _counts;

    /// <summary>Types that are new.</summary>
    public int AddedCount { get; private set; }

    /// <summary>Types that are gone.</summary>
    public int RemovedCount { get; private set; }

    /// <summary>Types on both sides that differ.</summary>
    public int ChangedCount { get; private set; }

    /// <summary>Types that changed only because they embed one that did.</summary>
    public int ConsequenceCount { get; private set; }

    /// <summary>Changes that were left out by <c>--only</c> and <c>--ignore</c>.</summary>
    public int IgnoredCount { get; private set; }

    /// <summary>Whether a change fails nothing: it is allowed, or follows only from what is.</summary>
    public bool IsAllowed(ShownDifference item, TypeChange change)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Selection.Allowed.Contains(change) || (item.IsAllowed && CauseVerdicts.Follows(item.Difference, change));
    }

    /// <summary>Number of types that have changes which break something.</summary>
    public int BreakCount(Breaks breaks)
    {
        int count = 0;
        foreach (ShownDifference item in _items)
        {
            count += (item.Breaks & breaks) != 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whether there are changes of a level or a graver one that are not allowed.</summary>
    public bool Fails(ReportLevel from)
    {
        for (int level = (int)from; level < _levels.Length; level++)
        {
            if (_levels[level] > 0)
            {
                return true;
            }
        }

        return false;
    }

    private void Add(TypeDifference difference, CauseVerdict verdict)
    {
        var changes = new List<TypeChange>(difference.Changes.Count);
        Breaks breaks = Breaks.None;
        ulong seen = 0;
        ReportLevel? worst = null;
        foreach (TypeChange change in difference.Changes)
        {
            bool follows = CauseVerdicts.Follows(difference, change);
            if (!Selection.Shows(change) || (follows && verdict.AreIgnored))
            {
                IgnoredCount += change.Count;
                continue;
            }

            bool isAllowed = Selection.Allowed.Contains(change) || (follows && verdict.AreAllowed);
            changes.Add(change);
            breaks |= change.Breaks;
            Count(change, isAllowed, ref seen);
            ReportLevel level = DiffSelection.LevelOf(change.Breaks);
            worst = isAllowed || worst >= level ? worst : level;
        }

        if (changes.Count > 0)
        {
            _items.Add(new ShownDifference(difference, changes, breaks) { IsAllowed = verdict.AreAllowed, Level = worst });
            AddedCount += difference.Old is null ? 1 : 0;
            RemovedCount += difference.New is null ? 1 : 0;
            ChangedCount += difference.Old is not null && difference.New is not null ? 1 : 0;
            ConsequenceCount += difference.IsCause ? 0 : 1;
        }
    }

    private void Count(TypeChange change, bool isAllowed, ref ulong seen)
    {
        ref ClassCount count = ref _counts[(int)change.Class];
        bool isFirst = (seen >> (int)change.Class & 1) == 0;
        seen |= 1UL << (int)change.Class;
        count = count with
        {
            Changes = count.Changes + change.Count,
            Types = count.Types + (isFirst ? 1 : 0),
            Allowed = count.Allowed + (isAllowed ? change.Count : 0),
            Breaks = count.Breaks | change.Breaks,
        };
        _levels[(int)DiffSelection.LevelOf(change.Breaks)] += isAllowed ? 0 : 1;
    }

    // A consequence is folded where one of its causes is shown, itself or through others that are folded. Causes are names, and rings
    // of them end at the first that was seen.
    private void Fold()
    {
        var byName = new Dictionary<string, ShownDifference>(_items.Count);
        foreach (ShownDifference item in _items)
        {
            _ = byName.TryAdd(item.Difference.Name, item);
        }

        var roots = new Dictionary<ShownDifference, ShownDifference?>(ReferenceEqualityComparer.Instance);
        var path = new List<ShownDifference>();
        foreach (ShownDifference item in _items)
        {
            if (!item.Difference.IsCause && RootOf(item, byName, roots, path) is { } root)
            {
                item.IsFolded = true;
                var list = root.Consequences as List<ShownDifference> ?? [];
                list.Add(item);
                root.Consequences = list;
            }
        }
    }

    private static ShownDifference? RootOf(ShownDifference item, Dictionary<string, ShownDifference> byName,
        Dictionary<ShownDifference, ShownDifference?> roots, List<ShownDifference> path)
    {
        path.Clear();
        ShownDifference? at = item, root = null;
        while (at is not null && !at.Difference.IsCause && !roots.TryGetValue(at, out root))
        {
            roots[at] = null;
            path.Add(at);
            at = FirstCauseOf(at, byName);
        }

        root = at is { Difference.IsCause: true } ? at : root;
        foreach (ShownDifference passed in path)
        {
            roots[passed] = root;
        }

        return root;
    }

    private static ShownDifference? FirstCauseOf(ShownDifference item, Dictionary<string, ShownDifference> byName)
    {
        foreach (TypeChange change in item.Difference.Changes)
        {
            if (change.Cause is { } cause && byName.TryGetValue(cause, out ShownDifference? known) && !ReferenceEquals(known, item))
            {
                return known;
            }
        }

        return null;
    }
}
