using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Sizes, alignments and walks of the types of one graph as pahole 1.31 computes them, remembered by type.
/// Source of the rules: observed, pahole 1.31.
/// </summary>
internal sealed class PaholeTypes
{
    private const byte Unknown = 0;
    private const uint Visiting = uint.MaxValue;

    private readonly TypeGraph _graph;
    private readonly PaholeOptions _options;
    private readonly ReaderLimits _limits = ReaderLimits.Default;
    private readonly uint[] _alignments;
    private readonly int[] _walkIndex;
    private readonly byte[] _packed;
    private PaholeWalk[] _walks = new PaholeWalk[16];
    private int _walkCount = 1;
    private PaholeMember[] _scratch = [];

    public PaholeTypes(TypeGraph graph, PaholeOptions options)
    {
        _graph = graph;
        _options = options;
        _alignments = new uint[graph.TypeCount];
        _walkIndex = new int[graph.TypeCount];
        _packed = new byte[graph.TypeCount];
    }

    /// <summary>Removes typedefs and qualifiers; a type tag stays.</summary>
    public TypeId Strip(TypeId id)
    {
        for (int steps = 0; ; steps++)
        {
            TypeView type = _graph[id];
            if (type.Kind != TypeKind.Typedef && !type.IsQualifier)
            {
                return id;
            }

            Guard(steps, id);
            id = type.Target;
        }
    }

    /// <summary>Removes type tags.</summary>
    public TypeId SkipTags(TypeId id)
    {
        for (int steps = 0; _graph.KindOf(id) == TypeKind.TypeTag; steps++)
        {
            Guard(steps, id);
            id = _graph[id].Target;
        }

        return id;
    }

    /// <summary>Size in bytes; 0 for what has none. A struct of size 1 without members is empty (C++), an enum of size 0 has 4.</summary>
    public long SizeOf(TypeId id)
    {
        ulong elements = 1;
        for (int steps = 0; ; steps++)
        {
            Guard(steps, id);
            TypeView type = _graph[id];
            switch (type.Kind)
            {
                case TypeKind.Pointer or TypeKind.FunctionPrototype:
                    return (long)(elements * (ulong)_graph.PointerSizeBytes);
                case TypeKind.Int:
                    return (long)(elements * (ulong)(type.IntBits / 8));
                case TypeKind.Enum or TypeKind.Enum64:
                    return (long)(elements * (type.SizeBytes == 0 ? 4 : type.SizeBytes));
                case TypeKind.Struct or TypeKind.Union:
                    return (long)(elements * (ulong)SizeOfComposite(type));
                case TypeKind.Float:
                    return (long)(elements * type.SizeBytes);
                case TypeKind.Array:
                    elements *= type.ElementCount;
                    break;
                case TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic or TypeKind.TypeTag:
                    break;
                default:
                    return 0;
            }

            id = type.Target;
        }
    }

    /// <summary>Size of a struct or union.</summary>
    public static long SizeOfComposite(TypeView type) =>
        type.Kind == TypeKind.Struct && type.SizeBytes == 1 && type.ElementsInList == 0 ? 0 : (long)type.SizeBytes;

    /// <summary>Natural alignment in bytes, at least 1; of arrays that of the element, of structs and unions the largest of the members.</summary>
    public long NaturalAlignment(TypeId id) => NaturalAlignment(id, 0);

    /// <summary>The walk over a struct's or union's members. Cost: linear in them the first time.</summary>
    public ref readonly PaholeWalk WalkOf(TypeId id)
    {
        ref int index = ref _walkIndex[id.Value];
        if (index == 0)
        {
            int count = _graph[id].Members.Count;
            if (_scratch.Length < count)
            {
                _scratch = new PaholeMember[Math.Max(64, count)];
            }

            PaholeWalk walk = Walk(id, _scratch);
            if (_walkCount == _walks.Length)
            {
                Array.Resize(ref _walks, _walkCount * 2);
            }

            index = _walkCount;
            _walks[_walkCount++] = walk;
        }

        return ref _walks[index];
    }

