namespace BtfTool.Core.Slabs;

/// <summary>A cache of the kernel's slab allocator, a line of <c>/proc/slabinfo</c>. Numbers are at least 0.</summary>
/// <param name="Name">The cache.</param>
/// <param name="ActiveObjects">Objects in use.</param>
/// <param name="Objects">Objects that there is room for in the slabs of the cache.</param>
/// <param name="ObjectBytes">What an object takes, with what aligns it and what the allocator keeps beside it.</param>
/// <param name="ObjectsPerSlab">Objects that a slab holds.</param>
/// <param name="PagesPerSlab">Pages of a slab.</param>
public sealed record SlabCache(string Name, long ActiveObjects, long Objects, long ObjectBytes, long ObjectsPerSlab, long PagesPerSlab)
{
    /// <summary>Bytes of a page, a power of two; all caches of a file have the same.</summary>
    public long PageBytes { get; init; } = SlabInfo.SmallestPageBytes;

    /// <summary>Bytes of a slab.</summary>
    public long SlabBytes => PagesPerSlab * PageBytes;

    /// <summary>Slabs that the objects take.</summary>
    public long Slabs => SlabsOf(ObjectsPerSlab);

    /// <summary>Bytes that the cache takes on the machine.</summary>
    public long TotalBytes => Slabs * SlabBytes;

    /// <summary>
    /// What the cache would come to with another size of its type, in slabs of as many pages. Whatever the allocator adds to the size
    /// now it adds then: the alignment that explains it, else as many bytes.
    /// </summary>
    /// <param name="sizeBytes">Size of the type now, at most <see cref="ObjectBytes"/>.</param>
    /// <param name="newSizeBytes">The other size, at least 0.</param>
    public SlabChange Resize(long sizeBytes, long newSizeBytes)
    {
        long objectBytes = newSizeBytes == sizeBytes ? ObjectBytes : SlabSlack.Of(sizeBytes, ObjectBytes).ObjectBytesOf(newSizeBytes);
        objectBytes = newSizeBytes <= sizeBytes ? Math.Min(objectBytes, ObjectBytes) : objectBytes;

        // A slab holds what it held where nothing changes: the allocator may use less of one than it could.
        long perSlab = objectBytes == ObjectBytes || objectBytes == 0 || ObjectsPerSlab == 0 ? ObjectsPerSlab : SlabBytes / objectBytes;
        perSlab = objectBytes < ObjectBytes && ObjectsPerSlab > 0 ? Math.Max(perSlab, ObjectsPerSlab) : perSlab;
        long slabs = SlabsOf(perSlab);
        return new SlabChange(objectBytes, perSlab, slabs, Slabs - slabs, (Slabs - slabs) * SlabBytes);
    }

    private long SlabsOf(long perSlab) => perSlab <= 0 ? 0 : (Objects / perSlab) + (Objects % perSlab != 0 ? 1 : 0);
}

/// <summary>What a cache comes to when the size of its objects changes.</summary>
/// <param name="ObjectBytes">What an object takes then.</param>
/// <param name="ObjectsPerSlab">Objects that a slab holds then.</param>
/// <param name="Slabs">Slabs that as many objects take then.</param>
/// <param name="SavedSlabs">Slabs less than now; negative where it becomes more.</param>
/// <param name="SavedBytes">The same in bytes.</param>
public readonly record struct SlabChange(long ObjectBytes, long ObjectsPerSlab, long Slabs, long SavedSlabs, long SavedBytes);
