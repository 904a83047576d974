using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Types;

/// <summary>How many rows of each table a graph will have; a builder that is told allocates each column once.</summary>
/// <param name="Types">Types of this segment, void included where there is no base.</param>
/// <param name="Members">Members of structs and unions.</param>
/// <param name="Enumerators">Enumerators.</param>
/// <param name="Parameters">Parameters of prototypes.</param>
/// <param name="Arrays">Arrays.</param>
/// <param name="SectionEntries">Variables in data sections.</param>
public readonly record struct TypeGraphCounts(
    int Types, int Members, int Enumerators, int Parameters, int Arrays, int SectionEntries);

/// <summary>
/// Fills the columns of a <see cref="TypeGraph"/> and checks them once. Every reader ends here. Types get ids in the order in which
/// they are added; forward references are ids that will be added later. Elements (members, enumerators, ...) are added right
/// after their type.
/// </summary>
public sealed partial class TypeGraphBuilder
{
    private readonly string _file;
    private readonly string _section;
    private int _memberCount;
    private int _enumeratorCount;
    private int _parameterCount;
    private int _arrayCount;
    private int _entryCount;

    /// <summary>Starts a segment.</summary>
    /// <param name="file">The input, for messages.</param>
    /// <param name="section">The section of it, for messages.</param>
    /// <param name="baseGraph">The graph to extend, or null.</param>
    /// <param name="counts">Expected numbers of rows; the columns grow past them where needed.</param>
    public TypeGraphBuilder(string file, string section, TypeGraph? baseGraph, TypeGraphCounts counts = default)
    {
        _file = file;
        _section = section;
        Base = baseGraph;
        var block = new ColumnBlock(TotalBytes(counts));
        Kinds = block.Take<byte>(counts.Types);
        Names = block.Take<uint>(counts.Types);
        Sizes = block.Take<uint>(counts.Types);
        Counts = block.Take<uint>(counts.Types);
        Firsts = block.Take<uint>(counts.Types);
        Members = block.Take<MemberRow>(counts.Members);
        Enumerators = block.Take<EnumeratorRow>(counts.Enumerators);
        Parameters = block.Take<ParameterRow>(counts.Parameters);
        Arrays = block.Take<ArrayRow>(counts.Arrays);
        Entries = block.Take<SectionEntryRow>(counts.SectionEntries);
        if (baseGraph is null)
        {
            Add(TypeKind.Void, false, default, 0, 0, 0);
        }
    }

    /// <summary>Pointer size of the target in bytes; 4 or 8.</summary>
    public int PointerSizeBytes { get; set; } = 8;

    /// <summary>Byte order of the target.</summary>
    public bool IsBigEndian { get; set; }

    /// <summary>Whether the graph has <see cref="Facet.SourceDeclarations"/>.</summary>
    public bool HasSourceDeclarations { get; set; }

    /// <summary>Whether the graph has <see cref="Facet.EveryAlignment"/>.</summary>
    public bool HasEveryAlignment { get; set; }

    /// <summary>Where a type's record is in the section, for messages; -1 or unset when that is not known.</summary>
    public Func<TypeId, long>? Origin { get; set; }

    /// <summary>Id that the next added type gets.</summary>
    public TypeId NextId => new((uint)((Base?.TypeCount ?? 0) + Count));

    /// <summary>Whether a type named <c>long</c> said the pointer size.</summary>
    internal bool PointerSizeIsFromLong { get; set; }

    internal TypeGraph? Base { get; }

    internal string File => _file;

    internal int Count { get; private set; }

    internal Column<byte> Kinds { get; private set; }

    internal Column<uint> Names { get; private set; }

    internal Column<uint> Sizes { get; private set; }

    /// <summary>All sizes, where one of them does not fit 32 bits.</summary>
    internal Column<ulong>? WideSizes { get; private set; }

    internal Column<uint> Counts { get; private set; }

