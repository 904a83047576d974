using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Where a name may be mentioned: its offsets in <c>.debug_str</c> as four bytes in <c>.debug_info</c>, and the name itself there. Found
/// with vector instructions, without reading a DIE; whether it is a name there, the DIE says.
/// </summary>
internal sealed class NameHits
{
    private const int BlockBytes = 4 * 1024 * 1024;

    private readonly DwarfFile _file;
    private readonly byte[] _text;
    private readonly HashSet<uint> _offsets = [];

    private NameHits(DwarfFile file, ReadOnlySpan<byte> name)
    {
        _file = file;
        _text = [.. name, 0];
    }

    /// <summary>
    /// The places, by unit; null where names are said by index, and each unit has to be looked at.
    /// </summary>
    internal static Dictionary<int, List<uint>>? Find(DwarfFile file, ReadOnlySpan<byte> name, int jobs)
    {
        if (file.Sections.StringOffsets.Length > 0 || name.IsEmpty)
        {
            return null;
        }

        var search = new NameHits(file, name);
        search.CollectOffsets(file.Sections.Strings);
        search.CollectOffsets(file.Sections.LineStrings);
        return search.Run(jobs);
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

    private Dictionary<int, List<uint>> Run(int jobs)
    {
        long length = _file.Sections.Info.Length;
        var found = new List<long>[(length + BlockBytes - 1) / BlockBytes];
        bool isShort = _text.Length < 3;
        var search = new PatternSearch(isShort ? null : _text, _offsets);
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, jobs) }, block =>
            found[block] = SearchBlock((long)block * BlockBytes, search, isShort));
        var byUnit = new Dictionary<int, List<uint>>();
        foreach (List<long> hits in found)
        {
            foreach (long at in hits)
            {
                if (_file.TryFindUnit(at, out DwarfUnit unit))
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(byUnit, unit.Index, out _) ??= []).Add((uint)(at - unit.Offset));
                }
            }
        }

        return byUnit;
    }

    // A hit belongs to the block that it begins in.
    private List<long> SearchBlock(long start, PatternSearch search, bool isShort)
    {
        ByteRegion info = _file.Sections.Info;
        var hits = new List<long>();
        int starts = (int)Math.Min(info.Length - start, BlockBytes);
        ReadOnlySpan<byte> block = info.Span(start, (int)Math.Min(info.Length - start, BlockBytes + Math.Max(_text.Length, 4)));
        search.FindAll(block, starts, start, hits);
        int sorted = hits.Count;
        for (int at = 0; isShort && at < starts && block[at..].IndexOf(_text) is var next and >= 0; at++)
        {
            at += next;
            hits.Add(start + at);
        }

        if (hits.Count > sorted)
        {
            hits.Sort();
        }

        return hits;
    }
}
