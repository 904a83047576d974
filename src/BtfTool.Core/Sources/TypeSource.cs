using BtfTool.Core.Baselines;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Sources;

/// <summary>
/// An opened input: which file it is, what was found in it, and the types that it gives.
/// Not safe to share between threads before <see cref="Graph"/> was read once; the graph itself is.
/// </summary>
public sealed class TypeSource : IDisposable
{
    private readonly FileImage[] _images;
    private readonly int _elfPointerSizeBytes;
    private readonly List<Diagnostic> _diagnostics;
    private readonly ReaderLimits _limits;
    private readonly BtfFile? _btf;
    private readonly DwarfFile? _dwarf;
    private readonly DwarfReadOptions? _dwarfOptions;
    private TypeGraph? _graph;
    private BaseTypeIndex? _typeIndex;

    internal TypeSource(string path, BtfFile btf, TypeSource? baseSource, int elfPointerSizeBytes,
        List<Diagnostic> diagnostics, ReaderLimits limits, params FileImage[] images)
    {
        Path = path;
        Format = SourceFormat.Btf;
        _btf = btf;
        Base = baseSource;
        _diagnostics = diagnostics;
        _elfPointerSizeBytes = elfPointerSizeBytes;
        _limits = limits;
        _images = images;
    }

    internal TypeSource(string path, DwarfFile dwarf, SourceOptions options, List<Diagnostic> diagnostics, params FileImage[] images)
    {
        Path = path;
        Format = SourceFormat.Dwarf;
        _dwarf = dwarf;
        _dwarfOptions = options.Dwarf;
        _diagnostics = diagnostics;
        _limits = options.Limits;
        _images = images;
    }

    internal TypeSource(string path, BaselineHeader header, SourceOptions options, FileImage image)
    {
        Path = path;
        Format = SourceFormat.Baseline;
        BaselineHeader = header;
        _diagnostics = [];
        _limits = options.Limits;
        _images = [image];
    }

    /// <summary>The file that was opened.</summary>
    public string Path { get; }

    /// <summary>What the types are read from: BTF, DWARF or a baseline.</summary>
    public SourceFormat Format { get; }

    /// <summary>What the header of a baseline says; null for other formats.</summary>
    public BaselineHeader? BaselineHeader { get; }

    /// <summary>Its BTF records.</summary>
    /// <exception cref="InvalidImageException">The types come from DWARF, or from a baseline.</exception>
    public BtfFile Btf => _btf ?? throw new InvalidImageException(Path, "", -1,
        Format == SourceFormat.Baseline ? "is a baseline and has no BTF records that could be shown" : "has DWARF and no BTF records that could be shown");

    /// <summary>What reading DWARF took, by stage; empty for BTF and before <see cref="Graph"/> was read.</summary>
    public IReadOnlyList<DwarfStage> Stages { get; private set; } = [];

    /// <summary>
    /// The input that a split one extends, or null. Where that is a kernel onto which a distilled base is laid, <see cref="Btf"/> has
    /// the records of the file all the same, with the distilled base as theirs.
    /// </summary>
    public TypeSource? Base { get; }

    /// <summary>
    /// What was chosen and what was odd; that of the base is on <see cref="Base"/>. Reading the <see cref="Graph"/> of DWARF adds what was
    /// left out of it.
    /// </summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The type graph. Cost: read at the first use (2 to 3 ms for a kernel's BTF; the whole of <c>.debug_info</c> for DWARF).</summary>
    /// <exception cref="InvalidImageException">
    /// The records are broken, do not fit the base, or are split BTF for which no base was found.
    /// </exception>
    public TypeGraph Graph => _graph ??= ReadGraph();

