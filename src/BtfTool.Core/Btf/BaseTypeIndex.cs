using BtfTool.Core.Types;

namespace BtfTool.Core.Btf;

/// <summary>
/// The types of a kernel that a distilled base can name, by name: integers, floating point types, structs, unions, enumerations and
/// forwards. Made once for a kernel and asked by every module; immutable, so safe to share between threads.
/// </summary>
internal sealed class BaseTypeIndex
{
    // More types of one name are not told apart: matching them all with as many would be quadratic.
    private const int MostOfOneName = 100;

    private readonly Dictionary<int, int> _heads;
    private readonly List<(TypeId Id, int Next)> _entries = [];

    /// <summary>Indexes the named types of a graph and of its bases. Cost: a pass over the types (2 ms for a kernel).</summary>
    internal BaseTypeIndex(TypeGraph graph)
    {
        Graph = graph;
        _heads = new Dictionary<int, int>(graph.TypeCount / 4);

        // Backwards, so that those of one name are met in the order of their ids.
        for (int id = graph.TypeCount - 1; id > 0; id--)
        {
            TypeView type = graph[new TypeId((uint)id)];
            if (IsIndexed(type.Kind) && !type.IsAnonymous)
            {
                int key = KeyOf(type.Name);
                int next = _heads.TryGetValue(key, out int head) ? head : -1;
                _heads[key] = _entries.Count;
                _entries.Add((type.Id, next));
            }
        }
    }

    /// <summary>The kernel.</summary>
    internal TypeGraph Graph { get; }

    /// <summary>Replaces the content of a list by the types of a name, in the order of their ids, 100 at most.</summary>
    internal void Find(ReadOnlySpan<byte> name, List<TypeId> found)
    {
        found.Clear();
        NameId same = default;
        for (int at = _heads.TryGetValue(KeyOf(name), out int head) ? head : -1; at >= 0 && found.Count < MostOfOneName; at = _entries[at].Next)
        {
            TypeView type = Graph[_entries[at].Id];
            if (type.NameId == same || type.Name.SequenceEqual(name))
            {
                same = type.NameId;
                found.Add(type.Id);
            }
        }
    }

    private static bool IsIndexed(TypeKind kind) => kind is TypeKind.Int or TypeKind.Float or TypeKind.Struct or TypeKind.Union
        or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Forward;

    // Seeded by the process, so that a file cannot be made whose names all collide.
    private static int KeyOf(ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.AddBytes(name);
        return hash.ToHashCode();
    }
}
