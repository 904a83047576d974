using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>The system's libzstd, loaded when the first input needs it. Source of the calls: zstd.h (its stable part).</summary>
internal static unsafe class ZstdLibrary
{
    private static readonly SystemLibrary s_library = new("libzstd.so.1", "zstd", "libzstd1 (or zstd)");

    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    /// <summary>Decompresses frames whose size together is known.</summary>
    internal static void ReadKnown(string file, string section, ByteRegion bytes, byte[] output)
    {
        s_library.Require(file, section);
        var decompress = (delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, nuint>)Export("ZSTD_decompress");
        nuint done;
        fixed (byte* to = output)
        {
            // A byte to point at where nothing is to come out.
            byte nothing;
            done = decompress(to == null ? &nothing : to, (nuint)output.Length, bytes.Start, (nuint)bytes.Length);
        }

        bytes.KeepAlive();
        if (IsError(done) || done != (nuint)output.Length)
        {
            InvalidImageException.Throw(file, section, -1,
                $"the zstd data are damaged, cut short or not of the {output.Length} bytes that are claimed");
        }
    }

    /// <summary>Decompresses all frames of a file.</summary>
    internal static ByteRegion Read(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        s_library.Require(file, "");
        ulong size = ((delegate* unmanaged[Cdecl]<byte*, nuint, ulong>)Export("ZSTD_getFrameContentSize"))(bytes.Start, (nuint)bytes.Length);
        var output = new OutputBuffer(file, size <= (ulong)most ? (long)size + 1 : 4 * bytes.Length, most + 1, sniff);
        Decode(file, bytes, output, firstOnly: false);
        return output.ToRegion();
    }

    /// <summary>Decompresses the first frame; what follows it is not looked at.</summary>
    internal static void ReadFrame(string file, ByteRegion bytes, OutputBuffer output)
    {
        s_library.Require(file, "");
        if (!TryReadAtOnce(bytes, output))
        {
            Decode(file, bytes, output, firstOnly: true);
        }
    }

    // Without a window of its own beside the output: half the memory. Where the room does not suffice or something is wrong, the stream
    // goes on from the start, and says what it is.
    private static bool TryReadAtOnce(ByteRegion bytes, OutputBuffer output)
    {
        nuint size = ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint>)Export("ZSTD_findFrameCompressedSize"))(bytes.Start, (nuint)bytes.Length);
        if (IsError(size))
        {
            return false;
        }

        Span<byte> free = output.Free();
        nuint done;
        fixed (byte* to = free)
        {
            var decompress = (delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, nuint>)Export("ZSTD_decompress");
            done = decompress(to, (nuint)free.Length, bytes.Start, size);
        }

        bytes.KeepAlive();
        if (IsError(done))
        {
            return false;
        }

        output.Advance((int)done);
        return true;
    }

    private static void Decode(string file, ByteRegion bytes, OutputBuffer output, bool firstOnly)
    {
        nint stream = ((delegate* unmanaged[Cdecl]<nint>)Export("ZSTD_createDStream"))();
        try
        {
            Run(file, stream, bytes, output, firstOnly);
        }
        finally
        {
            _ = ((delegate* unmanaged[Cdecl]<nint, nuint>)Export("ZSTD_freeDStream"))(stream);
        }
    }

    private static void Run(string file, nint stream, ByteRegion bytes, OutputBuffer output, bool firstOnly)
    {
        var decompress = (delegate* unmanaged[Cdecl]<nint, Buffer*, Buffer*, nuint>)Export("ZSTD_decompressStream");
        var input = new Buffer { Start = bytes.Start, Size = (nuint)bytes.Length };
        while (true)
        {
            Span<byte> free = output.Free();
            nuint hint, written;
            fixed (byte* to = free)
            {
                var target = new Buffer { Start = to, Size = (nuint)free.Length };
                hint = decompress(stream, &target, &input);
                written = target.Position;
            }

            if (IsError(hint))
            {
                InvalidImageException.Throw(file, "", (long)input.Position, "the zstd data are damaged");
            }

            output.Advance((int)written);
            if (firstOnly && hint == 0)
            {
                break;
            }

            if (input.Position == input.Size && written < (nuint)free.Length)
            {
                if (hint != 0)
                {
                    InvalidImageException.Throw(file, "", -1, "the zstd data are cut short");
                }

                break;
            }
        }

        bytes.KeepAlive();
    }

    private static bool IsError(nuint code) => ((delegate* unmanaged[Cdecl]<nuint, uint>)Export("ZSTD_isError"))(code) != 0;

    private static nint Export(string name) => s_library.Export(name);
}
