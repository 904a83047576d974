using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>The system's libbz2, loaded when the first input needs it. Source of the calls: bzlib.h.</summary>
internal static unsafe class Bzip2Library
{
    private const int BZ_OK = 0;
    private const int BZ_STREAM_END = 4;

    // avail_in and avail_out are 32 bits wide.
    private const int MostAtOnce = 1 << 30;

    private static readonly SystemLibrary s_library = new("libbz2.so.1.0", "bzip2", "libbz2-1.0 (or bzip2)");

    // bz_stream.
    [StructLayout(LayoutKind.Sequential)]
    private struct Stream
    {
        public byte* NextIn;
        public uint AvailableIn;
        public uint TotalInLow;
        public uint TotalInHigh;
        public byte* NextOut;
        public uint AvailableOut;
        public uint TotalOutLow;
        public uint TotalOutHigh;
        public nint State;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
    }

    /// <summary>Decompresses all streams of a file.</summary>
    internal static ByteRegion Read(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        var output = new OutputBuffer(file, 4 * bytes.Length, most + 1, sniff);
        for (long at = 0; at < bytes.Length;)
        {
            at += ReadStream(file, bytes.Slice(at, bytes.Length - at), output);
        }

        return output.ToRegion();
    }

    /// <summary>Decompresses the first stream; returns how many bytes it had.</summary>
    internal static long ReadStream(string file, ByteRegion bytes, OutputBuffer output)
    {
        s_library.Require(file, "");
        Stream stream = default;
        int started = ((delegate* unmanaged[Cdecl]<Stream*, int, int, int>)s_library.Export("BZ2_bzDecompressInit"))(&stream, 0, 0);
        try
        {
            stream.NextIn = bytes.Start;
            return Run(file, &stream, bytes.Length, output, started);
        }
        finally
        {
            _ = ((delegate* unmanaged[Cdecl]<Stream*, int>)s_library.Export("BZ2_bzDecompressEnd"))(&stream);
            bytes.KeepAlive();
        }
    }

    private static long Run(string file, Stream* stream, long length, OutputBuffer output, int result)
    {
        var decompress = (delegate* unmanaged[Cdecl]<Stream*, int>)s_library.Export("BZ2_bzDecompress");
        byte* start = stream->NextIn;
        while (result == BZ_OK)
        {
            Span<byte> free = output.Free();
            int room = Math.Min(free.Length, MostAtOnce);
            stream->AvailableIn = (uint)Math.Min(length - (stream->NextIn - start), MostAtOnce);
            fixed (byte* to = free)
            {
                stream->NextOut = to;
                stream->AvailableOut = (uint)room;
                result = decompress(stream);
            }

            output.Advance(room - (int)stream->AvailableOut);
            if (result == BZ_OK && stream->AvailableOut == (uint)room && stream->NextIn - start == length)
            {
                InvalidImageException.Throw(file, "", -1, "the bzip2 data are cut short");
            }
        }

        if (result != BZ_STREAM_END)
        {
            InvalidImageException.Throw(file, "", stream->NextIn - start, "the bzip2 data are damaged");
        }

        return stream->NextIn - start;
    }
}
