namespace BtfTool.Core.Layout;

/// <summary>
/// The sizes in which the kernel's allocator hands out memory: what an object really takes. Source of the sizes: the kmalloc caches of
/// Linux on 64-bit machines (<c>/proc/slabinfo</c>), then whole pages by powers of two.
/// </summary>
public static class KmallocBuckets
{
    /// <summary>Bytes of a page that objects per slab are told for.</summary>
    public const int PageBytes = 4096;

    /// <summary>The largest size that has a cache of its own; above it whole pages are handed out.</summary>
    public const int LargestCacheBytes = 8192;

    private static ReadOnlySpan<short> Sizes => [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];

    /// <summary>What an object of a size takes, in bytes; 0 for one without size.</summary>
    /// <param name="sizeBytes">Size of the object, at least 0.</param>
    public static long BucketOf(long sizeBytes)
    {
        if (sizeBytes <= 0)
        {
            return 0;
        }

        foreach (short size in Sizes)
        {
            if (sizeBytes <= size)
            {
                return size;
            }
        }

        return sizeBytes > 1L << 61 ? long.MaxValue : (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)sizeBytes);
    }

    /// <summary>The largest size in bytes that takes less than an object of another size; 0 where there is none.</summary>
    /// <param name="sizeBytes">Size of the other object, at least 0.</param>
    public static long LargestSizeBelow(long sizeBytes)
    {
        long bucket = BucketOf(sizeBytes);
        long below = 0;
        foreach (short size in Sizes)
        {
            below = size < bucket ? size : below;
        }

        return bucket > LargestCacheBytes ? bucket / 2 : below;
    }
}
