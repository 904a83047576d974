using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using BtfTool.Core.Checks;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary>The inputs of <c>check</c>: one, or several with names.</summary>
/// <param name="common">How they are read.</param>
/// <param name="target">Which processor they are judged for.</param>
/// <param name="r">The command line.</param>
/// <param name="words">What <c>--file</c> was given.</param>
internal sealed class CheckInputs(CommonOptions common, LayoutTarget target, ParseResult r, string[] words) : IDisposable
{
    private readonly List<TypeSource> _sources = [];
    private readonly Dictionary<CheckInput, TypeSource> _sourceOf = [];

    /// <summary>Whether an input could not be read, which has been reported.</summary>
    public bool AreSomeUnusable { get; private set; }

    /// <summary>Says what is wrong with the names of inputs.</summary>
    /// <param name="result">Takes what is wrong.</param>
    /// <param name="words">What <c>--file</c> was given.</param>
    /// <param name="isWholeKernel">Whether there is <c>--kernel</c>.</param>
    public static void Validate(CommandResult result, string[] words, bool isWholeKernel)
    {
        if (isWholeKernel && words.Length > 1)
        {
            result.AddError("--kernel is about one kernel with its modules: give one --file.");
            return;
        }

        var names = new HashSet<string>();
        foreach (string word in words)
        {
            (string? name, _) = Split(word);
            if (name is null && words.Length > 1)
            {
                result.AddError($"Several inputs have names: -f NAME={word}.");
            }
            else if (name is not null && !names.Add(name))
            {
                result.AddError($"The name '{name}' is given to two inputs.");
            }
        }
    }

    /// <summary>Whether all inputs can be opened; what cannot is reported.</summary>
    public bool AreThere()
    {
        foreach (string? path in Paths())
        {
            Try(path, () => Open(path));
        }

        return !AreSomeUnusable;
    }

    // Each name is a search of its own; more of them take as long as reading all.
    private const int MostSearches = 4;

    /// <summary>Reads all that can be read; what cannot is reported.</summary>
    /// <param name="files">Check files; where they are about few names in DWARF, nothing else is read. Empty to read all.</param>
    public List<CheckInput> Read(params List<CheckFile> files)
    {
        var inputs = new List<CheckInput>();
        foreach (string? word in Words())
        {
            (string? name, string? path) = word is null ? (null, null) : Split(word);
            Try(path, () => inputs.Add(Read(name, path, files)));
        }

        return inputs;
    }

    /// <summary>A check file for types of the only input.</summary>
    /// <exception cref="UnusableException">A name means nothing, or there are several inputs.</exception>
    public string Draft(string[] names)
    {
        if (words.Length > 1)
        {
            throw new UnusableException("--init is about one input");
        }

        CheckInput input = Read(null, words.Length == 0 ? null : Split(words[0]).Path);
        var draft = new CheckDraft(input.Graph, input.CachelineBytes);
        var text = new StringBuilder(draft.Head(input.Path, isCachelineAsked: input.CachelineBytes != 64));
        var order = new List<(TypeKind Kind, string Name)>();
        var types = new Dictionary<(TypeKind Kind, string Name), List<TypeId>>();
        foreach (IReadOnlyList<TypeId> found in TypeNames.Resolve(input.Graph, names, allowDeclared: false))
        {
            foreach (TypeId id in found)
            {
                TypeView type = input.Graph[id];
                (TypeKind Kind, string Name) key = (type.Kind == TypeKind.Enum64 ? TypeKind.Enum : type.Kind, type.NameString);
                if (!types.TryGetValue(key, out List<TypeId>? same))
                {
                    types[key] = same = [];
                    order.Add(key);
                }

                if (!same.Contains(id))
                {
                    same.Add(id);
                }
            }
        }

        foreach ((TypeKind Kind, string Name) key in order)
        {
            if (key.Kind != TypeKind.Forward)
            {
                text.Append('\n').Append(draft.Block(types[key]));
            }
        }

        return text.ToString();
    }

