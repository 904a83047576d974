using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>What a name in a program names.</summary>
internal enum DwarfNameKind : byte
{
    /// <summary>A struct.</summary>
    Struct,

    /// <summary>A union.</summary>
    Union,

    /// <summary>An enumeration.</summary>
    Enum,

    /// <summary>A typedef.</summary>
    Typedef,

    /// <summary>A base type: an integer, a floating point type.</summary>
    BaseType,

    /// <summary>A constant of an enumeration.</summary>
    Enumerator,

    /// <summary>A function.</summary>
    Function,

    /// <summary>A variable of file scope.</summary>
    Variable,
}

/// <summary>Which names are read.</summary>
internal sealed record DwarfNameOptions
{
    /// <summary>Threads, filters and strictness; which kinds are read is said here.</summary>
    public DwarfReadOptions Reading { get; init; } = new();

    /// <summary>Whether names of functions and of variables of file scope are read.</summary>
    public bool Code { get; init; }

    /// <summary>Whether types that are declared inside functions are read. Costs a look into all function bodies.</summary>
    public bool Local { get; init; } = true;
}

/// <summary>A name with what it names and where that is met first.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="IsDeclaration">True when a struct, union or enumeration is declared only, wherever it is met.</param>
/// <param name="Unit">Index of the first unit that has it (a definition, where there is one).</param>
/// <param name="Offset">Byte offset of its DIE in the unit.</param>
internal readonly record struct DwarfNamePlace(DwarfNameKind Kind, bool IsDeclaration, int Unit, uint Offset);

/// <summary>
/// All names that a program gives to types and their constants, each once for each kind, without reading the types. Read in one pass over
/// all units; in the order of the places, whatever the number of threads. Valid as long as the file.
/// </summary>
internal sealed class DwarfNameIndex
{
    private const int MostSuggestions = 3;

    // Each thread has two bytes for each of .debug_str.
    private const long MostBytes = 1L << 30;

    private readonly DwarfFile _file;
    private readonly DwarfNames _names;
    private readonly NameRow[] _rows;

    private DwarfNameIndex(DwarfFile file, NameRow[] rows, IReadOnlyList<Diagnostic> diagnostics, IReadOnlyList<DwarfStage> stages)
    {
        _file = file;
        _names = new DwarfNames(file);
        _rows = rows;
        Diagnostics = diagnostics;
        Stages = stages;
    }

    /// <summary>Number of names.</summary>
    public int Count => _rows.Length;

    /// <summary>What a name names, and where.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer names.</exception>
    public DwarfNamePlace this[int index]
    {
        get
        {
            ref readonly NameRow row = ref _rows[index];
            return new DwarfNamePlace(row.Kind, row.IsDeclaration, row.Unit, row.Offset);
        }
    }

    /// <summary>Units that had to be left out.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Time by stage.</summary>
    public IReadOnlyList<DwarfStage> Stages { get; }

    /// <summary>The bytes of a name, where they lie in the file.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer names.</exception>
    public ReadOnlySpan<byte> NameOf(int index)
    {
        ReadOnlySpan<byte> name = _names.BytesOf(_rows[index].Name);
        GC.KeepAlive(_file);
        return name;
    }

    /// <summary>A name as a string.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer names.</exception>
    public string StringOf(int index) => Encoding.UTF8.GetString(NameOf(index));

    /// <summary>
    /// Names of structs, unions, enumerations and typedefs that a mistyped one may have meant: at most three, the nearest first, those that
    /// begin alike first among equals. Cost: one pass over the names.
    /// </summary>
    /// <param name="typed">What was typed; a word such as <c>struct</c> in front limits the kind.</param>
    public IReadOnlyList<string> Nearest(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        string[] words = typed.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        DwarfNameKind? kind = words.Length == 2 && Enum.TryParse(words[0], ignoreCase: true, out DwarfNameKind said) ? said : null;
        byte[] wanted = words.Length == 0 ? [] : Encoding.UTF8.GetBytes(words[^1]);
        if (wanted.Length is 0 or > EditDistance.MaxBytes)
        {
            return [];
        }

        int limit = EditDistance.LimitFor(wanted.Length);
        var near = new List<(int Distance, int Common, string Name)>();
        for (int i = 0; i < Count; i++)
        {
            ref readonly NameRow row = ref _rows[i];
            bool isWanted = !row.IsDeclaration && row.Kind <= DwarfNameKind.Typedef && (kind is null || row.Kind == kind);
            ReadOnlySpan<byte> name = isWanted ? _names.BytesOf(row.Name) : default;
            if (name.IsEmpty || name.Length > EditDistance.MaxBytes || Math.Abs(name.Length - wanted.Length) > limit)
            {
                continue;
            }

            int distance = EditDistance.Measure(wanted, name, limit);
            if (distance <= limit)
            {
                near.Add((distance, -wanted.AsSpan().CommonPrefixLength(name), Encoding.UTF8.GetString(name)));
                limit = Math.Min(limit, distance + 1);
            }
        }

        GC.KeepAlive(_file);
        return [.. near.Where(n => n.Distance <= limit).OrderBy(n => n.Distance).ThenBy(n => n.Common)
            .ThenBy(n => n.Name, StringComparer.Ordinal).Select(n => n.Name).Distinct().Take(MostSuggestions)];
    }

    /// <summary>
    /// Reads the names. Cost: a step for each DIE, members and what else can be stepped over aside (some 0.1 s for a kernel); memory: two
    /// bytes for each of <c>.debug_str</c> and thread, and 24 bytes for each name.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="options">Which names, and how.</param>
    /// <exception cref="InvalidImageException">
    /// There are more names than types are allowed, or in strict mode a unit is damaged.
    /// </exception>
    public static DwarfNameIndex Read(DwarfFile file, DwarfNameOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        options ??= new DwarfNameOptions();
        var clock = new StageClock();
        long most = Math.Min(file.Units.Length, MostBytes / (2 * (file.Sections.Strings.Length + 1)));
        int threads = (int)Math.Clamp(Crew.Size(options.Reading.Jobs), 1, Math.Max(1, most));
        var collectors = new NameCollector[threads];
        var outcomes = new UnitOutcome[file.Units.Length];
        var imports = new ImportBudget(file);
        int next = -1;
        Crew.Run(threads, number =>
        {
            NameCollector collector = collectors[number] = new NameCollector(file);
            var worker = new UnitWorker(file, options.Reading, number, imports);
            for (int unit = Interlocked.Increment(ref next); unit < outcomes.Length; unit = Interlocked.Increment(ref next))
            {
                worker.CollectNames(file.Units[unit], collector, options, ref outcomes[unit]);
            }
        });
        clock.Lap("names");
        var diagnostics = new List<Diagnostic>(file.Diagnostics);
        UnitReport.Add(file, options.Reading, outcomes, diagnostics);
        NameRow[] rows = NameCollector.Merge(file, collectors);
        clock.Lap("merge");
        GC.KeepAlive(file);
        return new DwarfNameIndex(file, rows, diagnostics, clock.Stages);
    }
}
