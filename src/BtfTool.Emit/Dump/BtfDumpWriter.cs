using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Dump;

/// <summary>
/// Writes the records of a <see cref="BtfFile"/> as the raw text that bpftool's <c>btf dump file</c> writes (observed: bpftool 7.8).
/// Nothing is interpreted: a record whose contents make no sense is written as it is. A name offset outside of the strings is written
/// as <c>(invalid)</c>; a kind that is not known has its number behind the name, which bpftool leaves out.
/// Not safe to share between threads.
/// </summary>
public sealed class BtfDumpWriter
{
    // Each record may have the longest name of the file, so the text of a hostile one grows with the square of its size. The kernel's
    // names have at most 511 bytes (btf.rst), and no row less than 8: with such names no text is longer than this.
    private const long MaxTextBytesPerRecordByte = 128;
    private const long MaxTextBytesOfSmallFiles = 64 * 1024 * 1024;

    private readonly BtfFile _file;
    private readonly Utf8Writer _out;
    private long _end = long.MaxValue;
    private BtfRecordIndex? _index;

    /// <summary>Prepares a dump. Cost: O(1).</summary>
    /// <param name="file">The records; names of split BTF are looked up in its base, whose records are not written.</param>
    /// <param name="output">Receives the text; the caller flushes it.</param>
    public BtfDumpWriter(BtfFile file, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(output);
        _file = file;
        _out = output;
    }

    /// <summary>Writes all records of the file, in order. Cost: linear; nothing is allocated per record.</summary>
    /// <exception cref="InvalidImageException">
    /// A record does not end inside the section or has a kind of unknown length; or the names are so long that the text grows beyond
    /// 64 MiB and 128 bytes for each byte of the records.
    /// </exception>
    public void WriteAll()
    {
        _end = _out.Length + MaxTextBytesOfSmallFiles + (MaxTextBytesPerRecordByte * 4 * _file.Words.Length);
        foreach (BtfRecord record in _file)
        {
            WriteRecord(record);
        }
    }

