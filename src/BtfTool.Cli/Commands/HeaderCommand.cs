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
        Option<string?> file = CommonOptions.File();
        Option<string?> baseFile = CommonOptions.Base();
        Option<bool> unsorted = CommonOptions.Flag("--unsorted", "Keep the order of the file instead of sorting by name");
        Option<bool> compat = CommonOptions.Flag("--bpftool-compat", "Write what bpftool writes, its mistakes included");
        Option<string?> output = CommonOptions.Output();
        command.Arguments.Add(names);
        command.Options.Add(file);
        command.Options.Add(baseFile);
        command.Options.Add(unsorted);
        command.Options.Add(compat);
        command.Options.Add(output);
        command.Validators.Add(result => CommonOptions.CheckBase(result, baseFile, file));
        command.SetAction(r => Run(r.GetValue(names) ?? [], r.GetValue(file), r.GetValue(baseFile),
            r.GetValue(unsorted), r.GetValue(compat), r.GetValue(output)));
    }

    private static int Run(string[] names, string? file, string? baseFile, bool unsorted, bool compat, string? output)
    {
        using TypeSource source = Inputs.Open(file, baseFile);
        IReadOnlyList<TypeId>? roots = names.Length == 0
            ? null : [.. TypeNames.Resolve(source.Graph, names, allowDeclared: true).SelectMany(types => types).Distinct()];
        using OutputTarget target = OutputTarget.Open(output);
        var emitter = new HeaderEmitter(source.Graph, new HeaderOptions { Unsorted = unsorted, BpftoolCompat = compat, Roots = roots });
        emitter.Write(target.Writer);
        Messages.Write(emitter.Diagnostics);
        target.Commit();
        return ExitCode.Done;
    }
}
