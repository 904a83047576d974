using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>A type that has a name, of one of the two sides.</summary>
internal struct NamedType
{
    public int Graph;
    public uint Id;

    /// <summary>The next of the same side and name; -1 after the last.</summary>
    public int Next;
}

/// <summary>All types of one word and name on both sides.</summary>
internal struct NameGroup
{
    public ulong Hash;
    public TypeWord Word;

    /// <summary>First of the old side and of the new one; -1 where there is none.</summary>
    public int Old;
    public int New;
}

/// <summary>The types of two builds by word and name. Cost: linear in the types and their names; hashes are seeded by the process.</summary>
internal sealed class NameGroups
{
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly CompareSide _old;
    private readonly CompareSide _new;
    private NamedType[] _types = new NamedType[1024];
    private NameGroup[] _groups = new NameGroup[1024];
    private int[] _slots = new int[2048];
    private int _typeCount;

    public NameGroups(CompareSide old, CompareSide now, bool withFunctions)
    {
        (_old, _new) = (old, now);
        Add(old, withFunctions, isOld: true);
        Add(now, withFunctions, isOld: false);
    }

    public ReadOnlySpan<NameGroup> Groups => _groups.AsSpan(0, Count);

    public int Count { get; private set; }

    public ref readonly NamedType this[int index] => ref _types[index];

    private void Add(CompareSide side, bool withFunctions, bool isOld)
    {
        foreach (CompareGraph graph in side.Graphs)
        {
            TypeGraph types = graph.Graph;
            for (uint id = side.Set.FirstTypeOf(types).Value; id < types.TypeCount; id++)
            {
                TypeWord word = TypeWords.Of(types, id);
                if (word == TypeWord.None || (word == TypeWord.Function && !withFunctions))
                {
                    continue;
                }

                NameId name = types[new TypeId(id)].NameId;
                if (!name.IsNone && !types.IsEmptyName(name))
                {
                    Add(types, name, word, new NamedType { Graph = graph.Index, Id = id }, isOld);
                }
            }
        }
    }

    private void Add(TypeGraph types, NameId name, TypeWord word, NamedType type, bool isOld)
    {
        if (_typeCount == _types.Length)
        {
            Array.Resize(ref _types, _typeCount * 2);
        }

        ref NameGroup group = ref Find(types, name, word);
        type.Next = isOld ? group.Old : group.New;
        _types[_typeCount] = type;
        (isOld ? ref group.Old : ref group.New) = _typeCount++;
    }

    private ref NameGroup Find(TypeGraph types, NameId name, TypeWord word)
    {
        if (2 * Count >= _slots.Length)
        {
            Grow();
        }

        ulong hash = NameHash.Of(types.NameOf(name), s_seed + (ulong)word);
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            if (_slots[slot] == 0)
            {
                if (Count == _groups.Length)
                {
                    Array.Resize(ref _groups, Count * 2);
                }

                _groups[Count] = new NameGroup { Hash = hash, Word = word, Old = -1, New = -1 };
                _slots[slot] = ++Count;
                return ref _groups[Count - 1];
            }

            ref NameGroup group = ref _groups[_slots[slot] - 1];
            if (group.Hash == hash && group.Word == word && IsNamed(group, types, name))
            {
                return ref group;
            }
        }
    }

    private bool IsNamed(in NameGroup group, TypeGraph types, NameId name)
    {
        NamedType type = _types[group.Old >= 0 ? group.Old : group.New];
        TypeGraph other = (group.Old >= 0 ? _old : _new).Graphs[type.Graph].Graph;
        return TypeWords.SameName(types, name, other, other[new TypeId(type.Id)].NameId);
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        int mask = _slots.Length - 1;
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)_groups[i].Hash & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }
}
