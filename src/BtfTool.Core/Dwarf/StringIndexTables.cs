using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// The tables of <c>.debug_str_offsets</c> (DWARF 5 §7.26), one for each unit that says names by index: which of them have a name.
/// </summary>
internal sealed class StringIndexTables
{
    private const int BlockBytes = 256 * 1024;

    // Ends of the tables, ascending, and whether each has the name.
    private readonly List<long> _ends = [];
    private readonly List<bool> _hasName = [];

    private StringIndexTables()
    {
    }

    /// <summary>Searches for any of the offsets in <c>.debug_str</c> that a name has; null when no table has one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offsets">The offsets as they stand in the file.</param>
    internal static StringIndexTables? Search(DwarfFile file, HashSet<uint> offsets)
    {
        ByteRegion section = file.Sections.StringOffsets;
        if (section.Length == 0 || offsets.Count == 0)
        {
            return null;
        }

        List<long>? hits = null;
        var search = new PatternSearch(null, offsets);
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(section.Length, BlockBytes + sizeof(uint)));
        for (long start = 0; start < section.Length; start += BlockBytes)
        {
            int bytes = (int)Math.Min(section.Length - start, buffer.Length);
            search.FindAll(section.Pass(start, buffer.AsSpan(0, bytes)), Math.Min(bytes, BlockBytes), start, ref hits);
        }

        if (hits is null)
        {
            return null;
        }

        var tables = new StringIndexTables();
        tables.ReadHeaders(file, section);
        tables.Mark(hits);
        return tables;
    }

    /// <summary>Whether the table of a unit has the name; true where its table cannot be told.</summary>
    /// <param name="tableBase">Where the unit's table begins, behind its header.</param>
    internal bool MayHaveName(ulong tableBase)
    {
        int table = TableOf((long)Math.Min(tableBase, long.MaxValue));
        return table >= _ends.Count || _hasName[table];
    }

    // What does not look like a header ends the list: all behind it is one table.
    private void ReadHeaders(DwarfFile file, ByteRegion section)
    {
        for (long at = 0; section.Length - at >= 8;)
        {
            var reader = new SpanReader(section.Span(at, (int)Math.Min(section.Length - at, 16)), file.IsBigEndian, file.Path, ".debug_str_offsets");
            ulong length = reader.ReadU32();
            if (length == uint.MaxValue && reader.Remaining >= 12)
            {
                length = reader.ReadU64();
            }

            bool isHeader = length >= 4 && length <= (ulong)(section.Length - at - reader.Position) && reader.ReadU16() == 5;
            at = isHeader ? at + reader.Position - 2 + (long)length : section.Length;
            _ends.Add(at);
            _hasName.Add(false);
        }
    }

    private void Mark(List<long> hits)
    {
        foreach (long hit in hits)
        {
            int table = TableOf(hit);
            if (table < _ends.Count)
            {
                _hasName[table] = true;
            }
        }
    }

    private int TableOf(long offset)
    {
        int found = _ends.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }
}
