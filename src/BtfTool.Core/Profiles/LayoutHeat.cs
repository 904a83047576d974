using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;

namespace BtfTool.Core.Profiles;

/// <summary>Two members of which processors use one each, on one line.</summary>
/// <param name="Line">The cache line, from 0.</param>
/// <param name="First">Position of the one member; that which is written more.</param>
/// <param name="Second">Position of the other.</param>
/// <param name="Collisions">Accesses that can take the line from each other.</param>
/// <param name="OfFirst">Accesses of the first on the line.</param>
/// <param name="OfSecond">Accesses of the second on the line.</param>
public sealed record MemberFight(long Line, int First, int Second, long Collisions, CpuShares OfFirst, CpuShares OfSecond);

/// <summary>A cache line with samples.</summary>
/// <param name="Line">The line, from 0.</param>
/// <param name="Members">How many members have samples on it.</param>
/// <param name="Shares">Its accesses.</param>
public sealed record LineHeat(long Line, int Members, CpuShares Shares);

/// <summary>What samples say of a layout: heat of members and lines, and which members disturb each other. No sample is not the same as never touched.</summary>
public sealed class LayoutHeat
{
    /// <summary>Most members of a line that are compared with each other, those with the most accesses.</summary>
    public const int MaxRivals = 256;

    /// <summary>Most pairs that are kept, the strongest.</summary>
    public const int MaxFights = 1000;

    private readonly CpuShares?[] _members;

    private LayoutHeat(MemberSamples samples, int cachelineBytes, CpuShares?[] members)
    {
        Samples = samples;
        CachelineBytes = cachelineBytes;
        _members = members;
    }

    /// <summary>The samples, and how many fall where.</summary>
    public MemberSamples Samples { get; }

    /// <summary>Bytes of a cache line.</summary>
    public int CachelineBytes { get; }

    /// <summary>Accesses of a member; null where there is no sample.</summary>
    /// <param name="position">Position in <see cref="StructLayout.Members"/>.</param>
    public CpuShares? Of(int position) => _members[position];

    /// <summary>Number of members with samples.</summary>
    public int SampledMembers => _members.Count(member => member is not null);

    /// <summary>Lines with samples, by number.</summary>
    public required IReadOnlyList<LineHeat> Lines { get; init; }

    /// <summary>Pairs of members on one line that disturb each other, the strongest first. None of a union.</summary>
    public required IReadOnlyList<MemberFight> Fights { get; init; }

    /// <summary>Number of such pairs, with those beyond <see cref="MaxFights"/>.</summary>
    public long FightCount { get; private init; }

    /// <summary>Sum of the collisions of all pairs.</summary>
    public long Collisions { get; private init; }

    /// <summary>Positions of members that are shared truly, those with the most writes first.</summary>
    public required IReadOnlyList<int> Contended { get; init; }

    /// <summary>Heat of a layout as it is. Cost: linear in the sums, and for each line square in its members with samples.</summary>
    /// <param name="samples">The samples of its members.</param>
    /// <param name="cachelineBytes">Bytes of a line, a power of two.</param>
    /// <param name="isUnion">Whether the members lie over each other, so that none can be parted.</param>
    public static LayoutHeat Of(MemberSamples samples, int cachelineBytes, bool isUnion = false)
    {
        ArgumentNullException.ThrowIfNull(samples);
        long[] bits = new long[samples.Layout.Members.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = samples.Layout.Members[i].BitOffset;
        }

        return Of(samples, bits, cachelineBytes, isUnion);
    }

    /// <summary>Heat that the same accesses would make in the order of a plan.</summary>
    /// <param name="samples">The samples of its members, of the layout before.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cachelineBytes">Bytes of a line, a power of two.</param>
    public static LayoutHeat After(MemberSamples samples, ReorganizationPlan plan, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(plan);
        var byIndex = new Dictionary<int, long>();
        foreach (PlacedMember placed in plan.Members)
        {
            byIndex[placed.Member] = placed.BitOffset;
        }

        long[] bits = new long[samples.Layout.Members.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = byIndex.GetValueOrDefault(samples.Layout.Members[i].Index, samples.Layout.Members[i].BitOffset);
        }

        return Of(samples, bits, cachelineBytes, isUnion: false);
    }

    /// <summary>Of all accesses to members the share, from 0 to 1, on the fewest lines that carry it.</summary>
    /// <param name="percent">The share, from 1 to 100.</param>
    /// <returns>Number of lines.</returns>
    public int LinesFor(int percent)
    {
        long[] accesses = [.. Lines.Select(line => line.Shares.Accesses).OrderDescending()];
        double wanted = accesses.Sum(count => (double)count) * percent / 100, sum = 0;
        int lines = 0;
        while (lines < accesses.Length && sum < wanted)
        {
            sum += accesses[lines++];
        }

        return lines;
    }

