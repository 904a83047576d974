using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

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

    private readonly Option<string?> _kernel = new("--kernel")
    {
        Description = "The kernel with all its modules: those of DIR, or of the running kernel; --file names the kernel",
        HelpName = "DIR",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _format = new("--format")
    {
        Description = "Read 'btf', 'dwarf' or 'baseline' [default: BTF where there is some, else DWARF]",
        HelpName = "FORMAT",
    };

    private readonly Option<string[]> _debugDirectories = new("--debug-dir")
    {
        Description = "Look for separate debug files in DIR too",
        HelpName = "DIR",
    };

    private readonly Option<string?> _unit = new("--unit")
    {
        Description = "Only the DWARF units whose source file matches, such as 'net/*'",
        HelpName = "GLOB",
    };

    private readonly Option<string?> _language = new("--lang")
    {
        Description = "Only the DWARF units in a language, such as 'c'",
        HelpName = "NAME",
    };

    private readonly Option<int> _jobs = new("--jobs", "-j")
    {
        Description = "Threads that read DWARF and plan layouts [default: one per processor]; the result is the same",
        HelpName = "N",
    };

    private readonly Option<bool> _strict = Flag("--strict", "Stop at a damaged DWARF unit or module instead of leaving it out");
    private readonly Option<bool> _stats = Flag("--stats", "Say what reading took, by stage");

    private readonly DwarfProgress? _progress = ProgressLine.IsWanted ? new DwarfProgress() : null;

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write to FILE, whole or not at all [default: standard output]",
        HelpName = "FILE",
    };

    /// <summary>Whether the command is about one file, so that <c>--kernel</c> is refused.</summary>
    public bool IsOfOneFile { get; init; }

    /// <summary>Whether the command names its inputs itself, so that there is neither <c>--file</c> nor <c>--base</c> nor <c>--kernel</c>.</summary>
    public bool HasOwnInputs { get; init; }

    /// <summary>The <c>--file</c> of a command that has one of its own, such as one for several files, and opens what it names itself.</summary>
    public Option<string[]>? OwnFiles { get; init; }

    /// <summary>Adds the options to a command, those of the command itself between the ones for reading and the one for writing.</summary>
    public void AddTo(Command command, params IEnumerable<Option> own)
    {
        IEnumerable<Option> inputs = HasOwnInputs ? [] : [_file, _base, _kernel];
        foreach (Option option in (IEnumerable<Option>)[.. inputs, .. own, _format, _debugDirectories, _unit, _language, _jobs, _strict, _stats, _output])
        {
            if (OwnFiles is null || option != _file)
            {
                command.Options.Add(option);
            }
        }

        _kernel.Hidden = IsOfOneFile;
        command.Validators.Add(Validate);
    }

    /// <summary>Opens a file, or with <c>--kernel</c> the kernel itself; its modules are read by <see cref="ReadGraphs"/>.</summary>
    /// <inheritdoc cref="Inputs.Open"/>
    /// <param name="r">The command line.</param>
    /// <param name="functions">Whether the functions and variables of DWARF are read as well.</param>
    /// <param name="declarationPlaces">Whether DWARF is asked where types are declared.</param>
    public TypeSource OpenSource(ParseResult r, bool functions = false, bool declarationPlaces = false)
    {
        string? path = (positional is null ? null : r.GetValue(positional)) ?? r.GetValue(_file);
        SourceOptions options = SourceOptionsOf(r, functions, declarationPlaces);
        return IsWholeKernel(r)
            ? OpenKernel(r, path, declarationPlaces)
            : Inputs.Open(path, options);
    }

    /// <summary>Opens the kernel of <c>--kernel</c>; its modules are read by <see cref="ReadGraphs"/>.</summary>
    /// <inheritdoc cref="Inputs.OpenKernel"/>
    /// <param name="r">The command line.</param>
    /// <param name="path">The kernel; null for that of <c>--base</c>, else the one that belongs to the modules.</param>
    /// <param name="declarationPlaces">Whether DWARF is asked where types are declared.</param>
    public TypeSource OpenKernel(ParseResult r, string? path, bool declarationPlaces = false) =>
        Inputs.OpenKernel(path ?? r.GetValue(_base), r.GetValue(_kernel), SourceOptionsOf(r, declarationPlaces: declarationPlaces) with { BasePath = null });

    /// <summary>Opens another file beside the one that the options name, with the same choices of what is read.</summary>
    /// <inheritdoc cref="Inputs.Open"/>
    /// <param name="r">The command line.</param>
    /// <param name="path">The file.</param>
    /// <param name="basePath">The kernel that its split BTF was built with; null where it is found beside it.</param>
    /// <param name="declarationPlaces">Whether DWARF is asked where types are declared.</param>
    public TypeSource OpenOther(ParseResult r, string path, string? basePath, bool declarationPlaces = false) =>
        Inputs.Open(path, SourceOptionsOf(r, declarationPlaces: declarationPlaces) with { BasePath = basePath });

    /// <summary>Whether the types are those of the kernel that runs, or of its modules.</summary>
    public bool IsRunningKernel(ParseResult r)
    {
        string? path = (positional is null ? null : r.GetValue(positional)) ?? r.GetValue(_file) ?? r.GetValue(_base);
        return (path is null && r.GetValue(_kernel) is null) || path?.StartsWith("/sys/kernel/btf/", StringComparison.Ordinal) == true;
    }

    /// <summary>The kernel that the split BTF of a file was built with; null where it is found beside it.</summary>
    public string? BasePath(ParseResult r) => r.GetValue(_base);

    /// <summary>Number of threads that were asked for; 0 for one per processor.</summary>
    public int Jobs(ParseResult r) => r.GetValue(_jobs);

    /// <summary>Whether the kernel is asked with all its modules.</summary>
    public bool IsWholeKernel(ParseResult r) => r.GetResult(_kernel) is { Implicit: false };

    /// <summary>Whether the kernel is asked with all its modules.</summary>
    public bool IsWholeKernel(CommandResult result) => result.GetResult(_kernel) is { Implicit: false };

    /// <summary>Where else the running kernel has a type that it has not itself; null when there is nothing to say.</summary>
    public string? ElsewhereHint(ParseResult r, TypeSource source, string name) =>
        IsWholeKernel(r) ? null : Inputs.ModulesWith(source, name, SourceOptionsOf(r));

    /// <summary>How inputs are opened.</summary>
    public SourceOptions SourceOptionsOf(ParseResult r, bool functions = false, bool declarationPlaces = false) => new()
    {
        BasePath = HasOwnInputs ? null : r.GetValue(_base),
        Format = FormatOf(r.GetValue(_format)) ?? SourceFormat.Any,
        DebugDirectories = r.GetValue(_debugDirectories) ?? [],
        Dwarf = new DwarfReadOptions
        {
            Jobs = r.GetValue(_jobs),
            Strict = r.GetValue(_strict),
            Progress = _progress,
            Functions = functions,
            Variables = functions,
            DeclarationPlaces = declarationPlaces,
            UnitFilter = r.GetValue(_unit) is { } glob ? NamePattern.Of(glob) : null,
            LanguageFilter = r.GetValue(_language) is { } name ? code => IsLanguage(code, name) : null,
        },
    };

    /// <inheritdoc cref="Inputs.ReadGraph"/>
    public TypeGraph ReadGraph(ParseResult r, TypeSource source) => Inputs.ReadGraph(source, r.GetValue(_stats), _progress);

    /// <summary>Whether to say what reading took.</summary>
    public bool WantsStages(ParseResult r) => r.GetValue(_stats);

    /// <summary>Reads the types of all that is asked together: one graph for a file, with <c>--kernel</c> those of the modules too.</summary>
    public TypeGraphSet ReadGraphs(ParseResult r, TypeSource source)
    {
        TypeGraph graph = ReadGraph(r, source);
        return IsWholeKernel(r)
            ? Inputs.ReadModules(source, r.GetValue(_kernel), SourceOptionsOf(r), r.GetValue(_stats)) : new TypeGraphSet(graph);
    }

    /// <summary>Where the output goes; null is standard output.</summary>
    public string? OutputPath(ParseResult r) => r.GetValue(_output);

    /// <inheritdoc cref="OutputPath(ParseResult)"/>
    public string? OutputPath(CommandResult result) => result.GetValue(_output);

    /// <inheritdoc cref="OutputTarget.Open"/>
    public OutputTarget OpenTarget(ParseResult r) => OutputTarget.Open(OutputPath(r));

    /// <summary>When to use colours, as all commands take it.</summary>
    public static Option<string> Color() => new("--color")
    {
        Description = "When to use colours: auto, always or never",
        HelpName = "WHEN",
        DefaultValueFactory = _ => "auto",
    };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static SourceFormat? FormatOf(string? name) => name switch
    {
        null => SourceFormat.Any,
        "btf" => SourceFormat.Btf,
        "dwarf" => SourceFormat.Dwarf,
        "baseline" => SourceFormat.Baseline,
        _ => null,
    };

    // "c" is every C; "c11" and "c++" are what they say.
    private static bool IsLanguage(int code, string name) => name is "c" or "C"
        ? DwarfLanguages.IsC(code)
        : name is "c++" or "C++" ? DwarfLanguages.IsCPlusPlus(code)
        : DwarfLanguages.NameOf(code).Equals(name, StringComparison.OrdinalIgnoreCase);

    private void Validate(CommandResult result)
    {
        if (result.GetResult(_format) is { Tokens.Count: 1 } format && FormatOf(format.Tokens[0].Value) is null)
        {
            result.AddError($"--format takes btf, dwarf or baseline, not '{format.Tokens[0].Value}'.");
        }

        if (result.GetResult(_jobs) is { Tokens.Count: 1 } jobs
            && !(int.TryParse(jobs.Tokens[0].Value, out int threads) && threads is > 0 and <= 1024))
        {
            result.AddError("--jobs takes a number of threads, 1 to 1024.");
        }

        bool isNamed = OwnFiles is null ? result.GetResult(_file) is not null : result.GetResult(OwnFiles) is { Tokens.Count: > 0 };
        bool isPositional = positional is not null && result.GetResult(positional) is { Tokens.Count: > 0 };
        if (isNamed && isPositional)
        {
            result.AddError("Give one file: FILE or --file.");
        }

        if (result.GetResult(_kernel) is { Implicit: false } kernel)
        {
            ValidateKernel(result, kernel, isNamed || isPositional);
            return;
        }

        if (!isNamed && !isPositional && result.GetResult(_base) is not null)
        {
            result.AddError("--base goes with a file: the running kernel has no base.");
        }
    }

    private void ValidateKernel(CommandResult result, OptionResult kernel, bool hasFile)
    {
        bool hasBase = result.GetResult(_base) is not null;
        string? directory = kernel.Tokens.Count == 1 ? kernel.Tokens[0].Value : null;
        if (IsOfOneFile)
        {
            result.AddError($"'{result.Command.Name}' is about one file: name the kernel or a module with --file; --kernel goes with commands that ask for types.");
        }
        else if (hasFile && hasBase)
        {
            result.AddError("With --kernel give the kernel once: --file or --base.");
        }
        else if (directory is null && (hasFile || hasBase))
        {
            result.AddError("--kernel without a DIR is the running kernel: name the folder of the other kernel's modules, --kernel DIR.");
        }
        else if (directory is not null && !directory.Contains('/', StringComparison.Ordinal) && !Path.Exists(directory))
        {
            result.AddError($"--kernel takes a folder, and there is none called '{directory}': put names before it, or a bare --kernel at the end.");
        }
    }
}
