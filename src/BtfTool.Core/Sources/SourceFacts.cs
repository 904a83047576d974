using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace BtfTool.Core.Sources;

/// <summary>A section with type information.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SizeBytes">Bytes in the file.</param>
/// <param name="IsCompressed">Whether these are compressed.</param>
public sealed record SectionFacts(string Name, long SizeBytes, bool IsCompressed);

/// <summary>What the ELF file around the types is.</summary>
/// <param name="Machine">The processor.</param>
/// <param name="Type">What kind of file.</param>
/// <param name="AddressBits">32 or 64, by the class.</param>
/// <param name="IsBigEndian">Byte order of its structures.</param>
/// <param name="BuildId">The build id in hexadecimal; null when there is none.</param>
/// <param name="Sections">Sections with type information, in the order of the file.</param>
public sealed record ElfFacts(string Machine, string Type, int AddressBits, bool IsBigEndian, string? BuildId,
    IReadOnlyList<SectionFacts> Sections)
{
    /// <summary>Whether there is a section of a name.</summary>
    public bool Has(string name) => Sections.Any(section => section.Name == name);
}

/// <summary>What an input is: the file, what is around the types, and what they come to. Made without reading the type graph.</summary>
public sealed record SourceFacts
{
    /// <summary>The file that was opened; <c>standard input</c> for a pipe.</summary>
    public required string Path { get; init; }

    /// <summary>Its size in bytes; null for a pipe.</summary>
    public long? FileBytes { get; init; }

    /// <summary>How the file as a whole is compressed: <c>gzip</c>, <c>xz</c>, <c>zstd</c>; null when it is not.</summary>
    public string? Compression { get; init; }

    /// <summary>What is read: BTF, DWARF or a baseline.</summary>
    public required SourceFormat Format { get; init; }

    /// <summary>The ELF file around the types; null for raw BTF.</summary>
    public ElfFacts? Elf { get; init; }

    /// <summary>Byte order of the types.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>The records; null for DWARF.</summary>
    public BtfSummary? Btf { get; init; }

    /// <summary>Whether the BTF has a layout section of its own.</summary>
    public bool HasLayoutSection { get; init; }

    /// <summary>Whether the BTF extends another.</summary>
    public bool IsSplit { get; init; }

    /// <summary>Where the base was found; null when it was not, or none is needed.</summary>
    public string? BasePath { get; init; }

    /// <summary>Whether the base is the distilled one in the same file.</summary>
    public bool IsBaseDistilled { get; init; }

    /// <summary>The records of the base, all its layers together where there are several; null without one.</summary>
    public BtfSummary? BaseBtf { get; init; }

    /// <summary>The units; null for BTF.</summary>
    public DwarfSummary? Dwarf { get; init; }

    /// <summary>The separate debug file that has the DWARF; null when the file itself has it.</summary>
    public string? DebugPath { get; init; }

    /// <summary>Whether the type graph can be read: not of split BTF without its base.</summary>
    public bool HasGraph => !IsSplit || BaseBtf is not null;

    /// <summary>Looks at an opened input. Cost: a walk over the BTF records, or the abbreviations of all DWARF units.</summary>
    /// <exception cref="InvalidImageException">The records are broken.</exception>
    public static SourceFacts Of(TypeSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        FileImage last = source.Images.Length > 0 ? source.Images[^1] : throw new ArgumentException("has no file", nameof(source));
        string path = source.Images[0].Path;
        (long? fileBytes, string? compression) = OnDisk(path);
        bool isElf = last.Bytes.Length >= 4 && ElfFile.IsElf(last.Bytes.Span(0, 4));
        var facts = new SourceFacts
        {
            Path = path,
            FileBytes = fileBytes,
            Compression = compression,
            Format = source.Format,
            IsBigEndian = source.BaselineHeader?.IsBigEndian ?? source.Dwarf?.IsBigEndian ?? source.Btf.IsBigEndian,
            Elf = isElf ? OfElf(ElfFile.Parse(last.Path, last.Bytes, source.Limits)) : null,
        };
        if (source.Dwarf is { } dwarf)
        {
            return facts with { Dwarf = DwarfSummary.Read(dwarf), DebugPath = source.Images.Length > 1 ? last.Path : null };
        }

        if (source.BaselineHeader is not null)
        {
            return facts;
        }

        bool isSplit = source.Base is not null || source.Btf.LooksSplit;
        return facts with
        {
            Btf = BtfSummary.Read(source.Btf),
            HasLayoutSection = source.Btf.HasLayoutSection,
            IsSplit = isSplit,
            BasePath = source.Base?.Path,
            IsBaseDistilled = source.Base is { Btf.Section: ".BTF.base" },
            BaseBtf = source.Base is { } below ? BtfSummary.Read(below.Btf) : null,
        };
    }

    private static ElfFacts OfElf(ElfFile elf)
    {
        var sections = new List<SectionFacts>();
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            string name = elf.NameOf(section);
            if (section.HasBytes && IsAboutTypes(name))
            {
                bool isOld = name.StartsWith(".z", StringComparison.Ordinal);
                sections.Add(new SectionFacts(name, (long)Math.Min(section.SizeBytes, long.MaxValue), section.IsCompressed || isOld));
            }
        }

        string? id = ElfDebugLink.TryGetBuildId(elf, out byte[] bytes) ? Convert.ToHexStringLower(bytes) : null;
        return new ElfFacts(ElfMachine.NameOf(elf.Machine), NameOf(elf.Type), elf.AddressSizeBytes * 8, elf.IsBigEndian, id, sections);
    }

    private static bool IsAboutTypes(string name) => name is ".BTF" or ".BTF.base" or ".BTF.ext" or ".BTF_ids"
        || name.StartsWith(".debug_", StringComparison.Ordinal) || name.StartsWith(".zdebug_", StringComparison.Ordinal);

    private static string NameOf(ElfFileType type) => type switch
    {
        ElfFileType.ET_REL => "relocatable",
        ElfFileType.ET_EXEC => "executable",
        ElfFileType.ET_DYN => "shared object",
        ElfFileType.ET_CORE => "core dump",
        _ => "type " + ((int)type).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    // A pipe has no size, and must not be opened again. Files of sysfs have theirs.
    private static (long? Bytes, string? Compression) OnDisk(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            {
                return (null, null);
            }

            using SafeFileHandle file = File.OpenHandle(path);
            long bytes = RandomAccess.GetLength(file);
            Span<byte> start = stackalloc byte[8];
            int read = RandomAccess.Read(file, start, 0);
            CompressionFormat format = Decompressor.Detect(start[..read]);
            return (bytes, format == CompressionFormat.None ? null : format.ToString().ToLowerInvariant());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return (null, null);
        }
    }
}
