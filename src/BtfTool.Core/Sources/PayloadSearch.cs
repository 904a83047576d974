using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>The places in a file that begin like compressed data, in order. Cost of all: one pass over the file per format.</summary>
internal ref struct PayloadSearch
{
    // As long as they are the same in all files: gzip (no flags but a name), xz, zstd, LZ4 (both frames), bzip2, LZMA.
    private static readonly byte[][] s_magics =
    [
        [0x1f, 0x8b, 0x08],
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0],
        [0x28, 0xb5, 0x2f, 0xfd],
        [0x02, 0x21, 0x4c, 0x18],
        [0x04, 0x22, 0x4d, 0x18],
        [(byte)'B', (byte)'Z', (byte)'h'],
        [0x5d, 0, 0],
    ];

    private const int HeaderBytes = 14;

    private readonly ByteRegion _bytes;
    private readonly long[] _next = new long[s_magics.Length];

    internal PayloadSearch(ByteRegion bytes)
    {
        _bytes = bytes;
        for (int i = 0; i < s_magics.Length; i++)
        {
            _next[i] = Next(i, 0);
        }
    }

    /// <summary>The next place; false when there is none left.</summary>
    internal readonly bool TryNext(out long offset)
    {
        int first = 0;
        for (int i = 1; i < _next.Length; i++)
        {
            first = _next[i] < _next[first] ? i : first;
        }

        offset = _next[first];
        if (offset == long.MaxValue)
        {
            return false;
        }

        _next[first] = Next(first, offset + 1);
        return true;
    }

    private readonly long Next(int index, long from)
    {
        ReadOnlySpan<byte> magic = s_magics[index];
        while ((from = BtfScan.Next(_bytes, from, magic)) >= 0)
        {
            if (IsLikely(_bytes.Span(from, (int)Math.Min(_bytes.Length - from, HeaderBytes))))
            {
                return from;
            }

            from++;
        }

        return long.MaxValue;
    }

    // More than the magic number, where that is short.
    private static bool IsLikely(ReadOnlySpan<byte> start) => Decompressor.Detect(start) switch
    {
        CompressionFormat.None => false,
        CompressionFormat.Gzip => start.Length == HeaderBytes && (start[3] & 0xe0) == 0,
        CompressionFormat.Bzip2 => start.Length >= 10 && start[3] is >= (byte)'1' and <= (byte)'9' && start[4..10].SequenceEqual("1AY&SY"u8),
        _ => true,
    };
}
