using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

/// <summary>Sums over the members of a struct while they are written.</summary>
internal struct PaholeTotals
{
    public long MemberBytes;
    public long MemberBits;
    public long HoleBytes;
    public long BitHoleBits;
    public int ForcedAlignments;
    public int ForcedHoles;
    public long ForcedHoleBytes;
    public int TypesWithHoles;
    public long HolesInTypes;
    public int TypesWithBitHoles;
    public long BitHolesInTypes;
    public int TypesWithBitPadding;
    public long PaddingBitsInTypes;
    public int Paddings;
    public long PaddingBytesInTypes;
    public int FlexibleAtEnd;
    public int FlexibleInMiddle;

    public void Count(in PaholeMember placed)
    {
        if (placed.BitSize != 0)
        {
            MemberBits += placed.BitSize;
        }
        else
        {
            MemberBytes += placed.SizeBytes;
        }
    }

    public void Count(in PaholeWalk embedded)
    {
        FlexibleAtEnd += embedded.HasFlexibleArray ? 1 : 0;
        FlexibleInMiddle += embedded.HasEmbeddedFlexibleArray ? 1 : 0;
        Add(embedded.PaddingBytes, ref Paddings, ref PaddingBytesInTypes);
        Add(embedded.PaddingBits, ref TypesWithBitPadding, ref PaddingBitsInTypes);
        Add(embedded.Holes, ref TypesWithHoles, ref HolesInTypes);
        Add(embedded.BitHoles, ref TypesWithBitHoles, ref BitHolesInTypes);
    }

    private static void Add(long amount, ref int types, ref long total)
    {
        if (amount > 0)
        {
            types++;
            total += amount;
        }
    }
}

// The totals behind the members of a struct.
public sealed partial class PaholeEmitter
{
    private void WriteTrailer(TypeView type, in PaholeWalk walk, in PaholeTotals t, int indent)
    {
        long size = PaholeTypes.SizeOfComposite(type);
        long lines = (size + _options.CachelineBytes - 1) / _options.CachelineBytes;
        _w.Write((byte)'\n');
        _w.Style(TextStyle.Comment);
        BeginTotal(indent, "size: "u8, size);
        Total(", cachelines: "u8, lines);
        Total(", members: "u8, type.Members.Count);
        EndTotal();
        WriteSums(walk, t, indent);
        if (walk.PaddingBytes > 0)
        {
            BeginTotal(indent, "padding: "u8, walk.PaddingBytes);
            EndTotal();
        }

        WriteEmbedded(t, indent);
        if (walk.PaddingBits > 0)
        {
            BeginTotal(indent, "bit_padding: "u8, walk.PaddingBits);
            _w.Write(" bits"u8);
            EndTotal();
        }

        WriteForced(t, indent);
        if (size % _options.CachelineBytes is var rest and not 0)
        {
            BeginTotal(indent, "last cacheline: "u8, rest);
            _w.Write(" bytes"u8);
            EndTotal();
        }

        WriteBrainFart(type, walk, t, size, indent);
        _w.Style(TextStyle.Plain);
    }

    private void BeginTotal(int indent, ReadOnlySpan<byte> label, long value)
    {
        Tabs(indent);
        _w.Write("/* "u8);
        Total(label, value);
    }

    private void Total(ReadOnlySpan<byte> label, long value)
    {
        _w.Write(label);
        _w.WriteDecimal(value);
    }

    private void EndTotal() => _w.Write(" */\n"u8);

