using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Sources;

namespace BtfTool.Cli.Commands;

/// <summary>
/// What every command reads and writes: <c>--file</c>, <c>--base</c>, <c>--output</c>. Made anew for each command so that only the one
/// that runs pays for it.
/// </summary>
/// <param name="positional">An argument that names the file as <c>--file</c> does, or null.</param>
internal sealed class CommonOptions(Argument<string?>? positional = null)
{
    private readonly Option<string?> _file = new("--file", "-f")
    {
        Description = "Read types from FILE: raw BTF, an ELF object, a module or a vmlinux [default: the running kernel]",
        HelpName = "FILE",
    };

    private readonly Option<string?> _base = new("--base", "-B")
    {
        Description = "The kernel that a module's split BTF was built with [default: found beside it]",
        HelpName = "FILE",
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write to FILE, whole or not at all [default: standard output]",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command, those of the command itself between the ones for reading and the one for writing.</summary>
    public void AddTo(Command command, params IEnumerable<Option> own)
    {
        foreach (Option option in (IEnumerable<Option>)[_file, _base, .. own, _output])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Validate);
    }

    /// <inheritdoc cref="Inputs.Open"/>
    public TypeSource OpenSource(ParseResult r) =>
        Inputs.Open((positional is null ? null : r.GetValue(positional)) ?? r.GetValue(_file), r.GetValue(_base));

    /// <summary>Where the output goes; null is standard output.</summary>
    public string? OutputPath(ParseResult r) => r.GetValue(_output);

    /// <inheritdoc cref="OutputTarget.Open"/>
    public OutputTarget OpenTarget(ParseResult r) => OutputTarget.Open(OutputPath(r));

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private void Validate(CommandResult result)
    {
        bool isNamed = result.GetResult(_file) is not null;
        bool isPositional = positional is not null && result.GetResult(positional) is { Tokens.Count: > 0 };
        if (isNamed && isPositional)
        {
            result.AddError("Give one file: FILE or --file.");
        }

        if (!isNamed && !isPositional && result.GetResult(_base) is not null)
        {
            result.AddError("--base goes with a file: the running kernel has no base.");
        }
    }
}
