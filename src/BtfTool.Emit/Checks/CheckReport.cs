using BtfTool.Core.Checks;
using BtfTool.Core.Types;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Checks;

/// <summary>Makes a <see cref="Report"/> of what a check found.</summary>
/// <param name="cachelineBytes">Bytes of a cache line, for the lines around members.</param>
public sealed class CheckReport(int cachelineBytes)
{
    // Beyond, nobody reads the lines around members; making them would cost more than the check.
    private const int MostContexts = 500;

    private readonly Dictionary<TypeGraph, MemberContext> _contexts = [];
    private readonly Dictionary<string, ReportRule> _rules = [];
    private int _made;

    /// <summary>Gives the path under which a file that DWARF names is known; null to leave all as they are.</summary>
    public Func<string, string>? MapPath { get; init; }

    /// <summary>The report. Cost: linear in the findings; for the first some hundred the members of their types.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="inputs">The files.</param>
    public Report Make(CheckResult result, IReadOnlyList<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(result);
        var items = new List<ReportItem>(result.Findings.Count);
        foreach (CheckFinding finding in result.Findings)
        {
            items.Add(ItemOf(finding));
        }

        if (result.Left > 0)
        {
            // Findings are left out only behind others: the last of these says where.
            CheckPlace? last = result.Findings.Count > 0 ? result.Findings[^1].Place : null;
            items.Add(new ReportItem
            {
                Rule = RuleOf(CheckRules.MoreFindings),
                Level = ReportLevel.Error,
                Type = "",
                Message = result.Left > CheckLimits.Default.MaxCounted
                    ? $"more than {CheckLimits.Default.MaxCounted} further findings are not listed" : $"{result.Left} more findings are not listed",
                File = last?.File,
                Line = last?.Line ?? 0,
            });
        }

        var rules = new List<ReportRule>();
        foreach (CheckRuleInfo rule in CheckRules.All)
        {
            rules.Add(RuleOf(rule));
        }

        return new Report { Command = "check", Rules = rules, Items = items, Passed = result.Passed, Inputs = inputs };
    }

    /// <summary>A rule as reports have it.</summary>
    public ReportRule RuleOf(CheckRuleInfo rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (!_rules.TryGetValue(rule.Id, out ReportRule? made))
        {
            made = new ReportRule(rule.Id, rule.Name, rule.Summary, rule.Help, rule.IsWarning ? ReportLevel.Warning : ReportLevel.Error);
            _rules.Add(rule.Id, made);
        }

        return made;
    }

    private ReportItem ItemOf(CheckFinding finding)
    {
        (string File, int Line)? declared = DeclarationOf(finding);
        CheckPlace asked = finding.Place;
        return new ReportItem
        {
            Rule = RuleOf(finding.Rule),
            Level = finding.IsWarning ? ReportLevel.Warning : ReportLevel.Error,
            Type = finding.Type,
            Member = finding.Member,
            Message = finding.Message,
            Expected = finding.Expected,
            Found = finding.Found,
            Context = ContextOf(finding),
            Target = finding.Target,
            File = declared?.File ?? asked.File,
            Line = declared?.Line ?? asked.Line,
            Column = declared is null ? asked.Column : 0,
            Related = declared is null ? null : new ReportPlace(asked.File, asked.Line, asked.Column, "the rule"),
            Suppression = finding.Suppression is { } s ? new ReportSuppression(s.Reason, s.Until) : null,
        };
    }

    // Where DWARF says that the type is declared.
    private (string File, int Line)? DeclarationOf(CheckFinding finding)
    {
        if (finding.Subject is { } subject && subject.View.TryGetDeclaration(out NameId file, out uint line) && !file.IsNone && line > 0)
        {
            string path = subject.Graph.NameString(file);
            return (MapPath?.Invoke(path) ?? path, (int)Math.Min(line, int.MaxValue));
        }

        return null;
    }

    private string ContextOf(CheckFinding finding)
    {
        if (finding.Subject is not { } subject || finding.Suppression is not null || !subject.View.IsComposite || _made++ >= MostContexts)
        {
            return "";
        }

        if (!_contexts.TryGetValue(subject.Graph, out MemberContext? context))
        {
            _contexts[subject.Graph] = context = new MemberContext(subject.Graph, cachelineBytes);
        }

        return context.Around(subject.Id, finding.Type, finding.BitOffset);
    }
}
