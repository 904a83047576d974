using System.Numerics;
using System.Runtime.CompilerServices;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// 64-bit fingerprints with a key that is drawn anew in each process: an input cannot be made so that different things get the same one.
/// (By chance, with 100,000 types, that happens once in 10^9 programs; what is taken for the same is compared besides, as far as that
/// is cheap.) Nothing that is written may depend on their order. The step is that of MurmurHash3 for 64 bits with secret factors: what
/// an input says has to go through <see cref="Combine"/> as the value, where its differences become unpredictable; only fingerprints
/// may be put into a hash by exclusive or.
/// </summary>
internal static class Fingerprint
{
    internal const ulong Seed = 0x9e3779b97f4a7c15;

    // Not readonly: a check whether the class is initialised would stand before each use. Odd once they are drawn.
    private static ulong s_first;
    private static ulong s_second;
    private static ulong s_mark;

    /// <summary>A secret to put into a hash where a value follows that not all things have.</summary>
    internal static ulong Mark => s_mark;

    /// <summary>Draws the key, once per process; to be called before all else.</summary>
    internal static void DrawKey()
    {
        if (Volatile.Read(ref s_mark) == 0)
        {
            var random = new Random();
            Draw(ref s_first, random);
            Draw(ref s_second, random);
            Draw(ref s_mark, random);
        }
    }

    /// <summary>Takes one more value in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Combine(ulong hash, ulong value)
    {
        hash ^= BitOperations.RotateLeft(value * s_first, 31) * s_second;
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

    private static void Draw(ref ulong part, Random random)
    {
        ulong high = (ulong)random.NextInt64(1L << 32);
        _ = Interlocked.CompareExchange(ref part, (high << 32) | (ulong)random.NextInt64(1L << 32) | 1, 0);
    }
}