    /// <summary>Fills the members of a struct or union and finds its holes.</summary>
    /// <param name="id">The struct or union.</param>
    /// <param name="members">Room for at least its members.</param>
    public PaholeWalk Walk(TypeId id, Span<PaholeMember> members)
    {
        TypeView type = _graph[id];
        var walk = new PaholeWalk();
        PlaceMembers(type, members, ref walk);
        if (type.Kind == TypeKind.Struct)
        {
            FindHoles(type, members[..type.Members.Count], ref walk);
        }

        FindFlexibleArrays(type, ref walk);
        if (_options.Compat)
        {
            PaholeDialect.NarrowCounters(members[..type.Members.Count], ref walk);
        }
        else
        {
            walk.HasNarrowedCounter = PaholeDialect.WouldNarrow(members[..type.Members.Count], walk);
        }

        return walk;
    }

    /// <summary>Whether a struct prints as packed; judged once and remembered, as <see cref="PaholeDialect"/> says when.</summary>
    public bool IsPacked(TypeId id) => _packed[id.Value] == 2;

    /// <summary>Judges a struct at the start of its body, or after a member of its type.</summary>
    public void JudgeStruct(TypeId id)
    {
        if (_packed[id.Value] != Unknown)
        {
            return;
        }

        TypeView type = _graph[id];
        if (type.Kind != TypeKind.Struct)
        {
            return;
        }

        ref readonly PaholeWalk walk = ref WalkOf(id);
        if (walk.PaddingBytes != 0 || walk.Holes != 0)
        {
            MarkStructsAtUnnaturalOffsets(type);
            _packed[id.Value] = Math.Max(_packed[id.Value], (byte)1);
            return;
        }

        _packed[id.Value] = (byte)(BreaksNaturalAlignment(type) ? 2 : 1);
    }

    /// <summary>Judges the structs of a union at the start of its body.</summary>
    public void JudgeUnion(TypeId id)
    {
        TypeView type = _graph[id];
        long size = (long)type.SizeBytes;
        foreach (MemberView member in type.Members)
        {
            TypeId target = Strip(member.Type);
            if (_graph.KindOf(target) == TypeKind.Struct && size % NaturalAlignment(target) != 0)
            {
                _packed[target.Value] = 2;
            }
        }
    }

    /// <summary>
    /// Judges every struct and union of the graph, once; then says whether pahole, which judges while it writes, could have judged a
    /// struct otherwise: it is packed for the sake of where it is embedded.
    /// </summary>
    public bool JudgeAll(TypeId id)
    {
        if (!_judgedAll)
        {
            _judgedAll = true;
            for (uint i = 1; i < (uint)_graph.TypeCount; i++)
            {
                MarkEmbedded(_graph[new TypeId(i)]);
            }

            _marked = (byte[])_packed.Clone();
        }

        JudgeStruct(id);
        return _marked[id.Value] == 2;
    }

    private bool _judgedAll;
    private byte[] _marked = [];

    private void MarkEmbedded(TypeView type)
    {
        if (type.Kind == TypeKind.Union)
        {
            JudgeUnion(type.Id);
        }
        else if (type.Kind == TypeKind.Struct && HasStructAtUnnaturalOffset(type))
        {
            ref readonly PaholeWalk walk = ref WalkOf(type.Id);
            if (walk.PaddingBytes != 0 || walk.Holes != 0)
            {
                MarkStructsAtUnnaturalOffsets(type);
            }
        }
    }

