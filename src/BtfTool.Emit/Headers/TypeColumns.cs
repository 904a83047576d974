using System.Runtime.CompilerServices;
using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The columns of a graph that the header needs for every type, by id: those of the graph itself, or copies of all its layers in a row;
/// and what is known of each type while the header is written. Cost: one pass over types, members and parameters; 2 bytes per type,
/// 9 more where the graph has layers.
/// </summary>
internal sealed class TypeColumns
{
    // The kernel's own limit on names of functions is 512.
    private const int MaxShortNameBytes = 160;

    private const ulong QualifierKinds = 1UL << (int)TypeKind.Const | 1UL << (int)TypeKind.Volatile
        | 1UL << (int)TypeKind.Restrict | 1UL << (int)TypeKind.Atomic;

    private const ulong TargetKinds = QualifierKinds | 1UL << (int)TypeKind.Pointer | 1UL << (int)TypeKind.Typedef
        | 1UL << (int)TypeKind.Function | 1UL << (int)TypeKind.Variable | 1UL << (int)TypeKind.DeclTag | 1UL << (int)TypeKind.TypeTag;

    private readonly Column<byte> _kinds;
    private readonly Column<uint> _names;
    private readonly Column<uint> _sizes;
    private readonly Column<ulong>? _wideSizes;
    private readonly TypeMarks[] _marks;
    private Dictionary<uint, byte[]>? _respelled;

    public TypeColumns(TypeGraph graph)
    {
        Graph = graph;
        Count = (uint)graph.TypeCount;
        (_kinds, _names, _sizes) = graph.Base is null ? (graph.KindColumn, graph.NameColumn, graph.SizeColumn) : CopyLayers(graph);
        _wideSizes = graph.Base is null ? graph.WideSizeColumn : CopyWideSizes(graph);
        _marks = new TypeMarks[Count];
        HasUnknownKinds = MarkTargets();
        for (TypeGraph? segment = graph; segment is not null; segment = segment.Base)
        {
            MarkElements(segment);
            EnumeratorCount += segment.OwnEnumeratorCount;
            Rows += segment.OwnCount + segment.OwnMembers.Length + segment.OwnParameters.Length + segment.OwnEntries.Length;
        }

        Rows += EnumeratorCount;
        _marks[0] |= TypeMarks.Ordered | TypeMarks.Emitted;
    }

    public TypeGraph Graph { get; }

    /// <summary>Number of types, void included.</summary>
    public uint Count { get; }

    /// <summary>Number of types, members, enumerators, parameters and variables: the size of the graph.</summary>
    public long Rows { get; }

    /// <summary>Number of enumerators, at most.</summary>
    public int EnumeratorCount { get; }

    /// <summary>Whether a type is of a kind that is not known.</summary>
    public bool HasUnknownKinds { get; }

