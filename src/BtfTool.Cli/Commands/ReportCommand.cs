using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool report</c>: types as a page with pictures.</summary>
internal static class ReportCommand
{
    public static CommandEntry Entry { get; } = new("report", "Draw types: a page, a picture or a comment with cache lines, holes and what would be better", Fill,
    [
        ("btftool report tcp_sock -o report.html", "one page that needs nothing else: picture, listing, facts, a better order"),
        ("btftool report --all -o kernel.html", "all structs and unions as a table to search, filter and sort, with the picture of each"),
    ]);

    private static void Fill(Command command)
    {
        var options = new Options();
        command.Arguments.Add(options.Names);
        options.Common.AddTo(command, options.Own);
        command.Validators.Add(options.Validate);
        command.SetAction(options.Run);
    }

    private sealed class Options
    {
        public Argument<string[]> Names { get; } = new("NAME")
        {
            Description = "A struct or union, a typedef of one, or a pattern such as 'tcp_*' or '/^tcp_v[46]_/'",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; } = new();

        private readonly LayoutTarget _target = new();

        private readonly RankedReport _ranked;

        public Options() => _ranked = new RankedReport(Common);

        public IEnumerable<Option> Own => [.. _ranked.All, .. _target.All];

        public void Validate(CommandResult result)
        {
            _ranked.Validate(result, result.GetResult(Names) is { Tokens.Count: > 0 });
            TypeNames.Validate(result, result.GetValue(Names) ?? []);
            _target.Validate(result);
        }

        public int Run(ParseResult r)
        {
            string[] names = r.GetValue(Names) ?? [];
            using TypeSource source = Common.OpenSource(r, declarationPlaces: true);
            TargetMachine machine = _target.MachineOf(r, source);
            int cacheline = _target.CachelineOf(r, machine);
            if (_ranked.IsAsked(r))
            {
                return _ranked.Run(r, source, machine, cacheline);
            }

            List<LayoutSubject> subjects = LayoutSubject.Of(Common, r, source, names);
            using OutputTarget target = Common.OpenTarget(r);
            var output = new Utf8Writer(target.Writer);
            ReportPage.Write(output, names.Length == 1 ? names[0] : "Types in memory", null, body =>
            {
                var section = new TypeSection(body);
                LayoutReporter? reporter = null;
                for (int i = 0; i < subjects.Count; i++)
                {
                    LayoutSubject subject = subjects[i];
                    reporter = reporter?.Graph == subject.Graph ? reporter : new LayoutReporter(subject.Graph, cacheline, machine.PageBytes);
                    section.Write(new PictureSubject(reporter.Report(subject.Type)) { Name = subject.Name, Module = subject.Module }, i);
                }
            });
            output.Flush();
            target.Commit();
            return ExitCode.Done;
        }
    }
}
