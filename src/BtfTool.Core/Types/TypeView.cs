namespace BtfTool.Core.Types;

/// <summary>
/// One type of a graph, read in place: nothing is allocated. Properties that a kind does not have are 0, empty or void.
/// </summary>
public readonly struct TypeView : IEquatable<TypeView>
{
    private readonly TypeGraph _segment;
    private readonly uint _index;

    internal TypeView(TypeGraph graph, TypeGraph segment, uint index)
    {
        Graph = graph;
        _segment = segment;
        _index = index;
    }

    /// <summary>The graph that was asked; ids of this view are to be looked up in it.</summary>
    public TypeGraph Graph { get; }

    /// <summary>The id.</summary>
    public TypeId Id => new(_segment.FirstId + _index);

    /// <summary>The kind.</summary>
    public TypeKind Kind => (TypeKind)(_segment.KindByte(_index) & TypeGraph.KindMask);

    /// <summary>The number of a kind that is not known (<see cref="TypeKind.Unknown"/>), else the kind's value.</summary>
    public int RawKind => Kind == TypeKind.Unknown ? (int)_segment.FirstAt(_index) : (int)Kind;

    /// <summary>
    /// The flag of the record: a union for <see cref="TypeKind.Forward"/>, signed values for enumerations, a plain attribute for tags,
    /// bitfield encoding for structs and unions, a function that never returns.
    /// </summary>
    public bool Flag => (_segment.KindByte(_index) & TypeGraph.FlagMask) != 0;

    /// <summary>The place of the name.</summary>
    public NameId NameId => new(_segment.NameAt(_index));

    /// <summary>The name; empty when anonymous. Cost: its length.</summary>
    public ReadOnlySpan<byte> Name => Graph.NameOf(NameId);

    /// <summary>The name as a string, for messages and edges.</summary>
    public string NameString => Graph.NameString(NameId);

    /// <summary>True for void, and where the name is absent or empty.</summary>
    public bool IsAnonymous => NameId.IsNone || Graph.IsEmptyName(NameId);

    /// <summary>True for structs and unions.</summary>
    public bool IsComposite => Kind is TypeKind.Struct or TypeKind.Union;

    /// <summary>True for both kinds of enumeration.</summary>
    public bool IsEnum => Kind is TypeKind.Enum or TypeKind.Enum64;

    /// <summary>True for const, volatile, restrict and _Atomic.</summary>
    public bool IsQualifier => Kind is TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic;

    /// <summary>Size in bytes as the record says it: base types, structs, unions, enumerations, data sections; 0 for the others.</summary>
    public ulong SizeBytes => Kind is TypeKind.Int or TypeKind.Float or TypeKind.Struct or TypeKind.Union or TypeKind.Enum
        or TypeKind.Enum64 or TypeKind.DataSection ? _segment.SizeAt(_index) : 0;

    /// <summary>
    /// What the type refers to: pointer target, typedef or qualifier target, array element, return type, a function's prototype,
    /// a variable's type, a tag's target; void for the others.
    /// </summary>
    public TypeId Target => Kind switch
    {
        TypeKind.Pointer or TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic
            or TypeKind.Function or TypeKind.FunctionPrototype or TypeKind.Variable or TypeKind.DeclTag or TypeKind.TypeTag
            => new(_segment.TargetAt(_index)),
        TypeKind.Array => new(_segment.ArrayAt(_segment.FirstAt(_index)).Element),
        _ => TypeId.Void,
    };

    /// <summary>Index type of an array.</summary>
    public TypeId IndexType => Kind == TypeKind.Array ? new(_segment.ArrayAt(_segment.FirstAt(_index)).Index) : TypeId.Void;

    /// <summary>Number of elements of an array; 0 for a flexible or zero-length one.</summary>
    public ulong ElementCount => Kind == TypeKind.Array ? _segment.ArrayAt(_segment.FirstAt(_index)).Count : 0;

    /// <summary>Encoding of a <see cref="TypeKind.Int"/>, as in the file (unknown bits kept).</summary>
    public IntEncoding IntEncoding => Kind == TypeKind.Int ? (IntEncoding)(_segment.FirstAt(_index) >> 24) : IntEncoding.None;

    /// <summary>Bit offset inside a <see cref="TypeKind.Int"/>.</summary>
    public int IntBitOffset => Kind == TypeKind.Int ? (byte)(_segment.FirstAt(_index) >> 16) : 0;

    /// <summary>Number of value bits of a <see cref="TypeKind.Int"/>.</summary>
    public int IntBits => Kind == TypeKind.Int ? (ushort)_segment.FirstAt(_index) : 0;

    /// <summary>Linkage of a function or variable: 0 static, 1 global, 2 extern.</summary>
    public uint Linkage => Kind is TypeKind.Function or TypeKind.Variable ? _segment.CountAt(_index) : 0;

    /// <summary>Which member or parameter a <see cref="TypeKind.DeclTag"/> is about; -1 for the whole.</summary>
    public int ComponentIndex => Kind == TypeKind.DeclTag ? (int)_segment.FirstAt(_index) : -1;

    /// <summary>Alignment in bytes written in the source, 0 when there is none or the graph has no <see cref="Facet.DeclaredAlignment"/>.</summary>
    public uint DeclaredAlignmentBytes => _segment.TypeAlignmentAt(_index);

    /// <summary>
    /// The address of a function or variable as its file says it; in a relocatable file it is the offset in a section. Of several bodies (a
    /// weak function and the one that overrides it) it is that of the first. False when there is none (it was optimised away, or its section
    /// discarded), or the graph has no <see cref="Facet.Address"/>.
    /// </summary>
    public bool TryGetAddress(out ulong address) => _segment.TryAddressAt(_index, out address);

    /// <summary>
    /// Name of the ELF section that the address of a function or variable lies in; none where there is no address, where it lies in no
    /// section, and in a graph without <see cref="Facet.AddressSection"/>.
    /// </summary>
    public NameId AddressSection => new(_segment.AddressSectionAt(_index));

    /// <summary>
    /// Where the type is declared; false where that is not known, and in a graph without <see cref="Facet.DeclarationPlace"/>.
    /// </summary>
    /// <param name="file">Path as the compiler was given it; none where only the line is known.</param>
    /// <param name="line">Line, from 1 on; 0 where only the file is known.</param>
    public bool TryGetDeclaration(out NameId file, out uint line)
    {
        file = new NameId(_segment.DeclarationFileAt(_index));
        line = _segment.DeclarationLineAt(_index);
        return line != 0 || !file.IsNone;
    }

    /// <summary>Members of a struct or union, in the order of the file.</summary>
    public MemberList Members => IsComposite
        ? new(Graph, _segment, _segment.FirstAt(_index), _segment.CountAt(_index)) : default;

    /// <summary>Enumerators, in the order of the file.</summary>
    public EnumeratorList Enumerators => IsEnum
        ? new(Graph, _segment, _segment.FirstAt(_index), _segment.CountAt(_index)) : default;

    /// <summary>Parameters of a prototype; the last one is void and unnamed in a variadic function.</summary>
    public ParameterList Parameters => Kind == TypeKind.FunctionPrototype
        ? new(Graph, _segment, _segment.FirstAt(_index), _segment.CountAt(_index)) : default;

    /// <summary>Variables of a data section.</summary>
    public SectionEntryList Entries => Kind == TypeKind.DataSection
        ? new(_segment, _segment.FirstAt(_index), _segment.CountAt(_index)) : default;

    /// <summary>Number of members, enumerators, parameters or variables.</summary>
    public int ElementsInList => Kind is TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64
        or TypeKind.FunctionPrototype or TypeKind.DataSection ? (int)_segment.CountAt(_index) : 0;

    /// <summary>Whether it is the same type of the same graph. Types of different graphs are never equal, whatever they look like.</summary>
    public bool Equals(TypeView other) => ReferenceEquals(Graph, other.Graph) && ReferenceEquals(_segment, other._segment) && _index == other._index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TypeView other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>The kind and the name, for messages and debuggers: <c>struct list_head</c>, <c>pointer</c>. Not a C declaration.</summary>
    public override string ToString()
    {
        string kind = Kind switch
        {
            TypeKind.Enum64 => "enum",
            TypeKind.FunctionPrototype => "prototype",
            TypeKind.DataSection => "section",
            TypeKind.Forward => Flag ? "union" : "struct",
            _ => Kind.ToString().ToLowerInvariant(),
        };
        return IsAnonymous ? kind : $"{kind} {NameString}";
    }

    /// <summary>Same as <see cref="Equals(TypeView)"/>.</summary>
    public static bool operator ==(TypeView left, TypeView right) => left.Equals(right);

    /// <summary>The opposite of <see cref="Equals(TypeView)"/>.</summary>
    public static bool operator !=(TypeView left, TypeView right) => !left.Equals(right);
}

