using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>The sections of a file that describe types: decompressed, and relocated where the file is relocatable.</summary>
internal sealed class DwarfSections
{
    private readonly Lazy<ByteRegion> _lines;
    private readonly Lazy<ByteRegion> _ranges;
    private readonly Lazy<ByteRegion> _rangeLists;
    private readonly Lazy<ElfRelocationTargets?> _infoTargets;
    private readonly Lazy<ElfRelocationTargets?> _addressTargets;
    private readonly Lazy<ElfRelocationTargets?> _rangeTargets;
    private readonly Lazy<ElfRelocationTargets?> _rangeListTargets;

    private DwarfSections(ElfFile elf)
    {
        Elf = elf;
        _lines = new Lazy<ByteRegion>(() => Read(elf, "debug_line", optional: true));
        _ranges = new Lazy<ByteRegion>(() => Read(elf, "debug_ranges", optional: true));
        _rangeLists = new Lazy<ByteRegion>(() => Read(elf, "debug_rnglists", optional: true));
        _infoTargets = TargetsOf(elf, "debug_info");
        _addressTargets = TargetsOf(elf, "debug_addr");
        _rangeTargets = TargetsOf(elf, "debug_ranges");
        _rangeListTargets = TargetsOf(elf, "debug_rnglists");
        Info = Read(elf, "debug_info", optional: false);
        Abbreviations = Read(elf, "debug_abbrev", optional: false);
        Strings = Read(elf, "debug_str", optional: true);
        LineStrings = Read(elf, "debug_line_str", optional: true);
        StringOffsets = Read(elf, "debug_str_offsets", optional: true);
        Addresses = Read(elf, "debug_addr", optional: true);
        HasTypeUnitSection = elf.TryGetSection(".debug_types", out _) || elf.TryGetSection(".zdebug_types", out _);
        HasSeveralInfoSections = elf.TryGetSection(".debug_info", out ElfSection first)
            && elf.TryGetSection(".debug_info"u8, first.Index + 1, out _);
    }

    /// <summary>The file.</summary>
    public ElfFile Elf { get; }

    /// <summary><c>.debug_info</c>.</summary>
    public ByteRegion Info { get; }

    /// <summary><c>.debug_abbrev</c>.</summary>
    public ByteRegion Abbreviations { get; }

    /// <summary><c>.debug_str</c>; empty when absent.</summary>
    public ByteRegion Strings { get; }

    /// <summary><c>.debug_line_str</c>; empty when absent.</summary>
    public ByteRegion LineStrings { get; }

    /// <summary><c>.debug_str_offsets</c>; empty when absent.</summary>
    public ByteRegion StringOffsets { get; }

    /// <summary><c>.debug_addr</c>; empty when absent.</summary>
    public ByteRegion Addresses { get; }

    /// <summary><c>.debug_line</c>; empty when absent. Cost: decompressed and relocated at the first use.</summary>
    /// <exception cref="InvalidImageException">It is damaged or beyond the limits.</exception>
    public ByteRegion Lines => _lines.Value;

    /// <summary><c>.debug_ranges</c>; empty when absent. Cost and errors: as <see cref="Lines"/>.</summary>
    public ByteRegion Ranges => _ranges.Value;

    /// <summary><c>.debug_rnglists</c>; empty when absent. Cost and errors: as <see cref="Lines"/>.</summary>
    public ByteRegion RangeLists => _rangeLists.Value;

    /// <summary>Sections of the addresses in <see cref="Info"/>; null where the file is linked.</summary>
    internal ElfRelocationTargets? InfoTargets => _infoTargets.Value;

    /// <summary>Sections of the addresses in <see cref="Addresses"/>; null where the file is linked.</summary>
    internal ElfRelocationTargets? AddressTargets => _addressTargets.Value;

    /// <summary>Sections of the addresses in <see cref="Ranges"/>; null where the file is linked.</summary>
    internal ElfRelocationTargets? RangeTargets => _rangeTargets.Value;

    /// <summary>Sections of the addresses in <see cref="RangeLists"/>; null where the file is linked.</summary>
    internal ElfRelocationTargets? RangeListTargets => _rangeListTargets.Value;

    /// <summary>True when there is a <c>.debug_types</c> (DWARF 4 type units), which is not read.</summary>
    public bool HasTypeUnitSection { get; }

    /// <summary>True when there are more sections named <c>.debug_info</c> (COMDAT type units of an object file); only the first is read.</summary>
    public bool HasSeveralInfoSections { get; }

    /// <summary>True when a file has units and their abbreviations. Cost: O(sections).</summary>
    public static bool ArePresent(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return Has(elf, "debug_info") && Has(elf, "debug_abbrev");
    }

    /// <summary>Cuts out the sections. Cost: O(sections) for a linked file that is not compressed.</summary>
    /// <exception cref="InvalidImageException">A section is missing, damaged or beyond the limits.</exception>
    public static DwarfSections Read(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return new DwarfSections(elf);
    }

    private static bool Has(ElfFile elf, string name) => elf.TryGetSection("." + name, out _) || elf.TryGetSection(".z" + name, out _);

    private static Lazy<ElfRelocationTargets?> TargetsOf(ElfFile elf, string name) =>
        new(() => elf.Type == ElfFileType.ET_REL && TryFind(elf, name, out ElfSection section) ? ElfRelocationTargets.Read(elf, section) : null);

    private static bool TryFind(ElfFile elf, string name, out ElfSection section) =>
        elf.TryGetSection("." + name, out section) || elf.TryGetSection(".z" + name, out section);

    private static ByteRegion Read(ElfFile elf, string name, bool optional)
    {
        if (TryFind(elf, name, out ElfSection section))
        {
            return ElfRelocator.Read(elf, section);
        }

        if (!optional)
        {
            InvalidImageException.Throw(elf.Path, "", -1, $"no .{name}: the file has no DWARF debug information");
        }

        return elf.Bytes.Slice(0, 0);
    }
}
