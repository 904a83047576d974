using System.Numerics;
using System.Runtime.CompilerServices;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// 64-bit fingerprints: two things with the same one are taken for the same. (With 100,000 types, that goes wrong by chance
/// once in 10^9 programs.)
/// </summary>
internal static class Fingerprint
{
    internal const ulong Seed = 0x9e3779b97f4a7c15;

    private const ulong First = 0x87c37b91114253d5;
    private const ulong Second = 0x4cf5ad432745937f;

    /// <summary>Takes one more value in (the step of MurmurHash3 for 64 bits).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Combine(ulong hash, ulong value)
    {
        hash ^= BitOperations.RotateLeft(value * First, 31) * Second;
        return (BitOperations.RotateLeft(hash, 27) * 5) + 0x52dce729;
    }

    /// <summary>Takes the last value in and spreads all bits; never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Last(ulong hash, ulong value)
    {
        hash = Combine(hash, value);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        hash ^= hash >> 33;
        return hash == 0 ? 1 : hash;
    }
}
