using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Sources;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool dump</c>: the records of a file, one by one.</summary>
internal static class DumpCommand
{
    public static CommandEntry Entry { get; } = new("dump", "Write the BTF records of a file as text", Fill,
    [
        ("btftool dump", "the records of the running kernel"),
        ("btftool dump vmlinux.btf | grep \"'task_struct'\"", "one type of a file"),
        ("btftool dump /sys/kernel/btf/fuse", "the records that a module adds to the kernel's"),
    ]);

    private static void Fill(Command command)
    {
        var positional = new Argument<string?>("FILE")
        {
            Description = "The file to read, as with --file",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> file = CommonOptions.File();
        Option<string?> baseFile = CommonOptions.Base();
        Option<string?> output = CommonOptions.Output();
        command.Arguments.Add(positional);
        command.Options.Add(file);
        command.Options.Add(baseFile);
        command.Options.Add(output);
        command.Validators.Add(result =>
        {
            if (result.GetResult(positional) is { Tokens.Count: > 0 } && result.GetResult(file) is not null)
            {
                result.AddError("Give one file: FILE or --file.");
            }

            CommonOptions.CheckBase(result, baseFile, file, positional);
        });
        command.SetAction(r => Run(r.GetValue(positional) ?? r.GetValue(file), r.GetValue(baseFile), r.GetValue(output)));
    }

    private static int Run(string? file, string? baseFile, string? output)
    {
        using TypeSource source = Inputs.Open(file, baseFile);
        using OutputTarget target = OutputTarget.Open(output);
        var writer = new Utf8Writer(target.Writer);
        new BtfDumpWriter(source.Btf, writer).WriteAll();
        writer.Flush();
        target.Commit();
        return ExitCode.Done;
    }
}
