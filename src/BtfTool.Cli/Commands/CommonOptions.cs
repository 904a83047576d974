using System.CommandLine;
using System.CommandLine.Parsing;

namespace BtfTool.Cli.Commands;

/// <summary>Options that several commands share, made anew for each so that only the command that runs pays for them.</summary>
internal static class CommonOptions
{
    public static Option<string?> File() => new("--file", "-f")
    {
        Description = "Read types from FILE: raw BTF, an ELF object, a module or a kernel image [default: the running kernel]",
        HelpName = "FILE",
    };

    public static Option<string?> Base() => new("--base", "-B")
    {
        Description = "The kernel that a module's split BTF was built with [default: found beside it]",
        HelpName = "FILE",
    };

    public static Option<string?> Output() => new("--output", "-o")
    {
        Description = "Write to FILE, whole or not at all [default: standard output]",
        HelpName = "FILE",
    };

    /// <summary>Complains about a base for the running kernel, which has none.</summary>
    public static void CheckBase(CommandResult result, Option baseFile, Option file, Argument? positional = null)
    {
        bool hasFile = result.GetResult(file) is not null
            || (positional is not null && result.GetResult(positional) is { Tokens.Count: > 0 });
        if (!hasFile && result.GetResult(baseFile) is not null)
        {
            result.AddError("--base goes with a file: the running kernel has no base.");
        }
    }

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
