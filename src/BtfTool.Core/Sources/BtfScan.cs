using System.Buffers.Binary;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>
/// Looks for raw BTF inside something that does not say where it is: a kernel as it lies in memory has its BTF among its read-only
/// data. A header is believed when its sections lie inside the bytes and its strings begin and end with NUL (so split BTF is not found).
/// A kernel may hold other BTF, of BPF programs that are built into it: the largest is its own.
/// </summary>
internal static class BtfScan
{
    private const int StepBytes = 1 << 30;
    private const int HeaderBytes = 24;
    private const int MinTypeBytes = 12;

    /// <summary>
    /// The largest BTF in the bytes; false when there is none. <paramref name="cutShort"/> is where one begins that would be larger, had
    /// the bytes not ended before it did; -1 when there is none. Cost: two passes over the bytes.
    /// </summary>
    internal static bool TryFindLargest(ByteRegion bytes, out ByteRegion btf, out long cutShort)
    {
        btf = default;
        cutShort = -1;
        Span<byte> start = stackalloc byte[4];
        foreach (bool bigEndian in (ReadOnlySpan<bool>)[false, true])
        {
            // Magic, version 1, no flags.
            BinaryPrimitives.WriteUInt32BigEndian(start, bigEndian ? 0xeb9f0100 : 0x9feb0100);
            for (long at = 0; (at = Next(bytes, at, start)) >= 0;)
            {
                long length = Measure(bytes, at, bigEndian);
                long room = bytes.Length - at;
                if (length > room)
                {
                    cutShort = at;
                }
                else if (length > btf.Length && HasStrings(bytes, at, bigEndian))
                {
                    btf = bytes.Slice(at, length);
                }

                at += length > 0 && length <= room && btf.Length == length ? length : start.Length;
            }
        }

        return btf.Length > 0;
    }

    /// <summary>Where some bytes come next, from an offset on; -1 when nowhere. Cost: one pass up to there.</summary>
    internal static long Next(ByteRegion bytes, long from, ReadOnlySpan<byte> wanted)
    {
        while (bytes.Length - from >= wanted.Length)
        {
            int length = (int)Math.Min(bytes.Length - from, StepBytes);
            int found = bytes.Span(from, length).IndexOf(wanted);
            if (found >= 0)
            {
                return from + found;
            }

            from += length - wanted.Length + 1;
        }

        return -1;
    }

    // How long the BTF of a header is; 0 when it cannot be one.
    private static long Measure(ByteRegion bytes, long at, bool bigEndian)
    {
        if (bytes.Length - at < HeaderBytes)
        {
            return 0;
        }

        ReadOnlySpan<byte> header = bytes.Span(at, HeaderBytes);
        uint headerLength = Word(header, 4, bigEndian);
        uint typeOffset = Word(header, 8, bigEndian);
        uint typeLength = Word(header, 12, bigEndian);
        uint stringOffset = Word(header, 16, bigEndian);
        uint stringLength = Word(header, 20, bigEndian);
        bool plausible = headerLength is HeaderBytes or 32 && typeOffset % 4 == 0 && typeLength % 4 == 0 && typeLength >= MinTypeBytes
            && stringLength > 0 && ((long)typeOffset + typeLength <= stringOffset || (long)stringOffset + stringLength <= typeOffset);
        if (!plausible)
        {
            return 0;
        }

        long end = Math.Max((long)typeOffset + typeLength, (long)stringOffset + stringLength);
        if (headerLength == 32 && bytes.Length - at >= 32)
        {
            ReadOnlySpan<byte> layout = bytes.Span(at + HeaderBytes, 8);
            end = Math.Max(end, (long)Word(layout, 0, bigEndian) + Word(layout, 4, bigEndian));
        }

        return headerLength + end <= int.MaxValue ? headerLength + end : 0;
    }

    private static bool HasStrings(ByteRegion bytes, long at, bool bigEndian)
    {
        ReadOnlySpan<byte> header = bytes.Span(at, HeaderBytes);
        long start = at + Word(header, 4, bigEndian) + Word(header, 16, bigEndian);
        return bytes.Span(start, 1)[0] == 0 && bytes.Span(start + Word(header, 20, bigEndian) - 1, 1)[0] == 0;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
