using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// Sizes and alignments of the types of one graph, found when asked for and remembered. Not safe to share between threads: make one
/// for each. Nothing here throws for what a file contained: sizes that do not fit 64 bits of bits are cut off there, a type that
/// contains itself has its own size and alignment 1.
/// </summary>
public sealed class TypeSizes
{
    /// <summary>The largest size in bytes that is told: more would not fit a number of bits.</summary>
    public const long MaxSizeBytes = long.MaxValue / 8;

    private readonly TypeGraph _graph;
    private readonly int _maxNesting;
    private readonly Facts[] _facts;
    private readonly int _wideAlignmentBytes;

    /// <summary>Makes the memory for a graph. Cost: 12 bytes for each type; on 32-bit targets one pass over all members.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
    public TypeSizes(TypeGraph graph, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _maxNesting = (limits ?? ReaderLimits.Default).MaxNesting;
        _facts = new Facts[graph.TypeCount];
        _wideAlignmentBytes = graph.PointerSizeBytes == 4 ? WideAlignment.Infer(graph) : 16;
    }

    /// <summary>Size in bytes, 0 for what has none (void, functions, what is only declared). Cost: O(1) once known.</summary>
    /// <exception cref="IndexOutOfRangeException">The id is not of the graph.</exception>
    public long SizeBytesOf(TypeId id) => Of(id, 0).SizeBytes;

    /// <summary>
    /// Alignment in bytes, a power of two: that of base types by size and, on 32-bit targets, by where the file puts them; of structs
    /// and unions the largest that they need, 1 when they are packed. Cost: O(1) once known.
    /// </summary>
    /// <exception cref="IndexOutOfRangeException">The id is not of the graph.</exception>
    public int AlignmentBytesOf(TypeId id) => 1 << Of(id, 0).AlignmentShift;

    /// <summary>
    /// Whether a struct or union is packed: a member or the size is not divided by an alignment that is natural. False for other types.
    /// </summary>
    /// <exception cref="IndexOutOfRangeException">The id is not of the graph.</exception>
    public bool IsPacked(TypeId id) => Of(id, 0).IsPacked;

    /// <summary>The type behind typedefs, qualifiers and type tags. Cost: the length of the chain; one that never ends gives void.</summary>
    public TypeId Strip(TypeId id)
    {
        for (int steps = 0; steps <= _maxNesting; steps++)
        {
            TypeView type = _graph[id];
            if (type.Kind is not (TypeKind.Typedef or TypeKind.TypeTag) && !type.IsQualifier)
            {
                return id;
            }

            id = type.Target;
        }

        return TypeId.Void;
    }

    private Facts Of(TypeId id, int depth)
    {
        ref Facts facts = ref _facts[id.Value];
        if (facts.State != State.Known)
        {
            if (facts.State == State.Visiting || depth > _maxNesting)
            {
                TypeView type = _graph[id];
                return new Facts { SizeBytes = Clamp(type.SizeBytes), State = State.Known };
            }

            facts.State = State.Visiting;
            Facts found = Find(_graph[id], depth);
            found.State = State.Known;
            facts = found;
        }

        return facts;
    }

    private Facts Find(TypeView type, int depth) => type.Kind switch
    {
        TypeKind.Pointer => Natural(_graph.PointerSizeBytes),
        TypeKind.Int or TypeKind.Float => Natural(Clamp(type.SizeBytes)),
        // An enumeration that is only declared may have the size 0 (clang 19); it will have that of an int.
        TypeKind.Enum or TypeKind.Enum64 => Natural(type.SizeBytes == 0 ? 4 : Clamp(type.SizeBytes)),
        TypeKind.Array => OfArray(type, depth),
        TypeKind.Struct or TypeKind.Union => OfComposite(type, depth),
        TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic or TypeKind.TypeTag
            or TypeKind.Variable => AsTarget(type, depth),
        TypeKind.DataSection => new Facts { SizeBytes = Clamp(type.SizeBytes) },
        _ => default,
    };

    private Facts AsTarget(TypeView type, int depth)
    {
        Facts facts = Of(type.Target, depth + 1);
        facts.IsPacked = false;
        facts.AlignmentShift = Math.Max(facts.AlignmentShift, ShiftOf(type.DeclaredAlignmentBytes));
        return facts;
    }

    private Facts OfArray(TypeView type, int depth)
    {
        Facts facts = Of(type.Target, depth + 1);
        facts.IsPacked = false;
        UInt128 size = (UInt128)(ulong)facts.SizeBytes * type.ElementCount;
        facts.SizeBytes = size > MaxSizeBytes ? MaxSizeBytes : (long)size;
        return facts;
    }

    private Facts OfComposite(TypeView type, int depth)
    {
        var facts = new Facts { SizeBytes = Clamp(type.SizeBytes) };
        foreach (MemberView member in type.Members)
        {
            Facts of = Of(member.Type, depth + 1);
            byte shift = Math.Max(of.AlignmentShift, ShiftOf(member.DeclaredAlignmentBytes));
            facts.AlignmentShift = Math.Max(facts.AlignmentShift, shift);
            facts.IsPacked |= !member.IsBitfield && (member.BitOffset & ((8ul << shift) - 1)) != 0;
        }

        facts.IsPacked |= (facts.SizeBytes & ((1L << facts.AlignmentShift) - 1)) != 0;
        facts.AlignmentShift = facts.IsPacked ? (byte)0 : facts.AlignmentShift;
        facts.AlignmentShift = Math.Max(facts.AlignmentShift, ShiftOf(type.DeclaredAlignmentBytes));
        return facts;
    }

    // By the size, up to 16 bytes; a size that is no power of two (x87 long double on i386: 12) by its largest divisor that is one.
    private Facts Natural(long sizeBytes)
    {
        long alignment = Math.Min(sizeBytes & -sizeBytes, 16);
        alignment = sizeBytes > _graph.PointerSizeBytes ? Math.Min(alignment, _wideAlignmentBytes) : alignment;
        return new Facts { SizeBytes = sizeBytes, AlignmentShift = ShiftOf((uint)alignment) };
    }

    private static long Clamp(ulong sizeBytes) => (long)Math.Min(sizeBytes, (ulong)MaxSizeBytes);

    private static byte ShiftOf(uint alignmentBytes) => (byte)(alignmentBytes == 0 ? 0 : uint.Log2(alignmentBytes));

    private enum State : byte
    {
        Unknown,
        Visiting,
        Known,
    }

    private struct Facts
    {
        public long SizeBytes;
        public byte AlignmentShift;
        public bool IsPacked;
        public State State;
    }
}
