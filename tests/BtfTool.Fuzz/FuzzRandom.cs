namespace BtfTool.Fuzz;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed on every runtime, and no allocation.</summary>
public struct FuzzRandom(ulong seed)
{
    private ulong _state = seed * 0x9e3779b97f4a7c15;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below a bound, or 0 when the bound is not positive.</summary>
    public int Below(int bound) => bound <= 0 ? 0 : (int)(Next() % (ulong)bound);
}
