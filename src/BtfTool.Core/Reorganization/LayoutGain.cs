using BtfTool.Core.Slabs;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>What the best legal order of a struct's members would gain.</summary>
public sealed record LayoutGain
{
    /// <summary>The struct.</summary>
    public required TypeRef Type { get; init; }

    /// <summary>What it costs now.</summary>
    public required PlanObjective Before { get; init; }

    /// <summary>What it would cost.</summary>
    public required PlanObjective After { get; init; }

    /// <summary>What is proven of that.</summary>
    public PlanProof Proof { get; init; }

    /// <summary>No legal order is smaller than this, in bytes.</summary>
    public long LowerBoundBytes { get; init; }

    /// <summary>The cache that its objects live in on the machine; null where that is not known.</summary>
    public SlabCache? Cache { get; init; }

    /// <summary>What that cache would come to.</summary>
    public SlabChange? Change { get; init; }

    /// <summary>Bytes of the allocator's bucket that one object would save.</summary>
    public long SavedBucketBytes => Before.BucketBytes - After.BucketBytes;

    /// <summary>Cache lines that one object would save.</summary>
    public long SavedCachelines => Before.Cachelines - After.Cachelines;

    /// <summary>Members that would no longer straddle a line; negative where more would, which a smaller bucket or less lines outweigh.</summary>
    public int SavedStraddles => Before.Straddles - After.Straddles;

    /// <summary>Bytes that the struct would be smaller by.</summary>
    public long SavedBytes => Before.SizeBytes - After.SizeBytes;

    /// <summary>
    /// What counts first: where the objects are known to live in a cache, what it would save on the machine; else what the bucket of
    /// one object would.
    /// </summary>
    public long SavedMemoryBytes => Change?.SavedBytes ?? SavedBucketBytes;

    /// <summary>Whether the whole objective is proven optimal.</summary>
    public bool IsProvenOptimal => Proof == (PlanProof.Size | PlanProof.Layout | PlanProof.Moves);
}
