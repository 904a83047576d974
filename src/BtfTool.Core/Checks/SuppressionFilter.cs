using System.Globalization;
using System.Text;
using BtfTool.Core.Queries;

namespace BtfTool.Core.Checks;

/// <summary>Marks the findings that are suppressed, and finds suppressions that are over or hide nothing.</summary>
/// <param name="file">The check file.</param>
/// <param name="today">The day.</param>
/// <param name="isChecked">Whether a target has an input.</param>
internal sealed class SuppressionFilter(CheckFile file, DateOnly today, Func<string, bool> isChecked)
{
    // By rule and, where it is no pattern, type: findings and suppressions may both be many.
    private readonly Dictionary<(string Rule, string Type), List<int>> _named = [];
    private readonly Dictionary<string, List<int>> _patterns = [];
    private readonly Dictionary<int, GlobPattern> _globs = [];
    private readonly bool[] _isUsed = new bool[file.Suppressions.Count];

    public IReadOnlyList<CheckFinding> Apply(List<CheckFinding> findings)
    {
        if (file.Suppressions.Count == 0)
        {
            return findings;
        }

        Index();
        var result = new List<CheckFinding>(findings.Count);
        foreach (CheckFinding finding in findings)
        {
            result.Add(finding.Rule.IsAboutCheck || SuppressionOf(finding) is not { } found ? finding : finding with { Suppression = found });
        }

        AddOwn(result);
        return result;
    }

    private void Index()
    {
        for (int i = 0; i < file.Suppressions.Count; i++)
        {
            CheckSuppression suppression = file.Suppressions[i];
            if (suppression.IsPattern)
            {
                _globs[i] = new GlobPattern(Encoding.UTF8.GetBytes(suppression.TypeName));
            }

            foreach (string rule in suppression.Rules)
            {
                if (suppression.IsPattern)
                {
                    Add(_patterns, rule, i);
                }
                else
                {
                    Add(_named, (rule, $"{WordOf(suppression)} {suppression.TypeName}"), i);
                }
            }
        }
    }

    private static void Add<TKey>(Dictionary<TKey, List<int>> index, TKey key, int value)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out List<int>? values))
        {
            index[key] = values = [];
        }

        values.Add(value);
    }

    private CheckSuppression? SuppressionOf(CheckFinding finding)
    {
        CheckSuppression? found = null;
        if (_named.TryGetValue((finding.Rule.Id, finding.Type), out List<int>? named))
        {
            found = FirstOf(named, finding);
        }

        if (found is null && _patterns.TryGetValue(finding.Rule.Id, out List<int>? patterns))
        {
            found = FirstOf(patterns, finding);
        }

        return found;
    }

    private CheckSuppression? FirstOf(List<int> candidates, CheckFinding finding)
    {
        foreach (int i in candidates)
        {
            CheckSuppression suppression = file.Suppressions[i];
            if (!Fits(suppression, i, finding))
            {
                continue;
            }

            _isUsed[i] = true;
            if (suppression.Until is null || suppression.Until >= today)
            {
                return suppression;
            }
        }

        return null;
    }

    private bool Fits(CheckSuppression suppression, int index, CheckFinding finding)
    {
        string word = WordOf(suppression) + " ";
        return (suppression.Target is null || suppression.Target == finding.Target || finding.Target is null)
            && (suppression.Member is null || suppression.Member == finding.Member)
            && (!suppression.IsPattern || (finding.Type.StartsWith(word, StringComparison.Ordinal)
                && _globs[index].IsMatch(Encoding.UTF8.GetBytes(finding.Type[word.Length..]))));
    }

    private void AddOwn(List<CheckFinding> result)
    {
        for (int i = 0; i < file.Suppressions.Count; i++)
        {
            CheckSuppression suppression = file.Suppressions[i];
            string what = $"{string.Join(", ", suppression.Rules)} of {WordOf(suppression)} {suppression.TypeName}{(suppression.Member is { } m ? "." + m : "")}";
            if (suppression.Until is { } until && until < today)
            {
                string day = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                result.Add(Own(suppression, CheckRules.Expired, $"the suppression of {what} ended on {day} ({suppression.Reason})"));
            }
            else if (!_isUsed[i] && (suppression.Target is null || isChecked(suppression.Target)))
            {
                result.Add(Own(suppression, CheckRules.Unused, $"the suppression of {what} hides nothing"));
            }
        }
    }

    private static CheckFinding Own(CheckSuppression suppression, CheckRuleInfo rule, string message) => new()
    {
        Rule = rule,
        IsWarning = rule.IsWarning,
        Place = suppression.Place,
        Type = suppression.IsPattern ? "" : $"{WordOf(suppression)} {suppression.TypeName}",
        Member = suppression.Member,
        Target = suppression.Target,
        Message = message,
    };

    private static string WordOf(CheckSuppression suppression) => suppression.Subject switch
    {
        CheckSubject.Struct => "struct",
        CheckSubject.Union => "union",
        CheckSubject.Enum => "enum",
        _ => "typedef",
    };
}
