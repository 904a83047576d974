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

    private static readonly SystemLibrary s_library = new("liblzma.so.5", "xz", "liblzma5 (or xz)");

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

    /// <summary>Decompresses all streams of a file.</summary>
    internal static ByteRegion Read(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        s_library.Require(file, "");
        var start = (delegate* unmanaged[Cdecl]<Stream*, ulong, uint, int>)s_library.Export("lzma_stream_decoder");
        var end = (delegate* unmanaged[Cdecl]<Stream*, void>)s_library.Export("lzma_end");
        var output = new OutputBuffer(file, 6 * bytes.Length, most + 1, sniff);
        Stream stream = default;
        Check(file, start(&stream, MaxDictionaryBytes, LZMA_CONCATENATED));
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
        return output.ToRegion();
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
                LZMA_MEM_ERROR or LZMA_MEMLIMIT_ERROR => $"the xz data need more than {MaxDictionaryBytes} bytes of memory to be read",
                LZMA_BUF_ERROR => "the xz data are cut short",
                _ => $"the xz data are damaged (liblzma says {result})",
            });
        }
    }
}
