using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>Where an alignment comes from that is larger than the types need.</summary>
public enum AlignmentCause
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The file says it (DWARF 5, DW_AT_alignment).</summary>
    Declared,

    /// <summary>A hole or padding is larger than nature needs, and this is the alignment that explains it.</summary>
    Inferred,

    /// <summary>A hole or padding is larger than nature needs, and no alignment explains it.</summary>
    Unexplained,
}

/// <summary>An alignment that is larger than the types need.</summary>
/// <param name="AlignmentBytes">The alignment in bytes, a power of two; 0 where there is none.</param>
/// <param name="Cause">Where it comes from.</param>
internal readonly record struct ForcedAlignment(int AlignmentBytes, AlignmentCause Cause);

/// <summary>
/// Tells which alignments were forced. DWARF 5 declares them; BTF cannot, but a gap as large as a member's alignment or larger shows
/// that another alignment was at work: the smallest that explains it, or a cache line where that would do. Alignment that left no such
/// gap cannot be seen. Remembers what it found; not safe to share between threads.
/// </summary>
/// <param name="analyzer">The layouts.</param>
/// <param name="graph">The types; those of the analyzer.</param>
/// <param name="cachelineBytes">Bytes of a cache line, a power of two.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
internal sealed class AlignmentInference(LayoutAnalyzer analyzer, TypeGraph graph, int cachelineBytes = 64, ReaderLimits? limits = null)
{
    private const byte Unknown = 0xff;
    private const byte Visiting = 0xfe;
    private const int Shifts = 31;

    private readonly int _maxNesting = (limits ?? ReaderLimits.Default).MaxNesting;
    private readonly int _cachelineShift = int.Log2(cachelineBytes);
    private readonly byte[] _shifts = Filled(graph.TypeCount);

    /// <summary>
    /// Alignment of a type in bytes, with what is forced in it or inferred of it: at least that of <see cref="TypeSizes.AlignmentBytesOf"/>.
    /// Cost: O(1) once known, before that linear in the members.
    /// </summary>
    public int AlignmentBytesOf(TypeId id) => 1 << ShiftOf(id, 0);

    /// <summary>What is forced on a whole struct: by its declaration, or by padding that is larger than its members need.</summary>
    /// <param name="layout">The struct, of the same graph.</param>
    public ForcedAlignment OfStruct(StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return OfStruct(layout, layout.Summary.AlignmentBytes);
    }

    /// <summary>What is forced on a member: by its declaration, or by a hole before it that is larger than its type needs.</summary>
    /// <param name="layout">The struct, of the same graph.</param>
    /// <param name="position">Which member by offset, from 0.</param>
    public ForcedAlignment OfMember(StructLayout layout, int position)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ref readonly MemberLayout member = ref layout.Members[position];
        int natural = analyzer.Sizes.AlignmentBytesOf(graph[layout.Type].Members[member.Index].Type);
        if (member.AlignmentBytes > natural)
        {
            return new ForcedAlignment(member.AlignmentBytes, AlignmentCause.Declared);
        }

        long hole = position == 0 ? layout.LeadingHoleBytes : layout.Members[position - 1].HoleBytes;
        return graph.KindOf(layout.Type) == TypeKind.Union || layout.Summary.IsPacked
            ? default : OfGap(member.OffsetBytes, hole, natural, _cachelineShift, layout.Summary.SizeBytes);
    }

    /// <summary>The alignment that explains a gap.</summary>
    /// <param name="endBytes">Where the gap ends, which the alignment divides.</param>
    /// <param name="gapBytes">Its length.</param>
    /// <param name="alignmentBytes">The alignment that is known; a gap shorter than it needs no other.</param>
    /// <param name="cachelineShift">Logarithm of a cache line.</param>
    /// <param name="sizeBytes">Size of the struct, which the alignment divides too.</param>
    internal static ForcedAlignment OfGap(long endBytes, long gapBytes, int alignmentBytes, int cachelineShift, long sizeBytes)
    {
        if (gapBytes < alignmentBytes)
        {
            return default;
        }

        int shift = (int)long.Log2(gapBytes) + 1;
        int place = (int)long.TrailingZeroCount(endBytes | sizeBytes);
        shift = shift < cachelineShift && place >= cachelineShift ? cachelineShift : shift;
        return shift <= Math.Min(place, Shifts - 1)
            ? new ForcedAlignment(1 << shift, AlignmentCause.Inferred) : new ForcedAlignment(0, AlignmentCause.Unexplained);
    }

    private ForcedAlignment OfStruct(StructLayout layout, int knownBytes)
    {
        TypeView type = graph[layout.Type];
        return type.DeclaredAlignmentBytes > 1 ? new ForcedAlignment((int)Math.Min(type.DeclaredAlignmentBytes, 1 << 30), AlignmentCause.Declared)
            : layout.Summary.IsPacked || layout.Members.IsEmpty ? default
            : OfGap(layout.Summary.SizeBytes, layout.Summary.PaddingBytes, knownBytes, _cachelineShift, layout.Summary.SizeBytes);
    }

    private int ShiftOf(TypeId id, int depth)
    {
        id = analyzer.Sizes.Strip(id);
        byte known = _shifts[id.Value];
        if (known < Visiting)
        {
            return known;
        }

        int natural = int.Log2(analyzer.Sizes.AlignmentBytesOf(id));
        if (known == Visiting || depth > _maxNesting)
        {
            return natural;
        }

        _shifts[id.Value] = Visiting;
        TypeView type = graph[id];
        int shift = type.IsComposite ? Math.Max(natural, OfComposite(id, depth))
            : type.Kind == TypeKind.Array ? Math.Max(natural, ShiftOf(type.Target, depth + 1)) : natural;
        return _shifts[id.Value] = (byte)Math.Min(shift, Shifts - 1);
    }

    // An alignment that the size or an offset contradicts is none: the guess behind it was wrong.
    private int OfComposite(TypeId id, int depth)
    {
        StructLayout layout = analyzer.Analyze(id);
        if (layout.Summary.IsPacked)
        {
            return 0;
        }

        int shift = 0;
        for (int i = 0; i < layout.Members.Length; i++)
        {
            MemberLayout member = layout.Members[i];
            int own = ShiftOf(graph[id].Members[member.Index].Type, depth + 1);
            ForcedAlignment forced = OfMember(layout, i);
            own = Math.Max(own, forced.AlignmentBytes == 0 ? 0 : int.Log2(forced.AlignmentBytes));
            shift = Math.Max(shift, Math.Min(own, (int)long.TrailingZeroCount(member.OffsetBytes)));
        }

        ForcedAlignment whole = OfStruct(layout, layout.Summary.AlignmentBytes);
        shift = Math.Max(shift, whole.AlignmentBytes == 0 ? 0 : int.Log2(whole.AlignmentBytes));
        return Math.Min(shift, (int)long.TrailingZeroCount(layout.Summary.SizeBytes));
    }

    private static byte[] Filled(int count)
    {
        var shifts = new byte[count];
        Array.Fill(shifts, Unknown);
        return shifts;
    }
}
