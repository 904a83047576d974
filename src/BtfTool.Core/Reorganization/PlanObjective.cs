namespace BtfTool.Core.Reorganization;

/// <summary>
/// What a layout costs, compared from the first number to the last: less is better. The order says what a saved byte is worth: where it
/// changes neither the allocator's bucket nor the cache lines, it is worth less than a member that no longer straddles a line.
/// </summary>
/// <param name="Violations">Pairs of members that are to be separate and share a cache line.</param>
/// <param name="HotLines">Cache lines that hot members lie on; 0 where none are named.</param>
/// <param name="BucketBytes">What the allocator hands out (<see cref="Layout.KmallocBuckets"/>).</param>
/// <param name="Cachelines">Cache lines that an object at the start of one touches.</param>
/// <param name="Straddles">Members that begin in one cache line and end in another.</param>
/// <param name="SizeBytes">Size of the struct.</param>
/// <param name="Moves">Members that do not keep their order among the others.</param>
public readonly record struct PlanObjective(
    int Violations, int HotLines, long BucketBytes, long Cachelines, int Straddles, long SizeBytes, int Moves) : IComparable<PlanObjective>
{
    /// <inheritdoc/>
    public int CompareTo(PlanObjective other)
    {
        int order = Violations.CompareTo(other.Violations);
        order = order != 0 ? order : HotLines.CompareTo(other.HotLines);
        order = order != 0 ? order : BucketBytes.CompareTo(other.BucketBytes);
        order = order != 0 ? order : Cachelines.CompareTo(other.Cachelines);
        order = order != 0 ? order : Straddles.CompareTo(other.Straddles);
        order = order != 0 ? order : SizeBytes.CompareTo(other.SizeBytes);
        return order != 0 ? order : Moves.CompareTo(other.Moves);
    }

    /// <summary>Whether a layout costs less than another.</summary>
    public static bool operator <(PlanObjective left, PlanObjective right) => left.CompareTo(right) < 0;

    /// <summary>Whether a layout costs more than another.</summary>
    public static bool operator >(PlanObjective left, PlanObjective right) => left.CompareTo(right) > 0;

    /// <summary>Whether a layout costs no more than another.</summary>
    public static bool operator <=(PlanObjective left, PlanObjective right) => left.CompareTo(right) <= 0;

    /// <summary>Whether a layout costs no less than another.</summary>
    public static bool operator >=(PlanObjective left, PlanObjective right) => left.CompareTo(right) >= 0;
}
