using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BtfTool.Core.IO;

/// <summary>
/// A run of bytes in a mapped or read file, addressed by <see cref="long"/>; spans are cut from it where they are needed
/// (a span ends at 2 GiB). Valid as long as the <see cref="FileImage"/> that it came from is not disposed.
/// </summary>
internal readonly unsafe struct ByteRegion
{
    private readonly byte* _start;
    private readonly object? _owner;

    internal ByteRegion(byte* start, long length, object owner)
    {
        _start = start;
        Length = length;
        _owner = owner;
    }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte, for calls into native libraries; <see cref="KeepAlive"/> belongs behind them.</summary>
    internal byte* Start => _start;

    /// <summary>True when the bytes stay where they are until the process ends, whoever disposes what.</summary>
    internal bool IsPermanent => _owner is FileImage { IsPermanent: true };

    /// <summary>The managed buffer that holds the bytes, and where in it they begin; false for a mapping.</summary>
    internal bool TryGetBuffer([NotNullWhen(true)] out byte[]? buffer, out int offset)
    {
        buffer = _owner as byte[];
        offset = buffer is null ? 0 : (int)(_start - (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer)));
        return buffer is not null;
    }

    /// <summary>Holds what the region points into up to this call.</summary>
    internal void KeepAlive() => GC.KeepAlive(_owner);

    /// <summary>Puts bytes that are already in memory behind a region. Cost: one copy.</summary>
    public static ByteRegion FromBytes(ReadOnlySpan<byte> bytes)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned);
        return FromPinned(pinned, bytes.Length);
    }

    internal static ByteRegion FromPinned(byte[] pinned, int length) =>
        new((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned)), length, pinned);

    /// <summary>The bytes from <paramref name="offset"/> on, as a region.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside this region.</exception>
    public ByteRegion Slice(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        return new ByteRegion(_start + offset, length, _owner!);
    }

    /// <summary>The bytes from <paramref name="offset"/> on, as a span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside this region.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>
    /// Bytes that are looked at once: copied from the file where that costs less than mapping its pages, else as <see cref="Span"/>.
    /// </summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="buffer">Takes them if they are copied; its length is their number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside this region.</exception>
    internal ReadOnlySpan<byte> Pass(long offset, Span<byte> buffer)
    {
        ReadOnlySpan<byte> bytes = Span(offset, buffer.Length);
        return _owner is FileImage image && image.TryCopy(_start + offset, buffer) ? buffer : bytes;
    }

    /// <summary>The whole region as a span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The region is longer than 2 GiB.</exception>
    public ReadOnlySpan<byte> AsSpan() => Span(0, checked((int)Length));

    /// <summary>Tells the kernel that pages of a mapped file are not needed soon; they are read again when touched. Only a hint.</summary>
    public void Discard(long offset, long length)
    {
        if (_owner is FileImage image)
        {
            image.Discard(_start + offset, length);
        }
    }
}
