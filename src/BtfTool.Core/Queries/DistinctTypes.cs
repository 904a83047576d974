using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Leaves out types that say the same as an earlier one: same kind, name and size, and the same members (name, offset, width, type
/// id), enumerators or target. Compilers and linkers leave such twins; a reader of a listing wants one.
/// </summary>
internal sealed class DistinctTypes
{
    private readonly TypeGraph _graph;
    private readonly HashSet<TypeId> _seen;

    public DistinctTypes(TypeGraph graph)
    {
        _graph = graph;
        _seen = new HashSet<TypeId>(new SameContents(graph));
    }

    /// <summary>True the first time that a type of these contents is added. Cost: linear in its members and name.</summary>
    public bool Add(TypeId id) => _seen.Add(id);

    /// <summary>Removes the later twins from a list, keeping its order.</summary>
    public void RemoveTwins(List<TypeId> types)
    {
        if (types.Count > 1)
        {
            types.RemoveAll(id => !Add(id));
        }
    }

    private sealed class SameContents(TypeGraph graph) : IEqualityComparer<TypeId>
    {
        // Seeded by the process, so that a file cannot be made whose types all collide.
        public int GetHashCode(TypeId id)
        {
            TypeView type = graph[id];
            var hash = default(HashCode);
            hash.Add(type.RawKind);
            hash.AddBytes(type.Name);
            hash.Add(type.SizeBytes);
            hash.Add(type.Target.Value);
            foreach (MemberView member in type.Members)
            {
                hash.Add(member.BitOffset);
                hash.Add(member.Type.Value);
            }

            foreach (EnumeratorView enumerator in type.Enumerators)
            {
                hash.Add(enumerator.Value);
            }

            return hash.ToHashCode();
        }

        public bool Equals(TypeId x, TypeId y)
        {
            TypeView a = graph[x];
            TypeView b = graph[y];
            return a.RawKind == b.RawKind && a.SizeBytes == b.SizeBytes && a.Target == b.Target
                && (a.Kind != TypeKind.Forward || a.Flag == b.Flag) && (!a.IsEnum || a.Flag == b.Flag)
                && a.Name.SequenceEqual(b.Name) && SameMembers(a.Members, b.Members) && SameEnumerators(a.Enumerators, b.Enumerators);
        }

        private static bool SameMembers(MemberList a, MemberList b)
        {
            if (a.Count != b.Count)
            {
                return false;
            }

            for (int i = 0; i < a.Count; i++)
            {
                MemberView x = a[i];
                MemberView y = b[i];
                if (x.BitOffset != y.BitOffset || x.BitSize != y.BitSize || x.Type != y.Type || !x.Name.SequenceEqual(y.Name))
                {
                    return false;
                }
            }

            return true;
        }

        private static bool SameEnumerators(EnumeratorList a, EnumeratorList b)
        {
            if (a.Count != b.Count)
            {
                return false;
            }

            for (int i = 0; i < a.Count; i++)
            {
                if (a[i].Value != b[i].Value || !a[i].Name.SequenceEqual(b[i].Name))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
