using System.Buffers;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Dump;

/// <summary>
/// Writes the records of a <see cref="BtfFile"/> as the JSON that <c>bpftool -j btf dump file</c> writes, byte for byte (observed: bpftool
/// 7.1): one line, <c>{"types":[{"id":1,"kind":"INT",...}]}</c>. Nothing is interpreted. Differences: values of unsigned
/// enumerations keep their 32 bits (bpftool extends their sign), a backslash in a name is escaped as one (bpftool writes a newline), and a
/// kind that is not known has its number in <c>kind_number</c>.
/// Names are escaped as bpftool escapes them: control characters that have no short escape, and bytes that are no UTF-8, stay as they are,
/// and the document is then none that a strict reader takes. Not safe to share between threads.
/// </summary>
public sealed class BtfJsonDumpWriter
{
    // As for the text, with what JSON adds to a row and the escapes of a name.
    private const long MaxTextBytesPerRecordByte = 192;
    private const long MaxTextBytesOfSmallFiles = 64 * 1024 * 1024;

    private static readonly SearchValues<byte> s_escaped = SearchValues.Create("\t\n\r\f\b\\\""u8);

    private readonly BtfFile _file;
    private readonly Utf8Writer _out;
    private long _end = long.MaxValue;

    /// <summary>Prepares a dump. Cost: O(1).</summary>
    /// <param name="file">The records; names of split BTF are looked up in its base, whose records are not written.</param>
    /// <param name="output">Receives the text; the caller flushes it.</param>
    public BtfJsonDumpWriter(BtfFile file, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(output);
        _file = file;
        _out = output;
    }

    /// <summary>Writes all records of the file, in order, and a newline. Cost: linear; nothing is allocated per record.</summary>
    /// <exception cref="InvalidImageException">
    /// A record does not end inside the section or has a kind of unknown length; or the names are so long that the text grows beyond
    /// 64 MiB and 192 bytes for each byte of the records.
    /// </exception>
    public void WriteAll()
    {
        _end = _out.Length + MaxTextBytesOfSmallFiles + (MaxTextBytesPerRecordByte * 4 * _file.Words.Length);
        _out.Write("{\"types\":["u8);
        bool isFirst = true;
        foreach (BtfRecord record in _file)
        {
            Number(isFirst ? "{\"id\":"u8 : ",{\"id\":"u8, record.Id);
            isFirst = false;
            WriteRecord(record);
        }

        _out.Write("]}\n"u8);
    }

    private void WriteRecord(BtfRecord r)
    {
        Word(",\"kind\":\""u8, BtfRecordNames.OfKind(r.Kind));
        Name(",\"name\":\""u8, r.NameOffset);
        switch (r.Kind)
        {
            case BtfKind.BTF_KIND_INT:
                WriteInt(r);
                break;
            case BtfKind.BTF_KIND_PTR or BtfKind.BTF_KIND_CONST or BtfKind.BTF_KIND_VOLATILE or BtfKind.BTF_KIND_RESTRICT
                or BtfKind.BTF_KIND_TYPEDEF or BtfKind.BTF_KIND_TYPE_TAG:
                Number(",\"type_id\":"u8, r.SizeOrType);
                break;
            case BtfKind.BTF_KIND_ARRAY:
                Number(",\"type_id\":"u8, r.Payload[0]);
                Number(",\"index_type_id\":"u8, r.Payload[1]);
                Number(",\"nr_elems\":"u8, r.Payload[2]);
                break;
            case BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION:
                WriteComposite(r);
                break;
            case BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64:
                WriteEnum(r);
                break;
            case BtfKind.BTF_KIND_FUNC_PROTO:
                WritePrototype(r);
                break;
            case BtfKind.BTF_KIND_DATASEC:
                WriteSection(r);
                break;
            default:
                WriteOther(r);
                break;
        }

        _out.Write((byte)'}');
    }

    private void WriteOther(BtfRecord r)
    {
        switch (r.Kind)
        {
            case BtfKind.BTF_KIND_FWD:
                Word(",\"fwd_kind\":\""u8, r.KindFlag ? "union"u8 : "struct"u8);
                break;
            case BtfKind.BTF_KIND_FUNC:
                Number(",\"type_id\":"u8, r.SizeOrType);
                Word(",\"linkage\":\""u8, BtfRecordNames.OfLinkage((uint)r.Vlen));
                break;
            case BtfKind.BTF_KIND_VAR:
                Number(",\"type_id\":"u8, r.SizeOrType);
                Word(",\"linkage\":\""u8, BtfRecordNames.OfLinkage(r.Payload[0]));
                break;
            case BtfKind.BTF_KIND_FLOAT:
                Number(",\"size\":"u8, r.SizeOrType);
                break;
            case BtfKind.BTF_KIND_DECL_TAG:
                Number(",\"type_id\":"u8, r.SizeOrType);
                Number(",\"component_idx\":"u8, (int)r.Payload[0]);
                break;
            default:
                Number(",\"kind_number\":"u8, (uint)r.Kind);
                break;
        }
    }