    internal Column<uint> Firsts { get; private set; }

    internal Column<MemberRow> Members { get; private set; }

    internal Column<EnumeratorRow> Enumerators { get; private set; }

    internal Column<ParameterRow> Parameters { get; private set; }

    internal Column<ArrayRow> Arrays { get; private set; }

    internal Column<SectionEntryRow> Entries { get; private set; }

    internal NamePool Pool { get; private set; } = new([0]);

    /// <summary>Gives the name pool: NUL-terminated names; the graph takes ownership. Name ids count on from the base's pool.</summary>
    public void SetNames(byte[] pool) => Pool = new NamePool(pool);

    /// <summary>As <see cref="SetNames(byte[])"/>; copies what may go away.</summary>
    internal void SetNames(ByteRegion pool) => Pool = NamePool.Of(pool);

    /// <summary>Adds an integer type.</summary>
    public TypeId AddInt(NameId name, ulong sizeBytes, IntEncoding encoding, int bitOffset, int bits) =>
        Add(TypeKind.Int, false, name, sizeBytes, 0, ((uint)encoding << 24) | ((uint)bitOffset << 16) | (ushort)bits);

    /// <summary>Adds a floating point type.</summary>
    public TypeId AddFloat(NameId name, ulong sizeBytes) => Add(TypeKind.Float, false, name, sizeBytes, 0, 0);

    /// <summary>Adds a pointer, typedef, qualifier, type tag (<paramref name="flag"/>: plain attribute) or prototype-less reference.</summary>
    public TypeId AddReference(TypeKind kind, NameId name, TypeId target, bool flag = false) =>
        Add(kind, flag, name, target.Value, 0, 0);

    /// <summary>Adds an array.</summary>
    public TypeId AddArray(NameId name, TypeId element, TypeId index, ulong count)
    {
        Arrays = Room(Arrays, _arrayCount);
        Arrays[_arrayCount] = new ArrayRow { Element = element.Value, Index = index.Value, Count = count };
        return Add(TypeKind.Array, false, name, 0, 0, (uint)_arrayCount++);
    }

    /// <summary>Adds a struct or union; its members follow.</summary>
    public TypeId AddComposite(TypeKind kind, NameId name, ulong sizeBytes, bool flag = false) =>
        Add(kind, flag, name, sizeBytes, 0, (uint)_memberCount);

    /// <summary>Adds a member to the struct or union added last.</summary>
    public void AddMember(NameId name, TypeId type, ulong bitOffset, uint bitSize, uint declaredAlignmentBytes = 0)
    {
        Members = Room(Members, _memberCount);
        if (bitOffset > MemberRow.MaxBitOffset || bitSize > MemberRow.MaxBitSize)
        {
            InvalidImageException.Throw(File, _section, -1,
                $"a member at bit {bitOffset} with {bitSize} bits; at most bit {MemberRow.MaxBitOffset} and {MemberRow.MaxBitSize} bits can be");
        }

        Members[_memberCount] = new MemberRow { Name = name.Value, Type = type.Value };
        Members[_memberCount].SetPlace(bitOffset, bitSize);
        if (declaredAlignmentBytes != 0)
        {
            EnableDeclaredAlignment();
        }

        if (MemberAlignments is not null)
        {
            Column<uint> alignments = Room(MemberAlignments.Value, _memberCount, Members.Length);
            alignments[_memberCount] = declaredAlignmentBytes;
            MemberAlignments = alignments;
        }

        _memberCount++;
        Counts[Count - 1]++;
    }

    /// <summary>Adds an enumeration; its enumerators follow.</summary>
    public TypeId AddEnum(TypeKind kind, NameId name, ulong sizeBytes, bool signed) =>
        Add(kind, signed, name, sizeBytes, 0, (uint)_enumeratorCount);

