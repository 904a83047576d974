using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Where a name may be mentioned: its offsets in <c>.debug_str</c> as four bytes in <c>.debug_info</c>, and the name itself there. Found
/// with vector instructions, without reading a DIE; whether it is a name there, the DIE says. Where names are said by index, the units
/// are known whose table in <c>.debug_str_offsets</c> has the name, and nothing is known of the places.
/// </summary>
internal sealed class NameHits
{
    // What a thread copies at a time: it stays in the second cache.
    private const int BlockBytes = 256 * 1024;

    // After so many blocks a thread knows whether most have a hit.
    private const int TrialBlocks = 8;

    private readonly DwarfFile _file;
    private readonly byte[] _text;
    private readonly HashSet<uint> _offsets = [];
    private readonly Dictionary<int, List<uint>> _byUnit = [];
    private StringIndexTables? _tables;

    private NameHits(DwarfFile file, ReadOnlySpan<byte> name)
    {
        _file = file;
        _text = [.. name, 0];
    }

    /// <summary>The units that have to be looked at, ascending.</summary>
    internal int[] Units { get; private set; } = [];

    /// <summary>The places in a unit, ascending; null for none.</summary>
    internal List<uint>? In(int unit) => _byUnit.GetValueOrDefault(unit);

    /// <summary>Whether a unit may say the name by index.</summary>
    /// <param name="tableBase">Where its part of <c>.debug_str_offsets</c> begins.</param>
    internal bool MayBeIndexed(ulong tableBase) => _tables is not null && _tables.MayHaveName(tableBase);

    /// <summary>Searches for a name.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The name, at least one byte.</param>
    /// <param name="threads">Threads to use.</param>
    internal static NameHits Find(DwarfFile file, ReadOnlySpan<byte> name, int threads)
    {
        var hits = new NameHits(file, name);
        if (name.IsEmpty)
        {
            return hits;
        }

        hits.CollectOffsets(file.Sections.Strings);
        hits.CollectOffsets(file.Sections.LineStrings);
        var search = new PatternSearch(hits._text, hits._offsets);
        hits.SearchInfo(search, threads);
        hits._tables = StringIndexTables.Search(file, hits._offsets);
        hits.Units = hits._tables is null ? [.. hits._byUnit.Keys.Order()] : [.. Enumerable.Range(0, file.Units.Length)];
        return hits;
    }

    /// <summary>Searches for offsets in <c>.debug_str</c>, and for no name that stands in <c>.debug_info</c> or is said by index.</summary>
    internal static NameHits FindOffsets(DwarfFile file, IEnumerable<uint> offsets, int threads)
    {
        var hits = new NameHits(file, default);
        foreach (uint offset in offsets)
        {
            hits._offsets.Add(hits.AsInFile(offset));
        }

        hits.SearchInfo(new PatternSearch(null, hits._offsets), threads);
        hits.Units = [.. hits._byUnit.Keys.Order()];
        return hits;
    }

    // Linkers let strings share their ends, so that the name may lie inside a longer string; where a linked file has it as a string of
    // its own, it is that one.
    private void CollectOffsets(ByteRegion strings)
    {
        bool isLinked = _file.Sections.Elf.Type != ElfFileType.ET_REL;
        var inside = new List<uint>();
        bool hasOwn = false;
        long end = Math.Min(strings.Length, uint.MaxValue);
        for (long at = 0; at < end; at++)
        {
            int found = strings.Span(at, (int)Math.Min(end - at, int.MaxValue)).IndexOf(_text);
            if (found < 0)
            {
                break;
            }

            at += found;
            bool isOwn = at == 0 || strings.Span(at - 1, 1)[0] == 0;
            hasOwn |= isOwn;
            if (isOwn || !isLinked)
            {
                _offsets.Add(AsInFile((uint)at));
            }
            else
            {
                inside.Add(AsInFile((uint)at));
            }
        }

        if (!hasOwn)
        {
            _offsets.UnionWith(inside);
        }
    }

    private uint AsInFile(uint offset) =>
        _file.IsBigEndian == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(offset) : offset;

    private void SearchInfo(PatternSearch search, int threads)
    {
        long length = _file.Sections.Info.Length;
        var found = new List<long>?[(length + BlockBytes - 1) / BlockBytes];
        int next = -1;
        Crew.Run((int)Math.Clamp(found.Length / 8, 1, threads), _ =>
        {
            byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, BlockBytes + Math.Max(_text.Length, 4)));
            int searched = 0;
            int hit = 0;
            for (int block = Interlocked.Increment(ref next); block < found.Length; block = Interlocked.Increment(ref next))
            {
                // Where units with hits are many, their pages are needed anyway: they are mapped, not copied.
                bool isMapped = searched >= TrialBlocks && hit * 2 > searched;
                found[block] = SearchBlock((long)block * BlockBytes, search, buffer, isMapped);
                searched++;
                hit += found[block] is null ? 0 : 1;
            }
        });

        foreach (List<long>? hits in found)
        {
            AddHits(hits ?? []);
        }
    }

    private void AddHits(List<long> hits)
    {
        DwarfUnit unit = default;
        foreach (long at in hits)
        {
            bool isInUnit = at >= unit.Offset && at - unit.Offset < unit.LengthBytes;
            if (isInUnit || _file.TryFindUnit(at, out unit))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_byUnit, unit.Index, out _) ??= []).Add((uint)(at - unit.Offset));
            }
        }
    }

    // A hit belongs to the block that it begins in.
    private List<long>? SearchBlock(long start, PatternSearch search, byte[] buffer, bool isMapped)
    {
        ByteRegion info = _file.Sections.Info;
        int starts = (int)Math.Min(info.Length - start, BlockBytes);
        int length = (int)Math.Min(info.Length - start, buffer.Length);
        ReadOnlySpan<byte> block = isMapped ? info.Span(start, length) : info.Pass(start, buffer.AsSpan(0, length));
        List<long>? hits = null;
        search.FindAll(block, starts, start, ref hits);
        return hits;
    }
}