    /// <summary>What an input was read from.</summary>
    public TypeSource SourceOf(CheckInput input) => _sourceOf[input];

    public void Dispose() => _sources.ForEach(source => source.Dispose());

    private List<string?> Words() => words.Length == 0 ? [(string?)null] : [.. words];

    private IEnumerable<string?> Paths()
    {
        foreach (string? word in Words())
        {
            yield return word is null ? null : Split(word).Path;
        }
    }

    private void Try(string? path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is InvalidImageException or UnusableException)
        {
            Messages.Error(e.Message);
            AreSomeUnusable = true;
        }
    }

    private TypeSource Open(string? path)
    {
        TypeSource source = common.IsWholeKernel(r) ? common.OpenKernel(r, path, declarationPlaces: true)
            : path is null ? common.OpenSource(r, declarationPlaces: true)
            : common.OpenOther(r, path, common.BasePath(r), declarationPlaces: true);
        _sources.Add(source);
        return source;
    }

    private CheckInput Read(string? name, string? path, params List<CheckFile> files)
    {
        TypeSource source = Open(path);
        TargetMachine machine = target.MachineOf(r, source);
        CheckInput input = ReadNames(files, source, name, ArchOf(machine), graph => Of(new TypeGraphSet(graph))) ?? Of(common.ReadGraphs(r, source));
        _sourceOf.Add(input, source);
        return input;

        CheckInput Of(TypeGraphSet graphs)
        {
            var texts = new Dictionary<TypeGraph, DeclarationText>();
            return new CheckInput(name, source.Path, graphs.Graphs[0], ArchOf(machine), target.CachelineOf(r, machine))
            {
                Graphs = graphs,
                TypeText = (graph, type) => TextOf(texts, graph).Of(type),
                ModuleOf = KernelModules.NameOf,
            };
        }
    }

    private static DeclarationText TextOf(Dictionary<TypeGraph, DeclarationText> texts, TypeGraph graph)
    {
        if (!texts.TryGetValue(graph, out DeclarationText? text))
        {
            texts.Add(graph, text = new DeclarationText(graph));
        }

        return text;
    }

    // The types of names in DWARF; null where all has to be read, which tells what is wrong with a name that nothing defines as well.
    private CheckInput? ReadNames(List<CheckFile> files, TypeSource source, string? name, string? arch, Func<TypeGraph, CheckInput> of)
    {
        if (source.Format != SourceFormat.Dwarf || files.Count == 0)
        {
            return null;
        }

        var parts = new Dictionary<string, CheckInput>(StringComparer.Ordinal);
        var results = new List<DwarfFindResult>();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (CheckFile file in files)
        {
            if (CheckEvaluator.NamesOf(file, name, arch) is not { } all)
            {
                return null;
            }

            names.UnionWith(all);
        }

        if (names.Count is 0 or > MostSearches)
        {
            return null;
        }

        foreach (string type in names)
        {
            results.Add(source.FindInDwarf(type)!);
            parts.Add(type, of(results[^1].Graph));
        }

        CheckInput input = parts[names.Min!] with { Parts = parts };
        if (!files.TrueForAll(file => CheckEvaluator.HasAll(file, input)))
        {
            return null;
        }

        Messages.Write(results.SelectMany(result => result.Diagnostics).Distinct());
        if (common.WantsStages(r))
        {
            results.ForEach(result => Inputs.WriteStages(result.Stages));
        }

        return input;
    }

    private static string? ArchOf(TargetMachine machine) => machine.Name.Length > 0 ? machine.Name : null;

    // What is a file as it stands has no name in front.
    private static (string? Name, string Path) Split(string word)
    {
        int at = word.IndexOf('=', StringComparison.Ordinal);
        return at <= 0 || word.AsSpan(0, at).Contains('/') || File.Exists(word) ? (null, word) : (word[..at], word[(at + 1)..]);
    }
}
