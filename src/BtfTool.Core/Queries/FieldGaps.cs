namespace BtfTool.Core.Queries;

/// <summary>Says what a bit belongs to that no member has: a hole, the rest of a bitfield's storage unit, padding.</summary>
internal static class FieldGaps
{
    /// <summary>Describes the gap around a bit.</summary>
    /// <param name="index">The struct or union that has it.</param>
    /// <param name="path">The path of that.</param>
    /// <param name="startBits">Where that begins, from the start of what was asked.</param>
    /// <param name="bit">The bit, from the start of the struct.</param>
    /// <param name="before">Position of the last member that begins before it; -1 when none does.</param>
    internal static FieldPlace Describe(FieldIndex index, string path, long startBits, long bit, int before)
    {
        if (index.IsUnion)
        {
            long paddingStart = (index.Summary.SizeBytes - index.Summary.PaddingBytes) * 8;
            return Make(FieldPlaceKind.Padding, path, startBits, paddingStart, bit, index.Summary.PaddingBytes * 8);
        }

        bool isLast = before == index.Members.Length - 1;
        (long bytes, long bits) = isLast ? (index.Summary.PaddingBytes, index.Summary.PaddingBits)
            : before < 0 ? (index.Layout.LeadingHoleBytes, index.Layout.LeadingHoleBits)
            : (index.Members[before].HoleBytes, index.Members[before].HoleBits);
        long start = index.EndBitsUpTo(before);
        long end = isLast ? index.SizeBits : index.Members[before + 1].BitOffset;
        bool isBits = bits > 0 && (bytes <= 0 || (IsBitfield(index, before) ? bit < start + bits : bit >= end - bits));
        FieldPlaceKind kind = isBits ? FieldPlaceKind.BitHole : isLast ? FieldPlaceKind.Padding : FieldPlaceKind.Hole;
        long length = isBits ? bits : bytes > 0 ? bytes * 8 : end - start;
        if (bits > 0 && bytes > 0)
        {
            // The bits of a unit and the bytes behind or before it share the gap.
            bool bitsFirst = IsBitfield(index, before);
            start = isBits == bitsFirst ? start : end - length;
        }

        return Make(kind, path, startBits, start, bit, length) with
        {
            Before = before < 0 ? null : Name(index, path, before),
            After = isLast ? null : Name(index, path, before + 1),
        };
    }

    private static FieldPlace Make(FieldPlaceKind kind, string path, long startBits, long gapStart, long bit, long lengthBits) => new()
    {
        Kind = kind,
        Path = path,
        BitOffset = startBits + gapStart,
        SizeBytes = kind == FieldPlaceKind.BitHole ? 0 : lengthBits / 8,
        HoleBits = kind == FieldPlaceKind.BitHole ? lengthBits : 0,
        InsideBytes = kind == FieldPlaceKind.BitHole ? 0 : Math.Max(0, bit - gapStart) / 8,
    };

    private static bool IsBitfield(FieldIndex index, int position) => position >= 0 && index.Members[position].BitfieldBits != 0;

    private static string Name(FieldIndex index, string path, int position)
    {
        string name = index.NameOf(position);
        return FieldPaths.Join(path, name.Length > 0 ? name : "(anonymous)");
    }
}
