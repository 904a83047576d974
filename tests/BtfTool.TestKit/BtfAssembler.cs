using System.Text;
using BtfTool.Core.Btf;

namespace BtfTool.TestKit;

/// <summary>
/// Writes BTF bytes, well-formed or not, in a way that reads like the types it makes:
/// <code>
/// var b = new BtfAssembler();
/// uint i = b.Int("int", 4, signed: true);
/// b.Struct("s", 8).Member("a", i, bitOffset: 0).Bitfield("b", i, bitOffset: 32, bitSize: 3);
/// byte[] bytes = b.ToBytes();
/// </code>
/// Ids are given in the order of the calls, from 1 or from the end of the base. Nothing is checked: ids, offsets and counts are written
/// as given. Records stay reachable by id (<see cref="this[uint]"/>) until the bytes are taken, to be spoiled.
/// </summary>
public sealed class BtfAssembler
{
    private readonly List<BtfRecordDraft> _records = [];
    private readonly Dictionary<string, uint> _names = [];
    private readonly List<byte> _strings = [];
    private readonly SortedDictionary<int, BtfKindLayout> _layout = [];

    /// <summary>Starts without records.</summary>
    /// <param name="bigEndian">Byte order of the file.</param>
    /// <param name="baseBtf">The BTF to extend; it must have all its records and names by now.</param>
    public BtfAssembler(bool bigEndian = false, BtfAssembler? baseBtf = null)
    {
        IsBigEndian = bigEndian;
        Base = baseBtf;
        if (baseBtf is null)
        {
            _strings.Add(0);
            _names[""] = 0;
        }
    }

    /// <summary>Byte order of the file.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The BTF that this one extends, or null.</summary>
    public BtfAssembler? Base { get; }

    /// <summary>What the header says; what is not set is derived from the content.</summary>
    public BtfHeaderDraft Header { get; } = new();

    /// <summary>Id that the next record gets.</summary>
    public uint NextId => FirstId + (uint)_records.Count;

    /// <summary>Id of the first record.</summary>
    public uint FirstId => Base?.NextId ?? 1;

    /// <summary>Offset of the first name of this file in the layered string sections.</summary>
    public uint FirstName => Base?.NameEnd ?? 0;

    /// <summary>End of the layered string sections.</summary>
    public uint NameEnd => FirstName + (uint)_strings.Count;

    /// <summary>A record of this file by its id.</summary>
    public BtfRecordDraft this[uint id] => _records[(int)(id - FirstId)];

    /// <summary>The records in order.</summary>
    public IReadOnlyList<BtfRecordDraft> Records => _records;

    /// <summary>The offset of a name; it is added unless this file or its base has it.</summary>
    public uint Name(string name)
    {
        for (BtfAssembler? at = this; at is not null; at = at.Base)
        {
            if (at._names.TryGetValue(name, out uint known))
            {
                return known;
            }
        }

        uint offset = NameEnd;
        _strings.AddRange(Encoding.UTF8.GetBytes(name));
        _strings.Add(0);
        _names[name] = offset;
        return offset;
    }

    /// <summary>Appends bytes to the strings as they are and returns their offset.</summary>
    public uint RawName(ReadOnlySpan<byte> bytes)
    {
        uint offset = NameEnd;
        _strings.AddRange(bytes);
        return offset;
    }

    /// <summary>Replaces the string section.</summary>
    public BtfAssembler RawStrings(ReadOnlySpan<byte> bytes)
    {
        _strings.Clear();
        _strings.AddRange(bytes);
        return this;
    }

    /// <summary>Adds an integer; <paramref name="bits"/> are those of the size unless given.</summary>
    public uint Int(string name, int sizeBytes, bool signed = false, bool isChar = false, bool isBool = false, int? bits = null, int bitOffset = 0) =>
        RawInt(name, (uint)sizeBytes, (uint)((signed ? 1 : 0) | (isChar ? 2 : 0) | (isBool ? 4 : 0)) << 24
            | (uint)bitOffset << 16 | (uint)(bits ?? (sizeBytes * 8)));

    /// <summary>Adds an integer with its encoding word as given.</summary>
    public uint RawInt(string name, uint sizeBytes, uint encodingWord) =>
        Add(BtfKind.BTF_KIND_INT, Name(name), sizeBytes, encodingWord);

    /// <summary>Adds a floating point type.</summary>
    public uint Float(string name, uint sizeBytes) => Add(BtfKind.BTF_KIND_FLOAT, Name(name), sizeBytes);

    /// <summary>Adds a pointer.</summary>
    public uint Pointer(uint target) => Add(BtfKind.BTF_KIND_PTR, 0, target);

    /// <summary>Adds a const qualifier.</summary>
    public uint Const(uint target) => Add(BtfKind.BTF_KIND_CONST, 0, target);

    /// <summary>Adds a volatile qualifier.</summary>
    public uint Volatile(uint target) => Add(BtfKind.BTF_KIND_VOLATILE, 0, target);

    /// <summary>Adds a restrict qualifier.</summary>
    public uint Restrict(uint target) => Add(BtfKind.BTF_KIND_RESTRICT, 0, target);

    /// <summary>Adds a typedef.</summary>
    public uint Typedef(string name, uint target) => Add(BtfKind.BTF_KIND_TYPEDEF, Name(name), target);

    /// <summary>Adds a type tag.</summary>
    public uint TypeTag(string name, uint target, bool attribute = false)
    {
        uint id = Add(BtfKind.BTF_KIND_TYPE_TAG, Name(name), target);
        this[id].Flag = attribute;
        return id;
    }

