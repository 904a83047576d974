using System.Text;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>Finds the types of all blocks in one pass over the types of an input.</summary>
internal sealed class TypeFinder
{
    private const long MostPairs = 10_000_000;

    private readonly Dictionary<byte[], List<int>> _named = new(new BytesComparer());
    private readonly List<(int Block, GlobPattern Pattern, GlobPattern[] Except)> _patterns = [];
    private readonly IReadOnlyList<CheckBlock?> _blocks;
    private readonly List<TypeRef>[] _found;
    private long _pairs;

    /// <param name="blocks">What is looked for; null for blocks of other inputs.</param>
    public TypeFinder(IReadOnlyList<CheckBlock?> blocks)
    {
        _blocks = blocks;
        _found = new List<TypeRef>[blocks.Count];
        IsDeclared = new bool[blocks.Count];
        for (int i = 0; i < blocks.Count; i++)
        {
            _found[i] = [];
            if (blocks[i] is not { } block)
            {
                continue;
            }

            byte[] name = Encoding.UTF8.GetBytes(block.Name);
            if (block.IsMatch)
            {
                _patterns.Add((i, new GlobPattern(name), [.. block.Except.ConvertAll(text => new GlobPattern(Encoding.UTF8.GetBytes(text)))]));
            }
            else if (_named.TryGetValue(name, out List<int>? known))
            {
                known.Add(i);
            }
            else
            {
                _named.Add(name, [i]);
            }
        }
    }

    /// <summary>For each block, whether its type is there but only declared.</summary>
    public bool[] IsDeclared { get; }

    /// <summary>The types of each block, in the order of the graph; false where they are too many together.</summary>
    public bool TryFind(TypeGraphSet graphs, out List<TypeRef>[] found)
    {
        found = _found;
        foreach (TypeGraph graph in graphs.Graphs)
        {
            AddAll(graph, graphs.FirstTypeOf(graph));
        }

        return _pairs <= MostPairs;
    }

    private void AddAll(TypeGraph graph, TypeId first)
    {
        var named = _named.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (uint id = first.Value; id < (uint)graph.TypeCount && _pairs <= MostPairs; id++)
        {
            TypeView type = graph[new TypeId(id)];
            TypeKind kind = type.Kind;
            if (kind is not (TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Typedef or TypeKind.Forward))
            {
                continue;
            }

            ReadOnlySpan<byte> name = type.Name;
            if (!name.IsEmpty)
            {
                AddNamed(named, new TypeRef(graph, type.Id), kind, name);
                AddMatching(new TypeRef(graph, type.Id), kind, name);
            }
        }
    }

    private void AddNamed(Dictionary<byte[], List<int>>.AlternateLookup<ReadOnlySpan<byte>> named, TypeRef type, TypeKind kind, ReadOnlySpan<byte> name)
    {
        if (_named.Count == 0 || !named.TryGetValue(name, out List<int>? blocks))
        {
            return;
        }

        foreach (int block in blocks)
        {
            CheckSubject subject = _blocks[block]!.Subject;
            if (IsOf(subject, kind))
            {
                _found[block].Add(type);
                _pairs++;
            }
            else if (kind == TypeKind.Forward && subject == (type.View.Flag ? CheckSubject.Union : CheckSubject.Struct))
            {
                IsDeclared[block] = true;
            }
        }
    }

    private void AddMatching(TypeRef type, TypeKind kind, ReadOnlySpan<byte> name)
    {
        foreach ((int block, GlobPattern pattern, GlobPattern[] except) in _patterns)
        {
            if (IsOf(_blocks[block]!.Subject, kind) && pattern.IsMatch(name) && !IsAny(except, name))
            {
                _found[block].Add(type);
                _pairs++;
            }
        }
    }

    private static bool IsAny(GlobPattern[] patterns, ReadOnlySpan<byte> name)
    {
        foreach (GlobPattern pattern in patterns)
        {
            if (pattern.IsMatch(name))
            {
                return true;
            }
        }

        return false;
    }

    internal static bool IsOf(CheckSubject subject, TypeKind kind) => subject switch
    {
        CheckSubject.Struct => kind == TypeKind.Struct,
        CheckSubject.Union => kind == TypeKind.Union,
        CheckSubject.Enum => kind is TypeKind.Enum or TypeKind.Enum64,
        _ => kind == TypeKind.Typedef,
    };

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