    /// <summary>The kinds of all types as bytes, with the flag of the record in the highest bit.</summary>
    public ReadOnlySpan<byte> KindBytes => _kinds.AsSpan(0, (int)Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TypeKind Kind(uint id) => (TypeKind)(_kinds[id] & TypeGraph.KindMask);

    /// <summary>The flag of the record.</summary>
    public bool Flag(uint id) => (_kinds[id] & TypeGraph.FlagMask) != 0;

    /// <summary>Target of references, element of arrays, return type of prototypes; 0 for the others.</summary>
    public uint Target(uint id)
    {
        TypeKind kind = Kind(id);
        return kind == TypeKind.Array ? Graph.ArrayOf(id).Element
            : IsIn(TargetKinds | 1UL << (int)TypeKind.FunctionPrototype, kind) ? _sizes[id] : 0;
    }

    /// <summary>Target of a reference, return type of a prototype; the caller knows that it is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint DirectTarget(uint id) => _sizes[id];

    /// <summary>Size in bytes of a base type, struct, union or enumeration; the caller knows that it is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong DirectSize(uint id) => _wideSizes is { } wide ? wide[id] : _sizes[id];

    /// <summary>Number of elements of an array; the caller knows that it is one.</summary>
    public ulong ElementCount(uint id) => Graph.ArrayOf(id).Count;

    /// <summary>Members of a struct or union; the caller knows that it is one.</summary>
    public ReadOnlySpan<MemberRow> Members(uint id) => Graph.MembersOf(id);

    /// <summary>Enumerators; the caller knows that it is an enumeration.</summary>
    public ReadOnlySpan<EnumeratorRow> Enumerators(uint id) => Graph.EnumeratorsOf(id);

    /// <summary>Parameters; the caller knows that it is a prototype.</summary>
    public ReadOnlySpan<ParameterRow> Parameters(uint id) => Graph.ParametersOf(id);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NameId Name(uint id) => new(_names[id]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNamed(uint id) => _names[id] != 0;

    /// <summary>The name that C can have; the caller knows that the type is <see cref="TypeMarks.Respelled"/>.</summary>
    public ReadOnlySpan<byte> RespelledName(uint id) => _respelled![id];

    /// <summary>
    /// Looks for names that C has others for. Cost: one look at each kind; at each name too where the types come from sources, which may
    /// be of other languages.
    /// </summary>
    public void Respell()
    {
        ReadOnlySpan<byte> kinds = KindBytes;
        const ulong Tags = 1UL << (int)TypeKind.Struct | 1UL << (int)TypeKind.Union | 1UL << (int)TypeKind.Enum | 1UL << (int)TypeKind.Enum64
            | 1UL << (int)TypeKind.Forward | 1UL << (int)TypeKind.Typedef;
        ulong named = Graph.Has(Facet.DeclaredAlignment) ? Tags : 0;
        for (uint id = 1; id < kinds.Length; id++)
        {
            var kind = (TypeKind)(kinds[(int)id] & TypeGraph.KindMask);
            byte[]? name = kind is TypeKind.Int or TypeKind.Float ? BaseTypeNames.Respell(View(id))
                : IsIn(named, kind) ? BaseTypeNames.Identifier(NameBytes(id), id) : null;
            if (name is not null)
            {
                (_respelled ??= [])[id] = name;
                Set(id, TypeMarks.Respelled);
            }
        }
    }

    public ReadOnlySpan<byte> NameBytes(uint id) => Graph.NameOf(new NameId(_names[id]));

    /// <summary>A name with all that follows it in its pool, for <see cref="Text.Utf8Writer.WriteTerminated"/>; empty where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> NameTail(uint name)
    {
        if (name == 0)
        {
            return default;
        }

        ReadOnlySpan<byte> tail = Graph.NameTail(new NameId(name));
        return tail[0] == 0 ? default : tail;
    }

    public TypeView View(uint id) => Graph[new TypeId(id)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(uint id, TypeMarks mark) => (_marks[id] & mark) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(uint id, TypeMarks mark) => _marks[id] |= mark;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear(uint id, TypeMarks mark) => _marks[id] &= ~mark;

    /// <summary>True for const, volatile, restrict and _Atomic.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsQualifier(TypeKind kind) => IsIn(QualifierKinds, kind);

    /// <summary>Whether a kind is one of a set, a bit for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIn(ulong kinds, TypeKind kind) => ((kinds >> (int)kind) & 1) != 0;

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
        return IsNamed(id) ? $"{word} {ShortName(Name(id))}" : $"{word} (type id {id})";
    }

    /// <summary>A name for messages, cut where it is longer than anyone reads: messages are kept, and a name may be as long as the input.</summary>
    public string ShortName(NameId name)
    {
        ReadOnlySpan<byte> bytes = Graph.NameOf(name);
        return bytes.Length <= MaxShortNameBytes ? Encoding.UTF8.GetString(bytes)
            : Encoding.UTF8.GetString(bytes[..MaxShortNameBytes]) + "...";
    }

    private static (Column<byte> Kinds, Column<uint> Names, Column<uint> Sizes) CopyLayers(TypeGraph graph)
    {
        Column<byte> kinds = default(Column<byte>).Resized(graph.TypeCount);
        Column<uint> names = default(Column<uint>).Resized(graph.TypeCount);
        Column<uint> sizes = default(Column<uint>).Resized(graph.TypeCount);
        for (TypeGraph? segment = graph; segment is not null; segment = segment.Base)
        {
            int first = (int)segment.FirstId;
            int count = segment.OwnCount;
            segment.KindColumn.AsSpan(0, count).CopyTo(kinds.AsSpan(first, count));
            segment.NameColumn.AsSpan(0, count).CopyTo(names.AsSpan(first, count));
            segment.SizeColumn.AsSpan(0, count).CopyTo(sizes.AsSpan(first, count));
        }

        return (kinds, names, sizes);
    }

    // All sizes where one of a layer does not fit 32 bits, else null.
    private static Column<ulong>? CopyWideSizes(TypeGraph graph)
    {
        bool isWide = false;
        for (TypeGraph? segment = graph; segment is not null; segment = segment.Base)
        {
            isWide |= segment.WideSizeColumn is not null;
        }

        if (!isWide)
        {
            return null;
        }

        Column<ulong> sizes = default(Column<ulong>).Resized(graph.TypeCount);
        for (TypeGraph? segment = graph; segment is not null; segment = segment.Base)
        {
            for (uint i = 0; i < segment.OwnCount; i++)
            {
                sizes[segment.FirstId + i] = segment.SizeAt(i);
            }
        }

        return sizes;
    }

    // The return type of a prototype is not marked: bpftool leaves it out, and prints an unnamed enumeration that only
    // prototypes return at top level. Returns whether there are unknown kinds.
    private bool MarkTargets()
    {
        ReadOnlySpan<byte> kinds = KindBytes;
        ReadOnlySpan<uint> sizes = _sizes.AsSpan(0, kinds.Length);
        TypeMarks[] marks = _marks;
        bool isUnknown = false;
        for (int id = 0; id < kinds.Length; id++)
        {
            TypeKind kind = (TypeKind)(kinds[id] & TypeGraph.KindMask);
            if (IsIn(TargetKinds, kind))
            {
                marks[sizes[id]] |= TypeMarks.Referenced;
            }
            else if (kind == TypeKind.Array)
            {
                ref readonly ArrayRow array = ref Graph.ArrayOf((uint)id);
                marks[array.Element] |= TypeMarks.Referenced;
                marks[array.Index] |= TypeMarks.Referenced;
            }

            isUnknown |= kind == TypeKind.Unknown;
        }

        return isUnknown;
    }

    private void MarkElements(TypeGraph segment)
    {
        TypeMarks[] marks = _marks;
        foreach (ref readonly MemberRow member in segment.OwnMembers)
        {
            marks[member.Type] |= TypeMarks.Referenced;
        }

        foreach (ref readonly ParameterRow parameter in segment.OwnParameters)
        {
            marks[parameter.Type] |= TypeMarks.Referenced;
        }

        foreach (ref readonly SectionEntryRow entry in segment.OwnEntries)
        {
            marks[entry.Type] |= TypeMarks.Referenced;
        }
    }
}

/// <summary>What is known of a type while the header is written.</summary>
[Flags]
internal enum TypeMarks : ushort
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

    /// <summary>
    /// It is declared (structs and unions), or defined early (typedefs); of what prints nothing itself (pointers, prototypes, unnamed
    /// composites and the like): all that it leads to is declared or defined.
    /// </summary>
    Forwarded = 16,

    /// <summary>Another type refers to it.</summary>
    Referenced = 32,

    /// <summary>It cannot be written in C: it is of unknown kind, or refers to itself in a way that C has no words for.</summary>
    Undeclarable = 64,

    /// <summary>It contains itself by value: it can be declared and not defined.</summary>
    Incomplete = 128,

    /// <summary>Its name was counted.</summary>
    Counted = 256,

    /// <summary>Another type had its name before.</summary>
    Renamed = 512,

    /// <summary>All that it leads to is ordered, though it itself is not.</summary>
    Quiet = 1024,

    /// <summary>A type whose name C cannot have, or for which it has another one.</summary>
    Respelled = 2048,
}