    private void WriteSums(in PaholeWalk walk, in PaholeTotals t, int indent)
    {
        if (t.HoleBytes <= 0 && t.BitHoleBits <= 0)
        {
            return;
        }

        if (t.MemberBytes > 0)
        {
            BeginTotal(indent, "sum members: "u8, t.MemberBytes);
            if (t.HoleBytes > 0)
            {
                Total(", holes: "u8, walk.Holes);
                Total(", sum holes: "u8, t.HoleBytes);
            }

            EndTotal();
        }

        if (t.MemberBits > 0)
        {
            BeginTotal(indent, "sum bitfield members: "u8, t.MemberBits);
            _w.Write(" bits"u8);
            if (t.BitHoleBits > 0)
            {
                Total(", bit holes: "u8, walk.BitHoles);
                Total(", sum bit holes: "u8, t.BitHoleBits);
                _w.Write(" bits"u8);
            }
            else
            {
                Total(" ("u8, t.MemberBits / 8);
                _w.Write(" bytes)"u8);
            }

            EndTotal();
        }
    }

    private void WriteEmbedded(in PaholeTotals t, int indent)
    {
        if (t.TypesWithHoles + t.TypesWithBitHoles + t.TypesWithBitPadding > 0)
        {
            Tabs(indent);
            _w.Write("/* member types with"u8);
            bool any = false;
            WriteEmbedded(t.TypesWithHoles, t.HolesInTypes, " holes: "u8, ref any);
            WriteEmbedded(t.TypesWithBitHoles, t.BitHolesInTypes, " bit holes: "u8, ref any);
            WriteEmbedded(t.TypesWithBitPadding, t.PaddingBitsInTypes, " bit paddings: "u8, ref any);
            if (t.TypesWithBitPadding > 0)
            {
                _w.Write(t.PaddingBitsInTypes != 1 ? " bits"u8 : " bit"u8);
            }

            EndTotal();
        }

        if (t.Paddings > 0)
        {
            BeginTotal(indent, "paddings: "u8, t.Paddings);
            Total(", sum paddings: "u8, t.PaddingBytesInTypes);
            EndTotal();
        }
    }

    private void WriteEmbedded(int types, long total, ReadOnlySpan<byte> label, ref bool any)
    {
        if (types > 0)
        {
            _w.Write(any ? ","u8 : []);
            Total(label, types);
            Total(", total: "u8, total);
            any = true;
        }
    }

    private void WriteForced(in PaholeTotals t, int indent)
    {
        if (t.ForcedAlignments > 0)
        {
            BeginTotal(indent, "forced alignments: "u8, t.ForcedAlignments);
            if (t.ForcedHoles > 0)
            {
                Total(", forced holes: "u8, t.ForcedHoles);
                Total(", sum forced holes: "u8, t.ForcedHoleBytes);
            }

            EndTotal();
        }

        if (t.FlexibleAtEnd + t.FlexibleInMiddle > 0)
        {
            Tabs(indent);
            _w.Write("/* flexible array members: "u8);
            if (t.FlexibleAtEnd > 0)
            {
                Total("end: "u8, t.FlexibleAtEnd);
            }

            if (t.FlexibleInMiddle > 0)
            {
                Total(t.FlexibleAtEnd > 0 ? ", middle: "u8 : "middle: "u8, t.FlexibleInMiddle);
            }

            EndTotal();
        }
    }

    // pahole's own check that the parts are the whole: it speaks up where members overlap.
    private void WriteBrainFart(TypeView type, in PaholeWalk walk, in PaholeTotals t, long size, int indent)
    {
        long difference = (size * 8) - ((t.MemberBytes * 8) + t.MemberBits + (t.HoleBytes * 8) + t.BitHoleBits
            + (walk.PaddingBytes * 8) + walk.PaddingBits);
        if (difference == 0 || type.Members.Count == 0)
        {
            return;
        }

        _w.Write((byte)'\n');
        BeginTotal(indent, "BRAIN FART ALERT! "u8, size);
        Total(" bytes != "u8, t.MemberBytes);
        Total(" (member bytes) + "u8, t.MemberBits);
        Total(" (member bits) + "u8, t.HoleBytes);
        Total(" (byte holes) + "u8, t.BitHoleBits);
        Total(" (bit holes), diff = "u8, difference);
        _w.Write(" bits"u8);
        EndTotal();
    }
}
