using System.CommandLine;
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

    private DiffSide(TypeSource source, string name, TypeGraphSet types) => (_source, Name, Types) = (source, name, types);

    /// <summary>What the user typed.</summary>
    public string Name { get; }

    /// <summary>The types.</summary>
    public TypeGraphSet Types { get; }

    /// <summary>Whether it is a baseline of some types.</summary>
    public bool IsPartial => _source.BaselineHeader is { IsPartial: true };

    /// <summary>Opens what the user named and reads its types.</summary>
    /// <exception cref="UnusableException">It cannot be read.</exception>
    public static DiffSide Open(CommonOptions common, ParseResult r, string name, string? basePath, bool functions)
    {
        SourceOptions options = common.SourceOptionsOf(r, functions, declarationPlaces: true);
        bool isFolder = name is not Running && Directory.Exists(name);
        TypeSource source = isFolder ? Inputs.OpenKernel(basePath, name, options)
            : Inputs.Open(name == Running ? null : name, options with { BasePath = basePath });
        try
        {
            TypeGraph graph = common.ReadGraph(r, source);
            return new DiffSide(source, name,
                isFolder ? Inputs.ReadModules(source, name, options, common.WantsStages(r)) : new TypeGraphSet(graph));
        }
        catch
        {
            source.Dispose();
            throw;
        }
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
        return new DiffInput(Name == Running ? _source.Path : Name, _source.Format.ToString().ToLowerInvariant(), types, Types.Graphs.Length - 1,
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
