using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Checks;
using BtfTool.Emit.Checks;
using BtfTool.Emit.Reports;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool check</c>: holds layouts against a file of rules.</summary>
internal static class CheckCommand
{
    public static CommandEntry Entry { get; } = new("check", "Check layouts against a file of rules, for CI", Fill,
    [
        ("btftool check net.layout -f vmlinux", "every rule of the file; exit code 1 where one does not hold"),
        ("btftool check net.layout -f x86=vmlinux -f arm64=vmlinux.arm64", "several inputs, with rules for each target"),
        ("btftool check net.layout -f vmlinux --as sarif -o check.sarif", "as SARIF, also json, junit, github, markdown, ktap"),
        ("btftool check --init tcp_sock sock -f vmlinux -o net.layout", "a file that holds for the layouts of today"),
        ("btftool check net.layout --emit static_assert", "the same assertions as C"),
        ("btftool check --explain BT012", "what a rule means; --rules lists all"),
    ]);

    private static void Fill(Command command)
    {
        var options = new Options();
        command.Arguments.Add(options.Files);
        options.Common.AddTo(command, options.Own);
        command.Validators.Add(options.Validate);
        command.SetAction(options.Run);
    }

    private sealed class Options
    {
        private static readonly string[] s_failOn = ["error", "warning", "never"];

        public Argument<string[]> Files { get; } = new("FILE")
        {
            Description = "Check files; with --init the names of types, or patterns",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; }

        private readonly LayoutTarget _target = new();

        private readonly Option<string[]> _inputs = new("--file", "-f")
        {
            Description = "Check the types of FILE; several with names, -f x86=FILE [default: the running kernel]",
            HelpName = "[NAME=]FILE",
        };

        private readonly Option<bool> _init = CommonOptions.Flag("--init", "Write a check file that holds for the types that are named");
        private readonly Option<bool> _update = CommonOptions.Flag("--update", "Write the baselines of the check file anew");
        private readonly Option<bool> _rules = CommonOptions.Flag("--rules", "List the rules with their ids");
        private readonly Option<string?> _emit = new("--emit") { Description = "Write the rules as C: static_assert", HelpName = "KIND" };
        private readonly Option<string?> _explain = new("--explain") { Description = "Explain a rule", HelpName = "ID" };

        private readonly Option<string?> _as = new("--as")
        {
            Description = "Write the report as text, json, sarif, junit, github, markdown or ktap [default: text]",
            HelpName = "FORMAT",
        };

        private readonly Option<string?> _failOn = new("--fail-on")
        {
            Description = "The least level that ends with 1: error, warning or never [default: error]",
            HelpName = "LEVEL",
        };

        private readonly Option<bool> _json = CommonOptions.Flag("--json", "As JSON (docs/json.md), as --as json; of --rules and --explain too");

        private readonly Option<string[]> _pathMap = new("--path-map")
        {
            Description = "Write paths of declarations that begin with FROM as TO",
            HelpName = "FROM=TO",
        };

        private readonly Option<string> _color = CommonOptions.Color();

        public Options() => Common = new CommonOptions { OwnFiles = _inputs };

        public IEnumerable<Option> Own =>
            [_inputs, _init, _update, _emit, _rules, _explain, _as, _json, _failOn, _pathMap, .. _target.All, _color];

        public void Validate(CommandResult result)
        {
            bool hasFiles = result.GetResult(Files) is { Tokens.Count: > 0 };
            bool isAboutRules = result.GetValue(_rules) || result.GetValue(_explain) is not null;
            int kinds = (result.GetValue(_init) ? 1 : 0) + (result.GetValue(_update) ? 1 : 0) + (result.GetValue(_emit) is null ? 0 : 1) + (isAboutRules ? 1 : 0);
            if (kinds > 1)
            {
                result.AddError("Give one of --init, --update, --emit, --rules and --explain.");
            }
            else if (hasFiles == isAboutRules)
            {
                result.AddError(hasFiles ? "--rules and --explain take no file."
                    : result.GetValue(_init) ? "--init takes the NAME of a type." : "Give the FILE with the rules, or --init and the NAME of a type.");
            }

            if (result.GetValue(_init))
            {
                TypeNames.Validate(result, result.GetValue(Files) ?? []);
            }

            ValidateWords(result);
            _target.Validate(result);
            CheckInputs.Validate(result, result.GetValue(_inputs) ?? [], Common.IsWholeKernel(result));
            ValidateAgainstEachOther(result);
        }

        private void ValidateAgainstEachOther(CommandResult result)
        {
            string? other = result.GetValue(_init) ? "--init" : result.GetValue(_update) ? "--update" : null;
            if (other is not null && Common.IsWholeKernel(result))
            {
                result.AddError($"{other} is about one file: name the kernel or a module with --file, without --kernel.");
            }

            other ??= result.GetValue(_emit) is null ? null : "--emit";
            if (other is not null && (result.GetValue(_json) || result.GetValue(_as) is not null))
            {
                result.AddError($"{other} writes no report: give neither --as nor --json beside it.");
            }

            if (result.GetValue(_json) && result.GetValue(_as) is { } format && format != "json")
            {
                result.AddError("Give --json or --as, not both.");
            }

            if (!result.GetValue(_json) && result.GetValue(_as) is { } words && words is not ("text" or "json")
                && (result.GetValue(_rules) || result.GetValue(_explain) is not null))
            {
                result.AddError("--rules and --explain are written as text or json.");
            }
        }

