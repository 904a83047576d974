using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Slabs;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool layout</c>: what is to be said of how types lie in memory.</summary>
internal static class LayoutCommand
{
    public static CommandEntry Entry { get; } = new("layout", "Analyse how types lie in memory: waste and its causes, cache lines, groups, slabs", Fill,
    [
        ("btftool layout task_struct", "holes and what causes them, cache lines, waste of embedded types, the allocator's view"),
        ("btftool layout sock net_device", "several; the kernel's cache line groups, and where read and written ones mix"),
        ("btftool layout 'tcp_*' --arch s390x -f vmlinux", "all structs that match, on cache lines of 256 bytes"),
        ("btftool layout --all --top 50", "what is worth reorganising in a whole kernel, by live objects where they are known"),
        ("btftool layout iphdr --against vmlinux.s390x", "two layouts of a type, every skew marked"),
        ("btftool layout sock --profile samples.csv", "heat of members and lines, false sharing, by type,offset,reads,writes,cpu"),
        ("btftool layout inode --guess", "without samples: which lines may mix what is read with what is written"),
        ("btftool layout inode --template layout.html -o inode.html", "with a template: 'btftool templates' lists them"),
        ("btftool layout --json sk_buff | jq '.types[0].gaps[] | select(.cause == \"inferred_alignment\")'", "as data: what was forced apart"),
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
        private readonly TemplateOption _template = new("layout");
        private readonly SlabOptions _slabs = new();
        private readonly LayoutHeatOptions _heat = new();
        private readonly RankedLayouts _ranked;
        private readonly LayoutsAgainst _against;

        public Options()
        {
            _ranked = new RankedLayouts(Common, _slabs);
            _against = new LayoutsAgainst(Common);
        }

        private readonly Option<bool> _json = CommonOptions.Flag("--json", "Write JSON (docs/schemas/layout.schema.json)");

        private readonly Option<string> _color = CommonOptions.Color();

        public IEnumerable<Option> Own => [.. _ranked.All, .. _slabs.All, .. _against.All, .. _heat.All, .. _target.All, _json, _template.Option, _color];

        public void Validate(CommandResult result)
        {
            bool hasNames = result.GetResult(Names) is { Tokens.Count: > 0 };
            _ranked.Validate(result, hasNames);
            _against.Validate(result, hasNames);
            TypeNames.Validate(result, result.GetValue(Names) ?? []);
            _target.Validate(result);
            _template.Validate(result, _json);
            _heat.Validate(result, hasNames && result.GetResult(_against.All.First()) is null or { Implicit: true });
            if (result.GetResult(_color) is { Tokens.Count: 1 } color && color.Tokens[0].Value is not ("auto" or "always" or "never"))
            {
                result.AddError($"--color takes auto, always or never, not '{color.Tokens[0].Value}'.");
            }
        }

        public int Run(ParseResult r)
        {
            string[] names = r.GetValue(Names) ?? [];
            TemplateSet? templates = _template.Load(r);
            if (_against.IsAsked(r))
            {
                return _against.Run(r, names, r.GetValue(_json), _template, templates);
            }

            using TypeSource source = Common.OpenSource(r);
            TargetMachine machine = _target.MachineOf(r, source);
            if (_ranked.IsAsked(r))
            {
                return _ranked.Run(r, source, _target.CachelineOf(r, machine), r.GetValue(_json), _template, templates);
            }

            List<LayoutSubject> subjects = LayoutSubject.Of(Common, r, source, names);
            SlabJoin? slabs = _slabs.Read(r, Common, new TypeGraphSet([.. subjects.Select(subject => subject.Graph).Distinct()]));
            Func<LayoutReport, SlabCache?>? cacheOf = slabs is null ? null : report => slabs.CacheOf(new TypeRef(report.Graph, report.Type));
            Func<LayoutReport, LayoutHeat?>? heatOf = _heat.HeatOf(r, subjects);
            using OutputTarget target = Common.OpenTarget(r);
            int cacheline = _target.CachelineOf(r, machine);
            if (templates is not null)
            {
                _template.Write(templates, [TemplateOption.InputOf(source)], target, WriteJson);
                return ExitCode.Done;
            }

            if (r.GetValue(_json))
            {
                WriteJson(target.Writer);
            }
            else
            {
                var output = new Utf8Writer(target.Writer, Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r)));
                var text = new LayoutTextWriter(output) { CacheOf = cacheOf, HeatOf = heatOf, Guesses = _heat.Guesses(r) };
                WriteAll(subjects, cacheline, machine, text.Write);
                output.Flush();
            }

            target.Commit();
            return ExitCode.Done;

            void WriteJson(IBufferWriter<byte> output)
            {
                using var json = new LayoutJsonWriter(output, machine, cacheline) { CacheOf = cacheOf, HeatOf = heatOf, Guesses = _heat.Guesses(r) };
                WriteAll(subjects, cacheline, machine, json.Write);
                json.End();
            }
        }

        private static void WriteAll(
            List<LayoutSubject> subjects, int cachelineBytes, TargetMachine machine, Action<LayoutReport, string?, string?> write)
        {
            LayoutReporter? reporter = null;
            foreach (LayoutSubject subject in subjects)
            {
                if (reporter?.Graph != subject.Graph)
                {
                    reporter = new LayoutReporter(subject.Graph, cachelineBytes, machine.PageBytes);
                }

                write(reporter.Report(subject.Type), subject.Name, subject.Module);
            }
        }
    }
}
