using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.Emit.Diffs;
using BtfTool.Emit.Reports;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool diff</c>: what changed in the types between two builds.</summary>
internal static class DiffCommand
{
    public static CommandEntry Entry { get; } = new("diff", "Compare the types of two builds, and say what the changes break", Fill,
    [
        ("btftool diff vmlinux.old vmlinux", "every type that changed, causes first, both sides beside each other"),
        ("btftool diff vmlinux.old vmlinux sock 'tcp_*'", "these types only"),
        ("btftool diff vmlinux.old vmlinux --summary", "how many changes of each class, and what they break"),
        ("btftool diff vmlinux.old vmlinux --why sock", "where a difference in size comes from"),
        ("btftool diff vmlinux.old running --only core", "what a CO-RE program would not find in the running kernel"),
        ("btftool diff old.o new.o --allow tail_growth,enum_append --fail-on error", "for CI: exit code 1 for all else that breaks layout or source"),
        ("btftool diff old.o new.o --template diff.md", "with a template: 'btftool templates' lists them"),
        ("btftool diff old.o new.o --as sarif -o diff.sarif", "as findings for a code scanning service"),
        ("btftool diff old.o new.o --as html -o diff.html", "as a page: both pictures of each struct side by side"),
    ]);

    private static void Fill(Command command)
    {
        var options = new Options();
        options.AddTo(command);
        command.SetAction(options.Run);
    }

    private sealed class Options
    {
        private readonly Argument<string> _old = new("OLD") { Description = "Types before: a file of any format, a folder of modules, or 'running'" };
        private readonly Argument<string> _new = new("NEW") { Description = "Types now" };

        private readonly Argument<string[]> _names = new("NAME")
        {
            Description = "Only these types: a name, 'struct NAME', or a pattern such as 'tcp_*' or '/^tcp_/' [default: all]",
            Arity = ArgumentArity.ZeroOrMore,
        };

        private readonly Option<string?> _oldBase = Base("--old-base", "The kernel of OLD: of its split BTF, or of the folder [default: found beside it]");
        private readonly Option<string?> _newBase = Base("--new-base", "The kernel of NEW");
        private readonly Option<string?> _why = new("--why")
        {
            Description = "Say where a difference in size comes from, member by member, in bytes that add up",
            HelpName = "TYPE",
        };

        private readonly Option<bool> _noFunctions = CommonOptions.Flag("--no-functions", "Do not compare the prototypes of functions");
        private readonly CommonOptions _common = new() { HasOwnInputs = true };
        private readonly DiffOptions _options = new();
        private readonly TemplateOption _template = new("diff");

        public void AddTo(Command command)
        {
            command.Arguments.Add(_old);
            command.Arguments.Add(_new);
            command.Arguments.Add(_names);
            _common.AddTo(command, [_oldBase, _newBase, .. _options.All, _why, _noFunctions, _template.Option]);
            command.Validators.Add(Validate);
        }

        public int Run(ParseResult r)
        {
            string[] names = r.GetValue(_names) ?? [];
            bool functions = !r.GetValue(_noFunctions);
            TemplateSet? templates = _template.Load(r);
            using DiffSide old = DiffSide.Open(_common, r, r.GetValue(_old)!, r.GetValue(_oldBase), _oldBase.Name, functions);
            using DiffSide now = DiffSide.Open(_common, r, r.GetValue(_new)!, r.GetValue(_newBase), _newBase.Name, functions);
            if (r.GetValue(_why) is { } why)
            {
                return Explain(r, old, now, why);
            }

            GraphDiffResult? excerpt = DiffExcerpt.Of(old, now, names, _common.WantsStages(r));
            DiffNames? asked = names.Length > 0 ? DiffNames.Resolve(old.Types, now.Types, names) : null;
            GraphDiffResult result = excerpt ?? GraphComparison.Of(old.Types, now.Types,
                new CompareOptions
                {
                    IsWanted = asked is null ? null : asked.Has,
                    Functions = functions,
                    IsOldPartial = old.IsPartial,
                    IsNewPartial = now.IsPartial,
                });
            var view = new DiffView(result.Differences, _options.SelectionOf(r) with
            {
                IsAsked = asked is null ? null : difference =>
                    (difference.Old is { } before && asked.Has(before)) || (difference.New is { } after && asked.Has(after)),
            });
            Write(r, view, old, now, Passed(view, asked, result.ComparedTypes), templates);
            return _options.FailOn(r) is { } least && view.Fails(least) ? ExitCode.Findings : ExitCode.Done;
        }

