using System.Runtime.CompilerServices;
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
    private readonly byte[] _kinds;
    private readonly uint[] _names;
    private readonly ulong[] _sizes;
    private readonly uint[] _counts;
    private readonly uint[] _firsts;
    private readonly MemberRow[] _members;
    private readonly EnumeratorRow[] _enumerators;
    private readonly ParameterRow[] _parameters;
    private readonly ArrayRow[] _arrays;
    private readonly SectionEntryRow[] _entries;
    private readonly byte[] _pool;
    private readonly uint _firstName;
    private readonly int _ownCount;
    private readonly uint[]? _typeAlignments;
    private readonly uint[]? _memberAlignments;

    internal TypeGraph(TypeGraphBuilder b)
    {
        Base = b.Base;
        FirstId = b.Base is null ? 0 : (uint)b.Base.TypeCount;
        _firstName = b.Base is null ? 0 : b.Base.NameEnd;
        PointerSizeBytes = b.PointerSizeBytes;
        PointerSizeIsFromLong = b.PointerSizeIsFromLong;
        IsBigEndian = b.IsBigEndian;
        _kinds = b.Kinds;
        _names = b.Names;
        _sizes = b.Sizes;
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
    }

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
        _ => false,
    };

    /// <summary>The bytes of a name, without the terminator; empty for <see cref="NameId.IsNone"/>. Cost: its length.</summary>
    public ReadOnlySpan<byte> NameOf(NameId name)
    {
        TypeGraph segment = this;
        while (name.Value < segment._firstName)
        {
            segment = segment.Base!;
        }

        ReadOnlySpan<byte> rest = segment._pool.AsSpan((int)(name.Value - segment._firstName));
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>True where there is no name or an empty one. Cost: O(layers).</summary>
    public bool IsEmptyName(NameId name)
    {
        TypeGraph segment = this;
        while (name.Value < segment._firstName)
        {
            segment = segment.Base!;
        }

        return segment.OwnPool[(int)(name.Value - segment._firstName)] == 0;
    }

    /// <summary>A name as a string, for messages and edges. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string NameString(NameId name) => Encoding.UTF8.GetString(NameOf(name));

    /// <summary>The first id of this segment, or 1 where that would be void: where "every type" begins for a file.</summary>
    public TypeId FirstOwnType => new(Math.Max(FirstId, 1));

    internal const byte KindMask = 0x7f;
    internal const byte FlagMask = 0x80;

    /// <summary>End of the layered name offsets.</summary>
    internal uint NameEnd => _firstName + (uint)_pool.Length;

    internal uint FirstName => _firstName;

    internal ReadOnlySpan<byte> OwnPool => _pool;

    internal ReadOnlySpan<uint> OwnNames => _names.AsSpan(0, _ownCount);

    internal int OwnCount => _ownCount;

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

    internal ulong SizeAt(uint index) => _sizes[index];

    internal uint CountAt(uint index) => _counts[index];

    internal uint FirstAt(uint index) => _firsts[index];

    internal ref readonly MemberRow MemberAt(uint row) => ref _members[row];

    internal ref readonly EnumeratorRow EnumeratorAt(uint row) => ref _enumerators[row];

    internal ref readonly ParameterRow ParameterAt(uint row) => ref _parameters[row];

    internal ref readonly ArrayRow ArrayAt(uint row) => ref _arrays[row];

    internal ref readonly SectionEntryRow EntryAt(uint row) => ref _entries[row];

    internal uint TypeAlignmentAt(uint index) => _typeAlignments is null ? 0 : _typeAlignments[index];

    internal uint MemberAlignmentAt(uint row) => _memberAlignments is null ? 0 : _memberAlignments[row];
}
