using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// 64-bit fingerprints with a key that is drawn anew in each process: an input cannot be made so that different things get the same one.
/// (By chance, with 100,000 types, that happens once in 10^9 programs; what is taken for the same is compared besides, as far as that
/// is cheap.) Nothing that is written may depend on their order. Each step is a product of 128 bits folded to 64 (as in wyhash),
/// where both factors hold a part of the key: sums and rotations would let differences cancel whatever the key.
/// </summary>
internal static class Fingerprint
{
    internal const ulong Seed = 0x9e3779b97f4a7c15;

    // Not readonly: a check whether the class is initialised would stand before each use.
    private static ulong s_first;
    private static ulong s_second;

    /// <summary>Draws the key, once per process; to be called before all else.</summary>
    internal static void DrawKey()
    {
        if (Volatile.Read(ref s_second) == 0)
        {
            var random = new Random();
            _ = Interlocked.CompareExchange(ref s_first, (ulong)random.NextInt64() | (1UL << 63), 0);
            _ = Interlocked.CompareExchange(ref s_second, (ulong)random.NextInt64() | (1UL << 63), 0);
        }
    }

    /// <summary>Takes one more value in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Combine(ulong hash, ulong value)
    {
        ulong x = hash ^ s_first;
        ulong y = value ^ s_second;
        if (Bmi2.X64.IsSupported)
        {
            // As Math.BigMul, which is not expanded in line in the native program.
            return Bmi2.X64.MultiplyNoFlags(x, y) ^ (x * y);
        }

        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }

    /// <summary>Takes the last value in and spreads all bits; never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Last(ulong hash, ulong value)
    {
        hash = Combine(Combine(hash, value), Seed);
        return hash == 0 ? 1 : hash;
    }
}
