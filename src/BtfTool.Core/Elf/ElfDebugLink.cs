using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Elf;

/// <summary>What an ELF file says of the separate file that has its debug information; an absence is no error, whatever is there.</summary>
internal static class ElfDebugLink
{
    private const int MaxIdBytes = 64;
    private const int MaxNotesBytes = 1 << 20;
    private const uint NT_GNU_BUILD_ID = 3;

    /// <summary>
    /// The build id: a GNU note in any note section (<c>.note.gnu.build-id</c>, and <c>.notes</c> of a vmlinux), 2 to 64 bytes.
    /// Cost: O(sections and notes).
    /// </summary>
    public static bool TryGetBuildId(ElfFile elf, out byte[] id)
    {
        ArgumentNullException.ThrowIfNull(elf);
        foreach (ref readonly ElfSection section in elf.Sections)
        {
            if (section.Type == ElfSectionType.SHT_NOTE && TryRead(elf, section, out ByteRegion notes)
                && TryFindBuildId(notes.Span(0, (int)Math.Min(notes.Length, MaxNotesBytes)), elf.IsBigEndian, out id))
            {
                return true;
            }
        }

        id = [];
        return false;
    }

    /// <summary>The build id among notes that are not in an ELF file (<c>/sys/kernel/notes</c>). Cost: O(notes).</summary>
    public static bool TryFindBuildId(ReadOnlySpan<byte> notes, bool bigEndian, out byte[] id)
    {
        while (notes.Length >= 12)
        {
            ulong nameBytes = ElfWords.Read(notes, 4, bigEndian);
            ulong valueBytes = ElfWords.Read(notes[4..], 4, bigEndian);
            ulong valueAt = 12 + ((nameBytes + 3) & ~3UL);
            ulong next = valueAt + ((valueBytes + 3) & ~3UL);
            if (valueAt + valueBytes > (ulong)notes.Length)
            {
                break;
            }

            if (ElfWords.Read(notes[8..], 4, bigEndian) == NT_GNU_BUILD_ID && notes[12..].StartsWith("GNU\0"u8) && nameBytes == 4
                && valueBytes is >= 2 and <= MaxIdBytes)
            {
                id = notes.Slice((int)valueAt, (int)valueBytes).ToArray();
                return true;
            }

            notes = next >= (ulong)notes.Length ? default : notes[(int)next..];
        }

        id = [];
        return false;
    }

    /// <summary>
    /// The file name and the checksum in <c>.gnu_debuglink</c>: the name, zeros up to a multiple of four, the CRC-32 of the file that is
    /// meant. A name with a folder in it is none. Cost: O(sections).
    /// </summary>
    public static bool TryGetLink(ElfFile elf, out string name, out uint checksum)
    {
        ArgumentNullException.ThrowIfNull(elf);
        name = "";
        checksum = 0;
        if (!elf.TryGetSection(".gnu_debuglink"u8, out ElfSection section) || !TryRead(elf, section, out ByteRegion bytes))
        {
            return false;
        }

        ReadOnlySpan<byte> link = bytes.Span(0, (int)Math.Min(bytes.Length, 4096));
        int end = link.IndexOf((byte)0);
        int at = (end + 4) & ~3;
        if (end <= 0 || at + 4 > link.Length || link[..end].Contains((byte)'/') || link[..end].SequenceEqual(".."u8))
        {
            return false;
        }

        name = Encoding.UTF8.GetString(link[..end]);
        checksum = (uint)ElfWords.Read(link[at..], 4, elf.IsBigEndian);
        return true;
    }

    /// <summary>True when the file has DWARF in it: a <c>.debug_info</c>, compressed or not, with bytes. Cost: O(sections).</summary>
    public static bool HasDebugInfo(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return elf.TryGetSection(".debug_info"u8, out _) || elf.TryGetSection(".zdebug_info"u8, out _);
    }

    private static bool TryRead(ElfFile elf, in ElfSection section, out ByteRegion bytes)
    {
        try
        {
            bytes = elf.Read(section);
            return true;
        }
        catch (InvalidImageException)
        {
            bytes = default;
            return false;
        }
    }
}
