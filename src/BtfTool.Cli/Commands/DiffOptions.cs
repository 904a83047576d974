using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Emit.Diffs;
using BtfTool.Emit.Reports;

namespace BtfTool.Cli.Commands;

/// <summary>Which changes count, and how they are written.</summary>
internal sealed class DiffOptions
{
    private const int DefaultWidth = 100;
    private const string Html = "html";

    private readonly Option<string[]> _only = Classes("--only",
        "Only changes of these classes: 'member_added', or by what they break 'layout', 'source', 'core', 'harmless'");
    private readonly Option<string[]> _ignore = Classes("--ignore", "Leave changes of these classes out, with all that only follows from them");
    private readonly Option<string[]> _allow = Classes("--allow",
        "Report changes of these classes, but do not fail for them or what only follows from them");

    private readonly Option<string> _failOn = new("--fail-on")
    {
        Description = "Exit code 1 from this level on: error (breaks layout or source), warning (breaks CO-RE only), note (breaks nothing), never [default: note]",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => "note",
    };

    private readonly Option<string> _as = new("--as")
    {
        Description = "As text, json, sarif, junit, github, markdown, ktap or html (a page with pictures)",
        HelpName = "AS",
        DefaultValueFactory = _ => "text",
    };

    private readonly Option<bool> _json = CommonOptions.Flag("--json", "As JSON (docs/json.md), as --as json");
    private readonly Option<bool> _summary = CommonOptions.Flag("--summary", "Only the counts");

    private readonly Option<bool> _allNames = new("--all-names", "-v")
    {
        Description = "Name all types that are new, gone, or changed only with another",
    };

    private readonly Option<string[]> _pathMap = new("--path-map")
    {
        Description = "Begin paths of source files with TO instead of FROM, for annotations",
        HelpName = "FROM=TO",
    };

    private readonly Option<string?> _width = new("--width") { Description = "Columns of text [default: the terminal's, else 100]", HelpName = "N" };

    private readonly Option<string> _color = CommonOptions.Color();

    public IEnumerable<Option> All => [_only, _ignore, _allow, _failOn, _as, _json, _summary, _allNames, _pathMap, _width, _color];

    public void Validate(CommandResult result)
    {
        foreach (Option<string[]> option in (ReadOnlySpan<Option<string[]>>)[_only, _ignore, _allow])
        {
            _ = ChangeNames.Parse(result.GetValue(option) ?? [], out string? mistake);
            if (mistake is not null)
            {
                string near = UsageErrors.Suggestion(ChangeNames.Words, mistake);
                result.AddError($"{option.Name} does not know '{mistake}'{(near.Length > 0 ? near : $": it takes {string.Join(", ", ChangeNames.Words)}")}.");
            }
        }

        OneOf(result, _failOn, ["note", "warning", "error", "never"]);
        OneOf(result, _as, [.. ReportWriters.Names, Html]);
        OneOf(result, _color, ["auto", "always", "never"]);
        if (result.GetValue(_json) && result.GetResult(_as) is { Implicit: false } && result.GetValue(_as) != "json")
        {
            result.AddError("Give --json or --as, not both.");
        }

        if (result.GetValue(_width) is { } width && !(int.TryParse(width, out int columns) && columns is >= 40 and <= 10_000))
        {
            result.AddError($"--width takes a number of columns, 40 to 10000, not '{width}'.");
        }

        foreach (string map in result.GetValue(_pathMap) ?? [])
        {
            if (map.IndexOf('=', StringComparison.Ordinal) < 1)
            {
                result.AddError($"--path-map takes FROM=TO, not '{map}'.");
            }
        }
    }

    /// <summary>Which changes count.</summary>
    public DiffSelection SelectionOf(ParseResult r) => new()
    {
        Only = ChangeNames.Parse(r.GetValue(_only) ?? [], out _),
        Ignored = ChangeNames.Parse(r.GetValue(_ignore) ?? [], out _),
        Allowed = ChangeNames.Parse(r.GetValue(_allow) ?? [], out _),
    };

    /// <summary>The least level that fails; null for none.</summary>
    public ReportLevel? FailOn(ParseResult r) => r.GetValue(_failOn) switch
    {
        "never" => null,
        "error" => ReportLevel.Error,
        "warning" => ReportLevel.Warning,
        _ => ReportLevel.Note,
    };

    public ReportFormat FormatOf(ParseResult r) => r.GetValue(_json) ? ReportFormat.Json
        : ReportWriters.TryParse(r.GetValue(_as), out ReportFormat format) ? format : ReportFormat.Text;

    /// <summary>Whether a page is asked for.</summary>
    public bool WantsHtml(ParseResult r) => !r.GetValue(_json) && r.GetValue(_as) == Html;

    /// <inheritdoc cref="WantsHtml(ParseResult)"/>
    public bool WantsHtml(CommandResult result) => !result.GetValue(_json) && result.GetValue(_as) == Html;

    /// <summary>Whether what is asked for is no report.</summary>
    public bool IsTextOrJson(CommandResult result) => result.GetValue(_as) is null or "text" or "json";

    /// <summary>Whether nothing but the listing is asked for.</summary>
    public bool IsText(CommandResult result) => !result.GetValue(_json) && (result.GetValue(_as) ?? "text") == "text";

    public bool WantsColours(ParseResult r, string? outputPath) => Colours.Wanted(r.GetValue(_color) ?? "auto", outputPath);

    public DiffTextOptions TextOf(ParseResult r, string? outputPath)
    {
        int columns = outputPath is null or "-" ? Posix.TerminalColumns(Posix.StandardOutput) : 0;
        return new DiffTextOptions
        {
            Width = int.TryParse(r.GetValue(_width), out int width) ? width : columns > 0 ? Math.Clamp(columns, 40, 240) : DefaultWidth,
            AllNames = r.GetValue(_allNames),
            SummaryOnly = r.GetValue(_summary),
        };
    }

    /// <summary>A path as it is in the repository: the first rule that begins it.</summary>
    public Func<string, string>? PathMap(ParseResult r)
    {
        string[] maps = r.GetValue(_pathMap) ?? [];
        return maps.Length == 0 ? null : path =>
        {
            foreach (string map in maps)
            {
                int at = map.IndexOf('=', StringComparison.Ordinal);
                if (path.AsSpan().StartsWith(map.AsSpan(0, at), StringComparison.Ordinal))
                {
                    return string.Concat(map.AsSpan(at + 1), path.AsSpan(at));
                }
            }

            return path;
        };
    }

    private static void OneOf(CommandResult result, Option<string> option, IReadOnlyList<string> words)
    {
        if (result.GetResult(option) is { Tokens.Count: 1 } given && !words.Contains(given.Tokens[0].Value))
        {
            result.AddError($"{option.Name} takes {string.Join(", ", words)}, not '{given.Tokens[0].Value}'.");
        }
    }

    private static Option<string[]> Classes(string name, string description) => new(name) { Description = description, HelpName = "CLASSES" };
}
