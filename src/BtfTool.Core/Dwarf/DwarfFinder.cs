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

    /// <summary>Time and memory by stage.</summary>
    public required IReadOnlyList<DwarfStage> Stages { get; init; }
}

/// <summary>
/// Finds the types of one name without reading the others: the places where the name may be mentioned are found first, and only the
/// units around them are looked into.
/// </summary>
internal static class DwarfFinder
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
        var clock = new StageClock();
        var search = new NameSearch(file, bytes, options, clock);
        UnitOutcome[] outcomes = search.Run(firstOnly);
        var diagnostics = new List<Diagnostic>(file.Diagnostics);
        UnitReport.Add(file, options, outcomes, diagnostics);
        UnitReport.AddLeftOut(file, search.Workers, diagnostics);
        ProgramGroups groups = ProgramGroups.Merge(file, search.Workers, outcomes);
        var variants = VariantResolver.Resolve(groups);
        UnitReport.Add(file, options, variants, diagnostics);
        TypeGraph graph = GraphAssembler.Build(file, groups, variants, options, diagnostics, out IReadOnlyList<(int Group, int Unit)> nodes);
        clock.Lap("build");
        ulong hash = DwarfNames.HashOf(bytes);
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
        return new DwarfFindResult { Graph = graph, Types = types, Diagnostics = diagnostics, Stages = clock.Stages };
    }

    // A program of less is gone through for its names at once.
    private const long ManyInfoBytes = 16 << 20;

    /// <summary>
    /// Names of types that a mistyped one may have meant: at most three, the nearest first, those that begin alike first among equals.
    /// Cost: for small programs and those that say names by index, <see cref="DwarfNameIndex.Read"/>; else a pass over
    /// <c>.debug_str</c> and where that has anything near, a search through <c>.debug_info</c> for it. In the latter case names that lie
    /// outside <c>.debug_str</c> are not seen, and the kind that was said in front makes no difference.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="typed">What was typed; a word such as <c>struct</c> may stand in front.</param>
    /// <param name="options">Threads and filters.</param>
    public static IReadOnlyList<string> Nearest(DwarfFile file, string typed, DwarfReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(typed);
        options ??= new DwarfReadOptions();
        bool isSmall = file.Sections.Info.Length < ManyInfoBytes || file.Sections.StringOffsets.Length > 0;
        IReadOnlyList<string> names = isSmall
            ? DwarfNameIndex.Read(file, new DwarfNameOptions { Reading = options with { Strict = false }, Local = false }).Nearest(typed)
            : NearNames.Find(file, typed.Trim().Split(' ')[^1], options);
        GC.KeepAlive(file);
        return names;
    }
}
