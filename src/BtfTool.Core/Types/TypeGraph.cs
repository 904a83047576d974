using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace BtfTool.Core.Types;

/// <summary>
/// The types of a kernel, module or program: an immutable segment of columns over an optional shared base (split BTF over
/// vmlinux). Every id, name and side table was checked once by <see cref="TypeGraphBuilder.Build"/>, so nothing here throws for
/// what a file contained. Safe to share between threads.
/// </summary>
public sealed class TypeGraph
{
    // Columns of this segment; a row is id - FirstId. A kind byte has the record's flag in its highest bit.
    private readonly Column<byte> _kinds;
    private readonly Column<uint> _names;
    private readonly Column<uint> _sizes;
    private readonly Column<ulong>? _wideSizes;
    private readonly Column<uint> _counts;
    private readonly Column<uint> _firsts;
    private readonly Column<MemberRow> _members;
    private readonly Column<EnumeratorRow> _enumerators;
    private readonly Column<ParameterRow> _parameters;
    private readonly Column<ArrayRow> _arrays;
    private readonly Column<SectionEntryRow> _entries;
    private readonly NamePool _pool;
    private readonly uint _firstName;
    private readonly int _ownCount;
    private readonly Column<uint>? _typeAlignments;
    private readonly Column<uint>? _memberAlignments;
    private readonly Column<ulong>? _addresses;
    private readonly Column<byte>? _addressKnown;
    private readonly Column<uint>? _addressSections;
    private readonly Column<uint>? _declarationFiles;
    private readonly Column<uint>? _declarationLines;
    private readonly bool _hasSourceDeclarations;
    private readonly bool _hasEveryAlignment;

    internal TypeGraph(TypeGraphBuilder b)
    {
        Base = b.Base;
        SourcePath = b.File;
        FirstId = b.Base is null ? 0 : (uint)b.Base.TypeCount;
        _firstName = b.Base is null ? 0 : b.Base.NameEnd;
        PointerSizeBytes = b.PointerSizeBytes;
        PointerSizeIsFromLong = b.PointerSizeIsFromLong;
        IsBigEndian = b.IsBigEndian;
        _kinds = b.Kinds;
        _names = b.Names;
        _sizes = b.Sizes;
        _wideSizes = b.WideSizes;
        _counts = b.Counts;
        _firsts = b.Firsts;
        _members = b.Members;
        _enumerators = b.Enumerators;
        _parameters = b.Parameters;
        _arrays = b.Arrays;
        _entries = b.Entries;
        _pool = b.Pool;
        _ownCount = b.Count;
        _typeAlignments = b.TypeAlignments;
        _memberAlignments = b.MemberAlignments;
        _addresses = b.Addresses;
        _addressKnown = b.AddressKnown;
        _addressSections = b.AddressSections;
        _declarationFiles = b.DeclarationFiles;
        _declarationLines = b.DeclarationLines;
        _hasSourceDeclarations = b.HasSourceDeclarations;
        _hasEveryAlignment = b.HasEveryAlignment;
    }

    /// <summary>The input that the types come from, for messages.</summary>
    public string SourcePath { get; }

    /// <summary>The graph that this one extends, or null.</summary>
    public TypeGraph? Base { get; }

    /// <summary>Id of the first type of this segment: 0 without a base (that is void), the base's count otherwise.</summary>
    public uint FirstId { get; }

    /// <summary>Number of types, void and those of the base included; ids are below it.</summary>
    public int TypeCount => (int)FirstId + _ownCount;

    /// <summary>Pointer size in bytes, 4 or 8: from the type named <c>long</c>, else from the file, else 8.</summary>
    public int PointerSizeBytes { get; }

    internal bool PointerSizeIsFromLong { get; }

    /// <summary>Byte order of the target.</summary>
    public bool IsBigEndian { get; }

