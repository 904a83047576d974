using System.CommandLine;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Diffs;

namespace BtfTool.Cli.Commands;

/// <summary>One side of a comparison: a file, the running kernel, or a kernel with the modules of a folder.</summary>
internal sealed class DiffSide : IDisposable
{
    /// <summary>What stands for the running kernel; a file of that name is <c>./running</c>.</summary>
    public const string Running = "running";

    private readonly TypeSource _source;

    private readonly Func<TypeGraphSet> _read;
    private readonly bool _isFolder;
    private TypeGraphSet? _types;
    private bool _isExcerpt;

    private DiffSide(TypeSource source, string name, bool isFolder, Func<TypeGraphSet> read) =>
        (_source, Name, _isFolder, _read) = (source, name, isFolder, read);

    /// <summary>What the user typed.</summary>
    public string Name { get; }

    /// <summary>The types; read at the first use.</summary>
    /// <exception cref="InvalidImageException">They cannot be read.</exception>
    public TypeGraphSet Types => _types ??= _read();

    /// <summary>Whether it is a baseline of some types.</summary>
    public bool IsPartial => _source.BaselineHeader is { IsPartial: true };

    /// <summary>Where names can be found without reading all else; null where they cannot.</summary>
    public TypeSource? Searched => !_isFolder && _source.Format == SourceFormat.Dwarf ? _source : null;

    /// <summary>Lets the types of one name stand for all.</summary>
    public void TakeExcerpt(TypeGraph graph) => (_types, _isExcerpt) = (new TypeGraphSet(graph), true);

    /// <summary>Opens what the user named.</summary>
    /// <param name="common">How it is read.</param>
    /// <param name="r">The command line.</param>
    /// <param name="name">What the user named.</param>
    /// <param name="basePath">Its kernel, or null.</param>
    /// <param name="baseOption">The option that names the kernel.</param>
    /// <param name="functions">Whether functions are read.</param>
    /// <exception cref="UnusableException">It cannot be opened.</exception>
    public static DiffSide Open(CommonOptions common, ParseResult r, string name, string? basePath, string baseOption, bool functions)
    {
        SourceOptions options = common.SourceOptionsOf(r, functions, declarationPlaces: true);
        bool isFolder = name is not Running && Directory.Exists(name);
        TypeSource source = isFolder ? Inputs.OpenKernel(basePath, name, options, baseOption)
            : Inputs.Open(name == Running ? null : name, options with { BasePath = basePath });
        return new DiffSide(source, name, isFolder, () =>
        {
            TypeGraph graph = common.ReadGraph(r, source);
            return isFolder ? Inputs.ReadModules(source, name, options, common.WantsStages(r)) : new TypeGraphSet(graph);
        });
    }

    /// <summary>What to say of it.</summary>
    public DiffInput Describe()
    {
        long types = 0;
        foreach (TypeGraph graph in Types.Graphs)
        {
            types += graph.TypeCount - Types.FirstTypeOf(graph).Value;
        }

        SourceFacts? facts = _source.Format is SourceFormat.Btf or SourceFormat.Dwarf ? SourceFacts.Of(_source) : null;
        string? producer = facts?.Dwarf?.Producers is [var most, ..] ? most.Key : null;
        return new DiffInput(Name == Running ? _source.Path : Name, _source.Format.ToString().ToLowerInvariant(), _isExcerpt ? null : types, Types.Graphs.Length - 1,
            facts?.Elf?.Machine, facts?.Elf?.BuildId, producer);
    }

    /// <summary>The module that a graph of this side is of; null for the kernel, and for other sides.</summary>
    public string? ModuleOf(TypeGraph graph)
    {
        foreach (TypeGraph module in Types.Graphs[1..])
        {
            if (ReferenceEquals(module, graph))
            {
                return KernelModules.NameOf(graph);
            }
        }

        return null;
    }

    public void Dispose() => _source.Dispose();
}
