using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Finds any of several byte strings at any position. Each pattern is in one of eight buckets; for each of the first three bytes two
/// tables say, by the low and by the high half of a byte, in which buckets it may stand, so that 16 positions are judged by six table
/// look-ups whatever the number of patterns. What passes is compared. (The filter is known as Teddy, from the Hyperscan library.)
/// </summary>
internal sealed class PatternSearch
{
    private const int FilteredBytes = 3;
    private const int Buckets = 8;

    private readonly Vector128<byte>[] _low = new Vector128<byte>[FilteredBytes];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[FilteredBytes];
    private readonly byte[]? _text;
    private readonly HashSet<uint> _numbers;
    private readonly ulong[] _filter = new ulong[1024];

    /// <summary>Prepares the tables.</summary>
    /// <param name="text">A string of at least three bytes, or null.</param>
    /// <param name="numbers">Numbers of four bytes, as they are read from the file on this machine.</param>
    internal PatternSearch(byte[]? text, HashSet<uint> numbers)
    {
        _text = text;
        _numbers = numbers;
        Span<byte> low = stackalloc byte[FilteredBytes * 16];
        Span<byte> high = stackalloc byte[FilteredBytes * 16];
        low.Clear();
        high.Clear();
        int bucket = 0;
        if (text is not null)
        {
            Add(text, bucket++, low, high);
        }

        foreach (uint number in numbers)
        {
            Add(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in number)), bucket++ % Buckets, low, high);
            _filter[FilterBit(number) >> 6] |= 1UL << (int)FilterBit(number);
        }

        for (int i = 0; i < FilteredBytes; i++)
        {
            _low[i] = Vector128.Create<byte>(low.Slice(i * 16, 16));
            _high[i] = Vector128.Create<byte>(high.Slice(i * 16, 16));
        }
    }

    /// <summary>Notes where any of the patterns begins, in order. Cost: one pass.</summary>
    /// <param name="block">What is searched.</param>
    /// <param name="starts">Number of positions where a hit may begin; it may reach behind them.</param>
    /// <param name="origin">Added to each position.</param>
    /// <param name="hits">Takes the positions.</param>
    internal void FindAll(ReadOnlySpan<byte> block, int starts, long origin, List<long> hits)
    {
        ref byte start = ref MemoryMarshal.GetReference(block);
        (Vector128<byte> low0, Vector128<byte> low1, Vector128<byte> low2) = (_low[0], _low[1], _low[2]);
        (Vector128<byte> high0, Vector128<byte> high1, Vector128<byte> high2) = (_high[0], _high[1], _high[2]);
        int at = 0;
        for (; CanShuffle && at <= block.Length - 16 - FilteredBytes && at < starts; at += 16)
        {
            Vector128<byte> any = Pass(Vector128.LoadUnsafe(ref start, (nuint)at), low0, high0)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 1), low1, high1)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 2), low2, high2);
            if (any != default)
            {
                uint mask = ~Vector128.Equals(any, default).ExtractMostSignificantBits() & 0xffff;
                for (; mask != 0; mask &= mask - 1)
                {
                    NoteIfAny(block, at + BitOperations.TrailingZeroCount(mask), starts, origin, hits);
                }
            }
        }

        for (; at < starts; at++)
        {
            NoteIfAny(block, at, starts, origin, hits);
        }
    }

    // Without the instruction each position is compared.
    private static bool CanShuffle => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LookUp(Vector128<byte> table, Vector128<byte> index) => Ssse3.IsSupported
        ? Ssse3.Shuffle(table, index) : AdvSimd.Arm64.VectorTableLookup(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pass(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high) =>
        LookUp(low, bytes & Vector128.Create((byte)15)) & LookUp(high, (bytes.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)15));

    private static void Add(ReadOnlySpan<byte> pattern, int bucket, Span<byte> low, Span<byte> high)
    {
        for (int i = 0; i < FilteredBytes; i++)
        {
            low[(i * 16) + (pattern[i] & 15)] |= (byte)(1 << bucket);
            high[(i * 16) + (pattern[i] >> 4)] |= (byte)(1 << bucket);
        }
    }

    private static uint FilterBit(uint number) => (number * 0x9e3779b1) >> 16;

    private void NoteIfAny(ReadOnlySpan<byte> block, int at, int starts, long origin, List<long> hits)
    {
        if (at >= starts)
        {
            return;
        }

        ReadOnlySpan<byte> rest = block[at..];
        if (rest.Length >= 4 && MemoryMarshal.Read<uint>(rest) is var number
            && (_filter[FilterBit(number) >> 6] >> (int)FilterBit(number) & 1) != 0 && _numbers.Contains(number))
        {
            hits.Add(origin + at);
        }
        else if (_text is not null && rest.StartsWith(_text))
        {
            hits.Add(origin + at);
        }
    }
}
