using System.Buffers.Binary;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>
/// LZ4 in its older frame, which kernels use (<c>lz4 -l</c>): a magic number, then blocks of 8 MiB each but the last, each behind its
/// compressed size. It has no end mark, no size and no checksum. Source of the rule: lz4_Frame_format.md, legacy frame.
/// </summary>
internal static class Lz4Legacy
{
    private const uint Magic = 0x184c2102;
    private const int BlockBytes = 8 * 1024 * 1024;

    /// <summary>Decompresses a whole file: frames up to its end.</summary>
    internal static ByteRegion Read(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        var output = new OutputBuffer(file, 4 * bytes.Length, most + 1, sniff);
        long used = ReadFrame(file, bytes, output);
        if (used != bytes.Length || output.Length == 0)
        {
            InvalidImageException.Throw(file, "", used, "the lz4 data are cut short, or followed by something else");
        }

        return output.ToRegion();
    }

    /// <summary>
    /// Decompresses the blocks from the magic number on, up to what cannot be one (a kernel's size follows); returns where that is.
    /// </summary>
    internal static long ReadFrame(string file, ByteRegion bytes, OutputBuffer output)
    {
        long at = 4;
        while (bytes.Length - at >= 4)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span(at, 4));
            if (size == Magic)
            {
                at += 4;
                continue;
            }

            if (size == 0 || size > Lz4Block.MaxBytes(BlockBytes) || size > bytes.Length - at - 4)
            {
                break;
            }

            ReadOnlySpan<byte> block = bytes.Span(at + 4, (int)size);
            int written = DecodeInto(output.Free(), block);
            if (written == Lz4Block.TooLong)
            {
                written = DecodeInto(output.Free(BlockBytes), block);
            }

            if (written < 0)
            {
                InvalidImageException.Throw(file, "", at, "the lz4 data are damaged, or more than is read");
            }

            output.Advance(written);
            at += 4 + size;
        }

        return at;
    }

    private static int DecodeInto(Span<byte> room, ReadOnlySpan<byte> block) =>
        Lz4Block.Decode(block, room[..Math.Min(room.Length, BlockBytes)]);
}
