using System.Text;
using BtfTool.Core.Baselines;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>Where the BTF of a file is: the answer to "what is this file?", which its content gives and its name does not.</summary>
internal readonly struct BtfLocation
{
    private const int SniffedBytes = 64;

    /// <summary>The image that holds the bytes: the file, or what it was decompressed to.</summary>
    internal required FileImage Image { get; init; }

    /// <summary>The BTF.</summary>
    internal required ByteRegion Bytes { get; init; }

    /// <summary>The section that held it, for messages.</summary>
    internal required string Section { get; init; }

    /// <summary>Size of a pointer as the ELF class says it, 0 without an ELF file.</summary>
    internal int PointerSizeBytes { get; init; }

    /// <summary>The distilled base that a module carries (<c>.BTF.base</c>), or null.</summary>
    internal ByteRegion? DistilledBase { get; init; }

    /// <summary>Looks into a file; disposes the image when it throws, and when the bytes are no longer needed.</summary>
    /// <exception cref="InvalidImageException">There is no BTF in it.</exception>
    internal static BtfLocation Find(FileImage image, ReaderLimits limits)
    {
        (FileImage current, ElfFile? elf) = Look(image, limits);
        try
        {
            return Find(current, elf);
        }
        catch
        {
            current.Dispose();
            throw;
        }
    }

    /// <summary>Decompresses a file where that is needed, and parses it where it is ELF; disposes the image when it throws.</summary>
    /// <exception cref="InvalidImageException">The compression or the ELF headers are broken.</exception>
    internal static (FileImage Image, ElfFile? Elf) Look(FileImage image, ReaderLimits limits)
    {
        FileImage current = image;
        try
        {
            if (Decompressor.Detect(Start(current)) != CompressionFormat.None)
            {
                ByteRegion plain = Decompressor.ReadFile(current.Path, current.Bytes, limits, Unreadable);
                current.Dispose();
                current = FileImage.FromRegion(image.Path, plain);
            }

            ElfFile? elf = ElfFile.IsElf(Start(current)) ? ElfFile.Parse(current.Path, current.Bytes, limits) : null;
            return LookIntoKernel(current, elf, limits) is { } kernel
                ? (kernel, ElfFile.IsElf(Start(kernel)) ? ElfFile.Parse(kernel.Path, kernel.Bytes, limits) : null)
                : (current, elf);
        }
        catch
        {
            current.Dispose();
            throw;
        }
    }

    /// <summary>The BTF of a file that was looked into.</summary>
    /// <exception cref="InvalidImageException">There is none.</exception>
    internal static BtfLocation Find(FileImage image, ElfFile? elf)
    {
        if (elf is not null)
        {
            return FindInElf(image, elf);
        }

        ReadOnlySpan<byte> start = Start(image);
        if (!BtfFile.IsBtf(start))
        {
            InvalidImageException.Throw(image.Path, "", -1, Unreadable(start)!);
        }

        return new BtfLocation { Image = image, Bytes = image.Bytes, Section = "BTF" };
    }

    // What a file that boots has inside; null for others. The file stays as long as what points into it.
    private static FileImage? LookIntoKernel(FileImage image, ElfFile? elf, ReaderLimits limits)
    {
        ByteRegion payload = image.Bytes;
        ReadOnlySpan<byte> start = Start(image);
        bool isKnown = BtfFile.IsBtf(start) || BaselineReader.IsBaseline(start) || IsArchive(start) || Decompressor.Detect(start) != CompressionFormat.None;
        if (elf is null ? isKnown : !KernelImage.TryGetPayloadSection(elf, out payload))
        {
            return null;
        }

        return KernelImage.TryFind(image.Path, payload, limits, out ByteRegion found) ? FileImage.FromRegion(image.Path, found) : null;
    }

    private static bool IsArchive(ReadOnlySpan<byte> start) => start.StartsWith("!<arch>\n"u8);
    // Asked of the first bytes that are decompressed, before there is room for the others.
    private static string? Unreadable(ReadOnlySpan<byte> start) =>
        ElfFile.IsElf(start) || BtfFile.IsBtf(start) || BaselineReader.IsBaseline(start) || BootHeader.Read(ByteRegion.FromBytes(start.ToArray())) is not null ? null : $"neither BTF nor ELF: {Describe(start)}";

    private static ReadOnlySpan<byte> Start(FileImage image) => image.Bytes.Span(0, (int)Math.Min(image.Bytes.Length, SniffedBytes));

    private static BtfLocation FindInElf(FileImage image, ElfFile elf)
    {
        if (!elf.TryGetSection(".BTF"u8, out ElfSection section))
        {
            ThrowWithoutBtf(elf);
        }

        return new BtfLocation
        {
            Image = image,
            Bytes = elf.Read(section),
            Section = ".BTF",
            PointerSizeBytes = elf.AddressSizeBytes,
            DistilledBase = elf.TryGetSection(".BTF.base"u8, out ElfSection distilled) ? elf.Read(distilled) : null,
        };
    }

    private static void ThrowWithoutBtf(ElfFile elf)
    {
        bool emptied = false;
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            emptied |= !section.HasBytes && elf.HasName(section, ".BTF"u8);
        }

        string what = emptied
            ? "ELF whose .BTF section has no bytes here (a separate debug file): give the file that it was split from"
            : "ELF without a .BTF section, and without DWARF (.debug_info) in it or in a separate debug file that is found";
        if (!emptied && elf.Sections.IsEmpty)
        {
            what += " (it has no sections at all)";
        }

        InvalidImageException.Throw(elf.Path, "", -1, what);
    }

    private static string Describe(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            return "the file is empty";
        }

        if (Decompressor.Detect(start) != CompressionFormat.None)
        {
            return "it is compressed twice";
        }

        if (IsArchive(start))
        {
            return "an archive of object files (ar): give one of them";
        }

        if (start.StartsWith("MZ"u8))
        {
            return "it begins as a Windows or EFI program (MZ), and no kernel is found in it";
        }

        ReadOnlySpan<byte> shown = start[..Math.Min(start.Length, 16)];
        if (shown.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e) && shown.IndexOfAnyExceptInRange((byte)0x09, (byte)0x7e) >= 0)
        {
            return "it begins with the bytes " + Convert.ToHexStringLower(shown[..Math.Min(shown.Length, 8)]);
        }

        int line = shown.IndexOfAny((byte)'\n', (byte)'\r');
        return $"it begins with the text \"{Encoding.ASCII.GetString(line < 0 ? shown : shown[..line])}\"";
    }
}