/// <summary>One member of a struct or union.</summary>
public readonly struct MemberView
{
    private readonly TypeGraph _graph;
    private readonly TypeGraph _segment;
    private readonly uint _row;

    internal MemberView(TypeGraph graph, TypeGraph segment, uint row)
    {
        _graph = graph;
        _segment = segment;
        _row = row;
    }

    /// <summary>The place of the name.</summary>
    public NameId NameId => new(_segment.MemberAt(_row).Name);

    /// <summary>The name; empty when anonymous. Cost: its length.</summary>
    public ReadOnlySpan<byte> Name => _graph.NameOf(NameId);

    /// <summary>The name as a string.</summary>
    public string NameString => _graph.NameString(NameId);

    /// <summary>True without a name.</summary>
    public bool IsAnonymous => NameId.IsNone || _graph.IsEmptyName(NameId);

    /// <summary>The type.</summary>
    public TypeId Type => new(_segment.MemberAt(_row).Type);

    /// <summary>Offset from the start of the struct, in bits.</summary>
    public ulong BitOffset => _segment.MemberAt(_row).BitOffset;

    /// <summary>Width of a bitfield in bits; 0 for other members.</summary>
    public uint BitSize => _segment.MemberAt(_row).BitSize;

    /// <summary>True for a bitfield.</summary>
    public bool IsBitfield => BitSize != 0;

    /// <summary>Alignment in bytes written at the member, 0 when there is none or the graph has no <see cref="Facet.DeclaredAlignment"/>.</summary>
    public uint DeclaredAlignmentBytes => _segment.MemberAlignmentAt(_row);

    /// <summary>The name, for messages and debuggers.</summary>
    public override string ToString() => NameString;
}

