using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The number that orders types of equal names in bpftool's sorted output: a hash over names of members and enumerators. Signed
/// characters, wrapping 64-bit arithmetic. Rule: bpftool 7.8. Computed when asked and kept, so that shared targets are hashed once.
/// </summary>
internal sealed class DisambiguationHash
{
    private const byte Busy = 1;
    private const byte Known = 2;

    private readonly TypeColumns _types;
    private readonly int _maxNesting;
    private readonly ulong[] _hashes;
    private readonly byte[] _states;
    private int _depth;

    public DisambiguationHash(TypeColumns types, int maxNesting)
    {
        _types = types;
        _maxNesting = maxNesting;
        _hashes = GC.AllocateUninitializedArray<ulong>((int)types.Count * 2);
        _states = new byte[types.Count * 2];
    }

    /// <summary>The hash of a type, with the members of the composite that it leads to.</summary>
    public ulong Of(uint id) => Of(id, true);

    private ulong Of(uint id, bool withMembers)
    {
        long at = (2L * id) + (withMembers ? 1 : 0);
        if (_states[at] == Known)
        {
            return _hashes[at];
        }

        // A cycle of references has no hash of its own; bpftool does not end on it.
        if (_states[at] == Busy)
        {
            return 0;
        }

        if (++_depth > _maxNesting)
        {
            EmissionBudget.Throw($"types nest deeper than {_maxNesting} levels");
        }

        _states[at] = Busy;
        ulong hash = Compute(id, withMembers);
        _hashes[at] = hash;
        _states[at] = Known;
        _depth--;
        return hash;
    }

    private ulong Compute(uint id, bool withMembers)
    {
        ulong hash = _types.IsNamed(id) ? NameHash(_types.Name(id)) : 0;
        TypeKind kind = _types.Kind(id);
        switch (kind)
        {
            case TypeKind.Enum or TypeKind.Enum64:
                foreach (EnumeratorView enumerator in _types.View(id).Enumerators)
                {
                    hash = MixName(hash, enumerator.NameId);
                }

                return hash;
            case TypeKind.Struct or TypeKind.Union when withMembers:
                foreach (MemberView member in _types.View(id).Members)
                {
                    hash = Mix(MixName(hash, member.NameId), Of(member.Type.Value, false));
                }

                return hash;
            case TypeKind.Array:
                return Mix(Mix(hash, _types.View(id).ElementCount), Of(_types.Target(id), withMembers));
            case var _ when SortOrder.IsReference(kind):
                return Mix(hash, Of(_types.Target(id), withMembers));
            default:
                return hash;
        }
    }

    private ulong MixName(ulong hash, NameId name) => name.IsNone ? hash : Mix(hash, NameHash(name));

    private ulong NameHash(NameId name)
    {
        ulong hash = 0;
        foreach (byte b in _types.Graph.NameOf(name))
        {
            hash = Mix(hash, unchecked((ulong)(sbyte)b));
        }

        return hash;
    }

    private static ulong Mix(ulong hash, ulong value) => unchecked((hash * 31) + value);
}