    // btf.rst, BTF_KIND_INT: encoding in bits 24-27, offset in 16-23, width in 0-7.
    private void WriteInt(BtfRecord r)
    {
        uint data = r.Payload[0];
        Number(",\"size\":"u8, r.SizeOrType);
        Number(",\"bits_offset\":"u8, (data >> 16) & 0xff);
        Number(",\"nr_bits\":"u8, data & 0xff);
        Word(",\"encoding\":\""u8, BtfRecordNames.OfEncoding((data >> 24) & 0xf));
    }

    private void WriteComposite(BtfRecord r)
    {
        Number(",\"size\":"u8, r.SizeOrType);
        Number(",\"vlen\":"u8, r.Vlen);
        ReadOnlySpan<uint> members = r.Payload;
        bool bitfields = r.KindFlag;
        _out.Write(",\"members\":["u8);
        for (int i = 0; i + 2 < members.Length; i += 3)
        {
            Name(i == 0 ? "{\"name\":\""u8 : ",{\"name\":\""u8, members[i]);
            Number(",\"type_id\":"u8, members[i + 1]);
            uint offset = members[i + 2];
            Number(",\"bits_offset\":"u8, bitfields ? offset & 0xffffff : offset);
            if (bitfields && offset >> 24 != 0)
            {
                Number(",\"bitfield_size\":"u8, offset >> 24);
            }

            _out.Write((byte)'}');
        }

        _out.Write((byte)']');
    }

    private void WriteEnum(BtfRecord r)
    {
        bool isWide = r.Kind == BtfKind.BTF_KIND_ENUM64;
        int row = isWide ? 3 : 2;
        Word(",\"encoding\":\""u8, r.KindFlag ? "SIGNED"u8 : "UNSIGNED"u8);
        Number(",\"size\":"u8, r.SizeOrType);
        Number(",\"vlen\":"u8, r.Vlen);
        ReadOnlySpan<uint> values = r.Payload;
        _out.Write(",\"values\":["u8);
        for (int i = 0; i + row <= values.Length; i += row)
        {
            Name(i == 0 ? "{\"name\":\""u8 : ",{\"name\":\""u8, values[i]);
            _out.Write(",\"val\":"u8);
            uint low = values[i + 1];
            ulong value = isWide ? low | ((ulong)values[i + 2] << 32) : r.KindFlag ? (ulong)(int)low : low;
            if (r.KindFlag)
            {
                _out.WriteDecimal((long)value);
            }
            else
            {
                _out.WriteDecimal(value);
            }

            _out.Write((byte)'}');
        }

        _out.Write((byte)']');
    }

    private void WritePrototype(BtfRecord r)
    {
        Number(",\"ret_type_id\":"u8, r.SizeOrType);
        Number(",\"vlen\":"u8, r.Vlen);
        ReadOnlySpan<uint> parameters = r.Payload;
        _out.Write(",\"params\":["u8);
        for (int i = 0; i + 1 < parameters.Length; i += 2)
        {
            Name(i == 0 ? "{\"name\":\""u8 : ",{\"name\":\""u8, parameters[i]);
            Number(",\"type_id\":"u8, parameters[i + 1]);
            _out.Write((byte)'}');
        }

        _out.Write((byte)']');
    }

    private void WriteSection(BtfRecord r)
    {
        Number(",\"size\":"u8, r.SizeOrType);
        Number(",\"vlen\":"u8, r.Vlen);
        ReadOnlySpan<uint> entries = r.Payload;
        _out.Write(",\"vars\":["u8);
        for (int i = 0; i + 2 < entries.Length; i += 3)
        {
            Number(i == 0 ? "{\"type_id\":"u8 : ",{\"type_id\":"u8, entries[i]);
            Number(",\"offset\":"u8, entries[i + 1]);
            Number(",\"size\":"u8, entries[i + 2]);
            _out.Write((byte)'}');
        }

        _out.Write((byte)']');
    }

    private void Number(ReadOnlySpan<byte> label, long value)
    {
        _out.Write(label);
        _out.WriteDecimal(value);
    }

    private void Word(ReadOnlySpan<byte> label, ReadOnlySpan<byte> word)
    {
        _out.Write(label);
        _out.Write(word);
        _out.Write((byte)'"');
    }

    private void Name(ReadOnlySpan<byte> label, uint offset)
    {
        _out.Write(label);
        if (offset == 0)
        {
            _out.Write("(anon)\""u8);
        }
        else if (_file.TryGetString(offset, out ReadOnlySpan<byte> name))
        {
            WriteEscaped(name);
            _out.Write((byte)'"');
        }
        else
        {
            _out.Write("(invalid)\""u8);
        }

        if (_out.Length > _end)
        {
            InvalidImageException.Throw(_file.Path, _file.Section, -1, "its names are so long that their text would not end in reasonable time");
        }
    }

    private void WriteEscaped(ReadOnlySpan<byte> name)
    {
        for (int at = name.IndexOfAny(s_escaped); at >= 0; at = name.IndexOfAny(s_escaped))
        {
            _out.Write(name[..at]);
            _out.Write(name[at] switch
            {
                (byte)'\t' => "\\t"u8,
                (byte)'\n' => "\\n"u8,
                (byte)'\r' => "\\r"u8,
                (byte)'\f' => "\\f"u8,
                (byte)'\b' => "\\b"u8,
                (byte)'\\' => "\\\\"u8,
                _ => "\\\""u8,
            });
            name = name[(at + 1)..];
        }

        _out.Write(name);
    }
}
