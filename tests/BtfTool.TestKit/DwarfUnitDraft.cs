using static BtfTool.TestKit.Dw;

namespace BtfTool.TestKit;

/// <summary>One unit before it is written; what is null is derived.</summary>
public sealed class DwarfUnitDraft
{
    private readonly List<ulong> _stringOffsets = [];
    private readonly List<ulong> _addresses = [];
    private readonly Dictionary<string, ulong> _codes = [];

    internal DwarfUnitDraft(int version, bool dwarf64, int addressBytes, byte unitType)
    {
        Version = version;
        IsDwarf64 = dwarf64;
        AddressBytes = addressBytes;
        UnitType = unitType;
        Root = new DieDraft(unitType switch
        {
            DW_UT_type or DW_UT_split_type => DW_TAG_type_unit,
            DW_UT_partial => DW_TAG_partial_unit,
            DW_UT_skeleton when version >= 5 => DW_TAG_skeleton_unit,
            _ => DW_TAG_compile_unit,
        });
    }

    /// <summary>Version of DWARF, 2 to 5.</summary>
    public int Version { get; }

    /// <summary>64-bit DWARF.</summary>
    public bool IsDwarf64 { get; }

    /// <summary>Size of an address in bytes.</summary>
    public int AddressBytes { get; }

    /// <summary>DW_UT_*; before DWARF 5 it is not written.</summary>
    public byte UnitType { get; }

    /// <summary>The entry at the top.</summary>
    public DieDraft Root { get; }

    /// <summary>Signature of a type unit, id of a split unit.</summary>
    public ulong Signature { get; set; }

    /// <summary>The type that a type unit is about; null for the first child of its root.</summary>
    public DieDraft? TypeDie { get; set; }

    /// <summary>Writes DW_AT_sibling into entries that have children.</summary>
    public bool WithSiblings { get; set; }

    /// <summary>The code of the abbreviation of a number, from 0 on; DWARF lets codes be sparse and in any order.</summary>
    public Func<int, ulong> AbbreviationCodes { get; set; } = index => (ulong)index + 1;

    /// <summary>Uses the abbreviations of another unit, which is written before.</summary>
    public DwarfUnitDraft? AbbreviationsOf { get; set; }

    /// <summary>.debug_str_offsets without its header, as GNU's split DWARF 4 has it.</summary>
    public bool WithoutStringOffsetsHeader { get; set; }

    /// <summary>Files for DW_AT_decl_file: from 1 on before DWARF 5; from 0 on, the unit's own first, since.</summary>
    public List<string> Files { get; } = [];

    /// <summary>unit_length as written.</summary>
    public ulong? LengthAsWritten { get; set; }

    /// <summary>version as written.</summary>
    public ushort? VersionAsWritten { get; set; }

    /// <summary>unit_type as written.</summary>
    public byte? UnitTypeAsWritten { get; set; }

    /// <summary>address_size as written.</summary>
    public byte? AddressBytesAsWritten { get; set; }

    /// <summary>debug_abbrev_offset as written.</summary>
    public ulong? AbbreviationsOffsetAsWritten { get; set; }

    /// <summary>Bytes behind the last entry, inside the unit.</summary>
    public byte[] Tail { get; set; } = [];

    /// <summary>Where the unit begins in its section; known when the sections have been written.</summary>
    public int SectionOffset { get; internal set; }

    /// <summary>Where it ends.</summary>
    public int EndOffset { get; internal set; }

    /// <summary>Where its abbreviations begin.</summary>
    public int AbbreviationsOffset { get; internal set; }

    internal int OffsetBytes => IsDwarf64 ? 8 : 4;

    internal bool IsOfTypes => UnitType is DW_UT_type or DW_UT_split_type;

    internal string SectionName => IsOfTypes && Version < 5 ? ".debug_types" : ".debug_info";

    /// <summary>Where the unit's parts of other sections begin, behind their headers.</summary>
    internal Dictionary<string, ulong> TableOffsets { get; } = [];

    internal IReadOnlyList<ulong> StringOffsets => _stringOffsets;

    internal IReadOnlyList<ulong> Addresses => _addresses;

    /// <summary>Adds attributes to the entry at the top.</summary>
    public DwarfUnitDraft Top(Action<DwarfAttributesDraft> attributes)
    {
        attributes(Root.Attributes);
        return this;
    }

    /// <summary>Adds an entry below the top and returns it.</summary>
    public DieDraft Die(ushort tag, Action<DwarfAttributesDraft>? attributes = null) => Root.Add(tag, attributes);

    /// <summary>Adds a base type.</summary>
    public DieDraft Base(string name, ulong bytes, byte encoding) =>
        Die(DW_TAG_base_type, a => a.ByteSize(bytes).Encoding(encoding).Name(name));

    /// <summary>Adds a struct; members follow with <see cref="DieDraft.Member"/>.</summary>
    public DieDraft Struct(string name, ulong bytes) => Die(DW_TAG_structure_type, a => a.Name(name).ByteSize(bytes));

    /// <summary>Adds a pointer.</summary>
    public DieDraft Pointer(DieDraft target) => Die(DW_TAG_pointer_type, a => a.ByteSize((ulong)AddressBytes).Type(target));

    /// <summary>Adds a typedef.</summary>
    public DieDraft Typedef(string name, DieDraft target) => Die(DW_TAG_typedef, a => a.Name(name).Type(target));

    /// <summary>Adds an array; dimensions follow with <see cref="DieDraft.UpperBound"/> or <see cref="DieDraft.Count"/>.</summary>
    public DieDraft Array(DieDraft element) => Die(DW_TAG_array_type, a => a.Type(element));

    internal int StringIndex(ulong place) => IndexIn(_stringOffsets, place);

    internal int AddressIndex(ulong address) => IndexIn(_addresses, address);

    internal ulong CodeOf(DieDraft die, IReadOnlyList<DwarfAttributeDraft> attributes)
    {
        if (AbbreviationsOf is { } other)
        {
            return other.CodeOf(die, attributes);
        }

        string key = $"{die.Tag} {die.WritesChildren} " + string.Join(',', attributes.Select(a => $"{a.Attribute}:{a.Form}:{a.ImplicitValue}"));
        if (!_codes.TryGetValue(key, out ulong code))
        {
            code = AbbreviationCodes(_codes.Count);
            _codes[key] = code;
            AbbreviationBytes(die, attributes, code);
        }

        return code;
    }

    internal List<Action<DwarfBytes>> AbbreviationWriters { get; } = [];

    private void AbbreviationBytes(DieDraft die, IReadOnlyList<DwarfAttributeDraft> attributes, ulong code)
    {
        ushort tag = die.Tag;
        bool children = die.WritesChildren;
        AbbreviationWriters.Add(bytes =>
        {
            bytes.Unsigned(code);
            bytes.Unsigned(tag);
            bytes.Raw([(byte)(children ? 1 : 0)]);
            foreach (DwarfAttributeDraft attribute in attributes)
            {
                bytes.Unsigned(attribute.Attribute);
                bytes.Unsigned(attribute.Form);
                if (attribute.Form == DW_FORM_implicit_const)
                {
                    bytes.Signed(attribute.ImplicitValue);
                }
            }

            bytes.Raw([0, 0]);
        });
    }

    private static int IndexIn(List<ulong> list, ulong value)
    {
        int at = list.IndexOf(value);
        if (at < 0)
        {
            at = list.Count;
            list.Add(value);
        }

        return at;
    }
}
