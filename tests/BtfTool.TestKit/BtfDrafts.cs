using BtfTool.Core.Btf;

namespace BtfTool.TestKit;

/// <summary>One record before it is written; every part may be changed.</summary>
public sealed class BtfRecordDraft
{
    /// <summary>Offset of the name.</summary>
    public uint NameOffset { get; set; }

    /// <summary>The kind, 0 to 127.</summary>
    public BtfKind Kind { get; set; }

    /// <summary>Number of elements as the record says it.</summary>
    public uint Vlen { get; set; }

    /// <summary>Bit 31 of info.</summary>
    public bool Flag { get; set; }

    /// <summary>Size in bytes, or type id.</summary>
    public uint SizeOrType { get; set; }

    /// <summary>The words behind.</summary>
    public List<uint> Payload { get; } = [];

    internal void WriteTo(WordWriter writer)
    {
        writer.U32(NameOffset);
        writer.U32((Flag ? 0x80000000 : 0) | ((uint)Kind & 0x7f) << 24 | (Vlen & 0xffffff));
        writer.U32(SizeOrType);
        foreach (uint word in Payload)
        {
            writer.U32(word);
        }
    }
}

/// <summary>Adds elements to the record it was made for; stands for the record's id.</summary>
public sealed class ElementsDraft
{
    private readonly BtfAssembler _assembler;

    internal ElementsDraft(BtfAssembler assembler, uint id)
    {
        _assembler = assembler;
        Id = id;
    }

    /// <summary>Id of the record.</summary>
    public uint Id { get; }

    /// <summary>The record.</summary>
    public BtfRecordDraft Record => _assembler[Id];

    /// <summary>The id.</summary>
    public static implicit operator uint(ElementsDraft draft) => draft.Id;

    /// <summary>Adds a member that is not a bitfield.</summary>
    public ElementsDraft Member(string name, uint type, uint bitOffset) => Element(_assembler.Name(name), type, bitOffset);

    /// <summary>Adds a bitfield and sets the record's flag; the bit offset must fit in 24 bits, the size in 8.</summary>
    public ElementsDraft Bitfield(string name, uint type, uint bitOffset, uint bitSize)
    {
        Record.Flag = true;
        return Element(_assembler.Name(name), type, bitSize << 24 | bitOffset);
    }

    /// <summary>Adds an enumerator of 32 or of 64 bits, as the record has them.</summary>
    public ElementsDraft Value(string name, long value) => Record.Kind == BtfKind.BTF_KIND_ENUM64
        ? Element(_assembler.Name(name), (uint)value, (uint)(value >> 32))
        : Element(_assembler.Name(name), (uint)value);

    /// <summary>Adds a parameter.</summary>
    public ElementsDraft Parameter(string name, uint type) => Element(_assembler.Name(name), type);

    /// <summary>Ends the parameters with <c>...</c>.</summary>
    public ElementsDraft Variadic() => Element(0, 0);

    /// <summary>Adds a variable of a data section.</summary>
    public ElementsDraft Entry(uint type, uint offsetBytes, uint sizeBytes) => Element(type, offsetBytes, sizeBytes);

    /// <summary>Adds words as they are and counts one element.</summary>
    public ElementsDraft Element(params ReadOnlySpan<uint> words)
    {
        Record.Payload.AddRange(words);
        Record.Vlen++;
        return this;
    }
}

/// <summary>A header before it is written: what is null is derived from the content.</summary>
public sealed class BtfHeaderDraft
{
    /// <summary>0xeb9f unless set.</summary>
    public ushort? Magic { get; set; }

    /// <summary>1 unless set.</summary>
    public byte? Version { get; set; }

    /// <summary>0 unless set.</summary>
    public byte? Flags { get; set; }

    /// <summary>Length that the header says.</summary>
    public uint? HeaderBytes { get; set; }

    /// <summary>Offset of the records from the end of the header.</summary>
    public uint? TypeOffset { get; set; }

    /// <summary>Bytes of records.</summary>
    public uint? TypeBytes { get; set; }

    /// <summary>Offset of the strings from the end of the header.</summary>
    public uint? StringOffset { get; set; }

    /// <summary>Bytes of strings.</summary>
    public uint? StringBytes { get; set; }

    /// <summary>Offset of the layout section; setting it makes the header 32 bytes long.</summary>
    public uint? LayoutOffset { get; set; }

    /// <summary>Bytes of the layout section; setting it makes the header 32 bytes long.</summary>
    public uint? LayoutBytes { get; set; }

    /// <summary>Bytes behind the known fields, counted by the derived length.</summary>
    public byte[] Tail { get; set; } = [];

    internal void WriteTo(WordWriter writer, uint typeBytes, uint layoutBytes, uint stringBytes)
    {
        bool isLong = layoutBytes > 0 || LayoutOffset is not null || LayoutBytes is not null;
        writer.U16(Magic ?? 0xeb9f);
        writer.U8(Version ?? 1);
        writer.U8(Flags ?? 0);
        writer.U32(HeaderBytes ?? (isLong ? 32u : 24u) + (uint)Tail.Length);
        writer.U32(TypeOffset ?? 0);
        writer.U32(TypeBytes ?? typeBytes);
        writer.U32(StringOffset ?? typeBytes + layoutBytes);
        writer.U32(StringBytes ?? stringBytes);
        if (isLong)
        {
            writer.U32(LayoutOffset ?? (layoutBytes > 0 ? typeBytes : 0));
            writer.U32(LayoutBytes ?? layoutBytes);
        }

        writer.Bytes(Tail);
    }
}
