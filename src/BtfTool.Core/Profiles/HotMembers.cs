using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;

namespace BtfTool.Core.Profiles;

/// <summary>Members of which processors use one each, wherever they lie.</summary>
/// <param name="First">Position of the one.</param>
/// <param name="Second">Position of the other.</param>
/// <param name="Collisions">Accesses that can take a line from each other if they share it.</param>
public readonly record struct MemberRivalry(int First, int Second, long Collisions);

/// <summary>Which members the samples say are used most, and which must not share a line.</summary>
public sealed class HotMembers
{
    /// <summary>A pair whose collisions are fewer than one in so many accesses to members does not count as rivals.</summary>
    public const int LeastRivalry = 1000;

    /// <summary>Most members that are kept apart from others.</summary>
    public const int MaxSeparate = 32;

    private HotMembers(int sharePercent) => SharePercent = sharePercent;

    /// <summary>The share of the accesses to members that the hot ones carry at least.</summary>
    public int SharePercent { get; }

    /// <summary>Positions of the fewest members that carry it, those with the most accesses first.</summary>
    public required IReadOnlyList<int> Hot { get; init; }

    /// <summary>
    /// Those of <see cref="Hot"/> that are larger than a line: they lie on lines of their own wherever they lie, and are not asked to lie
    /// near others.
    /// </summary>
    public required IReadOnlyList<int> Wide { get; init; }

    /// <summary>Pairs that are to be kept on different lines, the strongest first.</summary>
    public required IReadOnlyList<MemberRivalry> Rivals { get; init; }

    /// <summary>Pairs that are strong enough and were left out because there are too many members.</summary>
    public int RivalsLeftOut { get; private init; }

    /// <summary>Chooses. Cost: the members with samples, squared up to <see cref="LayoutHeat.MaxRivals"/>.</summary>
    /// <param name="heat">Heat of the layout as it is.</param>
    /// <param name="sharePercent">From 1 to 100.</param>
    public static HotMembers Of(LayoutHeat heat, int sharePercent)
    {
        ArgumentNullException.ThrowIfNull(heat);
        StructLayout layout = heat.Samples.Layout;
        int[] byHeat = [.. Enumerable.Range(0, layout.Members.Length).Where(i => heat.Of(i)?.Accesses > 0)
            .OrderByDescending(i => heat.Of(i)!.Accesses).ThenBy(i => i)];
        double wanted = byHeat.Sum(i => (double)heat.Of(i)!.Accesses) * sharePercent / 100, sum = 0;
        var hot = new List<int>();
        for (int k = 0; k < byHeat.Length && sum < wanted; k++)
        {
            hot.Add(byHeat[k]);
            sum += heat.Of(byHeat[k])!.Accesses;
        }

        List<MemberRivalry> rivals = RivalsIn(heat, byHeat, Math.Max(1, heat.Samples.OnMembers / LeastRivalry));
        List<MemberRivalry> kept = Kept(rivals);
        return new HotMembers(sharePercent)
        {
            Hot = hot,
            Wide = [.. hot.Where(i => IsWide(heat, i))],
            Rivals = kept,
            RivalsLeftOut = rivals.Count - kept.Count,
        };
    }

    /// <summary>The same as a reorganisation takes it.</summary>
    /// <param name="layout">The layout of the positions.</param>
    public MeasuredUse ToUse(StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var hot = new List<int>();
        foreach (int position in Hot)
        {
            if (!Wide.Contains(position))
            {
                hot.Add(layout.Members[position].Index);
            }
        }

        var separate = new List<(int, int)>();
        foreach (MemberRivalry pair in Rivals)
        {
            separate.Add((layout.Members[pair.First].Index, layout.Members[pair.Second].Index));
        }

        return new MeasuredUse(hot, separate);
    }

    private static bool IsWide(LayoutHeat heat, int position) =>
        heat.Samples.Layout.Members[position].EndBits - heat.Samples.Layout.Members[position].BitOffset > heat.CachelineBytes * 8L;

    private static List<MemberRivalry> RivalsIn(LayoutHeat heat, int[] byHeat, long least)
    {
        (int Position, CpuShares Shares)[] members = LayoutHeat.Rivals(byHeat.Select(i => (i, heat.Of(i)!)));
        var rivals = new List<MemberRivalry>();
        for (int i = 0; i < members.Length; i++)
        {
            for (int k = i + 1; k < members.Length; k++)
            {
                long collisions = CpuShares.CollisionsOf(members[i].Shares, members[k].Shares);
                if (collisions >= least && !AreOneRun(heat.Samples.Layout, members[i].Position, members[k].Position))
                {
                    rivals.Add(new MemberRivalry(members[i].Position, members[k].Position, collisions));
                }
            }
        }

        rivals.Sort(static (a, b) => (-a.Collisions, a.First, a.Second).CompareTo((-b.Collisions, b.First, b.Second)));
        return rivals;
    }

    // Bitfields of one run stay together.
    private static bool AreOneRun(StructLayout layout, int first, int second)
    {
        for (int i = first; i <= second; i++)
        {
            if (layout.Members[i].BitfieldBits == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static List<MemberRivalry> Kept(List<MemberRivalry> rivals)
    {
        var members = new HashSet<int>();
        var kept = new List<MemberRivalry>();
        foreach (MemberRivalry pair in rivals)
        {
            int more = (members.Contains(pair.First) ? 0 : 1) + (members.Contains(pair.Second) ? 0 : 1);
            if (members.Count + more <= MaxSeparate)
            {
                members.Add(pair.First);
                members.Add(pair.Second);
                kept.Add(pair);
            }
        }

        return kept;
    }
}
