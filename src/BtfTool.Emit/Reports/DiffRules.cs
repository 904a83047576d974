using BtfTool.Core.Compare;

namespace BtfTool.Emit.Reports;

/// <summary>The rules of <c>diff</c>, one for each class of changes, as reports have them; the table is <see cref="ChangeRules"/>.</summary>
public static class DiffRules
{
    private static readonly ReportRule[] s_all = AllOf();

    /// <summary>All rules, by id.</summary>
    public static IReadOnlyList<ReportRule> All => s_all;

    /// <summary>The rule of a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public static ReportRule Of(ChangeClass change)
    {
        for (int i = 0; i < s_all.Length; i++)
        {
            if (ChangeRules.All[i].Class == change)
            {
                return s_all[i];
            }
        }

        throw new ArgumentOutOfRangeException(nameof(change));
    }

    private static ReportRule[] AllOf()
    {
        var rules = new ReportRule[ChangeRules.All.Count];
        for (int i = 0; i < rules.Length; i++)
        {
            ChangeRule rule = ChangeRules.All[i];
            rules[i] = new ReportRule(rule.Id, rule.Name, rule.Summary, rule.Help, LevelOf(rule.Gravity));
        }

        return rules;
    }

    private static ReportLevel LevelOf(ChangeGravity gravity) => gravity switch
    {
        ChangeGravity.Error => ReportLevel.Error,
        ChangeGravity.Warning => ReportLevel.Warning,
        _ => ReportLevel.Note,
    };
}
