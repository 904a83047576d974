namespace BtfTool.Core.Elf;

/// <summary>
/// Which sections hold the relocations of which section, so that relocating all of many sections (COMDAT) costs no search for each.
/// Immutable once made.
/// </summary>
internal sealed class ElfRelocationIndex
{
    private readonly Dictionary<uint, int> _first = [];
    private readonly int[] _next;

    internal ElfRelocationIndex(ReadOnlySpan<ElfSection> sections)
    {
        _next = new int[sections.Length];
        for (int i = sections.Length - 1; i > 0; i--)
        {
            if (sections[i].Type is ElfSectionType.SHT_REL or ElfSectionType.SHT_RELA or ElfSectionType.SHT_CREL)
            {
                _next[i] = _first.GetValueOrDefault(sections[i].Info);
                _first[sections[i].Info] = i;
            }
        }
    }

    /// <summary>Index of the first section with relocations of a section; 0 when there is none.</summary>
    internal int FirstFor(int section) => _first.GetValueOrDefault((uint)section);

    /// <summary>Index of the next section with relocations of the same section; 0 when there is none.</summary>
    internal int NextAfter(int relocations) => _next[relocations];
}
