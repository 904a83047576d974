namespace BtfTool.Core.Profiles;

/// <summary>Accesses by processor: of a member, of a line, or of a member on a line.</summary>
public sealed class CpuShares
{
    private readonly SortedDictionary<int, (long Reads, long Writes)> _cpus = [];

    /// <summary>Sampled reads.</summary>
    public long Reads { get; private set; }

    /// <summary>Sampled writes.</summary>
    public long Writes { get; private set; }

    /// <summary>Reads and writes.</summary>
    public long Accesses => SampleGroup.Add(Reads, Writes);

    /// <summary>How many processors read.</summary>
    public int ReadingCpus { get; private set; }

    /// <summary>How many processors write.</summary>
    public int WritingCpus { get; private set; }

    /// <summary>How many processors read or write.</summary>
    public int Cpus => _cpus.Count;

    /// <summary>The processors that write, by number.</summary>
    public IEnumerable<int> Writers => _cpus.Where(cpu => cpu.Value.Writes > 0).Select(cpu => cpu.Key);

    /// <summary>The processors that read, by number.</summary>
    public IEnumerable<int> Readers => _cpus.Where(cpu => cpu.Value.Reads > 0).Select(cpu => cpu.Key);

    /// <summary>The processors that read or write, by number.</summary>
    public IEnumerable<int> Users => _cpus.Where(cpu => cpu.Value.Reads > 0 || cpu.Value.Writes > 0).Select(cpu => cpu.Key);

    /// <summary>
    /// Whether it is shared truly: one processor writes and another reads or writes. No order of members changes that.
    /// </summary>
    public bool IsContended => Writes > 0 && (WritingCpus > 1 || Users.Count() > 1);

    internal void Add(int cpu, long reads, long writes)
    {
        (long knownReads, long knownWrites) = _cpus.GetValueOrDefault(cpu);
        ReadingCpus += knownReads == 0 && reads > 0 ? 1 : 0;
        WritingCpus += knownWrites == 0 && writes > 0 ? 1 : 0;
        Reads = SampleGroup.Add(Reads, reads);
        Writes = SampleGroup.Add(Writes, writes);
        _cpus[cpu] = (SampleGroup.Add(knownReads, reads), SampleGroup.Add(knownWrites, writes));
    }

    /// <summary>
    /// Accesses of two that can take a line from each other: of the writes of one and the accesses of the other the fewer, less the share
    /// that the same processors make, which use both and gain from their nearness; of both directions the more.
    /// </summary>
    internal static long CollisionsOf(CpuShares a, CpuShares b) => Math.Max(Directed(a, b), Directed(b, a));

    private static long Directed(CpuShares writer, CpuShares user)
    {
        long most = Math.Min(writer.Writes, user.Accesses);
        if (most == 0)
        {
            return 0;
        }

        double same = 0;
        (CpuShares fewer, CpuShares more) = writer.Cpus <= user.Cpus ? (writer, user) : (user, writer);
        foreach (int cpu in fewer._cpus.Keys)
        {
            if (more._cpus.ContainsKey(cpu))
            {
                (long reads, long writes) = user._cpus[cpu];
                same += Math.Min((double)writer._cpus[cpu].Writes / writer.Writes, ((double)reads + writes) / user.Accesses);
            }
        }

        return (long)Math.Min(Math.Round(most * Math.Max(0, 1 - same)), long.MaxValue / 2);
    }
}