    private bool HasStructAtUnnaturalOffset(TypeView type)
    {
        foreach (MemberView member in type.Members)
        {
            if (member.BitOffset % 128 != 0)
            {
                TypeId target = Strip(member.Type);
                if (_graph.KindOf(target) == TypeKind.Struct && (long)(member.BitOffset / 8) % NaturalAlignment(target) != 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void MarkStructsAtUnnaturalOffsets(TypeView type)
    {
        foreach (MemberView member in type.Members)
        {
            TypeId target = Strip(member.Type);
            if (_graph.KindOf(target) == TypeKind.Struct && (long)(member.BitOffset / 8) % NaturalAlignment(target) != 0)
            {
                _packed[target.Value] = 2;
            }
        }
    }

    private bool BreaksNaturalAlignment(TypeView type)
    {
        long largest = 1;
        foreach (MemberView member in type.Members)
        {
            TypeId target = Strip(member.Type);
            long natural = NaturalAlignment(target);
            largest = Math.Max(largest, natural);
            PlaceMember(member, target, out PaholeMember placed);
            if (placed.ByteOffset % natural != 0)
            {
                return true;
            }
        }

        return (type.DeclaredAlignmentBytes == 1 && largest > 1) || SizeOfComposite(type) % largest != 0;
    }

    private long NaturalAlignment(TypeId id, int depth)
    {
        Guard(depth, id);
        for (int steps = 0; ; steps++)
        {
            Guard(steps, id);
            id = Strip(id);
            TypeView type = _graph[id];
            switch (type.Kind)
            {
                case TypeKind.Pointer:
                    return _graph.PointerSizeBytes;
                case TypeKind.Int or TypeKind.Float or TypeKind.Enum or TypeKind.Enum64:
                    return Math.Max(1, SizeOf(id));
                case TypeKind.Struct or TypeKind.Union:
                    return NaturalAlignmentOfComposite(type, depth);
                case TypeKind.Array:
                    id = type.Target;
                    break;
                default:
                    return 1;
            }
        }
    }

    private long NaturalAlignmentOfComposite(TypeView type, int depth)
    {
        ref uint known = ref _alignments[type.Id.Value];
        if (known == Visiting)
        {
            InvalidImageException.Throw(_graph.SourcePath, "", -1, $"type {type.Id} ({type.Kind} '{type.NameString}') contains itself");
        }

        if (known == 0)
        {
            known = Visiting;
            long largest = 1;
            foreach (MemberView member in type.Members)
            {
                largest = Math.Max(largest, NaturalAlignment(member.Type, depth + 1));
            }

            known = (uint)largest;
        }

        return known;
    }

    private void PlaceMembers(TypeView type, Span<PaholeMember> members, ref PaholeWalk walk)
    {
        bool declared = _graph.Has(Facet.DeclaredAlignment);
        long smallest = 0;
        int i = 0;
        foreach (MemberView member in type.Members)
        {
            TypeId target = Strip(member.Type);
            PlaceMember(member, target, out PaholeMember placed);
            placed.AlignmentBytes = declared
                ? member.DeclaredAlignmentBytes
                : PaholeDialect.InferAlignment(placed.ByteOffset, NaturalAlignment(target), smallest, _options.CachelineBytes);
            if (placed.SizeBytes > 0)
            {
                smallest = placed.BitSize == 0
                    ? placed.ByteOffset + placed.SizeBytes
                    : (placed.BitOffset + placed.BitSize + 7) / 8;
            }

            members[i++] = placed;
        }

        if (type.Kind == TypeKind.Struct)
        {
            walk.AlignmentBytes = declared
                ? type.DeclaredAlignmentBytes
                : PaholeDialect.InferAlignment((long)type.SizeBytes, NaturalAlignment(type.Id), smallest, _options.CachelineBytes);
        }
    }

    private void PlaceMember(MemberView member, TypeId stripped, out PaholeMember placed)
    {
        placed = default;
        placed.BitOffset = (long)member.BitOffset;
        placed.BitSize = member.BitSize;
        placed.SizeBytes = SizeOf(stripped);
        placed.ByteOffset = placed.BitOffset / 8;
        if (member.BitSize == 0 || placed.SizeBytes == 0
            || _graph.KindOf(stripped) is not (TypeKind.Int or TypeKind.Float or TypeKind.Enum or TypeKind.Enum64))
        {
            return;
        }

        long unit = placed.SizeBytes * 8;
        placed.ByteOffset = placed.BitOffset / unit * unit / 8;
        placed.BitfieldOffset = placed.BitOffset - (placed.ByteOffset * 8);
    }

    private static void FindHoles(TypeView type, Span<PaholeMember> members, ref PaholeWalk walk)
    {
        long sizeBits = SizeOfComposite(type) * 8;
        var cursor = new HoleCursor { FieldEnd = sizeBits };
        for (int i = 0; i < members.Length; i++)
        {
            (long holeBytes, long holeBits) = cursor.Step(members[i]);
            walk.BitHoles += holeBits != 0 ? 1 : 0;
            walk.Holes += holeBytes > 0 ? 1 : 0;
            if (i == 0)
            {
                (walk.LeadingHoleBytes, walk.LeadingHoleBits) = (holeBytes, holeBits);
            }
            else
            {
                (members[i - 1].HoleBytes, members[i - 1].HoleBits) = (holeBytes, holeBits);
            }
        }

        if (cursor.InField)
        {
            long end = Math.Min(sizeBits, cursor.FieldEnd);
            walk.PaddingBits = end - cursor.LastBit;
            cursor.LastBit = end;
        }

        walk.PaddingBytes = (sizeBits / 8) - FloorByte(cursor.LastBit);
    }

    private static long FloorByte(long bits) => bits / 8;

    // The flexible array may be the last member, or that of a struct embedded at any depth (arrays and unions are not entered).
    private void FindFlexibleArrays(TypeView type, ref PaholeWalk walk)
    {
        if (type.Kind != TypeKind.Struct || type.Members.Count == 0)
        {
            return;
        }

        TypeView last = _graph[type.Members[type.Members.Count - 1].Type];
        walk.HasFlexibleArray = last.Kind == TypeKind.Array && last.ElementCount == 0;
        foreach (MemberView member in type.Members)
        {
            TypeId target = Strip(member.Type);
            if (_graph.KindOf(target) == TypeKind.Struct && HasAnyFlexibleArray(target, 0))
            {
                walk.HasEmbeddedFlexibleArray = true;
                return;
            }
        }
    }

    private readonly Dictionary<TypeId, bool> _flexible = [];

    private bool HasAnyFlexibleArray(TypeId id, int depth)
    {
        Guard(depth, id);
        if (_flexible.TryGetValue(id, out bool known))
        {
            return known;
        }

        TypeView type = _graph[id];
        bool found = false;
        if (type.Members.Count > 0)
        {
            TypeView last = _graph[type.Members[type.Members.Count - 1].Type];
            found = last.Kind == TypeKind.Array && last.ElementCount == 0;
        }

        foreach (MemberView member in type.Members)
        {
            TypeId target = Strip(member.Type);
            found = found || (_graph.KindOf(target) == TypeKind.Struct && HasAnyFlexibleArray(target, depth + 1));
        }

        _flexible[id] = found;
        return found;
    }

    private void Guard(int steps, TypeId id)
    {
        if (steps > _limits.MaxNesting)
        {
            InvalidImageException.Throw(_graph.SourcePath, "", -1,
                $"type {id} ({_graph.KindOf(id)}): a chain of more than {_limits.MaxNesting} types, or one that never ends");
        }
    }

    // The state of pahole's walk: the last bit seen, and where the storage unit of the bitfields at hand ends.
    private struct HoleCursor
    {
        public long LastBit;
        public long FieldEnd;
        public bool InField;
        private long _fieldBits;

        public (long Bytes, long Bits) Step(in PaholeMember member)
        {
            long start = member.BitOffset;
            long end = start + (member.BitSize != 0 ? member.BitSize : member.SizeBytes * 8);
            long bits = 0, bytes = 0;
            if (InField)
            {
                long tail = Math.Min(start, FieldEnd);
                bits = tail - LastBit;
                LastBit = tail;
            }

            if (member.BitSize != 0)
            {
                long unitStart = member.ByteOffset * 8;
                if (LastBit < unitStart && unitStart <= start)
                {
                    bytes = member.ByteOffset - FloorByte(LastBit);
                    LastBit = unitStart;
                }

                bits += start - LastBit;
            }
            else
            {
                bytes = (start / 8) - FloorByte(LastBit);
            }

            LastBit = end;
            Advance(member, end);
            return (bytes, bits);
        }

        private void Advance(in PaholeMember member, long end)
        {
            long unit = member.SizeBytes * 8;
            InField = member.BitSize != 0;
            if (!InField)
            {
                _fieldBits = 0;
                FieldEnd = end;
            }
            else if (end > FieldEnd || unit > _fieldBits)
            {
                _fieldBits = unit;
                FieldEnd = (member.ByteOffset * 8) + unit;
                FieldEnd += end > FieldEnd ? unit : 0;
            }
        }
    }
}
