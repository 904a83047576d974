using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// The DWARF of a file: its sections and the headers of its units. Valid as long as the image that the ELF file came from.
/// Safe to share between threads.
/// </summary>
internal sealed class DwarfFile
{
    private const int MostHeaderBytes = 64;

    private readonly DwarfUnit[] _units;
    private readonly List<Diagnostic> _diagnostics = [];

    private DwarfFile(ElfFile elf, string path, ReaderLimits limits)
    {
        Fingerprint.DrawKey();
        Path = path;
        Limits = limits;
        Sections = DwarfSections.Read(elf);
        IsBigEndian = elf.IsBigEndian;
        _units = ReadHeaders();
        if (Sections.HasTypeUnitSection || Sections.HasSeveralInfoSections)
        {
            _diagnostics.Add(new(DiagnosticSeverity.Warning,
                $"{path}: has type units in sections of their own (-fdebug-types-section), which are not supported yet"));
        }
    }

    /// <summary>Path of the input, for messages.</summary>
    public string Path { get; }

    /// <summary>Bounds that readers hold.</summary>
    public ReaderLimits Limits { get; }

    /// <summary>The sections.</summary>
    public DwarfSections Sections { get; }

    /// <summary>Byte order of all sections.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Rows that tables begin with: fewer in small files, of which there may be many to read.</summary>
    internal int RowCapacity => (int)Math.Clamp(Sections.Info.Length / 16, 64, 4096);

    /// <summary>The units, in the order of the section.</summary>
    public ReadOnlySpan<DwarfUnit> Units => _units;

    /// <summary>What was odd about the section and the headers of its units.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>Finds the sections and walks the unit headers. Cost: O(units), and what sections need to be decompressed or relocated.</summary>
    /// <param name="elf">The file.</param>
    /// <param name="path">The input, for messages.</param>
    /// <param name="limits">Bounds to hold.</param>
    /// <exception cref="InvalidImageException">There is no DWARF, or a section cannot be read.</exception>
    public static DwarfFile Open(ElfFile elf, string path, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return new DwarfFile(elf, path, limits ?? ReaderLimits.Default);
    }

    /// <summary>The unit that a byte of <c>.debug_info</c> lies in; false when there is none. Cost: O(log units).</summary>
    public bool TryFindUnit(long offset, out DwarfUnit unit)
    {
        int low = 0, high = _units.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            unit = _units[middle];
            if (offset < unit.Offset)
            {
                high = middle - 1;
            }
            else if (offset >= unit.Offset + unit.LengthBytes)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        unit = default;
        return false;
    }

    private DwarfUnit[] ReadHeaders()
    {
        var units = new List<DwarfUnit>();
        ByteRegion info = Sections.Info;
        Span<byte> header = stackalloc byte[MostHeaderBytes];
        for (long at = 0; at < info.Length;)
        {
            // Each header that is touched in a mapping brings the pages around it in.
            ReadOnlySpan<byte> bytes = info.Pass(at, header[..(int)Math.Min(info.Length - at, MostHeaderBytes)]);
            var reader = new SpanReader(bytes, IsBigEndian, Path, ".debug_info");
            if (reader.Remaining < 4)
            {
                Warn(at, $"{reader.Remaining} bytes behind the last unit");
                break;
            }

            ulong length = reader.ReadU32();
            bool is64 = length == 0xffffffff;
            if (is64 && reader.Remaining >= 8)
            {
                length = reader.ReadU64();
            }

            if (length > (ulong)(info.Length - at - reader.Position) || length >= int.MaxValue)
            {
                Warn(at, $"a unit of {length} bytes, {info.Length - at - reader.Position} remain: the rest of the section is left out");
                break;
            }

            long whole = (long)length + reader.Position;
            if (length > 0 && ReadHeader(ref reader, at, whole, is64, units.Count) is { } unit)
            {
                units.Add(unit);
            }

            at += whole;
        }

        return [.. units];
    }

    private DwarfUnit? ReadHeader(ref SpanReader reader, long at, long whole, bool is64, int index)
    {
        try
        {
            int version = reader.ReadU16();
            byte type = DW_UT_compile;
            int addressBytes;
            ulong abbreviations;
            if (version is < 2 or > 5)
            {
                Warn(at, $"a unit of DWARF version {version}; 2 to 5 are read");
                return null;
            }

            if (version == 5)
            {
                type = reader.ReadU8();
                addressBytes = reader.ReadU8();
                abbreviations = reader.ReadWord(is64);
                reader.Skip(type is DW_UT_skeleton or DW_UT_split_compile ? 8 : type is DW_UT_type or DW_UT_split_type ? is64 ? 16 : 12 : 0);
            }
            else
            {
                abbreviations = reader.ReadWord(is64);
                addressBytes = reader.ReadU8();
            }

            if (addressBytes is not (2 or 4 or 8) || reader.Position > whole)
            {
                Warn(at, $"a unit with addresses of {addressBytes} bytes and {whole} bytes in all was left out");
                return null;
            }

            return new DwarfUnit
            {
                Index = index,
                Offset = at,
                LengthBytes = whole,
                HeaderBytes = reader.Position,
                Version = version,
                UnitType = type,
                Is64 = is64,
                AddressBytes = addressBytes,
                AbbreviationOffset = abbreviations,
            };
        }
        catch (InvalidImageException e)
        {
            Warn(at, e.Rule);
            return null;
        }
    }

    private void Warn(long at, string rule)
    {
        if (_diagnostics.Count < 100)
        {
            _diagnostics.Add(new(DiagnosticSeverity.Warning, $"{Path}: .debug_info at 0x{at:x}: {rule}"));
        }
    }
}
