using System.CommandLine;

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

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
