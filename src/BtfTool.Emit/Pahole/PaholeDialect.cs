using System.Numerics;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Where pahole 1.31's text follows rules of its own, each rule once and with its reason. The listing asks here whether a rule
/// touches what it is about to write; without <see cref="PaholeOptions.Compat"/> it then writes what the type really is.
/// </summary>
internal static class PaholeDialect
{
    /// <summary>
    /// BTF has no alignment, so pahole guesses it from the gap: the power of two above the gap, or a cache line where that fits too.
    /// </summary>
    /// <returns>Bytes, or 0 where natural alignment explains the offset.</returns>
    public static uint InferAlignment(long offset, long natural, long smallest, int cachelineBytes)
    {
        long delta = offset - smallest;
        if (delta <= 0 || (offset & 1) != 0 || delta > int.MaxValue)
        {
            return 0;
        }

        long alignment = 1L << (64 - BitOperations.LeadingZeroCount((ulong)delta));
        if (alignment <= natural || alignment == 1)
        {
            return 0;
        }

        if (alignment < cachelineBytes && cachelineBytes % alignment == 0 && offset % cachelineBytes == 0)
        {
            alignment = cachelineBytes;
        }

        return (uint)alignment;
    }

    /// <summary>Quirk <see cref="PaholeQuirks.NarrowCounters"/>: pahole keeps these in 8 and 16 bits, so they wrap.</summary>
    public static void NarrowCounters(Span<PaholeMember> members, ref PaholeWalk walk)
    {
        walk.Holes = (byte)walk.Holes;
        walk.BitHoles = (byte)walk.BitHoles;
        walk.PaddingBytes = (ushort)walk.PaddingBytes;
        walk.PaddingBits = (byte)walk.PaddingBits;
        walk.LeadingHoleBytes = (ushort)walk.LeadingHoleBytes;
        walk.LeadingHoleBits = (byte)walk.LeadingHoleBits;
        foreach (ref PaholeMember member in members)
        {
            member.HoleBits = (byte)member.HoleBits;
        }
    }

    /// <summary>Whether <see cref="NarrowCounters"/> would change a number.</summary>
    public static bool WouldNarrow(ReadOnlySpan<PaholeMember> members, in PaholeWalk walk)
    {
        bool any = walk.Holes > byte.MaxValue || walk.BitHoles > byte.MaxValue || walk.PaddingBytes is < 0 or > ushort.MaxValue
            || walk.PaddingBits is < 0 or > byte.MaxValue || walk.LeadingHoleBytes is < 0 or > ushort.MaxValue
            || walk.LeadingHoleBits is < 0 or > byte.MaxValue;
        foreach (ref readonly PaholeMember member in members)
        {
            any |= member.HoleBits is < 0 or > byte.MaxValue;
        }

        return any;
    }
}
