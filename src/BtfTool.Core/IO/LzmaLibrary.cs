using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>The system's liblzma, loaded when the first input needs it. Source of the calls: lzma/base.h and lzma/container.h.</summary>
internal static unsafe class LzmaLibrary
{
    private const int LZMA_OK = 0;
    private const int LZMA_STREAM_END = 1;
    private const int LZMA_MEM_ERROR = 5;
    private const int LZMA_MEMLIMIT_ERROR = 6;
    private const int LZMA_BUF_ERROR = 10;
    private const int LZMA_FINISH = 3;
    private const uint LZMA_CONCATENATED = 8;

    // xz -9 needs 65 MiB to decompress.
    private const ulong MaxDictionaryBytes = 256UL * 1024 * 1024;

    private static readonly SystemLibrary s_library = new("liblzma.so.5", "xz or lzma", "liblzma5 (or xz)");

    // lzma_stream; the reserved fields at its end must be zero.
    [StructLayout(LayoutKind.Sequential)]
    private struct Stream
    {
        public byte* NextIn;
        public nuint AvailableIn;
        public ulong TotalIn;
        public byte* NextOut;
        public nuint AvailableOut;
        public ulong TotalOut;
        public nint Allocator;
        public nint Internal;
        public fixed ulong Reserved[10];
    }

    /// <summary>Decompresses all streams of an xz file.</summary>
    internal static ByteRegion Read(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        var output = new OutputBuffer(file, 6 * bytes.Length, most + 1, sniff);
        _ = Decode(file, bytes, output, isAlone: false, LZMA_CONCATENATED);
        return output.ToRegion();
    }

    /// <summary>Decompresses a file in the format before xz; it holds one stream.</summary>
    internal static ByteRegion ReadAlone(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        var output = new OutputBuffer(file, 6 * bytes.Length, most + 1, sniff);
        long used = Decode(file, bytes, output, isAlone: true, 0);
        if (used != bytes.Length)
        {
            InvalidImageException.Throw(file, "", used, "the lzma data are followed by something else");
        }

        return output.ToRegion();
    }

    /// <summary>Decompresses the first stream: of xz, or (isAlone) in the format before it. Returns how many bytes it had.</summary>
    internal static long ReadStream(string file, ByteRegion bytes, OutputBuffer output, bool isAlone) =>
        Decode(file, bytes, output, isAlone, 0);

    private static long Decode(string file, ByteRegion bytes, OutputBuffer output, bool isAlone, uint flags)
    {
        s_library.Require(file, "");
        var end = (delegate* unmanaged[Cdecl]<Stream*, void>)s_library.Export("lzma_end");
        Stream stream = default;
        Check(file, isAlone
            ? ((delegate* unmanaged[Cdecl]<Stream*, ulong, int>)s_library.Export("lzma_alone_decoder"))(&stream, MaxDictionaryBytes)
            : ((delegate* unmanaged[Cdecl]<Stream*, ulong, uint, int>)s_library.Export("lzma_stream_decoder"))(&stream, MaxDictionaryBytes, flags));
        try
        {
            stream.NextIn = bytes.Start;
            stream.AvailableIn = (nuint)bytes.Length;
            Run(file, &stream, output);
        }
        finally
        {
            end(&stream);
        }

        bytes.KeepAlive();
        return (long)stream.TotalIn;
    }

    private static void Run(string file, Stream* stream, OutputBuffer output)
    {
        var code = (delegate* unmanaged[Cdecl]<Stream*, int, int>)s_library.Export("lzma_code");
        int result;
        do
        {
            Span<byte> free = output.Free();
            fixed (byte* to = free)
            {
                stream->NextOut = to;
                stream->AvailableOut = (nuint)free.Length;
                result = code(stream, LZMA_FINISH);
            }

            output.Advance(free.Length - (int)stream->AvailableOut);
            Check(file, result);
        }
        while (result != LZMA_STREAM_END);
    }

    private static void Check(string file, int result)
    {
        if (result is not (LZMA_OK or LZMA_STREAM_END))
        {
            InvalidImageException.Throw(file, "", -1, result switch
            {
                LZMA_MEM_ERROR or LZMA_MEMLIMIT_ERROR => $"the xz or lzma data need more than {MaxDictionaryBytes} bytes of memory to be read",
                LZMA_BUF_ERROR => "the xz or lzma data are cut short",
                _ => $"the xz or lzma data are damaged (liblzma says {result})",
            });
        }
    }
}
