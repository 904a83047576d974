using BtfTool.Core.IO;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Lists of address ranges of one unit, of which the first address is all that is read: <c>.debug_ranges</c> (DWARF 4 §2.17.3) and
/// <c>.debug_rnglists</c> (DWARF 5 §7.25). What is damaged has no address.
/// </summary>
internal readonly ref struct RangeLists(
    DwarfFile file, DwarfUnit unit, ulong listsBase, CodeAddress unitBase, Func<ulong, CodeAddress> indexedAddress)
{
    // Entries before the first range only say what the following count from; there is one at most.
    private const int MostEntries = 16;

    /// <summary>The address that the first range of a list begins at.</summary>
    /// <param name="value">DW_AT_ranges.</param>
    /// <param name="valueClass">Its class: an offset in the section, or a number in the unit's table of lists.</param>
    internal CodeAddress First(ulong value, ValueClass valueClass)
    {
        if (unit.Version < 5)
        {
            return FirstOfPairs(value);
        }

        ByteRegion lists = file.Sections.RangeLists;
        if (valueClass == ValueClass.ListIndex)
        {
            ulong bytes = unit.Is64 ? 8u : 4u;
            ulong room = listsBase < (ulong)lists.Length ? (ulong)lists.Length - listsBase : 0;
            if (value >= room / bytes)
            {
                return default;
            }

            value = listsBase + AddressIn(lists.Span((long)(listsBase + (value * bytes)), (int)bytes), file.IsBigEndian);
        }

        return FirstOfList(lists, value);
    }

    /// <summary>An integer as wide as its bytes.</summary>
    internal static ulong AddressIn(ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        ulong address = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            int shift = 8 * (isBigEndian ? bytes.Length - 1 - i : i);
            address |= (ulong)bytes[i] << shift;
        }

        return address;
    }

    private CodeAddress FirstOfPairs(ulong at)
    {
        ByteRegion ranges = file.Sections.Ranges;
        ulong size = (ulong)unit.AddressBytes;
        ulong all = size >= 8 ? ulong.MaxValue : (1UL << (8 * (int)size)) - 1;
        CodeAddress from = unitBase;
        for (int i = 0; i < MostEntries && TryAddress(ranges, at, out ulong begin) && TryAddress(ranges, at + size, out ulong end); i++)
        {
            int section = file.Sections.RangeTargets?.SectionAt(at) ?? 0;
            if (begin == all)
            {
                from = new CodeAddress(end, file.Sections.RangeTargets?.SectionAt(at + size) ?? 0);
            }
            else if (begin == 0 && end == 0)
            {
                break;
            }
            else
            {
                return new CodeAddress(begin + from.Value, section != 0 ? section : from.Section);
            }

            at += 2 * size;
        }

        return default;
    }

    private CodeAddress FirstOfList(ByteRegion lists, ulong at)
    {
        CodeAddress from = unitBase;
        for (int i = 0; i < MostEntries && at < (ulong)lists.Length; i++)
        {
            byte kind = lists.Span((long)at++, 1)[0];
            switch (kind)
            {
                case DW_RLE_base_addressx or DW_RLE_startx_endx or DW_RLE_startx_length when TryUleb(lists, ref at, out ulong index):
                    CodeAddress indexed = indexedAddress(index);
                    if (kind != DW_RLE_base_addressx)
                    {
                        return indexed;
                    }

                    from = indexed;
                    break;
                case DW_RLE_offset_pair when TryUleb(lists, ref at, out ulong offset) && from.IsKnown:
                    return new CodeAddress(from.Value + offset, from.Section);
                case DW_RLE_base_address or DW_RLE_start_end or DW_RLE_start_length when TryAddress(lists, at, out ulong address):
                    var found = new CodeAddress(address, file.Sections.RangeListTargets?.SectionAt(at) ?? 0);
                    if (kind != DW_RLE_base_address)
                    {
                        return found;
                    }

                    from = found;
                    at += (ulong)unit.AddressBytes;
                    break;
                default:
                    return default;
            }
        }

        return default;
    }

    private bool TryAddress(ByteRegion section, ulong at, out ulong address)
    {
        ulong size = (ulong)unit.AddressBytes;
        bool isThere = at < (ulong)section.Length && size <= (ulong)section.Length - at;
        address = isThere ? AddressIn(section.Span((long)at, (int)size), file.IsBigEndian) : 0;
        return isThere;
    }

    private static bool TryUleb(ByteRegion section, ref ulong at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && at < (ulong)section.Length; shift += 7)
        {
            byte b = section.Span((long)at++, 1)[0];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
