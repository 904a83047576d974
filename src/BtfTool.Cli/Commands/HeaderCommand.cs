using System.Buffers;
using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Json;
using BtfTool.Emit.Templates;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool header</c>: types as C that compiles.</summary>
internal static class HeaderCommand
{
    public static CommandEntry Entry { get; } = new("header", "Write types as a C header (vmlinux.h)", Fill,
    [
        ("btftool header -o vmlinux.h", "all types of the running kernel"),
        ("btftool header task_struct sk_buff", "these types and what they need, nothing else"),
        ("btftool header -f fuse.ko --base vmlinux -o fuse.h", "a module, with the kernel it was built with"),
        ("btftool header sock --template offsets.h", "with a template: 'btftool templates' lists them"),
    ]);

    private static void Fill(Command command)
    {
        Argument<string[]> names = new("NAME")
        {
            Description = "Types to write with all that they need: a name, 'struct NAME', a pattern such as 'tcp_*' [default: all]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> unsorted = CommonOptions.Flag("--unsorted", "Keep the order of the file instead of sorting by name");
        Option<bool> compat = CommonOptions.Flag("--bpftool-compat", "Write what bpftool writes, its mistakes included");
        var template = new TemplateOption("header");
        var common = new CommonOptions { IsOfOneFile = true };
        command.Arguments.Add(names);
        common.AddTo(command, unsorted, compat, template.Option);
        command.Validators.Add(result => TypeNames.Validate(result, result.GetValue(names) ?? []));
        command.SetAction(r => Run(common, r, r.GetValue(names) ?? [],
            new HeaderOptions { Unsorted = r.GetValue(unsorted), BpftoolCompat = r.GetValue(compat) }, template.Load(r)));
    }

    private static int Run(CommonOptions common, ParseResult r, string[] names, HeaderOptions options, TemplateSet? templates)
    {
        using TypeSource source = common.OpenSource(r);
        TypeGraph graph = common.ReadGraph(r, source);
        options = options with
        {
            Roots = names.Length == 0
                ? null : [.. TypeNames.Resolve(graph, names, allowDeclared: true).SelectMany(types => types).Distinct()],
        };
        using OutputTarget target = common.OpenTarget(r);
        var emitter = new HeaderEmitter(graph, options);
        if (templates is not null)
        {
            Render(new TemplateRun(templates, "header", [TemplateOption.InputOf(source)]), templates, graph, options, emitter, target);
        }
        else
        {
            emitter.Write(target.Writer);
            target.Commit();
        }

        Messages.Write(emitter.Diagnostics);
        return ExitCode.Done;
    }

    private static void Render(
        TemplateRun run, TemplateSet templates, TypeGraph graph, HeaderOptions options, HeaderEmitter emitter, OutputTarget target)
    {
        run.AddBlock("definitions", emitter.WriteDefinitions);
        run.AddBlock("kernel_functions", output => emitter.WriteKernelFunctions(output, framed: true));
        run.AddBlock("functions", output => emitter.WriteKernelFunctions(output, framed: false));
        var model = new HeaderModel(graph, options, new JsonTypeOptions { Declarations = templates.Uses("declaration") }, templates.Uses("lines"));
        TemplateOption.Write(run, target, templates.Uses("types") ? model.Write : output => output.Write("{}"u8));
    }
}
