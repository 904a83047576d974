using System.Buffers.Binary;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>
/// Reads integers of either byte order from a span, checks every bound, and remembers where the last value was,
/// so that an error points at the value and not behind it.
/// </summary>
internal ref struct SpanReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _bigEndian;
    private readonly string _file;
    private readonly string _section;
    private int _position;

    /// <summary>Starts at the first byte.</summary>
    public SpanReader(ReadOnlySpan<byte> bytes, bool bigEndian, string file, string section)
    {
        _bytes = bytes;
        _bigEndian = bigEndian;
        _file = file;
        _section = section;
    }

    /// <summary>Byte offset of the next value.</summary>
    public readonly int Position => _position;

    /// <summary>Byte offset of the value read last.</summary>
    public int LastPosition { get; private set; }

    /// <summary>Bytes that remain.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Reads an unsigned byte.</summary>
    /// <exception cref="InvalidImageException">The bytes end before it.</exception>
    public byte ReadU8() => Take(1)[0];

    /// <summary>Reads an unsigned 16-bit integer.</summary>
    /// <exception cref="InvalidImageException">The bytes end before it.</exception>
    public ushort ReadU16()
    {
        ReadOnlySpan<byte> b = Take(2);
        return _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b);
    }

    /// <summary>Reads an unsigned 32-bit integer.</summary>
    /// <exception cref="InvalidImageException">The bytes end before it.</exception>
    public uint ReadU32()
    {
        ReadOnlySpan<byte> b = Take(4);
        return _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b) : BinaryPrimitives.ReadUInt32LittleEndian(b);
    }

    /// <summary>Reads an unsigned 64-bit integer.</summary>
    /// <exception cref="InvalidImageException">The bytes end before it.</exception>
    public ulong ReadU64()
    {
        ReadOnlySpan<byte> b = Take(8);
        return _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(b) : BinaryPrimitives.ReadUInt64LittleEndian(b);
    }

    /// <summary>Reads a 32-bit or 64-bit unsigned integer, as the word size of an ELF file asks.</summary>
    /// <exception cref="InvalidImageException">The bytes end before it.</exception>
    public ulong ReadWord(bool is64) => is64 ? ReadU64() : ReadU32();

    /// <summary>Steps over bytes.</summary>
    /// <exception cref="InvalidImageException">Fewer bytes remain.</exception>
    public void Skip(int count) => Take(count);

    /// <summary>Throws about the value that was read last.</summary>
    /// <exception cref="InvalidImageException">Always.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public readonly void Fail(string rule) => InvalidImageException.Throw(_file, _section, LastPosition, rule);

    private ReadOnlySpan<byte> Take(int count)
    {
        LastPosition = _position;
        if ((uint)count > (uint)Remaining)
        {
            Fail($"{count} bytes expected, {Remaining} remain");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }
}
