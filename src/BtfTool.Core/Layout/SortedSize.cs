namespace BtfTool.Core.Layout;

/// <summary>
/// What a struct would take with its members sorted by alignment, the largest first. An estimate that does not promise too much: runs
/// of bitfields stay together, a flexible array stays last, and alignment that was forced stays: a hole or padding that is larger than
/// nature needs shows it where the file does not say it, and no member crosses such a place.
/// </summary>
internal static class SortedSize
{
    private const int CachelineShift = 6;
    private const int Shifts = 31;

    /// <summary>The size in bytes, never more than that of the struct. Cost: linear in the members; nothing is allocated.</summary>
    /// <param name="layout">The struct; packed ones stay as they are.</param>
    /// <param name="members">Its members by offset.</param>
    /// <param name="leadingHoleBytes">Bytes before the first member.</param>
    public static long Of(in LayoutSummary layout, ReadOnlySpan<MemberLayout> members, long leadingHoleBytes)
    {
        if (layout.IsPacked || layout.WastedBytes == 0 || members.IsEmpty || leadingHoleBytes != 0)
        {
            return layout.SizeBytes;
        }

        // By alignment: the bytes of members whose size it divides or that are filled up to it, and what the largest filling is.
        Span<Int128> bytes = stackalloc Int128[Shifts];
        Span<long> filling = stackalloc long[Shifts];
        bytes.Clear();
        filling.Clear();
        int largest = Math.Max(ShiftOf(layout.AlignmentBytes), ForcedShift(layout.SizeBytes, layout.PaddingBytes, layout.AlignmentBytes, layout.SizeBytes));
        long holeBefore = 0;
        Int128 start = 0;
        for (int i = 0; i < members.Length; holeBefore = members[i].HoleBytes, i++)
        {
            ref readonly MemberLayout first = ref members[i];
            (long size, int shift) = first.BitfieldBits != 0 ? Run(members, ref i) : (first.SizeBytes, ShiftOf(first.AlignmentBytes));
            int forced = ForcedShift(first.OffsetBytes, holeBefore, first.AlignmentBytes, layout.SizeBytes);
            if (forced > shift)
            {
                // Nothing crosses such a place: what lies behind it was set apart.
                start = RoundUp(Sum(start, bytes, filling), forced);
                bytes.Clear();
                filling.Clear();
                largest = Math.Max(largest, forced);
            }

            long filled = -size & ((1L << shift) - 1);
            bytes[shift] += (Int128)size + filled;
            filling[shift] = Math.Max(filling[shift], filled);
            largest = Math.Max(largest, shift);
        }

        return (long)Int128.Min(layout.SizeBytes, RoundUp(Sum(start, bytes, filling), largest));
    }

    private static Int128 Sum(Int128 start, ReadOnlySpan<Int128> bytes, ReadOnlySpan<long> filling)
    {
        Int128 end = start;
        for (int shift = Shifts - 1; shift >= 0; shift--)
        {
            end = bytes[shift] == 0 ? end : RoundUp(end, shift) + bytes[shift] - filling[shift];
        }

        return end;
    }

    // Bitfields one after the other, laid anew from the start of a storage unit: none crosses the end of its own.
    private static (long Size, int Shift) Run(ReadOnlySpan<MemberLayout> members, ref int i)
    {
        long bits = 0;
        int shift = 0;
        for (; i < members.Length && members[i].BitfieldBits != 0; i++)
        {
            long unit = Math.Max(8, Math.Min(members[i].SizeBytes, 16) * 8);
            long width = members[i].BitfieldBits;
            bool crosses = width <= unit && bits / unit != (bits + width - 1) / unit;
            bits = (crosses ? (bits + unit - 1) / unit * unit : bits) + width;
            shift = Math.Max(shift, ShiftOf(members[i].AlignmentBytes));
        }

        i--;
        return ((bits + 7) / 8, shift);
    }

    // What no alignment explains is a gap that may go.
    private static int ForcedShift(long endBytes, long gapBytes, int alignmentBytes, long sizeBytes) =>
        AlignmentInference.OfGap(endBytes, gapBytes, alignmentBytes, CachelineShift, sizeBytes) is { AlignmentBytes: > 0 } forced
            ? int.Log2(forced.AlignmentBytes) : 0;

    private static int ShiftOf(int alignmentBytes) => Math.Min(Shifts - 1, int.Log2(Math.Max(1, alignmentBytes)));

    private static Int128 RoundUp(Int128 value, int shift) => (value + ((1L << shift) - 1)) >> shift << shift;
}
