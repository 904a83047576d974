using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

// The walk over the members of a struct: where they lie, and what is between them.
internal sealed partial class PaholeTypes
{
    private readonly Dictionary<TypeId, int> _walkIndex = [];
    private PaholeWalk[] _walks = new PaholeWalk[16];
    private int _walkCount;
    private PaholeMember[] _scratch = [];

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
            ref readonly PaholeMember member = ref members[i];
            (long holeBytes, long holeBits) = cursor.Step(member.BitOffset, member.BitSize, member.ByteOffset, member.SizeBytes);
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

        (walk.PaddingBytes, walk.PaddingBits) = cursor.Finish(sizeBits);
    }

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
}
