using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Sizes, alignments and walks of the types of one graph as pahole 1.31 computes them, remembered by type.
/// Source of the rules: observed, pahole 1.31.
/// </summary>
internal sealed class PaholeTypes
{
    private const uint Visiting = uint.MaxValue;

    private readonly TypeGraph _graph;
    private readonly PaholeOptions _options;
    private readonly ReaderLimits _limits;
    private readonly PaholeBudget _budget;
    private readonly Facts[] _facts;
    private readonly State[] _states;
    private readonly Dictionary<TypeId, int> _walkIndex = [];
    private PaholeWalk[] _walks = new PaholeWalk[16];
    private int _walkCount;
    private PaholeMember[] _scratch = [];
    private byte[]? _placements;
    private bool _hasMarkedAll;

    public PaholeTypes(TypeGraph graph, PaholeOptions options, PaholeBudget budget)
    {
        _graph = graph;
        _options = options;
        _limits = options.Limits;
        _budget = budget;
        _facts = new Facts[graph.TypeCount];
        _states = new State[graph.TypeCount];
    }

    [Flags]
    private enum State : byte
    {
        Judged = 1,
        Packed = 2,

        // Packed for the sake of where it is embedded.
        Marked = 4,
        FlexibleKnown = 8,
        Flexible = 16,

        // Walked, with nothing to say.
        Clean = 32,
    }

    /// <summary>Removes typedefs and qualifiers; a type tag stays.</summary>
    public TypeId Strip(TypeId id) => FactsOf(id).Stripped;

    /// <summary>Removes type tags.</summary>
    public TypeId SkipTags(TypeId id)
    {
        for (int steps = 0; _graph.KindOf(id) == TypeKind.TypeTag; steps++)
        {
            _budget.Step(steps);
            id = _graph[id].Target;
        }

        return id;
    }

    /// <summary>Forgets what was being found out when an exception ended it.</summary>
    public void ForgetUnfinished()
    {
        foreach (ref Facts facts in _facts.AsSpan())
        {
            facts.Alignment = facts.Alignment == Visiting ? 0 : facts.Alignment;
        }
    }

    /// <summary>Size in bytes; 0 for what has none. A struct of size 1 without members is empty (C++), an enum of size 0 has 4.</summary>
    public long SizeOf(TypeId id) => FactsOf(id).SizeBytes;

    /// <summary>Size of a struct or union.</summary>
    public static long SizeOfComposite(TypeView type) =>
        type.Kind == TypeKind.Struct && type.SizeBytes == 1 && type.ElementsInList == 0 ? 0 : (long)type.SizeBytes;

    /// <summary>Natural alignment in bytes, at least 1; of arrays that of the element, of structs and unions the largest of the members.</summary>
    public long NaturalAlignment(TypeId id) => FactsOf(id).Alignment;

    /// <summary>The walk over a struct's or union's members. Cost: linear in them the first time.</summary>
    public PaholeWalk WalkOf(TypeId id)
    {
        if ((_states[id.Value] & State.Clean) != 0)
        {
            return default;
        }

        if (_walkIndex.TryGetValue(id, out int index))
        {
            return _walks[index];
        }

        int count = _graph[id].Members.Count;
        if (_scratch.Length < count)
        {
            _scratch = new PaholeMember[Math.Max(64, count)];
        }

        return Walk(id, _scratch.AsSpan(0, count));
    }

    /// <summary>Fills the members of a struct or union, finds its holes, and remembers the sums.</summary>
    /// <param name="id">The struct or union.</param>
    /// <param name="members">Room for exactly its members.</param>
    public PaholeWalk Walk(TypeId id, Span<PaholeMember> members)
    {
        TypeView type = _graph[id];
        var walk = new PaholeWalk();
        PlaceMembers(type, members, ref walk);
        if (type.Kind == TypeKind.Struct)
        {
            FindHoles(type, members, ref walk);
            walk.HasFlexibleArray = EndsInFlexibleArray(type);
        }

        if (_options.Compat)
        {
            PaholeDialect.NarrowCounters(members, ref walk);
        }
        else
        {
            walk.HasNarrowedCounter = PaholeDialect.WouldNarrow(members, walk);
        }

        Remember(id, walk);
        return walk;
    }

    private void Remember(TypeId id, in PaholeWalk walk)
    {
        if (!walk.HasWaste)
        {
            _states[id.Value] |= State.Clean;
        }
        else if (_walkIndex.TryAdd(id, _walkCount))
        {
            if (_walkCount == _walks.Length)
            {
                Array.Resize(ref _walks, _walkCount * 2);
            }

            _walks[_walkCount++] = walk;
        }
    }

    /// <summary>Whether a struct prints as packed; judged once and remembered, as <see cref="PaholeDialect"/> says when.</summary>
    public bool IsPacked(TypeId id) => (_states[id.Value] & State.Packed) != 0;

