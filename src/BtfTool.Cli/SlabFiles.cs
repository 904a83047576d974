using BtfTool.Core.Diagnostics;
using BtfTool.Core.Slabs;

namespace BtfTool.Cli;

/// <summary>Reads what the caches of a kernel hold.</summary>
internal static class SlabFiles
{
    private const string LivePath = "/proc/slabinfo";

    /// <summary>Reads a file that the user names.</summary>
    /// <exception cref="UnusableException">It cannot be read.</exception>
    /// <exception cref="InvalidImageException">It is none of such a kind.</exception>
    public static SlabInfo Read(string path)
    {
        try
        {
            return SlabInfo.Parse(path, Bytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UnusableException($"cannot read {path}: {FileErrors.Describe(e, path)}");
        }
    }

    /// <summary>Reads that of the running kernel; null where it may not be read, as for most users, or there is none.</summary>
    public static SlabInfo? ReadLive()
    {
        try
        {
            return SlabInfo.Parse(LivePath, Bytes(LivePath));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidImageException)
        {
            return null;
        }
    }

    // Files of /proc say that they have no bytes. One more than is read shows that there are too many.
    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] bytes = new byte[1 << 16];
        int length = 0;
        for (int read; (read = file.Read(bytes, length, Math.Min(bytes.Length, SlabInfo.MaxFileBytes + 1) - length)) > 0;)
        {
            length += read;
            if (length == bytes.Length && length <= SlabInfo.MaxFileBytes)
            {
                Array.Resize(ref bytes, 2 * bytes.Length);
            }
        }

        return bytes[..length];
    }
}
