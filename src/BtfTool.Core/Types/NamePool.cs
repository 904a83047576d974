using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BtfTool.Core.IO;

namespace BtfTool.Core.Types;

/// <summary>
/// The names of one segment: bytes that the graph owns, or those of a mapping that stays as long as the process
/// (<see cref="ByteRegion.IsPermanent"/>). Spans of it never dangle.
/// </summary>
internal readonly unsafe struct NamePool
{
    // A buffer that holds a file is kept for its names when they are at least this part of it; a copy costs less otherwise.
    private const int LeastPartOfBuffer = 4;

    private readonly byte[]? _own;
    private readonly int _offset;
    private readonly byte* _permanent;

    internal NamePool(byte[] own)
        : this(own, 0, own.Length)
    {
    }

    private NamePool(byte[] own, int offset, int length)
    {
        _own = own;
        _offset = offset;
        Length = length;
    }

    private NamePool(byte* permanent, int length)
    {
        _permanent = permanent;
        Length = length;
    }

    /// <summary>Number of bytes.</summary>
    internal int Length { get; }

    /// <summary>All bytes. (The constructors' callers cut them out of the buffer.)</summary>
    internal ReadOnlySpan<byte> Span => _own is not null
        ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_own), _offset), Length)
        : new ReadOnlySpan<byte>(_permanent, Length);

    /// <summary>Names that lie in a region. Cost: a copy where the region may go away, or holds much else.</summary>
    internal static NamePool Of(ByteRegion names)
    {
        int length = checked((int)names.Length);
        if (names.IsPermanent)
        {
            return new NamePool(names.Start, length);
        }

        return names.TryGetBuffer(out byte[]? buffer, out int offset) && (long)length * LeastPartOfBuffer >= buffer.Length
            ? new NamePool(buffer, offset, length) : Copy(names.AsSpan());
    }

    // The names of a kernel are some megabytes, which are touched for the first time here: huge pages as far as they are filled.
    private static NamePool Copy(ReadOnlySpan<byte> names)
    {
        if (names.Length is < PageAdvice.HugePageBytes or > int.MaxValue - (2 * PageAdvice.HugePageBytes))
        {
            return new NamePool(names.ToArray());
        }

        byte[] own = GC.AllocateUninitializedArray<byte>(names.Length + PageAdvice.HugePageBytes, pinned: true);
        int start = PageAdvice.PreferHugePages(own, names.Length);
        names.CopyTo(own.AsSpan(start));
        return new NamePool(own, start, names.Length);
    }
}
