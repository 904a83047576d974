using System.Collections.Concurrent;

namespace BtfTool.Fuzz;

/// <summary>What came of the cases of a run; filled by several threads.</summary>
internal sealed class FuzzReport
{
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly long[] _runs = new long[FuzzTargets.All.Count];
    private readonly long[] _ticks = new long[FuzzTargets.All.Count];
    private readonly long[] _results = new long[FuzzTargets.All.Count];

    /// <summary>The promises that were broken: the first of each thread.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>How often each target ran, how often the input was good enough for a result, and how long all of it took.</summary>
    public IEnumerable<(string Target, long Runs, long Results, TimeSpan Time)> Shares => FuzzTargets.All.Select((t, i) =>
        (t.Name, Interlocked.Read(ref _runs[i]), Interlocked.Read(ref _results[i]), new TimeSpan(Interlocked.Read(ref _ticks[i]))));

    /// <summary>Notes a broken promise.</summary>
    public void Fail(string failure) => _failures.Enqueue(failure);

    /// <summary>Notes that a target ran.</summary>
    public void Count(int target, bool hasResult, TimeSpan time)
    {
        Interlocked.Add(ref _ticks[target], time.Ticks);
        Interlocked.Increment(ref _runs[target]);
        Interlocked.Add(ref _results[target], hasResult ? 1 : 0);
    }
}
