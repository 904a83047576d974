namespace BtfTool.TestKit;

/// <summary>One debugging information entry before it is written: a tag, attributes, children.</summary>
public sealed class DieDraft(ushort tag)
{
    private readonly List<DieDraft> _children = [];

    /// <summary>DW_TAG_*.</summary>
    public ushort Tag { get; set; } = tag;

    /// <summary>Its attributes in the order in which they are written.</summary>
    public DwarfAttributesDraft Attributes { get; } = new();

    /// <summary>Its children in order.</summary>
    public IReadOnlyList<DieDraft> Children => _children;

    /// <summary>Where it lies in its section, in bytes; known when the sections have been written.</summary>
    public int SectionOffset { get; internal set; }

    /// <summary>Where it ends, its children included.</summary>
    public int EndOffset { get; internal set; }

    /// <summary>The unit that it is in, once it is in one.</summary>
    public DwarfUnitDraft? Unit { get; internal set; }

    /// <summary>DW_CHILDREN_* as written; null for what is true. Says yes without children, there is only the end of the list.</summary>
    public bool? HasChildren { get; set; }

    /// <summary>Leaves out the zero behind its children.</summary>
    public bool WithoutEndOfChildren { get; set; }

    /// <summary>The abbreviation code as written; null for the true one.</summary>
    public ulong? AbbreviationCode { get; set; }

    /// <summary>Bytes written behind the attributes.</summary>
    public byte[] Tail { get; set; } = [];

    /// <summary>Bytes written in place of the entry; null for the entry.</summary>
    public byte[]? InsteadBytes { get; set; }

    internal bool WritesChildren => HasChildren ?? _children.Count > 0;

    /// <summary>Adds a child and returns this entry, so that brothers can follow.</summary>
    /// <param name="tag">DW_TAG_*.</param>
    /// <param name="attributes">Adds its attributes.</param>
    /// <param name="inside">Adds its children.</param>
    public DieDraft Child(ushort tag, Action<DwarfAttributesDraft>? attributes = null, Action<DieDraft>? inside = null)
    {
        DieDraft child = Add(tag, attributes);
        inside?.Invoke(child);
        return this;
    }

    /// <summary>Adds a child and returns the child, so that others can refer to it.</summary>
    public DieDraft Add(ushort tag, Action<DwarfAttributesDraft>? attributes = null)
    {
        var child = new DieDraft(tag);
        attributes?.Invoke(child.Attributes);
        _children.Add(child);
        return child;
    }

    /// <summary>Adds a member of a struct or union at a byte offset.</summary>
    public DieDraft Member(string name, DieDraft type, ulong offsetBytes) =>
        Child(Dw.DW_TAG_member, a => a.Name(name).Type(type).MemberLocation(offsetBytes));

    /// <summary>Adds a bitfield in the encoding of DWARF 4 and later.</summary>
    public DieDraft Bitfield(string name, DieDraft type, ulong bitOffset, ulong bitSize) =>
        Child(Dw.DW_TAG_member, a => a.Name(name).Type(type).BitSize(bitSize).DataBitOffset(bitOffset));

    /// <summary>Adds a bitfield in the encoding of DWARF 2 and 3, which counts from the most significant bit of the storage.</summary>
    public DieDraft LegacyBitfield(string name, DieDraft type, ulong offsetBytes, ulong storageBytes, ulong bitOffset, ulong bitSize) =>
        Child(Dw.DW_TAG_member,
            a => a.Name(name).Type(type).MemberLocation(offsetBytes).ByteSize(storageBytes).BitSize(bitSize).BitOffset(bitOffset));

    /// <summary>Adds an enumerator.</summary>
    public DieDraft Enumerator(string name, long value) => Child(Dw.DW_TAG_enumerator, a => a.Name(name).Signed(Dw.DW_AT_const_value, value));

    /// <summary>Adds a dimension of an array by its highest index.</summary>
    public DieDraft UpperBound(ulong highest) => Child(Dw.DW_TAG_subrange_type, a => a.Unsigned(Dw.DW_AT_upper_bound, highest));

    /// <summary>Adds a dimension of an array by its number of elements.</summary>
    public DieDraft Count(ulong count) => Child(Dw.DW_TAG_subrange_type, a => a.Unsigned(Dw.DW_AT_count, count));
}