        private int Explain(ParseResult r, DiffSide old, DiffSide now, string type)
        {
            (string name, SizeExplanation why) = DiffWhy.Of(old, now, type);
            using OutputTarget target = _common.OpenTarget(r);
            if (_options.FormatOf(r) == ReportFormat.Json)
            {
                WhyJson.Write(target.Writer, name, why);
            }
            else
            {
                var writer = new Utf8Writer(target.Writer, _options.WantsColours(r, _common.OutputPath(r)));
                new WhyText(writer).Write(name, why);
                writer.Flush();
            }

            target.Commit();
            return why.OldBytes != why.NewBytes && _options.FailOn(r) is not null ? ExitCode.Findings : ExitCode.Done;
        }

        private void Write(ParseResult r, DiffView view, DiffSide old, DiffSide now, IReadOnlyList<string> passed, TemplateSet? templates)
        {
            (DiffInput before, DiffInput after) = (old.Describe(), now.Describe());
            ReportFormat format = _options.FormatOf(r);
            using OutputTarget target = _common.OpenTarget(r);
            if (templates is not null)
            {
                _template.Write(templates, [new TemplateInput(before.File, before.Format), new TemplateInput(after.File, after.Format)], target,
                    output => new DiffJson(output, ModuleOf).Write(view, before, after));
                return;
            }

            if (_options.WantsHtml(r))
            {
                var page = new Utf8Writer(target.Writer);
                new DiffPage(page) { ModuleOf = ModuleOf }.Write(view, before, after);
                page.Flush();
            }
            else if (format == ReportFormat.Text)
            {
                string? path = _common.OutputPath(r);
                var writer = new Utf8Writer(target.Writer, _options.WantsColours(r, path));
                new DiffText(writer, _options.TextOf(r, path) with { ModuleOf = ModuleOf }).Write(view, before, after);
                writer.Flush();
            }
            else if (format == ReportFormat.Json)
            {
                new DiffJson(target.Writer, ModuleOf).Write(view, before, after);
            }
            else
            {
                Report report = DiffReport.Of(view, before, after, _options.PathMap(r)) with { Passed = passed };
                ReportWriters.Write(report, format, target.Writer, new ReportWriterOptions { FailOn = _options.FailOn(r) });
            }

            target.Commit();

            string? ModuleOf(TypeGraph graph) => now.ModuleOf(graph) ?? old.ModuleOf(graph);
        }

        // For formats of tests: the types that were asked for and did not change, or that there was nothing.
        private static IReadOnlyList<string> Passed(DiffView view, DiffNames? asked, int compared)
        {
            if (asked is null)
            {
                return view.Items.Count > 0 ? [] : [string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{compared} types compared")];
            }

            var differing = new HashSet<string>();
            foreach (ShownDifference item in view.Items)
            {
                differing.Add(item.Difference.Name);
            }

            return [.. asked.All.Where(name => !differing.Contains(name))];
        }

        private void Validate(CommandResult result)
        {
            TypeNames.Validate(result, result.GetValue(_names) ?? []);
            _options.Validate(result);
            if (_template.IsAsked(result) && !_options.IsText(result))
            {
                result.AddError("Give --template, or a format with --json or --as, not both.");
            }

            TypeNames.Validate(result, result.GetValue(_why));
            if (result.GetValue(_why) is not null)
            {
                ValidateWhy(result);
            }

            if (_options.WantsHtml(result) && _common.OutputPath(result) is null or "-"
                && Posix.IsTerminal(Posix.StandardOutput))
            {
                result.AddError("--as html is a page for a browser: write it with -o diff.html.");
            }

            if (result.GetResult(_old) is { Tokens: [{ Value: "-" }] } && result.GetResult(_new) is { Tokens: [{ Value: "-" }] })
            {
                result.AddError("Standard input can be read once: one of OLD and NEW must be a file.");
            }
        }

        private void ValidateWhy(CommandResult result)
        {
            if (result.GetResult(_names) is { Tokens.Count: > 0 })
            {
                result.AddError("--why is about one struct: give no NAME beside it.");
            }

            if (!_options.IsTextOrJson(result) || _template.IsAsked(result))
            {
                result.AddError("--why is written as text or json.");
            }
        }

        private static Option<string?> Base(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
    }
}
