namespace BtfTool.Core.Slabs;

/// <summary>
/// What the allocator adds to the size of a type, told by two sizes. It rounds up to an alignment (8, or a cache line where the cache
/// asks for it), before that it may put a pointer of its own behind objects that it must not write into (observed: Linux 6.1 and 6.18,
/// caches with constructors or freed under RCU).
/// </summary>
/// <param name="AlignmentBytes">A power of two that objects are a multiple of.</param>
/// <param name="ExtraBytes">Bytes behind each object.</param>
internal readonly record struct SlabSlack(long AlignmentBytes, long ExtraBytes)
{
    private const int WordBytes = 8;
    private const int LineBytes = 64;
    private const int LargestAlignmentBytes = 4096;

    /// <summary>The alignment that promises the least where several explain the sizes: the line, then the smallest.</summary>
    /// <param name="sizeBytes">Size of the type.</param>
    /// <param name="objectBytes">What an object takes, not less.</param>
    public static SlabSlack Of(long sizeBytes, long objectBytes)
    {
        foreach (int extra in (ReadOnlySpan<int>)[0, WordBytes])
        {
            long least = RoundUp(sizeBytes, WordBytes) + extra;
            if (least == objectBytes)
            {
                return new SlabSlack(WordBytes, extra);
            }

            if (RoundUp(least, LineBytes) == objectBytes)
            {
                return new SlabSlack(LineBytes, extra);
            }

            for (int alignment = 2 * WordBytes; alignment <= LargestAlignmentBytes; alignment *= 2)
            {
                if (RoundUp(least, alignment) == objectBytes)
                {
                    return new SlabSlack(alignment, extra);
                }
            }
        }

        return new SlabSlack(1, Math.Max(0, objectBytes - RoundUp(sizeBytes, WordBytes)));
    }

    /// <summary>What an object of another size takes.</summary>
    public long ObjectBytesOf(long sizeBytes) => RoundUp(RoundUp(sizeBytes, WordBytes) + ExtraBytes, AlignmentBytes);

    private static long RoundUp(long value, long alignment) => (value + alignment - 1) / alignment * alignment;
}
