using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>How DWARF is read.</summary>
public sealed record DwarfReadOptions
{
    /// <summary>Threads to use; 0 for one per processor. The graph is the same whatever the number.</summary>
    public int Jobs { get; init; }

    /// <summary>Throws at the first damaged unit, in the order of the file, where otherwise the others are used.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether functions are added to the graph, with their prototypes.</summary>
    public bool Functions { get; init; } = true;

    /// <summary>Whether variables of file scope are added to the graph.</summary>
    public bool Variables { get; init; } = true;

    /// <summary>
    /// Whether the graph says where types are declared (<see cref="Facet.DeclarationPlace"/>). Cost: a second look at one DIE of each type,
    /// and at the header of the line table of each unit that one is from.
    /// </summary>
    public bool DeclarationPlaces { get; init; }

    /// <summary>Which units to read, by DW_AT_name; all when null.</summary>
    public Func<string, bool>? UnitFilter { get; init; }

    /// <summary>Which languages to read, by DW_AT_language; all that can be read when null.</summary>
    public Func<int, bool>? LanguageFilter { get; init; }

    /// <summary>What is kept up to date while units are read; none when null.</summary>
    public DwarfProgress? Progress { get; init; }
}

/// <summary>What one stage of reading took.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Milliseconds">Elapsed time.</param>
/// <param name="ResidentKib">Memory of the process at its end, in KiB: mapped pages that were touched count.</param>
public sealed record DwarfStage(string Name, double Milliseconds, long ResidentKib);

/// <summary>The types of a program, and what was left out of them.</summary>
internal sealed record DwarfReadResult
{
    /// <summary>The deduplicated types, in the order of their first definition.</summary>
    public required TypeGraph Graph { get; init; }

    /// <summary>What was left out or assumed.</summary>
    public required IReadOnlyList<Diagnostic> Diagnostics { get; init; }

    /// <summary>Time by stage.</summary>
    public required IReadOnlyList<DwarfStage> Stages { get; init; }

    /// <summary>Number of units that contributed.</summary>
    public required int UnitCount { get; init; }

    /// <summary>Number of DIEs that were looked at.</summary>
    public required long DieCount { get; init; }

    /// <summary>Number of types before deduplication.</summary>
    public required long TypeDieCount { get; init; }
}

/// <summary>
/// Reads all units of a file into one deduplicated <see cref="TypeGraph"/>: the partition that libbpf's <c>btf__dedup</c> gives,
/// independent of the number of threads. Units are read in parallel; each type is fingerprinted while its unit is read, and only one
/// copy of those with the same fingerprint is kept.
/// </summary>
internal static class DwarfReader
{
    /// <summary>Reads the types. Cost: linear in <c>.debug_info</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="InvalidImageException">
    /// There are more types than the limits allow, or in strict mode a unit is damaged.
    /// </exception>
    public static DwarfReadResult Read(DwarfFile file, DwarfReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        options ??= new DwarfReadOptions();
        var clock = new StageClock();
        var outcomes = new UnitOutcome[file.Units.Length];
        UnitWorker[] workers = ReadUnits(file, options, outcomes);
        clock.Lap("scan");
        var diagnostics = new List<Diagnostic>(file.Diagnostics);
        UnitReport.Add(file, options, outcomes, diagnostics);
        UnitReport.AddLeftOut(file, workers, diagnostics);
        ProgramGroups groups = ProgramGroups.Merge(file, workers, outcomes);
        clock.Lap("merge");
        var variants = VariantResolver.Resolve(groups);
        UnitReport.Add(file, options, variants, diagnostics);
        clock.Lap("refine");
        TypeGraph graph = GraphAssembler.Build(file, groups, variants, options, diagnostics, out _);
        clock.Lap("build");
        GC.KeepAlive(file);
        return new DwarfReadResult
        {
            Graph = graph,
            Diagnostics = diagnostics,
            Stages = clock.Stages,
            UnitCount = outcomes.Count(o => o.Worker != 0),
            DieCount = workers.Sum(w => w.DieCount),
            TypeDieCount = workers.Sum(w => w.RowCount),
        };
    }

    private static UnitWorker[] ReadUnits(DwarfFile file, DwarfReadOptions options, UnitOutcome[] outcomes)
    {
        var imports = new ImportBudget(file);
        int jobs = Math.Clamp(Crew.Size(options.Jobs), 1, Math.Max(1, outcomes.Length));
        var workers = new UnitWorker[jobs];
        for (int i = 0; i < jobs; i++)
        {
            workers[i] = new UnitWorker(file, options, i, imports);
        }

        DwarfProgress progress = options.Progress ?? new DwarfProgress();
        progress.Begin(outcomes.Length);
        Crew.Run(jobs, number =>
        {
            ref int last = ref progress.LastTaken;
            for (int unit = Interlocked.Increment(ref last); unit < outcomes.Length; unit = Interlocked.Increment(ref last))
            {
                workers[number].Read(file.Units[unit], ref outcomes[unit]);
            }
        });
        imports.Check();
        return workers;
    }
}
