namespace BtfTool.Emit.Reports;

/// <summary>How a report is written.</summary>
public enum ReportFormat
{
    /// <summary>For a person at a terminal.</summary>
    Text,

    /// <summary>One JSON document.</summary>
    Json,

    /// <summary>SARIF 2.1.0, which code scanning services read.</summary>
    Sarif,

    /// <summary>JUnit XML, which CI services show as tests.</summary>
    JUnit,

    /// <summary>Workflow commands of GitHub Actions, which become annotations.</summary>
    GitHub,

    /// <summary>A comment on a pull request.</summary>
    Markdown,

    /// <summary>KTAP version 1, which the kernel's test tools read.</summary>
    Ktap,
}

/// <summary>What the writers of reports are told beside the report.</summary>
public sealed record ReportWriterOptions
{
    /// <summary>Whether text has ANSI colours.</summary>
    public bool HasColours { get; init; }

    /// <summary>
    /// The least level that fails the run (<c>--fail-on</c>); null where none does. For the formats that tell passed from failed: what is
    /// below it passes with a remark.
    /// </summary>
    public ReportLevel? FailOn { get; init; } = ReportLevel.Error;

    /// <summary>
    /// The root of the JSON: <c>btftool/check/1</c>; null for <c>btftool/COMMAND/1</c> with the report's command.
    /// </summary>
    public string? JsonSchema { get; init; }

    /// <summary>The version that SARIF names.</summary>
    public string ToolVersion { get; init; } = typeof(ReportFormat).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// Most bytes of Markdown. The default is below what GitHub takes as a comment, 65536 characters (observed: "body is too long (maximum
    /// is 65536 characters)").
    /// </summary>
    public int MaxMarkdownBytes { get; init; } = 60_000;
}