/// <summary>One enumerator.</summary>
public readonly struct EnumeratorView
{
    private readonly TypeGraph _graph;
    private readonly TypeGraph _segment;
    private readonly uint _row;

    internal EnumeratorView(TypeGraph graph, TypeGraph segment, uint row)
    {
        _graph = graph;
        _segment = segment;
        _row = row;
    }

    /// <summary>The place of the name.</summary>
    public NameId NameId => new(_segment.EnumeratorAt(_row).Name);

    /// <summary>The name. Cost: its length.</summary>
    public ReadOnlySpan<byte> Name => _graph.NameOf(NameId);

    /// <summary>
    /// The value. Of a <see cref="TypeKind.Enum"/>, whose records hold 32 bits, it is sign-extended: take the low 32 bits where the
    /// enumeration is unsigned.
    /// </summary>
    public long Value => (long)_segment.EnumeratorAt(_row).Value;

    /// <summary>The name as a string.</summary>
    public string NameString => _graph.NameString(NameId);

    /// <summary>The name, for messages and debuggers.</summary>
    public override string ToString() => NameString;
}

/// <summary>One parameter of a prototype.</summary>
public readonly struct ParameterView
{
    private readonly TypeGraph _graph;
    private readonly TypeGraph _segment;
    private readonly uint _row;

    internal ParameterView(TypeGraph graph, TypeGraph segment, uint row)
    {
        _graph = graph;
        _segment = segment;
        _row = row;
    }

    /// <summary>The place of the name.</summary>
    public NameId NameId => new(_segment.ParameterAt(_row).Name);

    /// <summary>The name; empty when there is none. Cost: its length.</summary>
    public ReadOnlySpan<byte> Name => _graph.NameOf(NameId);

    /// <summary>The name as a string.</summary>
    public string NameString => _graph.NameString(NameId);

    /// <summary>The name, for messages and debuggers.</summary>
    public override string ToString() => NameString;

    /// <summary>The type; void for the <c>...</c> at the end.</summary>
    public TypeId Type => new(_segment.ParameterAt(_row).Type);
}

/// <summary>One variable in a data section.</summary>
public readonly struct SectionEntryView
{
    private readonly TypeGraph _segment;
    private readonly uint _row;

    internal SectionEntryView(TypeGraph segment, uint row)
    {
        _segment = segment;
        _row = row;
    }

    /// <summary>The variable.</summary>
    public TypeId Type => new(_segment.EntryAt(_row).Type);

    /// <summary>Offset in the section, in bytes.</summary>
    public ulong OffsetBytes => _segment.EntryAt(_row).Offset;

    /// <summary>Size in the section, in bytes.</summary>
    public ulong SizeBytes => _segment.EntryAt(_row).Size;
}
