using System.Runtime.CompilerServices;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The columns of a layered graph that the header needs for every type, flat by id, and what is known of each type while the header
/// is written. Cost: one pass over types, members and parameters; 10 bytes per type.
/// </summary>
internal sealed class TypeColumns
{
    private readonly TypeKind[] _kinds;
    private readonly uint[] _names;
    private readonly uint[] _targets;
    private readonly TypeMarks[] _marks;

    public TypeColumns(TypeGraph graph)
    {
        Graph = graph;
        Count = (uint)graph.TypeCount;
        _kinds = GC.AllocateUninitializedArray<TypeKind>((int)Count);
        _names = GC.AllocateUninitializedArray<uint>((int)Count);
        _targets = GC.AllocateUninitializedArray<uint>((int)Count);
        _marks = new TypeMarks[Count];
        for (uint id = 0; id < Count; id++)
        {
            TypeView type = graph[new TypeId(id)];
            TypeKind kind = type.Kind;
            uint target = type.Target.Value;
            _kinds[id] = kind;
            _names[id] = type.NameId.Value;
            _targets[id] = target;
            Rows += 1 + type.ElementsInList;
            HasUnknownKinds |= kind == TypeKind.Unknown;
            MarkReferenced(kind, type, target);
        }

        _marks[0] |= TypeMarks.Ordered | TypeMarks.Emitted;
    }

    public TypeGraph Graph { get; }

    /// <summary>Number of types, void included.</summary>
    public uint Count { get; }

    /// <summary>Number of types, members, enumerators, parameters and variables: the size of the graph.</summary>
    public long Rows { get; }

    /// <summary>Whether a type is of a kind that is not known.</summary>
    public bool HasUnknownKinds { get; }

    public TypeKind Kind(uint id) => _kinds[id];

    /// <summary>Target of references, element of arrays, return type of prototypes; 0 for the others.</summary>
    public uint Target(uint id) => _targets[id];

    public NameId Name(uint id) => new(_names[id]);

    public bool IsNamed(uint id) => _names[id] != 0;

    public ReadOnlySpan<byte> NameBytes(uint id) => Graph.NameOf(new NameId(_names[id]));

    public TypeView View(uint id) => Graph[new TypeId(id)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(uint id, TypeMarks mark) => (_marks[id] & mark) != 0;

    public void Set(uint id, TypeMarks mark) => _marks[id] |= mark;

    public void Clear(uint id, TypeMarks mark) => _marks[id] &= ~mark;

    /// <summary>True for const, volatile, restrict and _Atomic.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsQualifier(TypeKind kind) => ((QualifierKinds >> (int)kind) & 1) != 0;

    public static bool IsComposite(TypeKind kind) => kind is TypeKind.Struct or TypeKind.Union;

    /// <summary>Name of a type for messages: kind and name, or id where it has none.</summary>
    public string Describe(uint id)
    {
        string word = Kind(id) switch
        {
            TypeKind.Struct => "struct",
            TypeKind.Union => "union",
            TypeKind.Enum or TypeKind.Enum64 => "enum",
            TypeKind.Typedef => "typedef",
            TypeKind.Function => "function",
            TypeKind.Unknown => "a type of unknown kind",
            _ => "type",
        };
        return IsNamed(id) ? $"{word} {Graph.NameString(Name(id))}" : $"{word} (type id {id})";
    }

    private const ulong QualifierKinds = 1UL << (int)TypeKind.Const | 1UL << (int)TypeKind.Volatile
        | 1UL << (int)TypeKind.Restrict | 1UL << (int)TypeKind.Atomic;

    // The return type of a prototype is not marked: bpftool leaves it out, and prints an unnamed enumeration that only
    // prototypes return at top level.
    private void MarkReferenced(TypeKind kind, in TypeView type, uint target)
    {
        switch (kind)
        {
            case TypeKind.Pointer or TypeKind.Typedef or TypeKind.Function or TypeKind.Variable or TypeKind.DeclTag or TypeKind.TypeTag
                or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic:
                _marks[target] |= TypeMarks.Referenced;
                break;
            case TypeKind.Array:
                _marks[target] |= TypeMarks.Referenced;
                _marks[type.IndexType.Value] |= TypeMarks.Referenced;
                break;
            case TypeKind.Struct or TypeKind.Union:
                foreach (MemberView member in type.Members)
                {
                    _marks[member.Type.Value] |= TypeMarks.Referenced;
                }

                break;
            case TypeKind.FunctionPrototype:
                foreach (ParameterView parameter in type.Parameters)
                {
                    _marks[parameter.Type.Value] |= TypeMarks.Referenced;
                }

                break;
            case TypeKind.DataSection:
                foreach (SectionEntryView entry in type.Entries)
                {
                    _marks[entry.Type.Value] |= TypeMarks.Referenced;
                }

                break;
        }
    }
}

/// <summary>What is known of a type while the header is written.</summary>
[Flags]
internal enum TypeMarks : byte
{
    None = 0,

    /// <summary>Its dependencies are being ordered.</summary>
    Ordering = 1,

    /// <summary>It and its dependencies have a place in the order.</summary>
    Ordered = 2,

    /// <summary>Its definition, or what it needs, is being printed.</summary>
    Emitting = 4,

    /// <summary>It is defined.</summary>
    Emitted = 8,

    /// <summary>It is declared (structs and unions), or defined early (typedefs).</summary>
    Forwarded = 16,

    /// <summary>Another type refers to it.</summary>
    Referenced = 32,

    /// <summary>It cannot be written in C: it is of unknown kind, or refers to itself in a way that C has no words for.</summary>
    Undeclarable = 64,

    /// <summary>It contains itself by value: it can be declared and not defined.</summary>
    Incomplete = 128,
}