    /// <summary>A view of one type. Cost: O(layers).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not of this graph.</exception>
    public TypeView this[TypeId id]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            TypeGraph segment = SegmentOf(id.Value);
            return new TypeView(this, segment, id.Value - segment.FirstId);
        }
    }

    /// <summary>The kind of a type. Cost: O(layers).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TypeKind KindOf(TypeId id)
    {
        TypeGraph segment = SegmentOf(id.Value);
        return (TypeKind)(segment._kinds[id.Value - segment.FirstId] & KindMask);
    }

    /// <summary>True when the optional columns are there.</summary>
    public bool Has(Facet facet) => facet switch
    {
        Facet.DeclaredAlignment => _typeAlignments is not null,
        Facet.EveryAlignment => _hasEveryAlignment,
        Facet.Address => _addresses is not null,
        Facet.SourceDeclarations => _hasSourceDeclarations,
        Facet.DeclarationPlace => _declarationLines is not null,
        Facet.AddressSection => _addressSections is not null,
        _ => false,
    };

    /// <summary>The bytes of a name, without the terminator; empty for <see cref="NameId.IsNone"/>. Cost: its length.</summary>
    public ReadOnlySpan<byte> NameOf(NameId name)
    {
        TypeGraph segment = SegmentOf(name);
        ReadOnlySpan<byte> rest = segment._pool.Span[(int)(name.Value - segment._firstName)..];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>True where there is no name or an empty one. Cost: O(layers).</summary>
    public bool IsEmptyName(NameId name)
    {
        TypeGraph segment = SegmentOf(name);
        return segment._pool.Span[(int)(name.Value - segment._firstName)] == 0;
    }

    /// <summary>
    /// The first bytes of a name as one number, the first byte highest, zeros after its end: numbers compare as names do, and one whose
    /// lowest byte is 0 is all that is left of the name. Cost: O(layers + offset / 8), whatever the length of the name.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="offset">Where in the name to begin; at most its length rounded up to 8.</param>
    internal ulong NamePrefix(NameId name, int offset = 0)
    {
        TypeGraph segment = SegmentOf(name);
        ReadOnlySpan<byte> rest = segment._pool.Span[(int)(name.Value - segment._firstName)..];
        if (offset > 0)
        {
            int end = rest[..Math.Min(offset, rest.Length)].IndexOf((byte)0);
            rest = end >= 0 || offset >= rest.Length ? default : rest[offset..];
        }

        return Prefix(rest);
    }

    /// <summary>As <see cref="NamePrefix"/>, of a name that is known to have at least <paramref name="offset"/> bytes. Cost: O(layers).</summary>
    internal ulong NamePrefixBehind(NameId name, int offset) => Prefix(NameTail(name)[offset..]);

    private static ulong Prefix(ReadOnlySpan<byte> rest)
    {
        ulong key = 0;
        if (rest.Length >= 8)
        {
            key = BinaryPrimitives.ReadUInt64BigEndian(rest);
        }
        else
        {
            for (int i = 0; i < rest.Length; i++)
            {
                key |= (ulong)rest[i] << (56 - (8 * i));
            }
        }

        // The highest bit of each byte that is 0, exact for the first such byte from the top; what follows it is of another name.
        ulong zeros = ~(((key & 0x7f7f7f7f7f7f7f7f) + 0x7f7f7f7f7f7f7f7f) | key | 0x7f7f7f7f7f7f7f7f);
        int first = BitOperations.LeadingZeroCount(zeros);
        return first == 64 ? key : first == 0 ? 0 : key & (ulong.MaxValue << (64 - first));
    }

    /// <summary>Byte offsets are told apart modulo this by <see cref="CollectPlacements"/>; no type of C is aligned further by nature.</summary>
    internal const int PlacementModulus = 16;

    /// <summary>
    /// Says of every type where it lies: or-ed together, modulo <see cref="PlacementModulus"/>, the byte offsets of all members of
    /// exactly that type, and the sizes of the unions that have one. An aligned type that shows no bit below its alignment lies
    /// nowhere unaligned. Cost: one pass over all members.
    /// </summary>
    /// <param name="placements">One byte for every type; only or-ed to.</param>
    internal void CollectPlacements(Span<byte> placements)
    {
        Base?.CollectPlacements(placements);
        ReadOnlySpan<byte> kinds = _kinds.AsSpan();
        ReadOnlySpan<MemberRow> members = _members.AsSpan();
        for (int i = 0; i < kinds.Length; i++)
        {
            TypeKind kind = (TypeKind)(kinds[i] & KindMask);
            if (kind is TypeKind.Struct or TypeKind.Union)
            {
                ulong size = kind == TypeKind.Union ? SizeAt((uint)i) : 0;
                foreach (ref readonly MemberRow member in members.Slice((int)_firsts[i], (int)_counts[i]))
                {
                    placements[(int)member.Type] |= (byte)(((member.BitOffset / 8) | size) % PlacementModulus);
                }
            }
        }
    }

    /// <summary>A name as a string, for messages and edges. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string NameString(NameId name) => Encoding.UTF8.GetString(NameOf(name));

    /// <summary>The first id of this segment, or 1 where that would be void: where "every type" begins for a file.</summary>
    public TypeId FirstOwnType => new(Math.Max(FirstId, 1));

    /// <summary>Every type but void, those of the base first, by id: <c>foreach (TypeView type in graph.Types)</c>. Nothing is allocated.</summary>
    public TypeList Types => new(this, new TypeId(1));

    /// <summary>The types that this segment adds to its base, all but void where there is none.</summary>
    public TypeList OwnTypes => new(this, FirstOwnType);

    // Columns and rows as a whole, for walks over all types that cannot afford a view of each. Columns are those of this segment and
    // may be longer than it; rows of a type are found whatever its segment.
    internal Column<byte> KindColumn => _kinds;

    internal Column<uint> NameColumn => _names;

    internal Column<uint> SizeColumn => _sizes;

    internal Column<ulong>? WideSizeColumn => _wideSizes;

    internal ReadOnlySpan<MemberRow> OwnMembers => _members.AsSpan();

    internal ReadOnlySpan<ParameterRow> OwnParameters => _parameters.AsSpan();

    internal ReadOnlySpan<SectionEntryRow> OwnEntries => _entries.AsSpan();

    internal int OwnEnumeratorCount => _enumerators.Length;

    /// <summary>Members of a struct or union; the caller knows that it is one.</summary>
    internal ReadOnlySpan<MemberRow> MembersOf(uint id)
    {
        TypeGraph segment = SegmentOf(id);
        uint index = id - segment.FirstId;
        return segment._members.AsSpan((int)segment._firsts[index], (int)segment._counts[index]);
    }

    /// <summary>Enumerators of an enumeration; the caller knows that it is one.</summary>
    internal ReadOnlySpan<EnumeratorRow> EnumeratorsOf(uint id)
    {
        TypeGraph segment = SegmentOf(id);
        uint index = id - segment.FirstId;
        return segment._enumerators.AsSpan((int)segment._firsts[index], (int)segment._counts[index]);
    }

    /// <summary>Parameters of a prototype; the caller knows that it is one.</summary>
    internal ReadOnlySpan<ParameterRow> ParametersOf(uint id)
    {
        TypeGraph segment = SegmentOf(id);
        uint index = id - segment.FirstId;
        return segment._parameters.AsSpan((int)segment._firsts[index], (int)segment._counts[index]);
    }

    /// <summary>What an array is of; the caller knows that it is one.</summary>
    internal ref readonly ArrayRow ArrayOf(uint id)
    {
        TypeGraph segment = SegmentOf(id);
        return ref segment._arrays[segment._firsts[id - segment.FirstId]];
    }

    /// <summary>A name with all that follows it in its pool: it ends at the first zero byte. Cost: O(layers).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> NameTail(NameId name)
    {
        TypeGraph segment = SegmentOf(name);
        return segment._pool.Span[(int)(name.Value - segment._firstName)..];
    }

    /// <summary>Tells the processor that a name will be read soon; only a hint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void PrefetchName(NameId name)
    {
        if (Sse.IsSupported)
        {
            // Where the pool moves in between the hint is wasted, and nothing else.
            Sse.Prefetch0(Unsafe.AsPointer(ref MemoryMarshal.GetReference(NameTail(name))));
        }
    }

    internal const byte KindMask = 0x7f;
    internal const byte FlagMask = 0x80;

    /// <summary>End of the layered name offsets.</summary>
    internal uint NameEnd => _firstName + (uint)_pool.Length;

    internal uint FirstName => _firstName;

    internal ReadOnlySpan<byte> OwnPool => _pool.Span;

    internal ReadOnlySpan<uint> OwnNames => _names.AsSpan(0, _ownCount);

    internal int OwnCount => _ownCount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TypeGraph SegmentOf(NameId name)
    {
        TypeGraph segment = this;
        while (name.Value < segment._firstName)
        {
            segment = segment.Base!;
        }

        return segment;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TypeGraph SegmentOf(uint id)
    {
        if (id >= (uint)TypeCount)
        {
            RejectId(id);
        }

        TypeGraph segment = this;
        while (id < segment.FirstId)
        {
            segment = segment.Base!;
        }

        return segment;
    }

    private void RejectId(uint id) =>
        throw new ArgumentOutOfRangeException(nameof(id), $"type id {id} is not below {TypeCount}");

    // What views read. index is the row in this segment.
    internal byte KindByte(uint index) => _kinds[index];

    internal uint NameAt(uint index) => _names[index];

    internal ulong SizeAt(uint index) => _wideSizes is { } wide ? wide[index] : _sizes[index];

    internal uint TargetAt(uint index) => _sizes[index];

    internal uint CountAt(uint index) => _counts[index];

    internal uint FirstAt(uint index) => _firsts[index];

    internal ref readonly MemberRow MemberAt(uint row) => ref _members[row];

    internal ref readonly EnumeratorRow EnumeratorAt(uint row) => ref _enumerators[row];

    internal ref readonly ParameterRow ParameterAt(uint row) => ref _parameters[row];

    internal ref readonly ArrayRow ArrayAt(uint row) => ref _arrays[row];

    internal ref readonly SectionEntryRow EntryAt(uint row) => ref _entries[row];

    internal uint TypeAlignmentAt(uint index) => _typeAlignments is { } column ? column[index] : 0;

    internal bool TryAddressAt(uint index, out ulong address)
    {
        address = _addresses is { } column ? column[index] : 0;
        return _addressKnown is { } known && known[index] != 0;
    }

    internal uint AddressSectionAt(uint index) => _addressSections is { } column ? column[index] : 0;

    internal uint DeclarationFileAt(uint index) => _declarationFiles is { } column ? column[index] : 0;

    internal uint DeclarationLineAt(uint index) => _declarationLines is { } column ? column[index] : 0;

    internal uint MemberAlignmentAt(uint row) => _memberAlignments is { } column ? column[row] : 0;
}
