using BtfTool.Core.Compare;

namespace BtfTool.Emit.Diffs;

/// <summary>Whether what a type's changes come from is allowed, or not looked at.</summary>
internal readonly record struct CauseVerdict(bool AreAllowed, bool AreIgnored);

/// <summary>
/// What is said of causes holds for what follows from them: a size that grew by an allowed member is allowed, and so are the types that
/// embed it and changed for nothing else.
/// </summary>
internal sealed class CauseVerdicts
{
    // Types between a type and the causes of its changes; beyond that nothing is taken for allowed.
    private const int MostFollowed = 64;

    private readonly Dictionary<string, TypeDifference> _byName;
    private readonly DiffSelection _selection;
    private readonly bool _isNeeded;

    public CauseVerdicts(IReadOnlyList<TypeDifference> differences, DiffSelection selection)
    {
        _selection = selection;
        _isNeeded = !selection.Allowed.IsEmpty || !selection.Ignored.IsEmpty;
        _byName = new Dictionary<string, TypeDifference>(_isNeeded ? differences.Count : 0);
        for (int i = 0; _isNeeded && i < differences.Count; i++)
        {
            _ = _byName.TryAdd(differences[i].Name, differences[i]);
        }
    }

    /// <summary>Whether a change follows from others.</summary>
    public static bool Follows(TypeDifference difference, TypeChange change) =>
        change.IsConsequence || change.Cause is not null || !difference.IsCause;

    public CauseVerdict Of(TypeDifference difference)
    {
        if (!_isNeeded)
        {
            return default;
        }

        CauseVerdict verdict = new(true, true);
        var open = new List<TypeDifference> { difference };
        var seen = new HashSet<string> { difference.Name };
        int own = 0;
        for (int i = 0; i < open.Count && (verdict.AreAllowed || verdict.AreIgnored); i++)
        {
            if (i == MostFollowed)
            {
                return default;
            }

            foreach (TypeChange change in open[i].Changes)
            {
                if (!Follows(open[i], change))
                {
                    own++;
                    verdict = new CauseVerdict(verdict.AreAllowed && (_selection.Allowed.Contains(change) || !_selection.Shows(change)),
                        verdict.AreIgnored && _selection.Ignored.Contains(change));
                }
                else if (change.Cause is { } cause && seen.Add(cause) && _byName.TryGetValue(cause, out TypeDifference? known))
                {
                    open.Add(known);
                }
            }
        }

        // What follows from nothing that is known is judged by itself.
        return own > 0 ? verdict : default;
    }
}
