using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Types;

/// <summary>One column of a graph: a checked array that may share its memory with the other columns.</summary>
internal readonly struct Column<T>
    where T : unmanaged
{
    private readonly byte[] _block;
    private readonly int _startBytes;

    internal Column(byte[] block, int startBytes, int length)
    {
        _block = block;
        _startBytes = startBytes;
        Length = length;
    }

    /// <summary>Number of rows.</summary>
    internal int Length { get; }

    /// <summary>One row.</summary>
    internal ref T this[int row] => ref this[(uint)row];

    /// <inheritdoc cref="this[int]"/>
    internal ref T this[uint row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (row >= (uint)Length)
            {
                ThrowRow();
            }

            return ref Unsafe.Add(ref Start, row);
        }
    }

    // The constructor's caller has cut the column out of the block.
    private ref T Start => ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_block), _startBytes));

    /// <summary>All rows.</summary>
    internal Span<T> AsSpan() => Length == 0 ? default : MemoryMarshal.CreateSpan(ref Start, Length);

    /// <summary>Some rows.</summary>
    internal Span<T> AsSpan(int start, int length) => AsSpan().Slice(start, length);

    /// <summary>A column of another length that begins with the rows of this one; the others are zero.</summary>
    internal Column<T> Resized(int length)
    {
        long bytes = (long)length * Unsafe.SizeOf<T>();
        if (bytes > Array.MaxLength)
        {
            InvalidImageException.Throw("", "", -1, $"{length} rows of {Unsafe.SizeOf<T>()} bytes are more than one table can have");
        }

        var column = new Column<T>(new byte[bytes], 0, length);
        AsSpan(0, Math.Min(Length, length)).CopyTo(column.AsSpan());
        return column;
    }

    private static void ThrowRow() => throw new ArgumentOutOfRangeException("row");
}

/// <summary>
/// Memory that columns are cut from. A graph of a kernel takes some 5 MiB, and to touch that for the first time in pages of 4 KiB costs
/// more than to fill it; in one block on a boundary of 2 MiB the kernel can give huge pages. Only whole huge pages are asked for, so
/// that nothing more becomes resident.
/// </summary>
internal ref struct ColumnBlock
{
    private readonly byte[]? _block;
    private int _next;

    /// <summary>Allocates a block for columns of so many bytes together; where that is little or too much, each gets memory of its own.</summary>
    internal ColumnBlock(long totalBytes)
    {
        if (totalBytes is < PageAdvice.HugePageBytes or > int.MaxValue - (2 * PageAdvice.HugePageBytes))
        {
            return;
        }

        // Pages of the slack are not touched and do not become resident.
        _block = GC.AllocateUninitializedArray<byte>((int)totalBytes + PageAdvice.HugePageBytes, pinned: true);
        _next = PageAdvice.PreferHugePages(_block, (int)totalBytes);
    }

    /// <summary>Bytes that a column takes.</summary>
    internal static long BytesOf<T>(int rows)
        where T : unmanaged => (((long)rows * Unsafe.SizeOf<T>()) + 7) & ~7L;

    /// <summary>Cuts a column; its rows are not initialized.</summary>
    internal Column<T> Take<T>(int rows)
        where T : unmanaged
    {
        if (rows == 0)
        {
            return new Column<T>([], 0, 0);
        }

        long bytes = BytesOf<T>(rows);
        if (_block is null)
        {
            return new Column<T>(GC.AllocateUninitializedArray<byte>(checked((int)bytes)), 0, rows);
        }

        // The total was said beforehand; this holds even if it was wrong.
        if (bytes > _block.Length - _next)
        {
            throw new InvalidOperationException("the columns are larger than their block");
        }

        var column = new Column<T>(_block, _next, rows);
        _next += (int)bytes;
        return column;
    }
}
