using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BtfTool.Core.IO;

/// <summary>
/// Decodes one block of LZ4: runs of literals, and matches that repeat what came out before. Source of the rule: lz4_Block_format.md.
/// </summary>
internal static unsafe class Lz4Block
{
    /// <summary>The bytes are no block.</summary>
    internal const int Damaged = -1;

    /// <summary>The output has no room for what comes out.</summary>
    internal const int TooLong = -2;

    /// <summary>Longest encoding of a number of bytes (LZ4_compressBound): what does not compress grows by one byte in 255, and 16.</summary>
    internal static long MaxBytes(long plainBytes) => plainBytes + (plainBytes / 255) + 16;

    /// <summary>
    /// Decodes a block; returns the number of bytes that came out, or <see cref="Damaged"/>, or <see cref="TooLong"/>.
    /// Cost: linear in both.
    /// </summary>
    internal static int Decode(ReadOnlySpan<byte> block, Span<byte> output)
    {
        fixed (byte* from = block)
        fixed (byte* to = output)
        {
            return Decode(from, from + block.Length, to, to + output.Length);
        }
    }

    private static int Decode(byte* from, byte* fromEnd, byte* start, byte* toEnd)
    {
        byte* to = start;
        while (from < fromEnd)
        {
            int token = *from++;
            long literals = token >> 4;
            if (literals == 15)
            {
                long bytes = LengthBytes(from, fromEnd);
                if (bytes == 0)
                {
                    return Damaged;
                }

                from += bytes;
                literals += (255 * (bytes - 1)) + from[-1];
            }

            if (literals > fromEnd - from)
            {
                return Damaged;
            }

            if (literals > toEnd - to)
            {
                return TooLong;
            }

            CopyLiterals(from, fromEnd, to, toEnd, literals);
            from += literals;
            to += literals;
            if (from == fromEnd)
            {
                // The last sequence has literals only.
                return (int)(to - start);
            }

            if (fromEnd - from < 2)
            {
                return Damaged;
            }

            long distance = from[0] | (from[1] << 8);
            from += 2;
            long length = token & 15;
            if (length == 15)
            {
                long bytes = LengthBytes(from, fromEnd);
                if (bytes == 0)
                {
                    return Damaged;
                }

                from += bytes;
                length += (255 * (bytes - 1)) + from[-1];
            }

            length += 4;
            if (distance == 0 || distance > to - start)
            {
                return Damaged;
            }

            if (length > toEnd - to)
            {
                return TooLong;
            }

            CopyMatch(to, toEnd, distance, length);
            to += length;
        }

        return Damaged;
    }

    // A length goes on as long as its bytes are 255. How many there are; 0 when the block ends before. (By value: what a reference is
    // taken of does not stay in a register.)
    private static long LengthBytes(byte* from, byte* fromEnd)
    {
        for (byte* at = from; at < fromEnd; at++)
        {
            if (*at != 255)
            {
                return at - from + 1;
            }
        }

        return 0;
    }

    // Most runs are short: sixteen bytes at once, of which those behind the run are overwritten by what comes next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLiterals(byte* from, byte* fromEnd, byte* to, byte* toEnd, long count)
    {
        if (count <= 16 && fromEnd - from >= 16 && toEnd - to >= 16)
        {
            Vector128.Store(Vector128.Load(from), to);
            return;
        }

        Buffer.MemoryCopy(from, to, toEnd - to, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(byte* to, byte* toEnd, long distance, long length)
    {
        byte* from = to - distance;
        if (distance >= 16 && toEnd - to >= length + 16)
        {
            for (byte* end = to + length; to < end; to += 16, from += 16)
            {
                Vector128.Store(Vector128.Load(from), to);
            }
        }
        else if (distance >= 8 && toEnd - to >= length + 8)
        {
            for (byte* end = to + length; to < end; to += 8, from += 8)
            {
                *(ulong*)to = *(ulong*)from;
            }
        }
        else
        {
            for (byte* end = to + length; to < end; to++, from++)
            {
                *to = *from;
            }
        }
    }
}