    /// <summary>How many different lines a number of accesses touches on the average, each drawn from the samples alone.</summary>
    /// <param name="accesses">How many are drawn, at least 1.</param>
    public double ExpectedLines(int accesses)
    {
        double all = Lines.Sum(line => (double)line.Shares.Accesses);
        return all == 0 ? 0 : Lines.Sum(line => 1 - Math.Pow(1 - (line.Shares.Accesses / all), accesses));
    }

    private static LayoutHeat Of(MemberSamples samples, long[] bits, int cachelineBytes, bool isUnion)
    {
        var members = new CpuShares?[bits.Length];
        var byLine = new SortedDictionary<long, Dictionary<int, CpuShares>>();
        foreach (MemberSample sample in samples.All)
        {
            (members[sample.Position] ??= new CpuShares()).Add(sample.Cpu, sample.Reads, sample.Writes);
            long line = ((bits[sample.Position] / 8) + sample.ByteInMember) / cachelineBytes;
            if (!byLine.TryGetValue(line, out Dictionary<int, CpuShares>? onLine))
            {
                byLine.Add(line, onLine = []);
            }

            if (!onLine.TryGetValue(sample.Position, out CpuShares? shares))
            {
                onLine.Add(sample.Position, shares = new CpuShares());
            }

            shares.Add(sample.Cpu, sample.Reads, sample.Writes);
        }

        var fights = new List<MemberFight>();
        long count = 0, collisions = 0;
        foreach ((long line, Dictionary<int, CpuShares> onLine) in byLine)
        {
            if (!isUnion)
            {
                CollectFights(line, onLine, fights, ref count, ref collisions);
            }
        }

        return new LayoutHeat(samples, cachelineBytes, members)
        {
            Lines = LinesOf(samples, bits, cachelineBytes, byLine),
            Fights = fights,
            FightCount = count,
            Collisions = collisions,
            Contended = [.. Enumerable.Range(0, members.Length).Where(i => members[i]?.IsContended == true)
                .OrderByDescending(i => members[i]!.Writes).ThenBy(i => i)],
        };
    }

    private static LineHeat[] LinesOf(MemberSamples samples, long[] bits, int cachelineBytes,
        SortedDictionary<long, Dictionary<int, CpuShares>> byLine)
    {
        var shares = new Dictionary<long, CpuShares>();
        foreach (MemberSample sample in samples.All)
        {
            long line = ((bits[sample.Position] / 8) + sample.ByteInMember) / cachelineBytes;
            if (!shares.TryGetValue(line, out CpuShares? sum))
            {
                shares.Add(line, sum = new CpuShares());
            }

            sum.Add(sample.Cpu, sample.Reads, sample.Writes);
        }

        return [.. byLine.Select(line => new LineHeat(line.Key, line.Value.Count, shares[line.Key]))];
    }

    private static void CollectFights(long line, Dictionary<int, CpuShares> onLine, List<MemberFight> fights, ref long count, ref long collisions)
    {
        (int Position, CpuShares Shares)[] rivals = Rivals(onLine.Select(member => (member.Key, member.Value)));
        for (int i = 0; i < rivals.Length; i++)
        {
            for (int k = i + 1; k < rivals.Length; k++)
            {
                long strength = CpuShares.CollisionsOf(rivals[i].Shares, rivals[k].Shares);
                if (strength > 0)
                {
                    (int a, int b) = rivals[k].Shares.Writes > rivals[i].Shares.Writes ? (k, i) : (i, k);
                    fights.Add(new MemberFight(line, rivals[a].Position, rivals[b].Position, strength, rivals[a].Shares, rivals[b].Shares));
                    count++;
                    collisions = SampleGroup.Add(collisions, strength);
                }
            }
        }

        fights.Sort(static (a, b) => (-a.Collisions, a.Line, a.First, a.Second).CompareTo((-b.Collisions, b.Line, b.First, b.Second)));
        fights.RemoveRange(Math.Min(fights.Count, MaxFights), Math.Max(0, fights.Count - MaxFights));
    }

    /// <summary>Those with the most accesses, in the order of the members.</summary>
    internal static (int Position, CpuShares Shares)[] Rivals(IEnumerable<(int Position, CpuShares Shares)> members) =>
        [.. members.OrderByDescending(member => member.Shares.Accesses).ThenBy(member => member.Position).Take(MaxRivals)
            .OrderBy(member => member.Position)];
}
