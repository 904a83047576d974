using System.Runtime.CompilerServices;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// 64-bit fingerprints: two things with the same one are taken for the same. (With 100,000 types, that goes wrong by chance
/// once in 10^9 programs.)
/// </summary>
internal static class Fingerprint
{
    internal const ulong Seed = 0x9e3779b97f4a7c15;

    private const ulong First = 0xa0761d6478bd642f;
    private const ulong Second = 0xe7037ed1a0b428db;
    private const ulong Third = 0x8ebc6af09c88c6e3;

    /// <summary>Takes one more value in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Combine(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ First, value ^ Second, out ulong low);
        return high ^ low ^ ((hash << 23) | (hash >> 41));
    }

    /// <summary>Takes the last value in; never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Last(ulong hash, ulong value) => Combine(Combine(hash, value), Third) | 1;
}
