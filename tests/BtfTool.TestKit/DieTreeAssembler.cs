using System.Text;

namespace BtfTool.TestKit;

/// <summary>A place in <c>.debug_info</c> that attributes may refer to, before or after it is known.</summary>
public sealed class DwarfLabel
{
    internal int UnitStart { get; set; } = -1;

    internal int Offset { get; set; } = -1;
}

/// <summary>One attribute of a DIE as it is to be written.</summary>
/// <param name="Attribute">DW_AT_*.</param>
/// <param name="Form">DW_FORM_*.</param>
/// <param name="Value">A number, text, bytes of a block, or a label.</param>
public sealed record DwarfAttribute(ushort Attribute, ushort Form, object Value)
{
    /// <summary>DW_AT_name as DW_FORM_string.</summary>
    public static DwarfAttribute Name(string name) => new(0x03, 0x08, name);

    /// <summary>DW_AT_type as DW_FORM_ref4.</summary>
    public static DwarfAttribute Type(DwarfLabel type) => new(0x49, 0x13, type);

    /// <summary>DW_AT_byte_size as DW_FORM_udata.</summary>
    public static DwarfAttribute Size(long bytes) => new(0x0b, 0x0f, bytes);

    /// <summary>DW_AT_data_member_location as DW_FORM_udata.</summary>
    public static DwarfAttribute At(long bytes) => new(0x38, 0x0f, bytes);

    /// <summary>DW_AT_declaration as DW_FORM_flag_present.</summary>
    public static DwarfAttribute Declared { get; } = new(0x3c, 0x19, 0L);
}

/// <summary>
/// Writes DWARF, well-formed or not, that reads like the tree it makes. Abbreviations follow from the DIEs.
/// <code>
/// var d = new DieTreeAssembler();
/// d.BeginUnit();
/// DwarfLabel i = d.Base("int", 4);
/// d.Open(0x13, Name("s"), Size(8));
/// d.Die(0x0d, Name("a"), Type(i), At(4));
/// d.Close();
/// d.EndUnit();
/// byte[] elf = d.ToElf();
/// </code>
/// </summary>
public sealed class DieTreeAssembler(int version = 4, bool bigEndian = false, bool is64 = false, int addressBytes = 8)
{
    private readonly List<byte> _info = [];
    private readonly List<byte> _abbreviations = [];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<string, int> _codes = [];
    private readonly List<(int At, int Bytes, DwarfLabel To, bool Absolute)> _references = [];
    private int _unitStart;

    /// <summary>Bytes of <c>.debug_info</c> so far; may be changed.</summary>
    public IList<byte> Info => _info;

    /// <summary>Bytes of <c>.debug_abbrev</c> so far; may be changed. <see cref="ToElf"/> ends it with a zero.</summary>
    public IList<byte> Abbreviations => _abbreviations;

    /// <summary>Starts a unit with its root DIE, a compile unit of C11 unless said otherwise.</summary>
    public DieTreeAssembler BeginUnit(int language = 0x1d, byte unitType = 1, ushort tag = 0x11, int? writtenVersion = null,
        params DwarfAttribute[] attributes)
    {
        _unitStart = _info.Count;
        if (is64)
        {
            Number(0xffffffff, 4);
        }

        Number(0, is64 ? 8 : 4);
        Number(writtenVersion ?? version, 2);
        if (version >= 5)
        {
            Number(unitType, 1);
            Number(addressBytes, 1);
            Number(0, is64 ? 8 : 4);
        }
        else
        {
            Number(0, is64 ? 8 : 4);
            Number(addressBytes, 1);
        }

        Open(tag, [DwarfAttribute.Name("unit.c"), new(0x13, 0x0f, (long)language), .. attributes]);
        return this;
    }

    /// <summary>Ends the root DIE and the unit.</summary>
    /// <param name="writtenLength">The length to write; the true one unless given.</param>
    /// <param name="close">Whether to end the list of the root's children.</param>
    public void EndUnit(long? writtenLength = null, bool close = true)
    {
        if (close)
        {
            Close();
        }

        int lengthBytes = is64 ? 8 : 4;
        int at = _unitStart + (is64 ? 4 : 0);
        Put(at, writtenLength ?? (_info.Count - at - lengthBytes), lengthBytes);
    }

    /// <summary>A DIE without children.</summary>
    public DwarfLabel Die(ushort tag, params DwarfAttribute[] attributes) => Write(tag, false, attributes);

    /// <summary>A DIE whose children follow up to <see cref="Close"/>.</summary>
    public DwarfLabel Open(ushort tag, params DwarfAttribute[] attributes) => Write(tag, true, attributes);

    /// <summary>Ends a list of children.</summary>
    public void Close() => _info.Add(0);

    /// <summary>A signed integer type, or one of another DW_ATE_*.</summary>
    public DwarfLabel Base(string name, long bytes, long encoding = 5) =>
        Die(0x24, DwarfAttribute.Name(name), DwarfAttribute.Size(bytes), new(0x3e, 0x0b, encoding));

    /// <summary>A label to be placed later with <see cref="Place"/>.</summary>
    public static DwarfLabel NewLabel() => new();

    /// <summary>Makes a label stand for the DIE of another one.</summary>
    public static void Place(DwarfLabel label, DwarfLabel at) => (label.UnitStart, label.Offset) = (at.UnitStart, at.Offset);

