using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>Reads bytes and LEB128 numbers (DWARF 5 §7.6) and checks every bound.</summary>
internal ref struct LebReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _file;
    private readonly string _section;
    private readonly long _start;
    private int _position;

    internal LebReader(ReadOnlySpan<byte> bytes, string file, string section, long start)
    {
        _bytes = bytes;
        _file = file;
        _section = section;
        _start = start;
    }

    /// <summary>Byte offset of the next value in the section.</summary>
    internal readonly long Offset => _start + _position;

    internal readonly bool AtEnd => _position >= _bytes.Length;

    internal byte ReadU8()
    {
        if ((uint)_position >= (uint)_bytes.Length)
        {
            Fail("the section ends inside the table");
        }

        return _bytes[_position++];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong ReadUleb() => (uint)_position < (uint)_bytes.Length && _bytes[_position] < 0x80 ? _bytes[_position++] : ReadLongUleb();

    private ulong ReadLongUleb()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = ReadU8();
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    internal long ReadSleb()
    {
        ulong value = 0;
        for (int shift = 0; ;)
        {
            byte b = ReadU8();
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            shift += 7;
            if (b < 0x80)
            {
                return (long)(shift < 64 && (b & 0x40) != 0 ? value | (ulong.MaxValue << shift) : value);
            }
        }
    }

    [DoesNotReturn]
    private readonly void Fail(string rule) => InvalidImageException.Throw(_file, _section, Offset, rule);
}