    /// <summary>Adds an enumerator to the enumeration added last.</summary>
    public void AddEnumerator(NameId name, long value)
    {
        Enumerators = Room(Enumerators, _enumeratorCount);
        Enumerators[_enumeratorCount++] = new EnumeratorRow { Name = name.Value, Value = (ulong)value };
        Counts[Count - 1]++;
    }

    /// <summary>Adds a struct or union that is declared only.</summary>
    public TypeId AddForward(NameId name, bool isUnion) => Add(TypeKind.Forward, isUnion, name, 0, 0, 0);

    /// <summary>Adds a prototype; its parameters follow.</summary>
    public TypeId AddPrototype(NameId name, TypeId returnType) =>
        Add(TypeKind.FunctionPrototype, false, name, returnType.Value, 0, (uint)_parameterCount);

    /// <summary>Adds a parameter to the prototype added last.</summary>
    public void AddParameter(NameId name, TypeId type)
    {
        Parameters = Room(Parameters, _parameterCount);
        Parameters[_parameterCount++] = new ParameterRow { Name = name.Value, Type = type.Value };
        Counts[Count - 1]++;
    }

    /// <summary>Adds a function (0 static, 1 global, 2 extern).</summary>
    public TypeId AddFunction(NameId name, TypeId prototype, uint linkage, bool neverReturns = false) =>
        Add(TypeKind.Function, neverReturns, name, prototype.Value, linkage, 0);

    /// <summary>Adds a variable (0 static, 1 global, 2 extern).</summary>
    public TypeId AddVariable(NameId name, TypeId type, uint linkage) =>
        Add(TypeKind.Variable, false, name, type.Value, linkage, 0);

    /// <summary>Adds a data section; its variables follow.</summary>
    public TypeId AddDataSection(NameId name, ulong sizeBytes) =>
        Add(TypeKind.DataSection, false, name, sizeBytes, 0, (uint)_entryCount);

    /// <summary>Adds a variable to the data section added last.</summary>
    public void AddSectionEntry(TypeId type, ulong offsetBytes, ulong sizeBytes)
    {
        Entries = Room(Entries, _entryCount);
        Entries[_entryCount++] = new SectionEntryRow { Type = type.Value, Offset = offsetBytes, Size = sizeBytes };
        Counts[Count - 1]++;
    }

    /// <summary>Adds an annotation.</summary>
    public TypeId AddDeclTag(NameId name, TypeId target, int component, bool isAttribute = false) =>
        Add(TypeKind.DeclTag, isAttribute, name, target.Value, 0, (uint)component);

    /// <summary>Adds a record of a kind that is not known, so that ids stay those of the file.</summary>
    public TypeId AddUnknown(NameId name, int rawKind) => Add(TypeKind.Unknown, false, name, 0, 0, (uint)rawKind);

    /// <summary>
    /// Checks that every type id and name of every row is one of the graph, and hands the columns over; the builder must not be used
    /// afterwards. Cost: one pass over the rows.
    /// </summary>
    /// <exception cref="InvalidImageException">A row refers to a type or a name that is not there.</exception>
    public TypeGraph Build() => BuildFilled(rowsAreValid: null);

    /// <summary>Says how many rows a reader wrote into the columns itself.</summary>
    internal void SetFilled(int types, int members, int enumerators, int parameters, int arrays, int entries)
    {
        Count = types;
        _memberCount = members;
        _enumeratorCount = enumerators;
        _parameterCount = parameters;
        _arrayCount = arrays;
        _entryCount = entries;
    }

    /// <summary>End of the layered name offsets.</summary>
    internal uint NameEnd => (Base?.NameEnd ?? 0) + (uint)Pool.Length;

