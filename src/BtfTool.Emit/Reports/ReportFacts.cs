using System.Globalization;
using System.Text;
using BtfTool.Core.IO;

namespace BtfTool.Emit.Reports;

/// <summary>How many findings of each level a report has.</summary>
/// <param name="Errors">Errors.</param>
/// <param name="Warnings">Warnings.</param>
/// <param name="Notes">Notes.</param>
/// <param name="Suppressed">Those that the user suppressed, whatever their level.</param>
/// <param name="Passed">What was looked at and is clean.</param>
public readonly record struct ReportCounts(int Errors, int Warnings, int Notes, int Suppressed, int Passed)
{
    /// <summary>Findings that are not suppressed.</summary>
    public int Active => Errors + Warnings + Notes;

    /// <summary>Counts the findings of a report.</summary>
    public static ReportCounts Of(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        int errors = 0, warnings = 0, notes = 0, suppressed = 0;
        foreach (ReportItem item in report.Items)
        {
            suppressed += item.Suppression is null ? 0 : 1;
            errors += item is { Suppression: null, Level: ReportLevel.Error } ? 1 : 0;
            warnings += item is { Suppression: null, Level: ReportLevel.Warning } ? 1 : 0;
            notes += item is { Suppression: null, Level: ReportLevel.Note } ? 1 : 0;
        }

        return new ReportCounts(errors, warnings, notes, suppressed, report.Passed.Count);
    }

    /// <summary>One line for people: <c>2 errors, 1 warning, 1 suppressed; 3 passed</c>.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        Add(text, Errors, "error");
        Add(text, Warnings, "warning");
        Add(text, Notes, "note");
        text.Append(Active == 0 ? "nothing to report" : "");
        text.Append(Suppressed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Suppressed} suppressed") : "");
        text.Append(Passed > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {Passed} passed") : "");
        return text.ToString();
    }

    private static void Add(StringBuilder text, int count, string what)
    {
        if (count > 0)
        {
            text.Append(text.Length > 0 ? ", " : "");
            text.Append(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
        }
    }
}

/// <summary>What several writers say of a finding in the same words.</summary>
internal static class ReportFacts
{
    /// <summary>The level in lower case.</summary>
    public static string NameOf(ReportLevel level) => level switch
    {
        ReportLevel.Error => "error",
        ReportLevel.Warning => "warning",
        _ => "note",
    };

    /// <summary>Type and member as C reaches it: <c>struct sock.sk_lock</c>; the command where it is about no type.</summary>
    public static string PlaceOf(Report report, ReportItem item)
    {
        string type = item.Type.Length > 0 ? item.Type : report.Command;
        return item.Member is null ? type : $"{type}.{item.Member}";
    }

    /// <summary><c>FILE:LINE:COLUMN</c> as far as it is known.</summary>
    public static string PlaceOf(string file, int line, int column) => line <= 0 ? file
        : column <= 0 ? string.Create(CultureInfo.InvariantCulture, $"{file}:{line}") : string.Create(CultureInfo.InvariantCulture, $"{file}:{line}:{column}");

    /// <summary>The second place of a finding in words, <c>the rule: net.layout:3:5</c>; null where there is none.</summary>
    public static string? DescribeRelated(ReportItem item) => item.Related is { } related ? $"{related.Message}: {related}" : null;

    /// <summary>Why and how long something is suppressed.</summary>
    public static string DescribeSuppression(ReportSuppression suppression) => suppression.Until is { } until
        ? $"suppressed until {until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}: {suppression.Reason}"
        : $"suppressed: {suppression.Reason}";

    /// <summary>Whether a finding fails the run.</summary>
    public static bool IsFailure(ReportItem item, ReportLevel? failOn) => item.Suppression is null && failOn is { } least && item.Level >= least;

    /// <summary>
    /// What stays the same of a finding when lines move: the hash of rule, type, member and input, and a count that tells findings apart
    /// which have these in common.
    /// </summary>
    public static string FingerprintOf(ReportItem item, Dictionary<string, int> seen)
    {
        string key = $"{item.Rule.Id}\0{item.Type}\0{item.Member}\0{item.Target}";
        string hash = XxHash64.Of(Encoding.UTF8.GetBytes(key)).ToString("x16", CultureInfo.InvariantCulture);
        int count = seen[hash] = seen.GetValueOrDefault(hash) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{hash}:{count}");
    }

    /// <summary>All rules: those of the report, then those that only findings have, each once.</summary>
    public static List<ReportRule> RulesOf(Report report, Dictionary<string, int> indices)
    {
        var rules = new List<ReportRule>();
        foreach (ReportRule rule in report.Rules)
        {
            AddOnce(rules, indices, rule);
        }

        foreach (ReportItem item in report.Items)
        {
            AddOnce(rules, indices, item.Rule);
        }

        return rules;
    }

    /// <summary>
    /// The lines around a finding; none where it has none. One that a CI service would take for a command in its log (<c>::error</c>,
    /// <c>##[error]</c>) begins with a backslash.
    /// </summary>
    public static string[] LinesOf(string context)
    {
        string[] lines = context.Length == 0 ? [] : context.TrimEnd('\n', '\r').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            ReadOnlySpan<char> line = lines[i].AsSpan().TrimEnd('\r');
            ReadOnlySpan<char> start = line.TrimStart();
            lines[i] = start.StartsWith("::") || start.StartsWith("##") ? $"\\{line}" : line.ToString();
        }

        return lines;
    }

    private static void AddOnce(List<ReportRule> rules, Dictionary<string, int> indices, ReportRule rule)
    {
        if (indices.TryAdd(rule.Id, rules.Count))
        {
            rules.Add(rule);
        }
    }
}
