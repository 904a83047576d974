using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Leaves out types of a set that say the same as an earlier one: in one graph as <see cref="DistinctTypes"/> does, across graphs by
/// <see cref="SameLayout"/>, since ids of different graphs say nothing. Modules that include one header have such twins.
/// Not safe to share between threads.
/// </summary>
internal sealed class DistinctTypesOfSet
{
    // Types that share name, size and members are few; behind these a type counts as another one without a further look.
    private const int MostCompared = 16;

    private readonly bool _isOneGraph;
    private readonly Dictionary<TypeGraph, DistinctTypes> _inGraph = [];
    private readonly Dictionary<int, List<TypeRef>> _kept = [];

    /// <summary>Starts without types.</summary>
    /// <param name="set">What the types are of.</param>
    public DistinctTypesOfSet(TypeGraphSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        _isOneGraph = set.Graphs.Length == 1;
    }

    /// <summary>True the first time that a type of these contents is added. Cost: linear in what the type holds by value.</summary>
    public bool Add(TypeRef type)
    {
        if (!_inGraph.TryGetValue(type.Graph, out DistinctTypes? inGraph))
        {
            _inGraph[type.Graph] = inGraph = new DistinctTypes(type.Graph);
        }

        if (!inGraph.Add(type.Id))
        {
            return false;
        }

        return _isOneGraph || AddAcross(type);
    }

    /// <summary>Removes the later twins from a list, keeping its order.</summary>
    internal void RemoveTwins(List<TypeRef> types)
    {
        if (types.Count > 1)
        {
            types.RemoveAll(type => !Add(type));
        }
    }

    private bool AddAcross(TypeRef type)
    {
        int key = KeyOf(type.View);
        if (!_kept.TryGetValue(key, out List<TypeRef>? kept))
        {
            _kept[key] = [type];
            return true;
        }

        for (int i = 0; i < kept.Count && i < MostCompared; i++)
        {
            if (kept[i].Graph != type.Graph && SameLayout.Is(kept[i], type))
            {
                return false;
            }
        }

        kept.Add(type);
        return true;
    }

    // Seeded by the process, so that a file cannot be made whose types all collide.
    private static int KeyOf(TypeView type)
    {
        var hash = default(HashCode);
        hash.Add(type.RawKind);
        hash.AddBytes(type.Name);
        hash.Add(type.SizeBytes);
        foreach (MemberView member in type.Members)
        {
            hash.Add(member.BitOffset);
            hash.AddBytes(member.Name);
        }

        foreach (EnumeratorView enumerator in type.Enumerators)
        {
            hash.Add(enumerator.Value);
        }

        return hash.ToHashCode();
    }
}