    /// <summary>As <see cref="Build"/>, for a reader that checked the rows while it wrote them; null when it did not.</summary>
    internal TypeGraph BuildFilled(bool? rowsAreValid)
    {
        CompleteFacets();
        uint types = NextId.Value;
        uint names = NameEnd;
        if (Pool.Length > 0 && Pool.Span[^1] != 0)
        {
            InvalidImageException.Throw(_file, _section, -1, "the last name is not terminated");
        }

        if (!(rowsAreValid ?? RowsAreValid(types, names)))
        {
            new RowChecker(this, types, names).ThrowFirst();
        }

        return new TypeGraph(this);
    }

    private bool RowsAreValid(uint types, uint names)
    {
        bool bad = false;
        for (int i = 0; i < Count; i++)
        {
            bad |= Names[i] >= names || ((ReferenceKinds >> Kinds[i]) & 1) != 0 && Sizes[i] >= types;
        }

        bad |= AddressSections is { } sections && sections.AsSpan(0, Count).ContainsAnyExceptInRange(0u, names - 1);
        bad |= DeclarationFiles is { } files && files.AsSpan(0, Count).ContainsAnyExceptInRange(0u, names - 1);
        foreach (ref readonly MemberRow row in Members.AsSpan(0, _memberCount))
        {
            bad |= row.Name >= names | row.Type >= types;
        }

        foreach (ref readonly ParameterRow row in Parameters.AsSpan(0, _parameterCount))
        {
            bad |= row.Name >= names | row.Type >= types;
        }

        foreach (ref readonly EnumeratorRow row in Enumerators.AsSpan(0, _enumeratorCount))
        {
            bad |= row.Name >= names;
        }

        foreach (ref readonly ArrayRow row in Arrays.AsSpan(0, _arrayCount))
        {
            bad |= row.Element >= types | row.Index >= types;
        }

        foreach (ref readonly SectionEntryRow row in Entries.AsSpan(0, _entryCount))
        {
            bad |= row.Type >= types;
        }

        return !bad;
    }

    // Kinds whose size column is a type id. A shift count is taken modulo 64, which drops the flag bit of a kind byte.
    private const ulong ReferenceKinds = 1UL << (int)TypeKind.Pointer | 1UL << (int)TypeKind.Typedef | 1UL << (int)TypeKind.Volatile
        | 1UL << (int)TypeKind.Const | 1UL << (int)TypeKind.Restrict | 1UL << (int)TypeKind.Function
        | 1UL << (int)TypeKind.FunctionPrototype | 1UL << (int)TypeKind.Variable | 1UL << (int)TypeKind.DeclTag
        | 1UL << (int)TypeKind.TypeTag | 1UL << (int)TypeKind.Atomic;

    private TypeId Add(TypeKind kind, bool flag, NameId name, ulong size, uint count, uint first)
    {
        int at = Count;
        if (at == Kinds.Length)
        {
            GrowTypes();
        }

        TypeId id = NextId;
        Kinds[at] = (byte)((byte)kind | (flag ? TypeGraph.FlagMask : 0));
        Names[at] = name.Value;
        Sizes[at] = (uint)size;
        if (size > uint.MaxValue || WideSizes is not null)
        {
            SetWideSize(at, size);
        }

        Counts[at] = count;
        Firsts[at] = first;
        Count = at + 1;
        return id;
    }

    private void SetWideSize(int at, ulong size)
    {
        var wide = WideSizes ?? default;
        if (wide.Length < Kinds.Length)
        {
            int known = wide.Length;
            wide = wide.Length == 0 ? new Column<ulong>(new byte[8L * Kinds.Length], 0, Kinds.Length) : wide.Resized(Kinds.Length);
            for (int i = known; i < at; i++)
            {
                wide[i] = Sizes[i];
            }
        }

        wide[at] = size;
        WideSizes = wide;
    }

    private void GrowTypes()
    {
        int room = Math.Max(16, Kinds.Length * 2);
        Kinds = Kinds.Resized(room);
        Names = Names.Resized(room);
        Sizes = Sizes.Resized(room);
        Counts = Counts.Resized(room);
        Firsts = Firsts.Resized(room);
    }

