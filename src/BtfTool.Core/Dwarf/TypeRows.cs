using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>A growing array whose elements are written in place.</summary>
internal struct RowList<T>
    where T : unmanaged
{
    private T[] _rows;

    internal RowList(int capacity)
    {
        _rows = new T[capacity];
        Count = 0;
    }

    internal int Count { get; set; }

    internal readonly ref T this[int index] => ref _rows[index];

    internal readonly Span<T> AsSpan() => _rows.AsSpan(0, Count);

    internal readonly Span<T> AsSpan(int start, int length) => _rows.AsSpan(0, Count).Slice(start, length);

    /// <summary>Appends a row that is all zero.</summary>
    internal ref T Add()
    {
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(16, _rows.Length * 2));
        }

        ref T row = ref _rows[Count++];
        row = default;
        return ref row;
    }

    internal void Add(in T value) => Add() = value;

    /// <summary>Appends copies of rows of another list, or of this one; returns where they begin.</summary>
    internal int AddRange(in RowList<T> from, int start, int count)
    {
        int at = Count;
        if (count > _rows.Length - at)
        {
            Array.Resize(ref _rows, Math.Max(at + count, _rows.Length * 2));
        }

        from._rows.AsSpan(start, count).CopyTo(_rows.AsSpan(at));
        Count = at + count;
        return at;
    }
}

/// <summary>What is special about a row.</summary>
[Flags]
internal enum RowFlags : ushort
{
    None = 0,

    /// <summary>Declared and not defined.</summary>
    Declaration = 1,

    /// <summary>A struct, union or enumeration with a name: others refer to it by name, so that fingerprints end there.</summary>
    Named = 2,

    /// <summary>Signed enumeration.</summary>
    Signed = 4,

    /// <summary>Stands for its target.</summary>
    Alias = 8,

    /// <summary><see cref="TypeRow.SizeBytes"/> is an address.</summary>
    HasAddress = 16,

    /// <summary>The sign of an enumeration is said, not inferred.</summary>
    SignKnown = 32,

    /// <summary>A row that one DIE has besides its first: a further dimension, a tag, a prototype.</summary>
    Synthetic = 64,

    /// <summary>A union, also where it is declared only.</summary>
    Union = 128,

    /// <summary>Declared inside a function.</summary>
    Local = 256,

    /// <summary>Met through a pointer, where a type with a name is enough as a declaration.</summary>
    Behind = 1024,

    /// <summary>Its layout cannot be said; what contains it by value has none either.</summary>
    Opaque = 2048,

    /// <summary>A struct that does not say its size.</summary>
    Unsized = 4096,

    /// <summary>Hides, or is hidden by, another type of its name in the unit: others refer to it itself, not to its name.</summary>
    Pinned = 512,

    /// <summary>A function that never returns.</summary>
    NoReturn = 8192,
}

/// <summary>
/// A type as a unit describes it. <see cref="Target"/> and the targets of its elements are first references as
/// <see cref="TypeReference"/> codes them, and row numbers plus 1 (0 is void) once they are linked.
/// </summary>
internal struct TypeRow
{
    internal ulong Name;
    internal ulong NameHash;
    internal ulong SizeBytes;
    internal ulong Hash;
    internal ulong ReferenceHash;
    internal ulong Key;
    internal uint Offset;
    internal uint Target;
    internal int Unit;
    internal int First;
    internal int Count;
    internal uint AlignmentBytes;
    internal uint Extra;
    internal int Slot;

    /// <summary>The unit that said the address.</summary>
    internal int AddressUnit;
    internal RowFlags Flags;
    internal TypeKind Kind;
    internal byte State;

    internal readonly bool Is(RowFlags flag) => (Flags & flag) != 0;

    /// <summary>Sets the address of a function or variable: its section takes the place of what other types list.</summary>
    internal void SetAddress(in CodeAddress address, int unit)
    {
        if (address.IsKnown)
        {
            SizeBytes = address.Value;
            First = address.Section;
            AddressUnit = unit;
            Flags |= RowFlags.HasAddress;
        }
    }

    /// <summary>True when others refer to it by name.</summary>
    internal readonly bool IsByName => (Flags & (RowFlags.Named | RowFlags.Pinned)) == RowFlags.Named;
}

internal struct MemberEntry
{
    internal ulong Name;
    internal ulong NameHash;
    internal ulong BitOffset;
    internal uint BitSize;
    internal uint Target;
    internal uint AlignmentBytes;

    /// <summary>Legacy DW_AT_bit_offset plus 1, where the storage size is still to be taken from the type; else 0.</summary>
    internal uint LegacyBitOffset;
}

internal struct EnumeratorEntry
{
    internal ulong Name;
    internal ulong NameHash;
    internal long Value;
    internal byte WidthBytes;
}

internal struct ParameterEntry
{
    internal ulong Name;
    internal ulong NameHash;
    internal uint Target;
}

/// <summary>References between types before they are linked, in 32 bits.</summary>
internal static class TypeReference
{
    /// <summary>Offset of a DIE in the unit: below this.</summary>
    internal const uint DirectBit = 0x40000000;

    /// <summary>Number of an entry in the list of references to other units.</summary>
    internal const uint ForeignBit = 0x80000000;

    internal static uint ToRow(int row) => DirectBit | (uint)row;
}

/// <summary>Rows of types with their elements: of a unit while it is read, and of a worker, which has one of each group.</summary>
/// <param name="capacity">Rows to have room for at the start; lists grow.</param>
internal sealed class TypeRows(int capacity)
{
    internal RowList<TypeRow> Types = new(capacity);
    internal RowList<MemberEntry> Members = new(2 * capacity);
    internal RowList<EnumeratorEntry> Enumerators = new(capacity);
    internal RowList<ParameterEntry> Parameters = new(capacity);

    internal void Clear()
    {
        Types.Count = 0;
        Members.Count = 0;
        Enumerators.Count = 0;
        Parameters.Count = 0;
    }
}