        private void ValidateWords(CommandResult result)
        {
            if (result.GetValue(_as) is { } format && !ReportWriters.TryParse(format, out _))
            {
                result.AddError($"--as takes {string.Join(", ", ReportWriters.Names)}, not '{format}'.");
            }

            if (result.GetValue(_failOn) is { } level && Array.IndexOf(s_failOn, level) < 0)
            {
                result.AddError($"--fail-on takes error, warning or never, not '{level}'.");
            }

            if (result.GetValue(_emit) is { } kind && kind != "static_assert")
            {
                result.AddError($"--emit takes static_assert, not '{kind}'.");
            }

            if (result.GetValue(_explain) is { } id && CheckRules.Find(id) is null)
            {
                result.AddError($"There is no rule '{id}': --rules lists them.");
            }

            foreach (string map in result.GetValue(_pathMap) ?? [])
            {
                if (map.IndexOf('=', StringComparison.Ordinal) <= 0)
                {
                    result.AddError($"--path-map takes FROM=TO, not '{map}'.");
                }
            }

            if (result.GetResult(_color) is { Tokens.Count: 1 } color && color.Tokens[0].Value is not ("auto" or "always" or "never"))
            {
                result.AddError($"--color takes auto, always or never, not '{color.Tokens[0].Value}'.");
            }
        }

        public int Run(ParseResult r)
        {
            if (r.GetValue(_rules) || r.GetValue(_explain) is not null)
            {
                return WriteRules(r, r.GetValue(_explain));
            }

            using var inputs = new CheckInputs(Common, _target, r, r.GetValue(_inputs) ?? []);
            if (r.GetValue(_init))
            {
                return WriteText(r, output => output.Write(inputs.Draft(r.GetValue(Files)!)));
            }

            List<CheckFile>? files = CheckFiles.Read(r.GetValue(Files)!);
            if (files is null)
            {
                return inputs.AreThere() ? ExitCode.Usage : ExitCode.Unusable;
            }

            if (r.GetValue(_emit) is not null)
            {
                return Emit(r, files, inputs);
            }

            return Check(r, files, inputs);
        }

        // Only the types tell which members are bitfields; without an input the file shows some of them.
        private int Emit(ParseResult r, List<CheckFile> files, CheckInputs inputs)
        {
            bool hasInput = r.GetResult(_inputs) is { Tokens.Count: > 0 } || Common.IsWholeKernel(r);
            List<CheckInput> opened = hasInput ? inputs.Read() : [];
            return inputs.AreSomeUnusable ? ExitCode.Unusable
                : WriteText(r, output => files.ForEach(file => new StaticAssertWriter(output).Write(file, CheckBitfields.Of(file, opened))));
        }

        private int Check(ParseResult r, List<CheckFile> files, CheckInputs inputs)
        {
            List<CheckInput> opened = inputs.Read(r.GetValue(_update) ? [] : files);
            if (opened.Count == 0)
            {
                return ExitCode.Unusable;
            }

            var baselines = new CheckBaselines(Common, r);
            if (r.GetValue(_update))
            {
                baselines.Update(files, opened, inputs);
                return inputs.AreSomeUnusable ? ExitCode.Unusable : ExitCode.Done;
            }

            CheckResult result;
            try
            {
                result = CheckFiles.Evaluate(files, opened, (file, evaluator) => baselines.Compare(file, opened, inputs, evaluator));
            }
            catch (CheckLimitException e)
            {
                Messages.Error($"{files[0].Path}: {e.Message}");
                return ExitCode.Usage;
            }

            ReportLevel? failOn = r.GetValue(_failOn) switch
            {
                "warning" => ReportLevel.Warning,
                "never" => null,
                _ => ReportLevel.Error,
            };
            WriteReport(r, result, opened, failOn);
            bool isUnusable = inputs.AreSomeUnusable || baselines.AreSomeUnusable || result.Findings.Any(finding => finding.Rule.IsUnusable);
            return isUnusable ? ExitCode.Unusable
                : failOn is { } least && (result.Left > 0 || result.Findings.Any(finding => Counts(finding, least))) ? ExitCode.Findings : ExitCode.Done;
        }

        private static bool Counts(CheckFinding finding, ReportLevel least) =>
            finding.Suppression is null && (finding.IsWarning ? ReportLevel.Warning : ReportLevel.Error) >= least;

        private void WriteReport(ParseResult r, CheckResult result, List<CheckInput> inputs, ReportLevel? failOn)
        {
            ReportFormat format = FormatOf(r);
            Report report = new CheckReport(inputs[0].CachelineBytes) { MapPath = PathMap.Of(r.GetValue(_pathMap) ?? []) }
                .Make(result, [.. inputs.ConvertAll(input => input.Name is null ? input.Path : $"{input.Name}={input.Path}")]);
            using OutputTarget target = Common.OpenTarget(r);
            ReportWriters.Write(report, format, target.Writer, new ReportWriterOptions
            {
                HasColours = Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r)),
                FailOn = failOn,
            });
            target.Commit();
        }

        private ReportFormat FormatOf(ParseResult r) => r.GetValue(_json) ? ReportFormat.Json
            : ReportWriters.TryParse(r.GetValue(_as), out ReportFormat format) ? format : ReportFormat.Text;

        private int WriteRules(ParseResult r, string? id)
        {
            if (FormatOf(r) != ReportFormat.Json)
            {
                return WriteText(r, output => CheckRuleText.Write(output, id));
            }

            using OutputTarget target = Common.OpenTarget(r);
            CheckRuleJson.Write(target.Writer, id);
            target.Commit();
            return ExitCode.Done;
        }

        private int WriteText(ParseResult r, Action<Utf8Writer> write)
        {
            using OutputTarget target = Common.OpenTarget(r);
            var output = new Utf8Writer(target.Writer);
            write(output);
            output.Flush();
            target.Commit();
            return ExitCode.Done;
        }
    }
}