    /// <summary>Judges a struct at the start of its body, or after a member of its type.</summary>
    public void JudgeStruct(TypeId id)
    {
        if ((_states[id.Value] & State.Judged) != 0 || _graph.KindOf(id) != TypeKind.Struct)
        {
            return;
        }

        TypeView type = _graph[id];
        PaholeWalk walk = WalkOf(id);
        if (walk.PaddingBytes != 0 || walk.Holes != 0)
        {
            MarkStructsAtUnnaturalOffsets(type);
        }
        else if (BreaksNaturalAlignment(type))
        {
            _states[id.Value] |= State.Packed;
        }

        _states[id.Value] |= State.Judged;
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
                _states[target.Value] |= State.Packed | State.Judged | State.Marked;
            }
        }
    }

    /// <summary>
    /// Judges a struct with all that the graph says of it; then says whether pahole, which judges while it writes, could have judged
    /// otherwise: the struct is packed for the sake of where it is embedded.
    /// </summary>
    public bool JudgeWithPlaces(TypeId id)
    {
        if (!_hasMarkedAll && MayBeMarked(id))
        {
            _hasMarkedAll = true;
            for (uint i = 1; i < (uint)_graph.TypeCount; i++)
            {
                MarkEmbedded(_graph[new TypeId(i)]);
            }
        }

        JudgeStruct(id);
        return (_states[id.Value] & State.Marked) != 0;
    }

    // Most types lie nowhere at an offset that their alignment does not divide: that can be told without a look at every struct.
    private bool MayBeMarked(TypeId id)
    {
        long natural = NaturalAlignment(id);
        if (!long.IsPow2(natural) || natural > TypeGraph.PlacementModulus)
        {
            return true;
        }

        if (_placements is null)
        {
            _placements = new byte[_graph.TypeCount];
            _graph.CollectPlacements(_placements);
            for (uint i = 1; i < (uint)_placements.Length; i++)
            {
                if (_placements[i] != 0 && _graph.KindOf(new TypeId(i)) is TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile
                    or TypeKind.Restrict or TypeKind.Atomic)
                {
                    _placements[StripSteps(new TypeId(i)).Value] |= _placements[i];
                }
            }
        }

        return (_placements[id.Value] & (natural - 1)) != 0;
    }

    private void MarkEmbedded(TypeView type)
    {
        if (type.Kind == TypeKind.Union)
        {
            JudgeUnion(type.Id);
        }
        else if (type.Kind == TypeKind.Struct && HasStructAtUnnaturalOffset(type))
        {
            PaholeWalk walk = WalkOf(type.Id);
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
            if (member.BitOffset % (8 * TypeGraph.PlacementModulus) != 0 && IsStructAtUnnaturalOffset(member, out _))
            {
                return true;
            }
        }

        return false;
    }

    private void MarkStructsAtUnnaturalOffsets(TypeView type)
    {
        foreach (MemberView member in type.Members)
        {
            if (IsStructAtUnnaturalOffset(member, out TypeId target))
            {
                _states[target.Value] |= State.Packed | State.Judged | State.Marked;
            }
        }
    }

    private bool IsStructAtUnnaturalOffset(MemberView member, out TypeId target)
    {
        ref readonly Facts facts = ref FactsOf(member.Type);
        target = facts.Stripped;
        return _graph.KindOf(target) == TypeKind.Struct && (long)(member.BitOffset / 8) % facts.Alignment != 0;
    }

    private bool BreaksNaturalAlignment(TypeView type)
    {
        long largest = 1;
        foreach (MemberView member in type.Members)
        {
            ref readonly Facts facts = ref FactsOf(member.Type);
            largest = Math.Max(largest, facts.Alignment);
            PlaceMember(member, facts, out PaholeMember placed);
            if (placed.ByteOffset % facts.Alignment != 0)
            {
                return true;
            }
        }

        return (type.DeclaredAlignmentBytes == 1 && largest > 1) || SizeOfComposite(type) % largest != 0;
    }

    private ref readonly Facts FactsOf(TypeId id, int depth = 0)
    {
        ref Facts facts = ref _facts[id.Value];
        if (facts.Alignment - 1 >= Visiting - 1)
        {
            FindFacts(id, depth);
        }

        return ref facts;
    }

    private void FindFacts(TypeId id, int depth)
    {
        Guard(depth, id);
        TypeView type = _graph[id];
        ref Facts facts = ref _facts[id.Value];
        if (facts.Alignment == Visiting)
        {
            InvalidImageException.Throw(_graph.SourcePath, "", -1, $"type {id} ({type.Kind} '{type.NameString}') contains itself");
        }

        if (type.Kind == TypeKind.Typedef || type.IsQualifier)
        {
            TypeId stripped = StripSteps(id);
            facts = FactsOf(stripped, depth + 1);
            return;
        }

        facts.Alignment = Visiting;
        uint alignment = type.Kind switch
        {
            TypeKind.Pointer => (uint)_graph.PointerSizeBytes,
            TypeKind.Int => (uint)Math.Max(1, type.IntBits / 8),
            TypeKind.Float => (uint)Math.Clamp(type.SizeBytes, 1, Visiting - 1),
            TypeKind.Enum or TypeKind.Enum64 => type.SizeBytes == 0 ? 4 : (uint)Math.Min(type.SizeBytes, Visiting - 1),
            TypeKind.Array => (uint)FactsOf(type.Target, depth + 1).Alignment,
            TypeKind.Struct or TypeKind.Union => LargestAlignment(type, depth),
            _ => 1,
        };
        facts.SizeBytes = FindSize(id);
        facts.Stripped = id;
        facts.Alignment = Math.Min(alignment, Visiting - 1);
    }

    private uint LargestAlignment(TypeView type, int depth)
    {
        uint largest = 1;
        foreach (MemberView member in type.Members)
        {
            largest = Math.Max(largest, FactsOf(member.Type, depth + 1).Alignment);
        }

        return largest;
    }

    private TypeId StripSteps(TypeId id)
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

    private long FindSize(TypeId id)
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

    private void PlaceMembers(TypeView type, Span<PaholeMember> members, ref PaholeWalk walk)
    {
        bool declared = _graph.Has(Facet.DeclaredAlignment);
        long smallest = 0;
        int i = 0;
        foreach (MemberView member in type.Members)
        {
            ref readonly Facts facts = ref FactsOf(member.Type);
            ref PaholeMember placed = ref members[i++];
            PlaceMember(member, facts, out placed);
            placed.AlignmentBytes = declared
                ? member.DeclaredAlignmentBytes
                : PaholeDialect.InferAlignment(placed.ByteOffset, facts.Alignment, smallest, _options.CachelineBytes);
            if (placed.SizeBytes > 0)
            {
                smallest = placed.BitSize == 0
                    ? placed.ByteOffset + placed.SizeBytes
                    : (placed.BitOffset + placed.BitSize + 7) / 8;
            }

            walk.HasEmbeddedFlexibleArray = walk.HasEmbeddedFlexibleArray || HasAnyFlexibleArray(facts.Stripped, 0);
        }

        if (type.Kind == TypeKind.Struct)
        {
            walk.AlignmentBytes = declared
                ? type.DeclaredAlignmentBytes
                : PaholeDialect.InferAlignment((long)type.SizeBytes, NaturalAlignment(type.Id), smallest, _options.CachelineBytes);
        }
    }

    private void PlaceMember(MemberView member, in Facts facts, out PaholeMember placed)
    {
        placed = default;
        placed.BitOffset = (long)member.BitOffset;
        placed.BitSize = member.BitSize;
        placed.SizeBytes = facts.SizeBytes;
        placed.ByteOffset = placed.BitOffset / 8;
        if (placed.BitSize == 0 || placed.SizeBytes == 0
            || _graph.KindOf(facts.Stripped) is not (TypeKind.Int or TypeKind.Float or TypeKind.Enum or TypeKind.Enum64))
        {
            return;
        }

        long unit = placed.SizeBytes * 8;
        if (unit == 0)
        {
            return;
        }

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

    private bool EndsInFlexibleArray(TypeView type)
    {
        MemberList members = type.Members;
        return members.Count > 0 && _graph[members[members.Count - 1].Type] is { Kind: TypeKind.Array, ElementCount: 0 };
    }

    // The flexible array may be that of a struct embedded at any depth; arrays and unions are not entered.
    private bool HasAnyFlexibleArray(TypeId id, int depth)
    {
        if (_graph.KindOf(id) != TypeKind.Struct)
        {
            return false;
        }

        Guard(depth, id);
        if ((_states[id.Value] & State.FlexibleKnown) == 0)
        {
            TypeView type = _graph[id];
            bool found = EndsInFlexibleArray(type);
            foreach (MemberView member in type.Members)
            {
                found = found || HasAnyFlexibleArray(Strip(member.Type), depth + 1);
            }

            _states[id.Value] |= found ? State.FlexibleKnown | State.Flexible : State.FlexibleKnown;
        }

        return (_states[id.Value] & State.Flexible) != 0;
    }

    private void Guard(int steps, TypeId id)
    {
        if (steps > _limits.MaxNesting)
        {
            RejectChain(id);
        }
    }

    private void RejectChain(TypeId id) => InvalidImageException.Throw(_graph.SourcePath, "", -1,
        $"type {id} ({_graph.KindOf(id)}): a chain of more than {_limits.MaxNesting} types, or one that never ends");

    private struct Facts
    {
        public long SizeBytes;
        public TypeId Stripped;

        // 0 where nothing is known yet.
        public uint Alignment;
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
