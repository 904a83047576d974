using System.Buffers.Binary;

namespace BtfTool.Core.IO;

/// <summary>The CRC-32 of zlib, gzip and <c>.gnu_debuglink</c> (ISO-HDLC: polynomial 0x04c11db7, reflected).</summary>
internal static class Crc32
{
    private const int Lanes = 8;
    private const int BlockBytes = 1 << 20;
    private static readonly uint[] s_tables = MakeTables();

    /// <summary>The checksum of a region. Cost: one read of it, about 1 ns for each byte or less.</summary>
    internal static uint Of(ByteRegion bytes)
    {
        uint crc = 0xffffffff;
        for (long at = 0; at < bytes.Length; at += BlockBytes)
        {
            int length = (int)Math.Min(BlockBytes, bytes.Length - at);
            crc = Update(crc, bytes.Span(at, length));
            bytes.Discard(at, length);
        }

        return ~crc;
    }

    // Eight bytes at a time: table n takes a byte past n more bytes.
    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> t = s_tables;
        while (bytes.Length >= Lanes)
        {
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = t[(7 * 256) + (int)(next & 0xff)] ^ t[(6 * 256) + (int)((next >> 8) & 0xff)]
                ^ t[(5 * 256) + (int)((next >> 16) & 0xff)] ^ t[(4 * 256) + (int)((next >> 24) & 0xff)]
                ^ t[(3 * 256) + (int)((next >> 32) & 0xff)] ^ t[(2 * 256) + (int)((next >> 40) & 0xff)]
                ^ t[256 + (int)((next >> 48) & 0xff)] ^ t[(int)(next >> 56)];
            bytes = bytes[Lanes..];
        }

        foreach (byte b in bytes)
        {
            crc = t[(int)((crc ^ b) & 0xff)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[Lanes * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xedb88320 ^ (value >> 1) : value >> 1;
            }

            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            tables[i] = tables[tables[i - 256] & 0xff] ^ (tables[i - 256] >> 8);
        }

        return tables;
    }
}
