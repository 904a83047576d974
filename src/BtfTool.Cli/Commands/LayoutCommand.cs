using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;
using BtfTool.Emit.Layouts;
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

        private readonly Option<bool> _json = CommonOptions.Flag("--json", "Write JSON (docs/schemas/layout.schema.json)");

        private readonly Option<string> _color = new("--color")
        {
            Description = "When to use colours: auto, always or never",
            HelpName = "WHEN",
            DefaultValueFactory = _ => "auto",
        };

        public IEnumerable<Option> Own => [.. _target.All, _json, _color];

        public void Validate(CommandResult result)
        {
            if (result.GetResult(Names) is not { Tokens.Count: > 0 })
            {
                result.AddError("Give the NAME of a type.");
            }

            TypeNames.Validate(result, result.GetValue(Names) ?? []);
            _target.Validate(result);
            if (result.GetResult(_color) is { Tokens.Count: 1 } color && color.Tokens[0].Value is not ("auto" or "always" or "never"))
            {
                result.AddError($"--color takes auto, always or never, not '{color.Tokens[0].Value}'.");
            }
        }

        public int Run(ParseResult r)
        {
            string[] names = r.GetValue(Names) ?? [];
            using TypeSource source = Common.OpenSource(r);
            TargetMachine machine = _target.MachineOf(r, source);
            List<LayoutSubject> subjects = LayoutSubject.Of(Common, r, source, names);
            using OutputTarget target = Common.OpenTarget(r);
            int cacheline = _target.CachelineOf(r, machine);
            if (r.GetValue(_json))
            {
                using var json = new LayoutJsonWriter(target.Writer, machine, cacheline);
                WriteAll(subjects, cacheline, machine, json.Write);
                json.End();
            }
            else
            {
                var output = new Utf8Writer(target.Writer, Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r)));
                WriteAll(subjects, cacheline, machine, new LayoutTextWriter(output).Write);
                output.Flush();
            }

            target.Commit();
            return ExitCode.Done;
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
