using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Fills gaps between members with unnamed bitfields, so that a compiler comes to the offsets of the type graph by itself. Offsets are
/// in bits. Rule: libbpf 1.8.
/// </summary>
internal sealed class PaddingWriter
{
    private const int Long = 0;
    private const int Int = 1;
    private const int Short = 2;
    private const int Char = 3;

    private readonly Utf8Writer _out;
    private readonly EmissionBudget _budget;
    private readonly BpftoolDialect _dialect;
    private readonly int _longBits;

    public PaddingWriter(Utf8Writer output, EmissionBudget budget, BpftoolDialect dialect, int pointerBytes)
    {
        _out = output;
        _budget = budget;
        _dialect = dialect;
        _longBits = pointerBytes * 8;
    }

    /// <summary>Fills the gap from the end of one member to the offset of the next, or to the end of the struct.</summary>
    /// <param name="current">Where the last member ends.</param>
    /// <param name="next">Where the next one begins.</param>
    /// <param name="nextAlignmentBytes">Alignment that the compiler gives the next one; 0 where it has none.</param>
    /// <param name="betweenBitfields">Whether the members on both sides are bitfields.</param>
    /// <param name="level">Indentation.</param>
    public void Fill(long current, long next, uint nextAlignmentBytes, bool betweenBitfields, int level)
    {
        if (current >= next)
        {
            return;
        }

        int unit = Long;
        long boundary = RoundUp(current, Bits(unit));
        while (boundary > next && unit < Char)
        {
            boundary = RoundUp(current, Bits(++unit));
        }

        if (current < boundary && boundary <= next)
        {
            // The compiler skips to the boundary by itself where the next member's alignment, or that of a unit of padding, asks for it.
            if (betweenBitfields
                || (boundary == next && Aligned(current, nextAlignmentBytes) != boundary)
                || (boundary != next && next - boundary <= boundary - current))
            {
                Line(unit, betweenBitfields ? boundary - current : 0, level);
            }

            current = boundary;
        }

        FillUnits(current, next, unit, level);
    }

    private void FillUnits(long current, long next, int unit, int level)
    {
        int unitBits = Bits(unit);
        for (long lines = 1; current != next; lines++)
        {
            long bits = Math.Min(next - current, unitBits);
            if (bits == unitBits && lines > _dialect.MaxPaddingLines)
            {
                long units = (next - current) / unitBits;
                Array(current, units, unit, level);
                current += units * unitBits;
                continue;
            }

            Line(bits == unitBits ? unit : Smallest(bits), bits, level);
            current += bits;
            _budget.CheckBytes();
        }
    }

    private static long Aligned(long offset, uint alignmentBytes)
    {
        if (alignmentBytes == 0)
        {
            EmissionBudget.Throw("a gap lies before a member of a type without alignment; bpftool divides by zero there");
        }

        return RoundUp(offset, alignmentBytes * 8L);
    }

    private void Line(int unit, long bits, int level)
    {
        DefinitionWriter.Indent(_out, level);
        _out.Write(Word(unit));
        _out.Write(": "u8);
        _out.WriteDecimal(bits);
        _out.Write((byte)';');
    }

    private void Array(long offset, long units, int unit, int level)
    {
        DefinitionWriter.Indent(_out, level);
        _out.Write(Word(unit));
        _out.Write(" __gap_"u8);
        _out.WriteDecimal(offset / 8);
        _out.Write((byte)'[');
        _out.WriteDecimal(units);
        _out.Write("];"u8);
    }

    private int Bits(int unit) => unit switch { Long => _longBits, Int => 32, Short => 16, _ => 8 };

    private static int Smallest(long bits) => bits <= 8 ? Char : bits <= 16 ? Short : bits <= 32 ? Int : Long;

    private static ReadOnlySpan<byte> Word(int unit) =>
        unit switch { Long => "long"u8, Int => "int"u8, Short => "short"u8, _ => "char"u8 };

    private static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;
}
