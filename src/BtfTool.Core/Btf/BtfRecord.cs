namespace BtfTool.Core.Btf;

/// <summary>One record of a BTF type section, as it is in the file; nothing in it is checked but its length.</summary>
public readonly ref struct BtfRecord
{
    private readonly ReadOnlySpan<uint> _words;

    internal BtfRecord(uint id, ReadOnlySpan<uint> words)
    {
        Id = id;
        _words = words;
    }

    /// <summary>The id; the first record of a file without a base has 1.</summary>
    public uint Id { get; }

    /// <summary>Offset of the name in the layered string sections.</summary>
    public uint NameOffset => _words[0];

    /// <summary>The kind, 0 to 127.</summary>
    public BtfKind Kind => (BtfKind)((_words[1] >> 24) & 0x7f);

    /// <summary>Number of elements, 0 to 2^24-1; the linkage of a function.</summary>
    public int Vlen => (int)(_words[1] & 0xffffff);

    /// <summary>Bit 31 of info; its meaning depends on the kind.</summary>
    public bool KindFlag => _words[1] >> 31 != 0;

    /// <summary>Size in bytes, or a type id.</summary>
    public uint SizeOrType => _words[2];

    /// <summary>The words behind the first three, in the byte order of this machine.</summary>
    public ReadOnlySpan<uint> Payload => _words[3..];
}
