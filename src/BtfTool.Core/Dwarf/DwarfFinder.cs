using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>One layout that a name has in a program.</summary>
/// <param name="Type">The type in the graph of the result.</param>
/// <param name="UnitCount">Number of units that define it so.</param>
/// <param name="FirstUnit">DW_AT_name of the first of them.</param>
public sealed record DwarfFoundType(TypeId Type, int UnitCount, string FirstUnit);

/// <summary>What was found of a name.</summary>
public sealed record DwarfFindResult
{
    /// <summary>
    /// The types of the name with all that they contain by value; what they point to has a name and no content.
    /// </summary>
    public required TypeGraph Graph { get; init; }

    /// <summary>The structs, unions, enumerations and typedefs of the name that differ, in the order of the file; empty when there is none.</summary>
    public required IReadOnlyList<DwarfFoundType> Types { get; init; }

    /// <summary>Units that had to be left out.</summary>
    public required IReadOnlyList<Diagnostic> Diagnostics { get; init; }
}

/// <summary>
/// Finds the types of one name without reading the others: the places where the name may be mentioned are found first, and only the
/// units around them are looked into.
/// </summary>
public static class DwarfFinder
{
    /// <summary>
    /// Finds all layouts of a name. Cost: one search with vector instructions through <c>.debug_info</c>, then what the units that
    /// define the name have before it.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The name, without <c>struct</c>.</param>
    /// <param name="options">Threads, filters, strictness; functions and variables are never looked for.</param>
    /// <param name="firstOnly">Whether to stop at the first unit that defines the name.</param>
    /// <exception cref="InvalidImageException">In strict mode, a unit is damaged.</exception>
    public static DwarfFindResult Find(DwarfFile file, string name, DwarfReadOptions? options = null, bool firstOnly = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(name);
        options = (options ?? new DwarfReadOptions()) with { Functions = false, Variables = false };
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        var imports = new ImportBudget(file);
        int jobs = options.Jobs <= 0 ? Environment.ProcessorCount : options.Jobs;
        Dictionary<int, List<uint>>? hits = NameHits.Find(file, bytes, jobs);
        int[] units = hits is null ? [.. Enumerable.Range(0, file.Units.Length)] : [.. hits.Keys.Order()];
        jobs = firstOnly ? 1 : Math.Clamp(jobs, 1, Math.Max(1, units.Length / 8));
        var outcomes = new UnitOutcome[file.Units.Length];
        var workers = new UnitWorker[jobs];
        for (int i = 0; i < jobs; i++)
        {
            workers[i] = new UnitWorker(file, options, i, imports);
        }

        ulong hash = DwarfNames.HashOf(bytes);
        int next = -1;
        void Work(UnitWorker worker)
        {
            for (int i = Interlocked.Increment(ref next); i < units.Length; i = Interlocked.Increment(ref next))
            {
                bool found = worker.ReadRoots(file.Units[units[i]], hits?[units[i]], hash, ref outcomes[units[i]]);
                if (found && firstOnly)
                {
                    return;
                }
            }
        }

        if (jobs == 1)
        {
            Work(workers[0]);
        }
        else
        {
            Parallel.ForEach(workers, new ParallelOptions { MaxDegreeOfParallelism = jobs }, Work);
        }

        imports.Check();
        var diagnostics = new List<Diagnostic>(file.Diagnostics);
        UnitReport.Add(file, options, outcomes, diagnostics);
        UnitReport.AddLeftOut(file, workers, diagnostics);
        ProgramGroups groups = ProgramGroups.Merge(file, workers, outcomes);
        var variants = VariantResolver.Resolve(groups);
        UnitReport.Add(file, options, variants, diagnostics);
        TypeGraph graph = GraphAssembler.Build(file, groups, variants, options, diagnostics, out IReadOnlyList<(int Group, int Unit)> nodes);
        var types = new List<DwarfFoundType>();
        for (int i = 0; i < nodes.Count; i++)
        {
            ref readonly TypeRow type = ref groups.Rows.Types[nodes[i].Group];
            bool isRoot = type.NameHash == hash && !type.Is(RowFlags.Declaration)
                && type.Kind is TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Typedef;
            if (isRoot)
            {
                types.Add(new DwarfFoundType(new TypeId((uint)i + 1), groups.UnitsWith(nodes[i].Group), outcomes[nodes[i].Unit].Name ?? ""));
            }
        }

        GC.KeepAlive(file);
        return new DwarfFindResult { Graph = graph, Types = types, Diagnostics = diagnostics };
    }
}
