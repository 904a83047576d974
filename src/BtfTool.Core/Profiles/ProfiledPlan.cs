using BtfTool.Core.Reorganization;

namespace BtfTool.Core.Profiles;

/// <summary>A plan that samples decided over, and what it does for the accesses that were sampled.</summary>
/// <param name="Wanted">What the samples asked for.</param>
/// <param name="Before">Heat of the layout as it is.</param>
/// <param name="After">Heat that the same accesses make in the new layout.</param>
public sealed record ProfiledPlan(HotMembers Wanted, LayoutHeat Before, LayoutHeat After)
{
    /// <summary>Accesses that are drawn for <see cref="LayoutHeat.ExpectedLines"/>.</summary>
    public const int DrawnAccesses = 10;

    /// <summary>Of the rivals that were to be parted those that share a line in the new layout.</summary>
    public required IReadOnlyList<MemberRivalry> StillTogether { get; init; }

    /// <summary>Judges a plan.</summary>
    /// <param name="wanted">What the samples asked for.</param>
    /// <param name="before">Heat of the layout as it is.</param>
    /// <param name="plan">The plan.</param>
    public static ProfiledPlan Of(HotMembers wanted, LayoutHeat before, ReorganizationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(plan);
        var lines = new Dictionary<int, (long First, long Last)>();
        var sizes = new Dictionary<int, long>();
        for (int i = 0; i < before.Samples.Layout.Members.Length; i++)
        {
            Layout.MemberLayout member = before.Samples.Layout.Members[i];
            sizes[member.Index] = Math.Max(1, member.EndBits - member.BitOffset);
        }

        long lineBits = before.CachelineBytes * 8L;
        foreach (PlacedMember placed in plan.Members)
        {
            lines[placed.Member] = (placed.BitOffset / lineBits, (placed.BitOffset + sizes[placed.Member] - 1) / lineBits);
        }

        var together = new List<MemberRivalry>();
        foreach (MemberRivalry pair in wanted.Rivals)
        {
            (long First, long Last) a = lines[before.Samples.Layout.Members[pair.First].Index];
            (long First, long Last) b = lines[before.Samples.Layout.Members[pair.Second].Index];
            if (a.First <= b.Last && b.First <= a.Last)
            {
                together.Add(pair);
            }
        }

        return new ProfiledPlan(wanted, before, LayoutHeat.After(before.Samples, plan, before.CachelineBytes)) { StillTogether = together };
    }
}
