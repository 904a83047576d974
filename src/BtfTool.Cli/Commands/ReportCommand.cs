using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool report</c>: types as a page with pictures, as one picture, or as a comment.</summary>
internal static class ReportCommand
{
    public static CommandEntry Entry { get; } = new("report", "Draw types: cache lines, holes and better orders as a page, a picture or a comment", Fill,
    [
        ("btftool report tcp_sock -o report.html", "one page that needs nothing else: picture, listing, facts, a better order"),
        ("btftool report --all -o kernel.html", "all structs and unions as a table to search, filter and sort, with the picture of each"),
        ("btftool report 'tcp_*' sock --arch s390x -f vmlinux -o tcp.html", "all types that match, on cache lines of 256 bytes"),
        ("btftool report --svg sk_buff -o sk_buff.svg", "one picture for documentation, for light and dark screens"),
        ("btftool report --svg --reorganize inode -o inode.svg", "the same with the better order below it"),
        ("btftool report --markdown tun_file -f tun.ko", "a comment for a pull request: numbers, moves, cache lines as text"),
        ("btftool report --markdown --all --top 20", "the structs of a kernel that would gain most, as a comment"),
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
        private const int UsualTop = 50;

        public Argument<string[]> Names { get; } = new("NAME")
        {
            Description = "A struct or union, a typedef of one, or a pattern such as 'tcp_*' or '/^tcp_v[46]_/'",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; } = new();

        private readonly LayoutTarget _target = new();
        private readonly Option<bool> _svg = CommonOptions.Flag("--svg", "One struct as an SVG document");
        private readonly Option<bool> _markdown = CommonOptions.Flag("--markdown", "Markdown for a pull request, below GitHub's limit of a comment");
        private readonly Option<bool> _reorganize = CommonOptions.Flag("--reorganize", "With --svg: the better order of the members too [pages and comments have it]");
        private readonly Option<bool> _all = CommonOptions.Flag("--all", "All structs and unions: a page to search, filter and sort; with --markdown those that gain most");
        private readonly Option<string?> _top = new("--top") { Description = "With --all --markdown: only the first N [default: 50]", HelpName = "N" };
        private readonly Option<bool> _json = new("--json") { Hidden = true };

        public IEnumerable<Option> Own => [_svg, _markdown, _reorganize, _all, _top, .. _target.All, _json];

        public void Validate(CommandResult result)
        {
            bool all = result.GetValue(_all), svg = result.GetValue(_svg), markdown = result.GetValue(_markdown);
            if (all == (result.GetResult(Names) is { Tokens.Count: > 0 }))
            {
                result.AddError(all ? "Give names or --all, not both." : "Give the NAME of a struct or union.");
            }

            if (result.GetValue(_json))
            {
                result.AddError("'report' draws; the same facts as data are 'btftool layout --json' and 'btftool reorganize --json'.");
            }

            if (svg && markdown)
            {
                result.AddError("Give --svg or --markdown, not both.");
            }

            if (all && svg)
            {
                result.AddError("--svg draws one struct: give its NAME.");
            }

            if (result.GetValue(_reorganize) && !svg)
            {
                result.AddError("--reorganize goes with --svg: pages and comments have the better order without it.");
            }

            if (result.GetValue(_top) is { } top && !(all && markdown && ListOptions.TryNumber(top, out _)))
            {
                result.AddError(all && markdown ? $"--top takes a number, not '{top}'." : "--top goes with --all and --markdown: the page has all types.");
            }

            if (!svg && !markdown && Common.OutputPath(result) is null or "-" && Posix.IsTerminal(Posix.StandardOutput))
            {
                result.AddError("The report is a page for a browser: write it with -o report.html, or give --markdown or --svg.");
            }

            TypeNames.Validate(result, result.GetValue(Names) ?? []);
            _target.Validate(result);
        }

        public int Run(ParseResult r)
        {
            string[] names = r.GetValue(Names) ?? [];
            using TypeSource source = Common.OpenSource(r, declarationPlaces: true);
            TargetMachine machine = _target.MachineOf(r, source);
            int cacheline = _target.CachelineOf(r, machine);
            if (r.GetValue(_all))
            {
                return r.GetValue(_markdown) ? WriteRanking(r, source, cacheline) : RankedReport.Write(Common, r, source, machine, cacheline);
            }

            List<LayoutSubject> subjects = LayoutSubject.Of(Common, r, source, names);
            if (r.GetValue(_svg) && subjects.Count > 1)
            {
                throw new UnusableException($"--svg draws one struct, and {names.Length switch { 1 => $"'{names[0]}' means", _ => "the names mean" }} {subjects.Count}");
            }

            bool reorganize = !r.GetValue(_svg) || r.GetValue(_reorganize);
            List<PictureSubject> types = ReportedTypes.Of(subjects, cacheline, machine.PageBytes, reorganize);
            using OutputTarget target = Common.OpenTarget(r);
            var output = new Utf8Writer(target.Writer);
            if (r.GetValue(_svg))
            {
                SvgReport.Write(types[0], output);
            }
            else if (r.GetValue(_markdown))
            {
                new MarkdownReport(output).Write(types);
            }
            else
            {
                NamedPage.Write(types, source.Path, output);
            }

            output.Flush();
            target.Commit();
            return ExitCode.Done;
        }

        private int WriteRanking(ParseResult r, TypeSource source, int cachelineBytes)
        {
            var options = new Core.Reorganization.ReorganizeOptions { CachelineBytes = cachelineBytes };
            PlanRanking ranking = new ReorganizedTypes(options, movesUapi: false).Rank(Common.ReadGraphs(r, source), Common.Jobs(r));
            using OutputTarget target = Common.OpenTarget(r);
            var output = new Utf8Writer(target.Writer);
            new MarkdownReport(output).Write(ranking, ListOptions.TryNumber(r.GetValue(_top) ?? "", out long top) ? top : UsualTop);
            output.Flush();
            target.Commit();
            return ExitCode.Done;
        }
    }
}
