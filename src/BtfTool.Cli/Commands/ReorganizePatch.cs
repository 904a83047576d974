using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>reorganize --diff</c>: plans as patches of the sources, where these are at hand.</summary>
internal sealed class ReorganizePatch
{
    private const long MaxSourceBytes = 64 << 20;

    private readonly Option<bool> _diff = CommonOptions.Flag("--diff", "As a patch of the source, which DWARF names (unified diff)");
    private readonly Option<string?> _sourceDirectory = new("--source-dir")
    {
        Description = "With --diff: the folder that the names of source files start from [default: as they are]",
        HelpName = "DIR",
    };

    public IEnumerable<Option> All => [_diff, _sourceDirectory];

    public bool IsAsked(ParseResult r) => r.GetValue(_diff);

    public void Validate(CommandResult result, bool all, bool otherForm)
    {
        bool diff = result.GetValue(_diff);
        if (diff && (all || otherForm))
        {
            result.AddError(all ? "--diff is about one struct: give its NAME, not --all." : "--diff has a form of its own: no --json, --template or --steps with it.");
        }

        if (!diff && result.GetResult(_sourceDirectory) is { Implicit: false })
        {
            result.AddError("--source-dir goes with --diff.");
        }
    }

    /// <summary>Writes the patches of all structs that gain.</summary>
    /// <exception cref="UnusableException">A source is not known, not at hand, or cannot be changed so; nothing has been written then.</exception>
    public void Write(IReadOnlyList<ReorganizedStruct> structs, ParseResult r, Utf8Writer output)
    {
        foreach (ReorganizedStruct subject in structs)
        {
            if (!subject.IsImprovement)
            {
                Messages.Warning($"{subject.Name} stays as it is");
                continue;
            }

            TypeView type = subject.Graph[subject.Plan.Type];
            if (!type.TryGetDeclaration(out NameId file, out uint line) || file.IsNone || line == 0)
            {
                throw new UnusableException($"{subject.Name}: its types do not say where it is declared (--diff): DWARF does (--format dwarf)");
            }

            string name = subject.Graph.NameString(file);
            string? directory = r.GetValue(_sourceDirectory);
            string path = Find(name, directory)
                ?? throw new UnusableException($"{subject.Name} is declared in {name}, which is not at hand (--source-dir)");
            string shown = directory is not null ? Path.GetRelativePath(directory, path)
                : name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name.TrimStart('/');
            if (SourcePatch.Write(subject, shown, File.ReadAllLines(path), (int)Math.Min(line, int.MaxValue), output) is { } problem)
            {
                throw new UnusableException($"{path}:{line}: {subject.Name} cannot be reordered there: {problem}");
            }
        }
    }

    // Names of sources often begin with the folder that they were built in: what is left of them may stand below the one given.
    private static string? Find(string name, string? directory)
    {
        if (directory is null)
        {
            return IsUsable(name) ? name : null;
        }

        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        parts = parts[(Array.LastIndexOf(parts, "..") + 1)..];
        for (int skipped = 0; skipped < parts.Length; skipped++)
        {
            string path = Path.Combine([directory, .. parts.AsSpan(skipped)]);
            if (IsUsable(path))
            {
                return path;
            }
        }

        return null;
    }

    private static bool IsUsable(string path) => File.Exists(path) && new FileInfo(path).Length is > 0 and <= MaxSourceBytes;
}
