using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>The system's liblz4, loaded when the first input needs it, for the frame format. Source of the calls: lz4frame.h.</summary>
internal static unsafe class Lz4Library
{
    private const uint LZ4F_VERSION = 100;

    private static readonly SystemLibrary s_library = new("liblz4.so.1", "lz4", "liblz4-1 (or lz4)");

    /// <summary>Decompresses all frames of a file.</summary>
    internal static ByteRegion Read(string file, ByteRegion bytes, long most, SniffContent? sniff)
    {
        var output = new OutputBuffer(file, 4 * bytes.Length, most + 1, sniff);
        _ = Decode(file, bytes, output, firstOnly: false);
        return output.ToRegion();
    }

    /// <summary>Decompresses the first frame; what follows it is not looked at.</summary>
    internal static void ReadFrame(string file, ByteRegion bytes, OutputBuffer output) => Decode(file, bytes, output, firstOnly: true);

    private static long Decode(string file, ByteRegion bytes, OutputBuffer output, bool firstOnly)
    {
        s_library.Require(file, "");
        nint context;
        _ = ((delegate* unmanaged[Cdecl]<nint*, uint, nuint>)s_library.Export("LZ4F_createDecompressionContext"))(&context, LZ4F_VERSION);
        try
        {
            return Run(file, context, bytes, output, firstOnly);
        }
        finally
        {
            _ = ((delegate* unmanaged[Cdecl]<nint, nuint>)s_library.Export("LZ4F_freeDecompressionContext"))(context);
            bytes.KeepAlive();
        }
    }

    private static long Run(string file, nint context, ByteRegion bytes, OutputBuffer output, bool firstOnly)
    {
        var decompress = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, nuint*, nint, nuint>)s_library.Export("LZ4F_decompress");
        var isError = (delegate* unmanaged[Cdecl]<nuint, uint>)s_library.Export("LZ4F_isError");
        long at = 0;
        while (true)
        {
            Span<byte> free = output.Free();
            nuint written = (nuint)free.Length;
            nuint used = (nuint)(bytes.Length - at);
            nuint hint;
            fixed (byte* to = free)
            {
                hint = decompress(context, to, &written, bytes.Start + at, &used, 0);
            }

            if (isError(hint) != 0)
            {
                InvalidImageException.Throw(file, "", at, "the lz4 data are damaged");
            }

            output.Advance((int)written);
            at += (long)used;
            if (hint == 0 && (firstOnly || at == bytes.Length))
            {
                return at;
            }

            if (used == 0 && written == 0)
            {
                InvalidImageException.Throw(file, "", -1, "the lz4 data are cut short");
            }
        }
    }
}