    private void WriteRecord(BtfRecord r)
    {
        _out.Write((byte)'[');
        _out.WriteDecimal((ulong)r.Id);
        _out.Write("] "u8);
        _out.Write(BtfRecordNames.OfKind(r.Kind));
        _out.Write(" '"u8);
        WriteName(r.NameOffset);
        switch (r.Kind)
        {
            case BtfKind.BTF_KIND_INT:
                WriteInt(r);
                break;
            case BtfKind.BTF_KIND_PTR or BtfKind.BTF_KIND_CONST or BtfKind.BTF_KIND_VOLATILE or BtfKind.BTF_KIND_RESTRICT
                or BtfKind.BTF_KIND_TYPEDEF or BtfKind.BTF_KIND_TYPE_TAG:
                Number("' type_id="u8, r.SizeOrType);
                break;
            case BtfKind.BTF_KIND_ARRAY:
                Number("' type_id="u8, r.Payload[0]);
                Number(" index_type_id="u8, r.Payload[1]);
                Number(" nr_elems="u8, r.Payload[2]);
                break;
            case BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION:
                WriteComposite(r);
                break;
            case BtfKind.BTF_KIND_ENUM:
                WriteEnum(r);
                break;
            case BtfKind.BTF_KIND_ENUM64:
                WriteEnum64(r);
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

        _out.Write((byte)'\n');
    }

    private void WriteOther(BtfRecord r)
    {
        switch (r.Kind)
        {
            case BtfKind.BTF_KIND_FWD:
                _out.Write("' fwd_kind="u8);
                _out.Write(r.KindFlag ? "union"u8 : "struct"u8);
                break;
            case BtfKind.BTF_KIND_FUNC:
                Number("' type_id="u8, r.SizeOrType);
                _out.Write(" linkage="u8);
                _out.Write(BtfRecordNames.OfLinkage((uint)r.Vlen));
                break;
            case BtfKind.BTF_KIND_VAR:
                Number("' type_id="u8, r.SizeOrType);
                _out.Write(", linkage="u8);
                _out.Write(BtfRecordNames.OfLinkage(r.Payload[0]));
                break;
            case BtfKind.BTF_KIND_FLOAT:
                Number("' size="u8, r.SizeOrType);
                break;
            case BtfKind.BTF_KIND_DECL_TAG:
                Number("' type_id="u8, r.SizeOrType);
                _out.Write(" component_idx="u8);
                _out.WriteDecimal((int)r.Payload[0]);
                break;
            default:
                Number("' kind="u8, (uint)r.Kind);
                break;
        }
    }

    // btf.rst, BTF_KIND_INT: encoding in bits 24-27, offset in 16-23, width in 0-7.
    private void WriteInt(BtfRecord r)
    {
        uint data = r.Payload[0];
        Number("' size="u8, r.SizeOrType);
        Number(" bits_offset="u8, (data >> 16) & 0xff);
        Number(" nr_bits="u8, data & 0xff);
        _out.Write(" encoding="u8);
        _out.Write(BtfRecordNames.OfEncoding((data >> 24) & 0xf));
    }

    private void WriteComposite(BtfRecord r)
    {
        Number("' size="u8, r.SizeOrType);
        Number(" vlen="u8, (uint)r.Vlen);
        ReadOnlySpan<uint> members = r.Payload;
        bool bitfields = r.KindFlag;
        for (int i = 0; i + 2 < members.Length; i += 3)
        {
            _out.Write("\n\t'"u8);
            WriteName(members[i]);
            Number("' type_id="u8, members[i + 1]);
            uint offset = members[i + 2];
            Number(" bits_offset="u8, bitfields ? offset & 0xffffff : offset);
            if (bitfields && offset >> 24 != 0)
            {
                Number(" bitfield_size="u8, offset >> 24);
            }
        }
    }

    private void WriteEnumHead(BtfRecord r)
    {
        _out.Write(r.KindFlag ? "' encoding=SIGNED"u8 : "' encoding=UNSIGNED"u8);
        Number(" size="u8, r.SizeOrType);
        Number(" vlen="u8, (uint)r.Vlen);
    }

    private void WriteEnum(BtfRecord r)
    {
        WriteEnumHead(r);
        ReadOnlySpan<uint> values = r.Payload;
        for (int i = 0; i + 1 < values.Length; i += 2)
        {
            _out.Write("\n\t'"u8);
            WriteName(values[i]);
            _out.Write("' val="u8);
            _out.WriteDecimal(r.KindFlag ? (int)values[i + 1] : (long)values[i + 1]);
        }
    }

    private void WriteEnum64(BtfRecord r)
    {
        WriteEnumHead(r);
        ReadOnlySpan<uint> values = r.Payload;
        for (int i = 0; i + 2 < values.Length; i += 3)
        {
            ulong value = values[i + 1] | ((ulong)values[i + 2] << 32);
            _out.Write("\n\t'"u8);
            WriteName(values[i]);
            _out.Write("' val="u8);
            if (r.KindFlag)
            {
                _out.WriteDecimal((long)value);
                _out.Write("LL"u8);
            }
            else
            {
                _out.WriteDecimal(value);
                _out.Write("ULL"u8);
            }
        }
    }

    private void WritePrototype(BtfRecord r)
    {
        Number("' ret_type_id="u8, r.SizeOrType);
        Number(" vlen="u8, (uint)r.Vlen);
        ReadOnlySpan<uint> parameters = r.Payload;
        for (int i = 0; i + 1 < parameters.Length; i += 2)
        {
            _out.Write("\n\t'"u8);
            WriteName(parameters[i]);
            Number("' type_id="u8, parameters[i + 1]);
        }
    }

    private void WriteSection(BtfRecord r)
    {
        _index ??= new BtfRecordIndex(_file);
        Number("' size="u8, r.SizeOrType);
        Number(" vlen="u8, (uint)r.Vlen);
        ReadOnlySpan<uint> entries = r.Payload;
        for (int i = 0; i + 2 < entries.Length; i += 3)
        {
            Number("\n\ttype_id="u8, entries[i]);
            Number(" offset="u8, entries[i + 1]);
            Number(" size="u8, entries[i + 2]);
            if (_index.TryGet(entries[i], out BtfKind kind, out uint name))
            {
                _out.Write(" ("u8);
                _out.Write(BtfRecordNames.OfKind(kind));
                _out.Write(" '"u8);
                WriteName(name);
                _out.Write("')"u8);
            }
        }
    }

    private void Number(ReadOnlySpan<byte> label, uint value)
    {
        _out.Write(label);
        _out.WriteDecimal((ulong)value);
    }

    private void WriteName(uint offset)
    {
        _out.Write(offset == 0 ? "(anon)"u8 : _file.TryGetString(offset, out ReadOnlySpan<byte> name) ? name : "(invalid)"u8);
        if (_out.Length > _end)
        {
            InvalidImageException.Throw(_file.Path, _file.Section, -1, "its names are so long that their text would not end in reasonable time");
        }
    }
}
