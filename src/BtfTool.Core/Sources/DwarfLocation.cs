using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>Where the DWARF of a file is: in itself, or in the separate debug file that belongs to it.</summary>
internal sealed record DwarfLocation(FileImage Image, ElfFile Elf, FileImage[] Images, List<Diagnostic> Diagnostics)
{
    /// <summary>
    /// The DWARF of a file that was looked into, where it is what the options ask for; null where BTF is to be read.
    /// </summary>
    /// <exception cref="InvalidImageException">DWARF was asked for and there is none.</exception>
    internal static DwarfLocation? Find(FileImage image, ElfFile? elf, SourceOptions options)
    {
        try
        {
            bool wanted = options.Format == SourceFormat.Dwarf;
            bool hasBtf = elf is null || elf.TryGetSection(".BTF"u8, out _);
            if (!wanted && (hasBtf || options.Format == SourceFormat.Btf))
            {
                return null;
            }

            string refused = "";
            DwarfLocation? found = elf is null ? null : OfFileOrDebugFile(image, elf, options, out refused);
            if (found is null && (wanted || refused.Length > 0))
            {
                InvalidImageException.Throw(image.Path, "", -1, elf is null ? "no ELF file, so there is no DWARF in it"
                    : $"ELF without {(hasBtf ? "" : "a .BTF section and without ")}DWARF (.debug_info), and no separate debug file is found{refused}");
            }

            return found;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>The DWARF of a file whose split BTF has no base here; null when it has none of its own.</summary>
    internal static DwarfLocation? Instead(FileImage image, ElfFile elf, SourceOptions options)
    {
        if (options.Format == SourceFormat.Btf || !DwarfSections.ArePresent(elf))
        {
            return null;
        }

        var note = new Diagnostic(DiagnosticSeverity.Note,
            $"{image.Path}: its .BTF is split and its base is not here (--base gives it): the types come from its DWARF");
        return new DwarfLocation(image, elf, [image], [note]);
    }

    /// <summary>Makes a source of it; the units are read by <see cref="TypeSource.Graph"/>.</summary>
    /// <exception cref="InvalidImageException">The sections are broken.</exception>
    internal static TypeSource Open(DwarfLocation found, SourceOptions options)
    {
        try
        {
            DwarfFile file = DwarfFile.Open(found.Elf, found.Image.Path, options.Limits);
            return new TypeSource(found.Image.Path, file, options, found.Diagnostics, found.Images);
        }
        catch
        {
            Array.ForEach(found.Images, image => image.Dispose());
            throw;
        }
    }

    private static DwarfLocation? OfFileOrDebugFile(FileImage image, ElfFile elf, SourceOptions options, out string refused)
    {
        refused = "";
        if (DwarfSections.ArePresent(elf))
        {
            return new DwarfLocation(image, elf, [image], []);
        }

        var locator = new DebugFileLocator(options);
        if (locator.Find(elf) is not { } debug)
        {
            refused = locator.Notes.Count == 0 ? "" : " (" + string.Join("; ", locator.Notes.Select(note => note.Message)) + ")";
            return null;
        }

        if (!DwarfSections.ArePresent(debug.Elf))
        {
            debug.Dispose();
            return null;
        }

        var diagnostics = new List<Diagnostic>(locator.Notes)
        {
            new(DiagnosticSeverity.Note, $"{image.Path}: its debug information is {debug.Path}"),
        };
        return new DwarfLocation(debug.Image, debug.Elf, [image, debug.Image], diagnostics);
    }
}
