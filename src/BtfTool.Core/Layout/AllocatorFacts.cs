namespace BtfTool.Core.Layout;

/// <summary>
/// What the kernel's allocator makes of objects of a size: from the general caches (<see cref="KmallocBuckets"/>), or from one of their
/// own. Orders of slabs are those with the least waste; a kernel may choose larger ones for many processors.
/// </summary>
/// <param name="SizeBytes">Size of the object in bytes.</param>
/// <param name="BucketBytes">What <c>kmalloc</c> hands out for it, in bytes; 0 for one without size.</param>
/// <param name="SmallerBucketBytes">The next smaller bucket in bytes; 0 where there is none.</param>
/// <param name="ObjectsPerPage">Objects of the bucket that a page holds; 0 for what is larger than a page.</param>
/// <param name="PagesPerObject">Pages that one takes; 0 for what is smaller than a page.</param>
/// <param name="SlabOrder">In a cache of its own: the slab has two to this power pages; -1 where it would not fit one.</param>
/// <param name="ObjectsPerSlab">In a cache of its own: objects that such a slab holds.</param>
public readonly record struct AllocatorFacts(long SizeBytes, long BucketBytes, long SmallerBucketBytes, long ObjectsPerPage,
    long PagesPerObject, int SlabOrder, long ObjectsPerSlab)
{
    // The kernel's largest order for caches, and the part of a slab that it is content to waste (Documentation/mm/slab.rst).
    private const int LargestOrder = 3;
    private const int WasteFraction = 16;

    /// <summary>Bytes of a bucket that an object leaves unused.</summary>
    public long LostBytes => BucketBytes - SizeBytes;

    /// <summary>Bytes by which an object is too large for the next smaller bucket.</summary>
    public long ExcessBytes => SmallerBucketBytes == 0 ? 0 : SizeBytes - SmallerBucketBytes;

    /// <summary>What a size comes to. Cost: O(1).</summary>
    /// <param name="sizeBytes">Size of the object, at least 0.</param>
    /// <param name="alignmentBytes">Its alignment, a power of two.</param>
    /// <param name="pageBytes">Bytes of a page, a power of two.</param>
    public static AllocatorFacts Of(long sizeBytes, int alignmentBytes, int pageBytes)
    {
        long bucket = KmallocBuckets.BucketOf(sizeBytes);
        (int order, long objects) = SlabOf(sizeBytes, Math.Max(alignmentBytes, 8), pageBytes);
        return new AllocatorFacts(sizeBytes, bucket, SmallerThan(bucket), bucket == 0 || bucket > pageBytes ? 0 : pageBytes / bucket,
            bucket < pageBytes ? 0 : bucket / pageBytes, order, objects);
    }

    // The largest bucket below: they are at most one and a half times apart from a power of two.
    private static long SmallerThan(long bucketBytes)
    {
        long half = KmallocBuckets.BucketOf(bucketBytes / 2), between = KmallocBuckets.BucketOf((bucketBytes / 2) + 1);
        return bucketBytes <= 8 ? 0 : between < bucketBytes ? between : half;
    }

    private static (int Order, long Objects) SlabOf(long sizeBytes, int alignmentBytes, int pageBytes)
    {
        long slot = sizeBytes > long.MaxValue / 2 ? sizeBytes : (sizeBytes + alignmentBytes - 1) & -alignmentBytes;
        (int Order, long Objects) best = (-1, 0);
        for (int order = 0; order <= LargestOrder && slot > 0; order++)
        {
            long slab = (long)pageBytes << order, objects = slab / slot;
            if (objects > 0)
            {
                long waste = slab - (objects * slot);
                if (waste <= slab / WasteFraction)
                {
                    return (order, objects);
                }

                // Not content with any: that with the least part wasted.
                long bestWaste = ((long)pageBytes << Math.Max(0, best.Order)) - (best.Objects * slot);
                best = best.Order < 0 || waste << best.Order < bestWaste << order ? (order, objects) : best;
            }
        }

        return best;
    }
}
