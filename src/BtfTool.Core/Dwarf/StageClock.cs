using System.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>Takes the time of one stage after the other.</summary>
internal sealed class StageClock
{
    private long _last = Stopwatch.GetTimestamp();

    internal List<DwarfStage> Stages { get; } = [];

    /// <summary>Ends a stage: the time since the last one ended.</summary>
    internal void Lap(string name)
    {
        Stages.Add(new DwarfStage(name, Stopwatch.GetElapsedTime(_last).TotalMilliseconds, Environment.WorkingSet >> 10));
        _last = Stopwatch.GetTimestamp();
    }
}
