using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

// Which structs print as packed: the files say it of none, so it is inferred from sizes and offsets.
internal sealed partial class PaholeTypes
{
    private byte[]? _placements;
    private bool _hasMarkedAll;

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
}
