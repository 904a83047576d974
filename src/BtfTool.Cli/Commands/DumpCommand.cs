using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Sources;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool dump</c>: the records of a file, one by one.</summary>
internal static class DumpCommand
{
    public static CommandEntry Entry { get; } = new("dump", "Write the BTF records of a file as text, or as JSON", Fill,
    [
        ("btftool dump", "the records of the running kernel"),
        ("btftool dump vmlinux.btf | grep \"'task_struct'\"", "one type of a file"),
        ("btftool dump --json vmlinux.btf | jq '.types[] | select(.kind == \"DATASEC\")'", "as JSON, the same that bpftool writes"),
        ("btftool dump /sys/kernel/btf/fuse", "the records that a module adds to the kernel's"),
    ]);

    private static void Fill(Command command)
    {
        var positional = new Argument<string?>("FILE")
        {
            Description = "The file to read, as with --file",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var common = new CommonOptions(positional) { IsOfOneFile = true };
        Option<bool> json = CommonOptions.Flag("--json", "As JSON, the same that 'bpftool -j btf dump file' writes");
        command.Arguments.Add(positional);
        common.AddTo(command, json);
        command.SetAction(r => Run(common, r, r.GetValue(json)));
    }

    private static int Run(CommonOptions common, ParseResult r, bool json)
    {
        using TypeSource source = common.OpenSource(r);
        using OutputTarget target = common.OpenTarget(r);
        var writer = new Utf8Writer(target.Writer);
        if (json)
        {
            new BtfJsonDumpWriter(source.Btf, writer).WriteAll();
        }
        else
        {
            new BtfDumpWriter(source.Btf, writer).WriteAll();
        }

        writer.Flush();
        target.Commit();
        return ExitCode.Done;
    }
}