    /// <summary>Adds an annotation of a declaration; component -1 is the whole.</summary>
    public uint DeclTag(string name, uint target, int component = -1, bool attribute = false)
    {
        uint id = Add(BtfKind.BTF_KIND_DECL_TAG, Name(name), target, (uint)component);
        this[id].Flag = attribute;
        return id;
    }

    /// <summary>Adds an array.</summary>
    public uint Array(uint element, uint index, uint count) => Add(BtfKind.BTF_KIND_ARRAY, 0, 0, element, index, count);

    /// <summary>Adds a declared struct or union.</summary>
    public uint Forward(string name, bool isUnion = false)
    {
        uint id = Add(BtfKind.BTF_KIND_FWD, Name(name), 0);
        this[id].Flag = isUnion;
        return id;
    }

    /// <summary>Adds a function: 0 static, 1 global, 2 extern.</summary>
    public uint Function(string name, uint prototype, uint linkage = 1)
    {
        uint id = Add(BtfKind.BTF_KIND_FUNC, Name(name), prototype);
        this[id].Vlen = linkage;
        return id;
    }

    /// <summary>Adds a variable: 0 static, 1 global, 2 extern.</summary>
    public uint Variable(string name, uint type, uint linkage = 1) => Add(BtfKind.BTF_KIND_VAR, Name(name), type, linkage);

    /// <summary>Adds a struct; an empty name makes it anonymous. Members follow.</summary>
    public ElementsDraft Struct(string name, uint sizeBytes) => new(this, Add(BtfKind.BTF_KIND_STRUCT, Name(name), sizeBytes));

    /// <summary>Adds a union; an empty name makes it anonymous. Members follow.</summary>
    public ElementsDraft Union(string name, uint sizeBytes) => new(this, Add(BtfKind.BTF_KIND_UNION, Name(name), sizeBytes));

    /// <summary>Adds an enumeration of 32-bit values; enumerators follow.</summary>
    public ElementsDraft Enum(string name, uint sizeBytes = 4, bool signed = false)
    {
        uint id = Add(BtfKind.BTF_KIND_ENUM, Name(name), sizeBytes);
        this[id].Flag = signed;
        return new(this, id);
    }

    /// <summary>Adds an enumeration of 64-bit values; enumerators follow.</summary>
    public ElementsDraft Enum64(string name, uint sizeBytes = 8, bool signed = false)
    {
        uint id = Add(BtfKind.BTF_KIND_ENUM64, Name(name), sizeBytes);
        this[id].Flag = signed;
        return new(this, id);
    }

    /// <summary>Adds a prototype; parameters follow.</summary>
    public ElementsDraft Prototype(uint returnType) => new(this, Add(BtfKind.BTF_KIND_FUNC_PROTO, 0, returnType));

    /// <summary>Adds a data section; entries follow.</summary>
    public ElementsDraft DataSection(string name, uint sizeBytes) => new(this, Add(BtfKind.BTF_KIND_DATASEC, Name(name), sizeBytes));

    /// <summary>Adds a record as given; vlen is written as <see cref="BtfRecordDraft.Vlen"/> says, 0 unless set.</summary>
    public uint Raw(int kind, uint nameOffset, uint sizeOrType, uint vlen = 0, bool flag = false, params ReadOnlySpan<uint> payload)
    {
        uint id = Add((BtfKind)kind, nameOffset, sizeOrType, payload);
        this[id].Vlen = vlen;
        this[id].Flag = flag;
        return id;
    }

    /// <summary>Adds an entry of the layout section, which makes the header 32 bytes long.</summary>
    public BtfAssembler Layout(int kind, byte infoBytes, byte elementBytes, ushort flags = 0)
    {
        _layout[kind] = new BtfKindLayout(infoBytes, elementBytes, flags);
        return this;
    }

    /// <summary>Adds the entries of all kinds that btf.rst has.</summary>
    public BtfAssembler StandardLayout()
    {
        ReadOnlySpan<byte> infoBytes = [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
        ReadOnlySpan<byte> elementBytes = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];
        for (int kind = 0; kind < infoBytes.Length; kind++)
        {
            Layout(kind, infoBytes[kind], elementBytes[kind]);
        }

        return this;
    }

    /// <summary>The file: header, records, layout section, strings.</summary>
    public byte[] ToBytes()
    {
        var types = new WordWriter(IsBigEndian);
        foreach (BtfRecordDraft record in _records)
        {
            record.WriteTo(types);
        }

        var layout = new WordWriter(IsBigEndian);
        for (int kind = 0; _layout.Count > 0 && kind <= _layout.Keys.Max(); kind++)
        {
            BtfKindLayout entry = _layout.GetValueOrDefault(kind);
            layout.U8(entry.InfoBytes);
            layout.U8(entry.ElementBytes);
            layout.U16(entry.Flags);
        }

        var file = new WordWriter(IsBigEndian);
        Header.WriteTo(file, (uint)types.Length, (uint)layout.Length, (uint)_strings.Count);
        file.Bytes(types.ToArray());
        file.Bytes(layout.ToArray());
        file.Bytes(_strings.ToArray());
        return file.ToArray();
    }

    private uint Add(BtfKind kind, uint nameOffset, uint sizeOrType, params ReadOnlySpan<uint> payload)
    {
        var record = new BtfRecordDraft { Kind = kind, NameOffset = nameOffset, SizeOrType = sizeOrType };
        record.Payload.AddRange(payload);
        _records.Add(record);
        return NextId - 1;
    }
}
