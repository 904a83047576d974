using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Elf;

/// <summary>
/// Reads sections of relocatable files (<c>.o</c>, <c>.ko</c>) with their relocations applied: as if each section began at address 0,
/// which makes offsets into other sections what they are. Other files are read as they are, whatever relocations they carry: a
/// vmlinux with <c>.rela.debug_info</c> (<c>--emit-relocs</c>) is linked already. Source of the rules: gABI chapter 4 (relocation).
/// </summary>
internal static class ElfRelocator
{
    private const int BlockEntries = 16384;

    /// <summary>
    /// The bytes of a section, decompressed, and relocated when the file is ET_REL. Safe to call from several threads, for different
    /// sections or the same. Cost: O(1) where there is nothing to do; else one copy and O(relocations of the section).
    /// </summary>
    /// <exception cref="InvalidImageException">
    /// The section or what it needs is broken or goes beyond the limits, or a relocation is of a type that is not known here and
    /// refers to another section that is not loaded; what is not known of code and data stays as it is.
    /// </exception>
    public static ByteRegion Read(ElfFile elf, in ElfSection section)
    {
        ArgumentNullException.ThrowIfNull(elf);
        ByteRegion plain = elf.Read(section);
        int first = elf.Type == ElfFileType.ET_REL ? elf.Relocations.FirstFor(section.Index) : 0;
        if (first == 0)
        {
            return plain;
        }

        byte[] bytes = TakeOrCopy(elf, section, plain, out int start);
        Span<byte> target = bytes.AsSpan(start, (int)plain.Length);
        for (int at = first; at != 0; at = elf.Relocations.NextAfter(at))
        {
            Apply(elf, elf.Sections[at], target);
        }

        return start == 0 ? ByteRegion.FromPinned(bytes, target.Length) : plain;
    }

    // What was decompressed for this call belongs to it; bytes of the file do not.
    private static byte[] TakeOrCopy(ElfFile elf, in ElfSection section, ByteRegion plain, out int start)
    {
        _ = elf.Bytes.TryGetBuffer(out byte[]? file, out _);
        if (plain.TryGetBuffer(out byte[]? own, out start) && !ReferenceEquals(own, file))
        {
            return own;
        }

        long most = Math.Min(elf.Limits.MaxDecompressedBytes, Array.MaxLength);
        if (plain.Length > most)
        {
            InvalidImageException.Throw(elf.Path, elf.NameOf(section), -1,
                $"the section has {plain.Length} bytes and relocations; at most {most} bytes can be relocated");
        }

        start = 0;
        byte[] copy = GC.AllocateUninitializedArray<byte>((int)plain.Length, pinned: true);
        plain.AsSpan().CopyTo(copy);
        return copy;
    }

    private static void Apply(ElfFile elf, in ElfSection relocations, Span<byte> target)
    {
        if (relocations.Type == ElfSectionType.SHT_CREL)
        {
            InvalidImageException.Throw(elf.Path, elf.NameOf(relocations), -1,
                "compact relocations (SHT_CREL) are not read: have it linked, or compiled without --crel");
        }

        if (relocations.Link >= (uint)elf.Sections.Length)
        {
            InvalidImageException.Throw(elf.Path, elf.NameOf(relocations), -1,
                $"its symbols are in section {relocations.Link}; the file has {elf.Sections.Length}");
        }

        ElfSection table = elf.Sections[(int)relocations.Link];
        var pass = new ElfRelocationPass(elf, relocations, table.HasBytes ? ElfSymbols.Read(elf, table) : null);
        ByteRegion entries = elf.Read(relocations);
        int entryBytes = pass.EntryBytes;
        if (relocations.EntrySizeBytes != 0 && relocations.EntrySizeBytes != (ulong)entryBytes)
        {
            InvalidImageException.Throw(elf.Path, elf.NameOf(relocations), -1,
                $"relocations of {relocations.EntrySizeBytes} bytes; {entryBytes} expected");
        }

        long end = entries.Length - (entries.Length % entryBytes);
        for (long at = 0; at < end; at += BlockEntries * entryBytes)
        {
            pass.Apply(entries.Span(at, (int)Math.Min(BlockEntries * entryBytes, end - at)), at, target);
        }
    }
}
