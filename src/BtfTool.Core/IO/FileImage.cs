using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace BtfTool.Core.IO;

/// <summary>
/// The bytes of a file: mapped read-only and private where that pays (sysfs, and files over 1 MiB), read otherwise.
/// A mapped file that another process truncates while it is in use ends this process with SIGBUS: do not shrink a file under a reader.
/// </summary>
internal sealed unsafe partial class FileImage : IDisposable
{
    private const long MapThresholdBytes = 1024 * 1024;
    private const int PageBytes = 4096;

    // What the running kernel says of itself does not change and cannot go away while it runs: one mapping serves for good.
    private const string KernelBtfPath = "/sys/kernel/btf/vmlinux";
    private const uint SYSFS_MAGIC = 0x62656572;
    private static FileImage? s_kernelBtf;

    private byte* _map;
    private readonly long _mapLength;
    private readonly SafeFileHandle? _handle;

    private FileImage(string path, byte* map, long length, SafeFileHandle? handle)
    {
        Path = path;
        _handle = handle;
        _map = map;
        _mapLength = length;
        Bytes = new ByteRegion(map, length, this);
    }

    private FileImage(string path, ByteRegion bytes)
    {
        Path = path;
        Bytes = bytes;
        GC.SuppressFinalize(this);
    }

    /// <summary>Unmaps, if nobody disposed the image.</summary>
    ~FileImage() => Unmap();

    /// <summary>The path as given, for messages.</summary>
    public string Path { get; }

    /// <summary>All bytes of the file.</summary>
    public ByteRegion Bytes { get; }

    /// <summary>True when the bytes are a mapping, false when they were read.</summary>
    public bool IsMapped => _map != null;

    /// <summary>True when the bytes stay mapped until the process ends; <see cref="Dispose"/> does nothing then.</summary>
    internal bool IsPermanent { get; private init; }

    /// <summary>Opens a file. Cost: a mapping for sysfs and large files, one read of the file otherwise.</summary>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a directory.</exception>
    /// <exception cref="InvalidImageException">The file is larger than can be read here.</exception>
    public static FileImage Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path == KernelBtfPath && s_kernelBtf is { } kernel)
        {
            return kernel;
        }

        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isKept = false;
        try
        {
            return Open(path, handle, out isKept);
        }
        finally
        {
            if (!isKept)
            {
                handle.Dispose();
            }
        }
    }

    private static FileImage Open(string path, SafeFileHandle handle, out bool isKept)
    {
        isKept = false;
        long length = IsSeekable(handle) ? RandomAccess.GetLength(handle) : 0;
        if (length > 0 && (length >= MapThresholdBytes || path.StartsWith("/sys/", StringComparison.Ordinal)))
        {
            nint address = MemoryMap(0, (nuint)length, ProtRead, MapPrivate, handle, 0);
            if (address != -1)
            {
                if (path == KernelBtfPath && IsSysfs(handle))
                {
                    return KeepForGood(path, (byte*)address, length);
                }

                isKept = true;
                return new FileImage(path, (byte*)address, length, handle);
            }
        }

        return length > 0 ? ReadKnown(path, handle, length) : ReadStream(path, handle);
    }

    /// <summary>Wraps bytes that are already in memory. Cost: one copy.</summary>
    public static FileImage FromBytes(string name, ReadOnlySpan<byte> bytes) => new(name, ByteRegion.FromBytes(bytes));

    /// <summary>Wraps a region (a decompressed payload, a section) under a name of its own for messages.</summary>
    public static FileImage FromRegion(string name, ByteRegion bytes) => new(name, bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsPermanent)
        {
            Unmap();
            GC.SuppressFinalize(this);
        }
    }

    internal void Discard(byte* start, long length)
    {
        nint first = ((nint)start + PageBytes - 1) & ~(nint)(PageBytes - 1);
        nint last = ((nint)start + (nint)length) & ~(nint)(PageBytes - 1);
        if (_map != null && !IsPermanent && last > first)
        {
            PageAdvice.Discard(first, last - first);
        }
    }

    /// <summary>Reads bytes of a mapping from the file; false where that cannot be done.</summary>
    internal bool TryCopy(byte* start, Span<byte> to)
    {
        if (_handle is null || _map == null)
        {
            return false;
        }

        try
        {
            for (int done = 0; done < to.Length;)
            {
                int read = RandomAccess.Read(_handle, to[done..], start - _map + done);
                if (read <= 0)
                {
                    return false;
                }

                done += read;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static FileImage KeepForGood(string path, byte* map, long length)
    {
        var image = new FileImage(path, map, length, null) { IsPermanent = true };
        if (Interlocked.CompareExchange(ref s_kernelBtf, image, null) is { } earlier)
        {
            image.Unmap();
            return earlier;
        }

        return image;
    }

    // Something else may be mounted there, and that can shrink.
    private static bool IsSysfs(SafeFileHandle handle)
    {
        // struct statfs begins with the magic in all ABIs, and is shorter than this.
        Span<uint> status = stackalloc uint[128];
        status.Clear();
        fixed (uint* to = status)
        {
            return FileSystemStatus(handle, to) == 0 && status[0] == SYSFS_MAGIC;
        }
    }

    private static bool IsSeekable(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle) >= 0;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    internal static FileImage ReadKnown(string path, SafeFileHandle handle, long length)
    {
        if (length > Array.MaxLength)
        {
            InvalidImageException.Throw(path, "", -1, $"the file has {length} bytes and cannot be mapped");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
        int done = 0;
        while (done < bytes.Length)
        {
            int read = RandomAccess.Read(handle, bytes.AsSpan(done), done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return new FileImage(path, ByteRegion.FromPinned(bytes, done));
    }

    private static FileImage ReadStream(string path, SafeFileHandle handle)
    {
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        return FromStream(path, stream);
    }

    /// <summary>Reads a pipe or any other stream to its end.</summary>
    /// <exception cref="InvalidImageException">The stream is longer than an array can be (2 GiB).</exception>
    public static FileImage FromStream(string name, Stream stream) => FromStream(name, stream, Array.MaxLength);

    internal static FileImage FromStream(string name, Stream stream, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Math.Min(maxBytes, 1 << 20), pinned: true);
        int done = 0;
        while (stream.Read(bytes, done, bytes.Length - done) is var read and > 0)
        {
            done += read;
            if (done == bytes.Length)
            {
                if (done >= maxBytes)
                {
                    InvalidImageException.Throw(name, "", -1, $"the stream has {maxBytes} bytes or more; fewer can be read");
                }

                byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(maxBytes, bytes.Length * 2L), pinned: true);
                bytes.CopyTo(larger, 0);
                bytes = larger;
            }
        }

        return new FileImage(name, ByteRegion.FromPinned(bytes, done));
    }

    private void Unmap()
    {
        if (_map != null)
        {
            _ = MemoryUnmap((nint)_map, (nuint)_mapLength);
            _map = null;
            _handle?.Dispose();
        }
    }

    private const int ProtRead = 1;
    private const int MapPrivate = 2;

    // MemoryMappedFile asks for shared maps, which sysfs refuses.
    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MemoryMap(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "fstatfs")]
    private static partial int FileSystemStatus(SafeFileHandle file, uint* status);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nuint length);
}