    private static long TotalBytes(in TypeGraphCounts counts) =>
        ColumnBlock.BytesOf<byte>(counts.Types) + (3 * ColumnBlock.BytesOf<uint>(counts.Types)) + ColumnBlock.BytesOf<uint>(counts.Types)
        + ColumnBlock.BytesOf<MemberRow>(counts.Members) + ColumnBlock.BytesOf<EnumeratorRow>(counts.Enumerators)
        + ColumnBlock.BytesOf<ParameterRow>(counts.Parameters) + ColumnBlock.BytesOf<ArrayRow>(counts.Arrays)
        + ColumnBlock.BytesOf<SectionEntryRow>(counts.SectionEntries);

    private static Column<T> Room<T>(Column<T> rows, int index, int atLeast = 0)
        where T : unmanaged =>
        index < rows.Length ? rows : rows.Resized(Math.Max(Math.Max(16, atLeast), Math.Max(rows.Length * 2, index + 1)));

    // The slow path: walks the rows again to say which one is wrong.
    private readonly ref struct RowChecker(TypeGraphBuilder b, uint types, uint names)
    {
        [DoesNotReturn]
        public void ThrowFirst()
        {
            for (int i = 0; i < b.Count; i++)
            {
                Check(i);
            }

            throw new InvalidOperationException("no row is wrong");
        }

        private void Check(int i)
        {
            TypeKind kind = (TypeKind)(b.Kinds[i] & TypeGraph.KindMask);
            Name(i, "", b.Names[i]);
            Name(i, "section ", b.AddressSections is { } sections ? sections[i] : 0);
            Name(i, "file ", b.DeclarationFiles is { } files ? files[i] : 0);
            if (((ReferenceKinds >> b.Kinds[i]) & 1) != 0)
            {
                Type(i, "", b.Sizes[i]);
            }

            for (uint k = 0; k < (kind is TypeKind.Function or TypeKind.Variable ? 0 : b.Counts[i]); k++)
            {
                CheckElement(i, kind, b.Firsts[i] + k, k);
            }

            if (kind == TypeKind.Array)
            {
                Type(i, "element ", b.Arrays[b.Firsts[i]].Element);
                Type(i, "index ", b.Arrays[b.Firsts[i]].Index);
            }
        }

        private void CheckElement(int i, TypeKind kind, uint row, uint k)
        {
            switch (kind)
            {
                case TypeKind.Struct or TypeKind.Union:
                    Name(i, $"member {k} ", b.Members[row].Name);
                    Type(i, $"member {k} ", b.Members[row].Type);
                    break;
                case TypeKind.Enum or TypeKind.Enum64:
                    Name(i, $"enumerator {k} ", b.Enumerators[row].Name);
                    break;
                case TypeKind.FunctionPrototype:
                    Name(i, $"parameter {k} ", b.Parameters[row].Name);
                    Type(i, $"parameter {k} ", b.Parameters[row].Type);
                    break;
                case TypeKind.DataSection:
                    Type(i, $"variable {k} ", b.Entries[row].Type);
                    break;
            }
        }

        private void Name(int i, string what, uint name)
        {
            if (name >= names)
            {
                Fail(i, $"{what}name offset {name} is not below {names}, the bytes of names");
            }
        }

        private void Type(int i, string what, ulong type)
        {
            if (type >= types)
            {
                Fail(i, $"{what}refers to type {type}, ids end at {types - 1}");
            }
        }

        [DoesNotReturn]
        private void Fail(int i, string rule)
        {
            TypeId id = new((uint)((b.Base?.TypeCount ?? 0) + i));
            string kind = ((TypeKind)(b.Kinds[i] & TypeGraph.KindMask)).ToString();
            InvalidImageException.Throw(b._file, b._section, b.Origin?.Invoke(id) ?? -1, $"type {id} ({kind}): {rule}");
        }
    }
}
