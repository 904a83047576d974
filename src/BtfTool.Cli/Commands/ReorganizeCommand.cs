using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool reorganize</c>: the best order of a struct's members, with the proof.</summary>
internal static class ReorganizeCommand
{
    public static CommandEntry Entry { get; } = new("reorganize", "Find the best order of a struct's members, and prove it", Fill,
    [
        ("btftool reorganize task_struct", "what moves where and why, and the struct as it would be"),
        ("btftool reorganize sock --hot sk_lock,sk_wmem_alloc", "with the members that are used together on the fewest lines"),
        ("btftool reorganize sock --profile samples.csv", "what samples show to be used together close, what CPUs fight over apart"),
        ("btftool reorganize tun_file -f tun.ko --pin sk", "with a member that keeps its offset"),
        ("btftool reorganize inode --steps", "move by move, with the size after each"),
        ("btftool reorganize tun_file -f tun.ko --diff --source-dir ~/linux | patch -p1", "as a patch of the source, where DWARF says which"),
        ("btftool reorganize --all --top 20", "the structs of the kernel that gain most: bucket, cache lines, bytes"),
        ("btftool reorganize inode --template reorganize.md", "with a template: 'btftool templates' lists them"),
        ("btftool reorganize --json inode | jq '.structs[].proof'", "as data"),
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
            Description = "A struct: a name, 'struct NAME', a typedef of one, or a pattern such as 'tcp_*' or '/^tcp_/'",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; } = new();

        private readonly ReorganizeConstraints _constraints = new();
        private readonly LayoutTarget _target = new();
        private readonly TemplateOption _template = new("reorganize");
        private readonly ReorganizePatch _patch = new();
        private readonly ReorganizeProfile _profile = new();

        private readonly Option<bool> _all = CommonOptions.Flag("--all", "Every struct of the file, one line for each that gains");
        private readonly Option<string?> _top = new("--top") { Description = "With --all: only the first N", HelpName = "N" };
        private readonly Option<bool> _steps = CommonOptions.Flag("--steps", "Show the way: move after move, with what each comes to");
        private readonly Option<bool> _uapi = CommonOptions.Flag("--uapi", "Move members of structs that are declared under include/uapi too");
        private readonly Option<bool> _json = CommonOptions.Flag("--json", "As JSON (docs/json.md)");
        private readonly Option<string> _color = CommonOptions.Color();

        public IEnumerable<Option> Own => [_all, _top, .. _constraints.All, .. _profile.All, .. _target.All, _steps, .. _patch.All, _uapi, _json, _template.Option, _color];

        public void Validate(CommandResult result)
        {
            bool all = result.GetValue(_all);
            if (all == (result.GetResult(Names) is { Tokens.Count: > 0 }))
            {
                result.AddError(all ? "Give names or --all, not both." : "Give the NAME of a struct, or --all.");
            }

            TypeNames.Validate(result, result.GetValue(Names) ?? []);
            _constraints.Validate(result, all);
            _profile.Validate(result, all);
            _target.Validate(result);
            _template.Validate(result, _json);
            _patch.Validate(result, all, result.GetValue(_json) || result.GetValue(_steps) || _template.IsAsked(result));
            if (all && result.GetValue(_steps))
            {
                result.AddError("--steps is about one struct: give its NAME, not --all.");
            }

            if (result.GetValue(_top) is { } top && !(all && ListOptions.TryNumber(top, out _)))
            {
                result.AddError(all ? $"--top takes a number, not '{top}'." : "--top goes with --all.");
            }

            if (result.GetResult(_color) is { Tokens.Count: 1 } color && color.Tokens[0].Value is not ("auto" or "always" or "never"))
            {
                result.AddError($"--color takes auto, always or never, not '{color.Tokens[0].Value}'.");
            }
        }

        public int Run(ParseResult r)
        {
            string[] names = r.GetValue(Names) ?? [];
            TemplateSet? templates = _template.Load(r);
            using TypeSource source = Common.OpenSource(r, declarationPlaces: true);
            TargetMachine machine = _target.MachineOf(r, source);
            int cachelineBytes = _target.CachelineOf(r, machine);
            var plans = new ReorganizedTypes(_constraints.Of(r, cachelineBytes), r.GetValue(_uapi), _profile.Of(r));
            if (r.GetValue(_all))
            {
                PlanRanking ranking = plans.Rank(Common.ReadGraphs(r, source), Common.Jobs(r));
                return templates is null ? WriteRanking(ranking, r, cachelineBytes)
                    : Render(r, templates, source, output => WriteJson(ranking, r, cachelineBytes, output));
            }

            List<FoundTypes>? groups = Common.IsWholeKernel(r)
                ? null : FoundTypes.In(source, names, firstOnly: false, paholeCompat: false, Common.WantsStages(r));
            if (groups is null)
            {
                TypeGraphSet set = Common.ReadGraphs(r, source);
                groups = ShownTypes.Of(set, TypeNames.Resolve(set, names, name => Common.ElsewhereHint(r, source, name)), paholeCompat: false);
            }

            List<ReorganizedStruct> structs = plans.Plan(groups, names, r.GetValue(_steps));
            return templates is null ? WritePlans(structs, r, cachelineBytes, machine.PageBytes)
                : Render(r, templates, source, output => WriteJson(structs, cachelineBytes, output));
        }

        private int Render(ParseResult r, TemplateSet templates, TypeSource source, Action<IBufferWriter<byte>> document)
        {
            using OutputTarget target = Common.OpenTarget(r);
            _template.Write(templates, [TemplateOption.InputOf(source)], target, document);
            return ExitCode.Done;
        }

        private static void WriteJson(List<ReorganizedStruct> structs, int cachelineBytes, IBufferWriter<byte> output)
        {
            using var json = new ReorganizeJsonWriter(output, cachelineBytes);
            structs.ForEach(json.Write);
            json.End();
        }

        private void WriteJson(PlanRanking ranking, ParseResult r, int cachelineBytes, IBufferWriter<byte> output)
        {
            long top = ListOptions.TryNumber(r.GetValue(_top) ?? "", out long number) ? number : long.MaxValue;
            using var json = new ReorganizeJsonWriter(output, cachelineBytes);
            foreach (RankedPlan plan in ranking.Gaining.Take((int)Math.Min(top, int.MaxValue)))
            {
                json.Write(plan);
            }

            json.End(ranking);
        }

        private int WritePlans(List<ReorganizedStruct> structs, ParseResult r, int cachelineBytes, int pageBytes)
        {
            using OutputTarget target = Common.OpenTarget(r);
            if (_patch.IsAsked(r))
            {
                var patches = new Utf8Writer(target.Writer);
                _patch.Write(structs, r, patches);
                patches.Flush();
            }
            else if (r.GetValue(_json))
            {
                WriteJson(structs, cachelineBytes, target.Writer);
            }
            else
            {
                var output = new Utf8Writer(target.Writer, Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r)));
                var text = new ReorganizeTextWriter(output, cachelineBytes, pageBytes);
                for (int i = 0; i < structs.Count; i++)
                {
                    output.Write(i > 0 ? "\n"u8 : []);
                    text.Write(structs[i]);
                }

                output.Flush();
            }

            target.Commit();
            return ExitCode.Done;
        }

        private int WriteRanking(PlanRanking ranking, ParseResult r, int cachelineBytes)
        {
            long top = ListOptions.TryNumber(r.GetValue(_top) ?? "", out long number) ? number : long.MaxValue;
            using OutputTarget target = Common.OpenTarget(r);
            if (r.GetValue(_json))
            {
                WriteJson(ranking, r, cachelineBytes, target.Writer);
            }
            else
            {
                var output = new Utf8Writer(target.Writer);
                RankingTextWriter.Write(ranking, top, output);
                output.Flush();
            }

            target.Commit();
            return ExitCode.Done;
        }
    }
}
