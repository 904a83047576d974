using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>Decompresses whole files and sections, within <see cref="ReaderLimits"/>; bounds are checked before anything is allocated.</summary>
internal static class Decompressor
{
    // A gzip member of the eight bytes "end-mark". GZipStream takes input that is cut short for input that ends: this member, put
    // behind the input, comes out last only when the member before it is complete.
    private static readonly byte[] s_endMark =
    [
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 8, 0, 0xf7, 0xff, (byte)'e', (byte)'n', (byte)'d', (byte)'-', (byte)'m', (byte)'a',
        (byte)'r', (byte)'k', 0x9a, 0xcd, 0xa4, 0xcb, 8, 0, 0, 0,
    ];

    private const int LzmaHeaderBytes = 14;

    private static ReadOnlySpan<byte> EndMarkText => "end-mark"u8;

    /// <summary>How a file is compressed, by its first bytes (14 of them for LZMA).</summary>
    public static CompressionFormat Detect(ReadOnlySpan<byte> start)
    {
        if (start.Length < 4)
        {
            return CompressionFormat.None;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(start) switch
        {
            0xfd377a58 => CompressionFormat.Xz,
            0x28b52ffd => CompressionFormat.Zstd,
            0x04224d18 => CompressionFormat.Lz4,
            0x02214c18 => CompressionFormat.Lz4Legacy,
            0x894c5a4f => CompressionFormat.Lzop,
            uint magic when magic >> 8 == 0x1f8b08 => CompressionFormat.Gzip,
            uint magic when magic >> 8 == 0x425a68 => CompressionFormat.Bzip2,
            _ => LooksLikeLzma(start) ? CompressionFormat.Lzma : CompressionFormat.None,
        };
    }

    /// <summary>Decompresses what a region begins with, up to the end of its first stream; what follows is not looked at.</summary>
    /// <param name="file">The input, for messages.</param>
    /// <param name="bytes">From the first compressed byte on.</param>
    /// <param name="output">Takes what comes out, of a damaged input also.</param>
    /// <exception cref="InvalidImageException">The bytes are not compressed, are damaged, or hold more.</exception>
    internal static ByteRegion ReadPayload(string file, ByteRegion bytes, OutputBuffer output)
    {
        CompressionFormat format = Detect(bytes.Span(0, (int)Math.Min(bytes.Length, LzmaHeaderBytes)));
        switch (format)
        {
            case CompressionFormat.Gzip:
                Unpack(file, bytes, [], output);
                break;
            case CompressionFormat.Zstd:
                ZstdLibrary.ReadFrame(file, bytes, output);
                break;
            case CompressionFormat.Xz or CompressionFormat.Lzma:
                LzmaLibrary.ReadStream(file, bytes, output, format == CompressionFormat.Lzma);
                break;
            case CompressionFormat.Bzip2:
                Bzip2Library.ReadStream(file, bytes, output);
                break;
            case CompressionFormat.Lz4Legacy:
                Lz4Legacy.ReadFrame(file, bytes, output);
                break;
            case CompressionFormat.Lz4:
                Lz4Library.ReadFrame(file, bytes, output);
                break;
            default:
                ThrowUnread(file, format);
                break;
        }

        return output.ToRegion();
    }

    /// <summary>Decompresses a whole file. Cost: the decompression, one copy where the size is not written in the file.</summary>
    /// <param name="file">The input, for messages.</param>
    /// <param name="bytes">The compressed bytes.</param>
    /// <param name="limits">Bounds on what comes out.</param>
    /// <param name="sniff">
    /// Looks at the first 4096 bytes that come out before more are allocated; not asked where there are fewer. May be null.
    /// </param>
    /// <exception cref="InvalidImageException">
    /// The bytes are not compressed in a way that is supported here, are damaged, not wanted, or go beyond the limits.
    /// </exception>
    public static ByteRegion ReadFile(string file, ByteRegion bytes, ReaderLimits limits, SniffContent? sniff = null)
    {
        CompressionFormat format = Detect(bytes.Span(0, (int)Math.Min(bytes.Length, LzmaHeaderBytes)));
        long most = MostBytes(bytes.Length, limits);
        switch (format)
        {
            case CompressionFormat.Gzip:
                return ReadGzip(file, bytes, most, sniff);
            case CompressionFormat.Zstd:
                return ZstdLibrary.Read(file, bytes, most, sniff);
            case CompressionFormat.Xz:
                return LzmaLibrary.Read(file, bytes, most, sniff);
            case CompressionFormat.Bzip2:
                return Bzip2Library.Read(file, bytes, most, sniff);
            case CompressionFormat.Lz4:
                return Lz4Library.Read(file, bytes, most, sniff);
            case CompressionFormat.Lz4Legacy:
                return Lz4Legacy.Read(file, bytes, most, sniff);
            case CompressionFormat.Lzma:
                return LzmaLibrary.ReadAlone(file, bytes, most, sniff);
            default:
                ThrowUnread(file, format);
                return default;
        }
    }

    /// <summary>Decompresses zlib data (RFC 1950) of a known size.</summary>
    /// <param name="file">The input, for messages.</param>
    /// <param name="section">The section, for messages.</param>
    /// <param name="bytes">The compressed bytes.</param>
    /// <param name="claimedBytes">The size that the input says; checked before it is allocated, and against what comes out.</param>
    /// <param name="limits">Bounds on what comes out.</param>
    /// <exception cref="InvalidImageException">The data are damaged, of another size, or go beyond the limits.</exception>
    public static ByteRegion ReadZlib(string file, string section, ByteRegion bytes, ulong claimedBytes, ReaderLimits limits)
    {
        byte[] output = Allocate(file, section, bytes.Length, claimedBytes, limits);
        int done = 0;
        try
        {
            using var zlib = new ZLibStream(new RegionStream(bytes, []), CompressionMode.Decompress);
            done = zlib.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
            if (done == output.Length && zlib.ReadByte() >= 0)
            {
                InvalidImageException.Throw(file, section, -1, $"the zlib data hold more than the {claimedBytes} bytes that are claimed");
            }
        }
        catch (InvalidDataException)
        {
            throw Damaged(file, section, "zlib");
        }

        if (done < output.Length)
        {
            InvalidImageException.Throw(file, section, -1, $"the zlib data end after {done} of {claimedBytes} bytes");
        }

        return ByteRegion.FromPinned(output, done);
    }

    /// <summary>Decompresses Zstandard data of a known size with the system's libzstd.</summary>
    /// <inheritdoc cref="ReadZlib"/>
    /// <exception cref="InvalidImageException">
    /// The data are damaged, of another size, or go beyond the limits, or libzstd is missing.
    /// </exception>
    public static ByteRegion ReadZstd(string file, string section, ByteRegion bytes, ulong claimedBytes, ReaderLimits limits)
    {
        byte[] output = Allocate(file, section, bytes.Length, claimedBytes, limits);
        ZstdLibrary.ReadKnown(file, section, bytes, output);
        return ByteRegion.FromPinned(output, output.Length);
    }

    private static ByteRegion ReadGzip(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        // The last four bytes are the size of the last member, modulo 2^32: of all, nearly always.
        long claimed = bytes.Length >= 18 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span(bytes.Length - 4, 4)) : 0;
        long expected = claimed <= most ? claimed : 0;
        var output = new OutputBuffer(file, expected + EndMarkText.Length + 1, most + EndMarkText.Length + 1, sniff);
        Unpack(file, bytes, s_endMark, output);
        if (!output.Written.EndsWith(EndMarkText))
        {
            InvalidImageException.Throw(file, "", -1, "the gzip data are cut short, or followed by something else");
        }

        return output.ToRegion(EndMarkText.Length);
    }

