using System.Buffers.Binary;

namespace BtfTool.TestKit;

/// <summary>Writes integers of either byte order.</summary>
internal sealed class WordWriter(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public void U8(byte value) => _bytes.Add(value);

    public void U16(ushort value)
    {
        Span<byte> b = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(b, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        _bytes.AddRange(b);
    }

    public void U32(uint value)
    {
        Span<byte> b = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(b, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        _bytes.AddRange(b);
    }

    public void U64(ulong value)
    {
        Span<byte> b = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(b, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        _bytes.AddRange(b);
    }

    /// <summary>64 bits, or the low 32 of them.</summary>
    public void Word(ulong value, bool is64)
    {
        if (is64)
        {
            U64(value);
        }
        else
        {
            U32((uint)value);
        }
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void PadTo(int alignment)
    {
        while (_bytes.Count % alignment != 0)
        {
            _bytes.Add(0);
        }
    }

    public byte[] ToArray() => _bytes.ToArray();
}
