using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool header</c>: types as C that compiles.</summary>
internal static class HeaderCommand
{
    public static CommandEntry Entry { get; } = new("header", "Write types as a C header (vmlinux.h)", Fill,
    [
        ("btftool header -o vmlinux.h", "all types of the running kernel"),
        ("btftool header task_struct sk_buff", "these types and what they need, nothing else"),
        ("btftool header -f fuse.ko --base vmlinux -o fuse.h", "a module, with the kernel it was built with"),
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
        var common = new CommonOptions { IsOfOneFile = true };
        command.Arguments.Add(names);
        common.AddTo(command, unsorted, compat);
        command.Validators.Add(result => TypeNames.Validate(result, result.GetValue(names) ?? []));
        command.SetAction(r => Run(common, r, r.GetValue(names) ?? [], r.GetValue(unsorted), r.GetValue(compat)));
    }

    private static int Run(CommonOptions common, ParseResult r, string[] names, bool unsorted, bool compat)
    {
        using TypeSource source = common.OpenSource(r);
        TypeGraph graph = common.ReadGraph(r, source);
        IReadOnlyList<TypeId>? roots = names.Length == 0
            ? null : [.. TypeNames.Resolve(graph, names, allowDeclared: true).SelectMany(types => types).Distinct()];
        using OutputTarget target = common.OpenTarget(r);
        var emitter = new HeaderEmitter(graph, new HeaderOptions { Unsorted = unsorted, BpftoolCompat = compat, Roots = roots });
        emitter.Write(target.Writer);
        Messages.Write(emitter.Diagnostics);
        target.Commit();
        return ExitCode.Done;
    }
}
