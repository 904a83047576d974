namespace BtfTool.Core.Dwarf;

/// <summary>
/// How far reading has come, for another thread to look at whenever it wants to. Costs nothing: it is the counter by which the threads
/// that read share the units.
/// </summary>
public sealed class DwarfProgress
{
    private int _unitCount;

    internal int LastTaken = -1;

    /// <summary>Number of units of the file; 0 before reading begins.</summary>
    public int UnitCount => Volatile.Read(ref _unitCount);

    /// <summary>Number of units that a thread has begun to read, or has read: 0 to <see cref="UnitCount"/>.</summary>
    public int UnitsBegun => Math.Clamp(Volatile.Read(ref LastTaken) + 1, 0, UnitCount);

    internal void Begin(int unitCount)
    {
        LastTaken = -1;
        Volatile.Write(ref _unitCount, unitCount);
    }
}
