using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

// Unnamed members that the source must have had, because the compiler would not put a named one where it is without them. BTF does
// not carry them, and pahole writes a hole in their place.
public sealed partial class PaholeEmitter
{
    private const int MaxUnnamedLines = 64;

    private void WriteUnnamed(TypeView type, MemberList members, int i, in PaholeMember placed, in PaholeMember before,
        in PaholeWalk walk, in PaholeFrame frame, ref MemberCursor cursor)
    {
        long holeBytes = i == 0 ? walk.LeadingHoleBytes : before.HoleBytes;
        long holeBits = i == 0 ? walk.LeadingHoleBits : before.HoleBits;
        if (cursor.HasFiller || (holeBytes <= 0 && holeBits <= 0))
        {
            return;
        }

        long end = i == 0 ? 0 : EndBit(before);
        long start = placed.BitOffset;
        bool packed = PrintsAsPacked(type.Id);
        if (start <= end || CompilerPlaces(placed, end, packed, members[i].Type) >= start)
        {
            return;
        }

        Meet(PaholeQuirks.UnnamedMember);
        if (!_options.Compat)
        {
            WriteUnnamedGap(members[i].Type, placed.BitSize != 0, end, start, frame, ref cursor);
        }
    }

    private void WriteUnnamedTail(TypeView type, MemberView last, in PaholeMember placed, in PaholeWalk walk, in PaholeFrame frame,
        ref MemberCursor cursor)
    {
        if (_graph.Has(Facet.DeclaredAlignment))
        {
            return;
        }

        long end = EndBit(placed);
        long size = PaholeTypes.SizeOfComposite(type) * 8;
        long alignment = PrintsAsPacked(type.Id) ? 1 : _types.NaturalAlignment(type.Id);
        alignment = Math.Max(alignment, OwnAlignment(type, walk)) * 8;
        if (walk.PaddingBytes <= 0 || end >= size || RoundUp(end, alignment) >= size)
        {
            return;
        }

        Meet(PaholeQuirks.UnnamedMember);
        WriteUnnamedGap(last.Type, placed.BitSize != 0, end, size, frame, ref cursor);
    }

    // Where alignments are declared, padding beyond that of a pointer must have been written out: pahole says so in units of the last member.
    private void WriteForcedPadding(TypeView type, MemberView last, in PaholeMember placed, in PaholeWalk walk, in PaholeFrame frame)
    {
        bool isForced = _graph.Has(Facet.DeclaredAlignment) && walk.AlignmentBytes == 0
            && walk.PaddingBytes > _graph.PointerSizeBytes && long.IsPow2(placed.SizeBytes);
        if (!isForced)
        {
            return;
        }

        _w.Write((byte)'\n');
        Tabs(frame.Indent);
        _w.Write("/* Force padding: */\n"u8);
        long left = walk.PaddingBytes;
        for (int lines = 0; left >= placed.SizeBytes && lines < MaxUnnamedLines * 16; lines++)
        {
            WriteUnnamedBits(last.Type, placed.SizeBytes * 8, frame);
            left -= placed.SizeBytes;
        }
    }

    private static long EndBit(in PaholeMember placed) =>
        placed.BitOffset + (placed.BitSize != 0 ? placed.BitSize : placed.SizeBytes * 8);

    // The first bit at which a C compiler would put the member behind another that ends at a bit (System V ABI, bit-fields).
    private long CompilerPlaces(in PaholeMember placed, long end, bool packed, TypeId type)
    {
        if (placed.BitSize != 0)
        {
            long unit = placed.SizeBytes * 8;
            bool fits = packed || unit == 0 || end / unit == (end + placed.BitSize - 1) / unit;
            return fits ? end : RoundUp(end, unit);
        }

        long alignment = packed ? 1 : _types.NaturalAlignment(type);
        return RoundUp(end, Math.Max(alignment, _options.NoAligned ? placed.AlignmentBytes : MemberAlignment(placed)) * 8);
    }

    private static long RoundUp(long value, long to) => to <= 1 ? value : (value + to - 1) / to * to;

    private void WriteUnnamedGap(TypeId near, bool inField, long from, long to, in PaholeFrame frame,
        ref MemberCursor cursor)
    {
        TypeId stripped = _types.Strip(near);
        long unit = _graph.KindOf(stripped) == TypeKind.Int ? _types.SizeOf(stripped) * 8 : 0;
        BeginGap(ref cursor);
        int lines = 0;
        while (from < to && lines++ < MaxUnnamedLines)
        {
            bool usesUnit = unit > 0 && (inField || (from / unit * unit) + unit <= to);
            long width = usesUnit ? unit : 8;
            long bits = Math.Min(to - from, width - (from % width));
            if (usesUnit)
            {
                WriteUnnamedBits(near, bits, frame);
            }
            else
            {
                WriteUnnamedChar(bits, frame);
            }

            from += bits;
        }

        if (from < to)
        {
            WriteUnnamedChar((to - from) / 8, frame, isArray: true);
        }

        cursor.IsNewlinePending = true;
    }

    private void BeginGap(ref MemberCursor cursor)
    {
        if (!cursor.IsNewlinePending)
        {
            _w.Write((byte)'\n');
            cursor.IsNewlinePending = true;
        }
    }

    private void WriteUnnamedChar(long count, in PaholeFrame frame, bool isArray = false)
    {
        Tabs(frame.Indent);
        long start = _w.Length;
        _w.Write("char"u8);
        PadTo(start, frame.TypeColumn);
        _w.Write((byte)' ');
        _w.Write(isArray ? "__unnamed["u8 : ":"u8);
        _w.WriteDecimal(count);
        _w.Write(isArray ? "];\n"u8 : ";\n"u8);
    }
}
