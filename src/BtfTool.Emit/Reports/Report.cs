namespace BtfTool.Emit.Reports;

/// <summary>How grave a finding is.</summary>
public enum ReportLevel
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>What a build should not pass with.</summary>
    Error,
}

/// <summary>A kind of finding.</summary>
/// <param name="Id">Stable: <c>BT012</c>.</param>
/// <param name="Name">In lower case with dashes: <c>no-straddle</c>.</param>
/// <param name="Summary">One line.</param>
/// <param name="Help">Some lines: what it means, why it matters, what to do.</param>
/// <param name="Level">How grave it is unless the user says otherwise.</param>
public sealed record ReportRule(string Id, string Name, string Summary, string Help, ReportLevel Level);

/// <summary>A finding that the user does not want to hear of.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Until">The last day it holds; null without end.</param>
public sealed record ReportSuppression(string Reason, DateOnly? Until);

/// <summary>A second place that a finding is about.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line in it, from 1; 0 where it is not known.</param>
/// <param name="Column">Column in it, from 1; 0 where it is not known.</param>
/// <param name="Message">What is there, in few words: <c>the rule</c>.</param>
public sealed record ReportPlace(string File, int Line, int Column, string Message)
{
    /// <summary><c>FILE:LINE:COLUMN</c> as far as it is known.</summary>
    public override string ToString() => ReportFacts.PlaceOf(File, Line, Column);
}

/// <summary>One finding, of <c>check</c> or of <c>diff</c>.</summary>
public sealed record ReportItem
{
    /// <summary>The rule.</summary>
    public required ReportRule Rule { get; init; }

    /// <summary>How grave it is here.</summary>
    public required ReportLevel Level { get; init; }

    /// <summary>The type with its keyword: <c>struct sock</c>; empty where it is about no type.</summary>
    public required string Type { get; init; }

    /// <summary>The member; null where it is about the whole type.</summary>
    public string? Member { get; init; }

    /// <summary>One line that stands alone.</summary>
    public required string Message { get; init; }

    /// <summary>What should be.</summary>
    public string? Expected { get; init; }

    /// <summary>What is.</summary>
    public string? Found { get; init; }

    /// <summary>Lines around it, for people; empty for none.</summary>
    public string Context { get; init; } = "";

    /// <summary>The input by the name the user gave it (<c>x86</c>); null where there is one only.</summary>
    public string? Target { get; init; }

    /// <summary>Where to look first: the source file that declares the type, else the check file, else the input.</summary>
    public string? File { get; init; }

    /// <summary>Line in it, from 1; 0 where it is not known.</summary>
    public int Line { get; init; }

    /// <summary>Column in it, from 1; 0 where it is not known.</summary>
    public int Column { get; init; }

    /// <summary>Where it is asked for, where that is not <see cref="File"/>; null for nowhere.</summary>
    public ReportPlace? Related { get; init; }

    /// <summary>Set where the user suppressed it.</summary>
    public ReportSuppression? Suppression { get; init; }

    /// <summary>Whether it was there in the baseline already; null where there is none.</summary>
    public bool? IsInBaseline { get; init; }
}

/// <summary>What a run found.</summary>
public sealed record Report
{
    /// <summary><c>check</c> or <c>diff</c>.</summary>
    public required string Command { get; init; }

    /// <summary>All rules that could have found something, by id.</summary>
    public required IReadOnlyList<ReportRule> Rules { get; init; }

    /// <summary>The findings, those suppressed too, in the order of the input.</summary>
    public required IReadOnlyList<ReportItem> Items { get; init; }

    /// <summary>What was looked at and has nothing to report, such as blocks of a check file: for formats that list what passed.</summary>
    public IReadOnlyList<string> Passed { get; init; } = [];

    /// <summary>The inputs.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];
}