    /// <summary>
    /// Finds the types of one name in DWARF without reading the others; null where the types come from BTF, whose graph is there at once.
    /// Cost: a search through <c>.debug_info</c> (some 50 ms for a kernel).
    /// </summary>
    /// <param name="name">The name, without <c>struct</c>.</param>
    /// <param name="firstOnly">Whether to stop at the first unit that defines it.</param>
    /// <exception cref="InvalidImageException">In strict mode, a unit is damaged.</exception>
    public DwarfFindResult? FindInDwarf(string name, bool firstOnly = false) =>
        _dwarf is null ? null : DwarfFinder.Find(_dwarf, name, _dwarfOptions, firstOnly);

    /// <summary>
    /// Names of types in DWARF that a mistyped one may have meant: at most three, the nearest first; none where the types come from BTF.
    /// Cost: see <see cref="DwarfFinder.Nearest"/>.
    /// </summary>
    /// <param name="typed">What was typed.</param>
    public IReadOnlyList<string> NearestInDwarf(string typed) =>
        _dwarf is null ? [] : DwarfFinder.Nearest(_dwarf, typed, _dwarfOptions);

    /// <summary>
    /// Name of the processor of the ELF file around the types, as <see cref="SourceFacts"/> has it, or as the baseline says; null for raw
    /// BTF, which does not say it.
    /// </summary>
    public string? Machine
    {
        get
        {
            if (BaselineHeader is { } header)
            {
                return header.Architecture;
            }

            FileImage? last = _images.Length > 0 ? _images[^1] : null;
            return last is { Bytes.Length: >= 4 } && ElfFile.IsElf(last.Bytes.Span(0, 4))
                ? ElfMachine.NameOf(ElfFile.Parse(last.Path, last.Bytes, _limits).Machine) : null;
        }
    }

    /// <summary>The types by name, for modules to be laid onto this input. Cost: made at the first use; see <see cref="BaseTypeIndex"/>.</summary>
    internal BaseTypeIndex TypeIndex => LazyInitializer.EnsureInitialized(ref _typeIndex, () => new BaseTypeIndex(Graph));

    /// <summary>The DWARF; null where the types come from BTF.</summary>
    internal DwarfFile? Dwarf => _dwarf;

    /// <summary>What was opened: the file itself first, decompressed where it was compressed, then a separate debug file.</summary>
    internal ReadOnlySpan<FileImage> Images => _images;

    /// <summary>Bounds that the readers hold.</summary>
    internal ReaderLimits Limits => _limits;

    /// <summary>A graph that was made while the file was opened.</summary>
    internal TypeGraph? KnownGraph { init => _graph = value; }

    /// <summary>Whether <see cref="Base"/> is another's, to be disposed there.</summary>
    internal bool SharesBase { get; init; }

    /// <summary>A file that may be the base that is missing, or null.</summary>
    internal string? SuggestedBase { get; init; }

    /// <summary>Lets the files go; graphs that were made stay valid, <see cref="Btf"/> does not.</summary>
    public void Dispose()
    {
        foreach (FileImage image in _images)
        {
            image.Dispose();
        }

        if (!SharesBase)
        {
            Base?.Dispose();
        }
    }

    internal void AddNote(string message) => _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Note, message));

    private TypeGraph ReadGraph()
    {
        if (_dwarf is not null)
        {
            DwarfReadResult result = DwarfReader.Read(_dwarf, _dwarfOptions);
            _diagnostics.AddRange(result.Diagnostics);
            Stages = result.Stages;
            return result.Graph;
        }

        if (Format == SourceFormat.Baseline)
        {
            return BaselineReader.Read(Path, _images[0].Bytes, _limits);
        }

        if (Base is null && Btf.LooksSplit)
        {
            BtfReader.ThrowSplit(Btf, SuggestedBase);
        }

        BtfFile btf = Btf.Base is { } under && Base is not null && under != Base.Btf
            ? DistilledBase.Relocate(Btf, Base.Btf, Base.TypeIndex) : Btf;
        return BtfReader.Read(btf, Base?.Graph, _elfPointerSizeBytes, _limits);
    }
}