    /// <summary>An ELF file with the sections.</summary>
    /// <param name="more">Adds sections.</param>
    public byte[] ToElf(Action<ElfAssembler>? more = null)
    {
        foreach ((int at, int bytes, DwarfLabel to, bool absolute) in _references)
        {
            Put(at, absolute ? to.Offset : to.Offset - to.UnitStart, bytes);
        }

        var elf = new ElfAssembler(is64: addressBytes == 8, bigEndian: bigEndian, type: 2);
        elf.Section(".debug_info", [.. _info]).Section(".debug_abbrev", [.. _abbreviations, 0]).Section(".debug_str", [.. _strings]);
        more?.Invoke(elf);
        return elf.ToBytes();
    }

    private DwarfLabel Write(ushort tag, bool children, DwarfAttribute[] attributes)
    {
        var label = new DwarfLabel { UnitStart = _unitStart, Offset = _info.Count };
        Uleb(_info, (ulong)CodeOf(tag, children, attributes));
        foreach (DwarfAttribute attribute in attributes)
        {
            WriteValue(attribute.Form, attribute.Value);
        }

        return label;
    }

    private void WriteValue(int form, object value)
    {
        switch (form)
        {
            case 0x08:
                _info.AddRange(Encoding.UTF8.GetBytes((string)value + "\0"));
                break;
            case 0x0e when value is string text:
                Number(_strings.Count, is64 ? 8 : 4);
                _strings.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
                break;
            case 0x0f or 0x15 or 0x1a or 0x1b:
                Uleb(_info, (ulong)(long)value);
                break;
            case 0x0d:
                Sleb(_info, (long)value);
                break;
            case 0x09 or 0x18:
                Uleb(_info, (ulong)((byte[])value).Length);
                _info.AddRange((byte[])value);
                break;
            case 0x0a or 0x03 or 0x04:
                Number(((byte[])value).Length, form == 0x0a ? 1 : form == 0x03 ? 2 : 4);
                _info.AddRange((byte[])value);
                break;
            case 0x16:
                var inner = (DwarfAttribute)value;
                Uleb(_info, inner.Form);
                WriteValue(inner.Form, inner.Value);
                break;
            case 0x19 or 0x21:
                break;
            case 0x1e:
                _info.AddRange((byte[])value);
                break;
            default:
                WriteFixed(BytesOf(form), form == 0x10, value);
                break;
        }
    }

    private void WriteFixed(int bytes, bool absolute, object value)
    {
        if (value is DwarfLabel label)
        {
            _references.Add((_info.Count, bytes, label, absolute));
            Number(0, bytes);
            return;
        }

        Number((long)value, bytes);
    }

    private int BytesOf(int form) => form switch
    {
        0x01 => addressBytes,
        0x0b or 0x0c or 0x11 or 0x25 or 0x29 => 1,
        0x05 or 0x12 or 0x26 => 2,
        0x27 => 3,
        0x06 or 0x13 or 0x28 or 0x1c => 4,
        0x07 or 0x14 or 0x20 or 0x24 => 8,
        0x10 => version < 3 ? addressBytes : is64 ? 8 : 4,
        _ => is64 ? 8 : 4,
    };

    private int CodeOf(ushort tag, bool children, DwarfAttribute[] attributes)
    {
        string key = $"{tag} {children} " + string.Join(' ', attributes.Select(a => $"{a.Attribute}:{a.Form}" + (a.Form == 0x21 ? $"={a.Value}" : "")));
        if (_codes.TryGetValue(key, out int code))
        {
            return code;
        }

        code = _codes.Count + 1;
        _codes[key] = code;
        Uleb(_abbreviations, (ulong)code);
        Uleb(_abbreviations, tag);
        _abbreviations.Add((byte)(children ? 1 : 0));
        foreach (DwarfAttribute attribute in attributes)
        {
            Uleb(_abbreviations, attribute.Attribute);
            Uleb(_abbreviations, attribute.Form);
            if (attribute.Form == 0x21)
            {
                Sleb(_abbreviations, (long)attribute.Value);
            }
        }

        _abbreviations.AddRange([0, 0]);
        return code;
    }

    private void Number(long value, int bytes)
    {
        int at = _info.Count;
        _info.AddRange(new byte[bytes]);
        Put(at, value, bytes);
    }

    private void Put(int at, long value, int bytes)
    {
        for (int i = 0; i < bytes; i++)
        {
            _info[at + i] = (byte)(value >> (8 * (bigEndian ? bytes - 1 - i : i)));
        }
    }

    private static void Uleb(List<byte> to, ulong value)
    {
        do
        {
            byte b = (byte)(value & 0x7f);
            value >>= 7;
            to.Add((byte)(value != 0 ? b | 0x80 : b));
        }
        while (value != 0);
    }

    private static void Sleb(List<byte> to, long value)
    {
        while (true)
        {
            byte b = (byte)(value & 0x7f);
            value >>= 7;
            bool isLast = (value == 0 && (b & 0x40) == 0) || (value == -1 && (b & 0x40) != 0);
            to.Add((byte)(isLast ? b : b | 0x80));
            if (isLast)
            {
                return;
            }
        }
    }
}