    private static void Unpack(string file, ByteRegion bytes, byte[] tail, OutputBuffer output)
    {
        try
        {
            using var gzip = new GZipStream(new RegionStream(bytes, tail), CompressionMode.Decompress);
            while (gzip.Read(output.Free()) is var read and > 0)
            {
                output.Advance(read);
            }
        }
        catch (InvalidDataException)
        {
            throw Damaged(file, "", "gzip");
        }
    }

    private static byte[] Allocate(string file, string section, long compressedBytes, ulong claimedBytes, ReaderLimits limits)
    {
        long most = MostBytes(compressedBytes, limits);
        if (claimedBytes > (ulong)most)
        {
            InvalidImageException.Throw(file, section, -1,
                $"{compressedBytes} compressed bytes claim to hold {claimedBytes}; at most {most} are read");
        }

        return GC.AllocateUninitializedArray<byte>((int)claimedBytes, pinned: true);
    }

    internal static long MostBytes(long compressedBytes, ReaderLimits limits)
    {
        long byRatio = compressedBytes > long.MaxValue / Math.Max(limits.MaxDecompressionRatio, 1)
            ? long.MaxValue : compressedBytes * limits.MaxDecompressionRatio;
        return Math.Min(Math.Min(byRatio, limits.MaxDecompressedBytes), Array.MaxLength - 64);
    }

    // Without the framework's own words: they are not in the native program (UseSystemResourceKeys).
    private static InvalidImageException Damaged(string file, string section, string format) =>
        new(file, section, -1, $"the {format} data are damaged or cut short");

    private static void ThrowUnread(string file, CompressionFormat format) => InvalidImageException.Throw(file, "", -1,
        format == CompressionFormat.None ? "compressed data expected" : "compressed with lzop, which is not read here: decompress it first");

    // It has no magic number. Properties (lc=3, lp=0, pb=2 in practice), the size of the dictionary (2^n or 2^n + 2^(n-1)), the size
    // of the data or -1, and the first byte of the range coder, which is zero.
    private static bool LooksLikeLzma(ReadOnlySpan<byte> start)
    {
        if (start.Length < LzmaHeaderBytes || start[0] != 0x5d || start[13] != 0)
        {
            return false;
        }

        uint dictionary = BinaryPrimitives.ReadUInt32LittleEndian(start[1..]);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(start[5..]);
        uint rest = dictionary & (dictionary - 1);
        return dictionary >= 4096 && (rest == 0 || (BitOperations.IsPow2(rest) && rest * 3L == dictionary))
            && (size == ulong.MaxValue || size < 1UL << 38);
    }
}
