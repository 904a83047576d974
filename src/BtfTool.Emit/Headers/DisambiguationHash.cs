using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The number that orders types of equal names in bpftool's sorted output: a hash over names of members and enumerators. Signed
/// characters, wrapping 64-bit arithmetic. Rule: bpftool 7.8. Computed when asked and kept, so that shared targets are hashed once.
/// </summary>
internal sealed class DisambiguationHash
{
    private readonly TypeColumns _types;
    private readonly int _maxNesting;

    // Hashes that were asked for, with and without members. Few types need one: those whose names do not order them.
    private readonly Dictionary<ulong, ulong> _hashes = [];
    private int _depth;

    public DisambiguationHash(TypeColumns types, int maxNesting)
    {
        _types = types;
        _maxNesting = maxNesting;
    }

    /// <summary>The hash of a type, with the members of the composite that it leads to.</summary>
    public ulong Of(uint id) => Of(id, true);

    private ulong Of(uint id, bool withMembers)
    {
        ulong key = (2UL * id) + (withMembers ? 1UL : 0);
        if (_hashes.TryGetValue(key, out ulong known))
        {
            return known;
        }

        if (++_depth > _maxNesting)
        {
            EmissionBudget.Throw($"types nest deeper than {_maxNesting} levels");
        }

        // A cycle of references finds this: it has no hash of its own, and bpftool does not end on it.
        _hashes[key] = 0;
        ulong hash = Compute(id, withMembers);
        _hashes[key] = hash;
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
                foreach (ref readonly EnumeratorRow enumerator in _types.Enumerators(id))
                {
                    hash = MixName(hash, new NameId(enumerator.Name));
                }

                return hash;
            case TypeKind.Struct or TypeKind.Union when withMembers:
                foreach (ref readonly MemberRow member in _types.Members(id))
                {
                    hash = Mix(MixName(hash, new NameId(member.Name)), Of(member.Type, false));
                }

                return hash;
            case TypeKind.Array:
                return Mix(Mix(hash, _types.ElementCount(id)), Of(_types.Target(id), withMembers));
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
