using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Finds any of several byte strings at any position. Each pattern is in one of eight buckets; for each of the first four bytes two
/// tables say, by the low and by the high half of a byte, in which buckets it may stand, so that 16 or 32 positions are judged by eight
/// table look-ups whatever the number of patterns. What passes is compared. (The filter is known as Teddy, from the Hyperscan library.)
/// </summary>
internal sealed class PatternSearch
{
    private const int FilteredBytes = 4;
    private const int Buckets = 8;
    private const int FewNumbers = 6;
    private const int HalfBytes = 16;

    // Up to here the tables let much less pass than upper bytes do: 4 of 100 blocks at 44 numbers of a kernel, 75 at 156.
    internal const int ManyNumbers = 64;

    // Up to here three bytes let so little pass that looking at the fourth costs more.
    private const int NumbersOfThreeBytes = 24;

    private readonly byte[] _low = new byte[FilteredBytes * HalfBytes];
    private readonly byte[] _high = new byte[FilteredBytes * HalfBytes];
    private readonly byte[]? _text;
    private readonly uint[] _few;
    private readonly HashSet<uint> _numbers;
    private readonly ulong[] _filter = new ulong[1024];
    private readonly ulong[] _lowHalves = new ulong[1024];
    private readonly uint _least;
    private readonly uint _most;
    private readonly bool _areAlike;

    /// <summary>Prepares the tables.</summary>
    /// <param name="text">A string of at least one byte, or null.</param>
    /// <param name="numbers">Numbers of four bytes, as they are read from the file on this machine.</param>
    internal PatternSearch(byte[]? text, HashSet<uint> numbers)
    {
        _text = text;
        _numbers = numbers;
        uint[] sorted = [.. numbers];
        _few = sorted.Length <= FewNumbers ? sorted : [];
        int textBuckets = 0;
        if (text is not null)
        {
            Add(text, 0);
            textBuckets = 1;
        }

        // Alike in their upper bytes, the numbers of a bucket let less pass.
        Array.Sort(sorted, (a, b) => InOrder(a).CompareTo(InOrder(b)));
        int buckets = Math.Clamp(sorted.Length, 1, Buckets - textBuckets);
        for (int i = 0; i < sorted.Length; i++)
        {
            Add(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in sorted[i])), textBuckets + (int)((long)i * buckets / sorted.Length));
            _filter[FilterBit(sorted[i]) >> 6] |= 1UL << (int)FilterBit(sorted[i]);
            _lowHalves[(ushort)sorted[i] >> 6] |= 1UL << (ushort)sorted[i];
        }

        if (sorted.Length > 0 && BitConverter.IsLittleEndian)
        {
            (_least, _most) = (sorted[0], sorted[^1]);
            _areAlike = _least >> 24 == _most >> 24;
        }
    }

    /// <summary>Notes where any of the patterns begins, in order. Cost: one pass.</summary>
    /// <param name="block">What is searched.</param>
    /// <param name="starts">Number of positions where a hit may begin; it may reach behind them.</param>
    /// <param name="origin">Added to each position.</param>
    /// <param name="hits">Takes the positions; made when there is one.</param>
    internal void FindAll(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        int at = 0;
        if (_text is null or { Length: >= 3 } && (_text is null ? 0 : 1) + _numbers.Count is 1 or 2)
        {
            at = FindTwo(block, starts, origin, ref hits);
        }
        else if (_areAlike && _numbers.Count > ManyNumbers && (_text is null || _text.Length >= 3))
        {
            at = FindAlike(block, starts, origin, ref hits);
        }
        else if (_areAlike && (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            at = _numbers.Count <= NumbersOfThreeBytes
                ? FindThree(block, starts, origin, ref hits)
                : FindShared(block, starts, origin, ref hits);
        }
        else if (Avx2.IsSupported)
        {
            at = FindWide(block, starts, origin, ref hits);
        }
        else if (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            at = FindNarrow(block, starts, origin, ref hits);
        }

        // Without the instruction each position is compared.
        for (; at < starts; at++)
        {
            NoteIfAny(block, at, starts, origin, ref hits);
        }
    }

    // One or two patterns: three bytes of each are compared, which takes fewer instructions than the tables.
    private int FindTwo(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        (uint first, uint second) = Heads();
        Vector128<byte> a0 = Vector128.Create((byte)first), a1 = Vector128.Create((byte)(first >> 8)), a2 = Vector128.Create((byte)(first >> 16));
        Vector128<byte> b0 = Vector128.Create((byte)second), b1 = Vector128.Create((byte)(second >> 8)), b2 = Vector128.Create((byte)(second >> 16));
        ref byte start = ref MemoryMarshal.GetReference(block);
        int end = Math.Min(starts, block.Length - Vector128<byte>.Count - FilteredBytes + 1);
        int at = 0;
        for (; at < end; at += Vector128<byte>.Count)
        {
            Vector128<byte> v0 = Vector128.LoadUnsafe(ref start, (nuint)at);
            Vector128<byte> v1 = Vector128.LoadUnsafe(ref start, (nuint)at + 1);
            Vector128<byte> v2 = Vector128.LoadUnsafe(ref start, (nuint)at + 2);
            Vector128<byte> any = (Vector128.Equals(v0, a0) & Vector128.Equals(v1, a1) & Vector128.Equals(v2, a2))
                | (Vector128.Equals(v0, b0) & Vector128.Equals(v1, b1) & Vector128.Equals(v2, b2));
            for (uint mask = any.ExtractMostSignificantBits(); mask != 0; mask &= mask - 1)
            {
                NoteIfAny(block, at + BitOperations.TrailingZeroCount(mask), starts, origin, ref hits);
            }
        }

        return at;
    }

    // Many numbers of one upper byte, as offsets in one section are: that byte and the range of the next are compared, and a bit for each
    // value of the other two says whether a number has it.
    private int FindAlike(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        byte[] text = _text ?? [];
        bool hasText = text.Length > 0;
        Vector128<byte> t0 = Vector128.Create(hasText ? text[0] : (byte)0), t1 = Vector128.Create(hasText ? text[1] : (byte)0);
        Vector128<byte> t2 = Vector128.Create(hasText ? text[2] : (byte)0);
        Vector128<byte> withText = hasText ? Vector128<byte>.AllBitsSet : default;
        Vector128<byte> top = Vector128.Create((byte)(_least >> 24)), least = Vector128.Create((byte)(_least >> 16));
        Vector128<byte> range = Vector128.Create((byte)((_most >> 16) - (_least >> 16)));
        ref byte start = ref MemoryMarshal.GetReference(block);
        ref ulong lowHalves = ref MemoryMarshal.GetArrayDataReference(_lowHalves);
        int end = Math.Min(starts, block.Length - Vector128<byte>.Count - FilteredBytes + 1);
        int at = 0;
        for (; at < end; at += Vector128<byte>.Count)
        {
            Vector128<byte> v2 = Vector128.LoadUnsafe(ref start, (nuint)at + 2);
            Vector128<byte> above = v2 - least;
            uint mask = (Vector128.Equals(Vector128.LoadUnsafe(ref start, (nuint)at + 3), top)
                & Vector128.Equals(Vector128.Min(above, range), above)).ExtractMostSignificantBits();
            uint textMask = (Vector128.Equals(Vector128.LoadUnsafe(ref start, (nuint)at), t0)
                & Vector128.Equals(Vector128.LoadUnsafe(ref start, (nuint)at + 1), t1)
                & Vector128.Equals(v2, t2) & withText).ExtractMostSignificantBits();
            for (mask |= textMask; mask != 0; mask &= mask - 1)
            {
                int bit = BitOperations.TrailingZeroCount(mask);
                ushort low = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref start, at + bit));
                if (((Unsafe.Add(ref lowHalves, low >> 6) >> low) & 1) != 0 || ((textMask >> bit) & 1) != 0)
                {
                    NoteIfAny(block, at + bit, starts, origin, ref hits);
                }
            }
        }

        return at;
    }

    // The first three bytes of the patterns, the first lowest; twice the same where there is one pattern.
    private (uint First, uint Second) Heads()
    {
        Span<uint> heads = stackalloc uint[2];
        int count = 0;
        foreach (uint number in _numbers)
        {
            heads[count++] = InOrder(number);
        }

        if (_text is not null && _text.Length >= 3)
        {
            heads[count++] = (uint)(_text[0] | (_text[1] << 8) | (_text[2] << 16));
        }

        return count switch { 0 => (0, 0), 1 => (heads[0], heads[0]), _ => (heads[0], heads[1]) };
    }

    private int FindWide(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        ref byte start = ref MemoryMarshal.GetReference(block);
        Vector256<byte> low0 = Twice(_low, 0), low1 = Twice(_low, 1), low2 = Twice(_low, 2), low3 = Twice(_low, 3);
        Vector256<byte> high0 = Twice(_high, 0), high1 = Twice(_high, 1), high2 = Twice(_high, 2), high3 = Twice(_high, 3);
        int end = Math.Min(starts, block.Length - Vector256<byte>.Count - FilteredBytes + 1);
        int at = 0;
        for (; at < end; at += Vector256<byte>.Count)
        {
            Vector256<byte> any = Pass(Vector256.LoadUnsafe(ref start, (nuint)at), low0, high0)
                & Pass(Vector256.LoadUnsafe(ref start, (nuint)at + 1), low1, high1)
                & Pass(Vector256.LoadUnsafe(ref start, (nuint)at + 2), low2, high2)
                & Pass(Vector256.LoadUnsafe(ref start, (nuint)at + 3), low3, high3);
            if (!Avx.TestZ(any, any))
            {
                uint mask = ~Vector256.Equals(any, default).ExtractMostSignificantBits();
                for (; mask != 0; mask &= mask - 1)
                {
                    NoteIfAny(block, at + BitOperations.TrailingZeroCount(mask), starts, origin, ref hits);
                }
            }
        }

        return at;
    }

    // Three bytes are judged by tables; what they say fits into registers.
    private int FindThree(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        ref byte start = ref MemoryMarshal.GetReference(block);
        Vector128<byte> low0 = Once(_low, 0), low1 = Once(_low, 1), low2 = Once(_low, 2);
        Vector128<byte> high0 = Once(_high, 0), high1 = Once(_high, 1), high2 = Once(_high, 2);
        int at = 0;
        for (; at <= block.Length - Vector128<byte>.Count - FilteredBytes && at < starts; at += Vector128<byte>.Count)
        {
            Vector128<byte> any = Pass(Vector128.LoadUnsafe(ref start, (nuint)at), low0, high0)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 1), low1, high1)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 2), low2, high2);
            if (any != default)
            {
                uint mask = ~Vector128.Equals(any, default).ExtractMostSignificantBits() & 0xffff;
                for (; mask != 0; mask &= mask - 1)
                {
                    NoteIfAny(block, at + BitOperations.TrailingZeroCount(mask), starts, origin, ref hits);
                }
            }
        }

        return at;
    }

    // Numbers of one upper byte, which is compared; a block is looked up once, and what it says of the first and second bytes is moved
    // to where the third bytes are.
    private int FindShared(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        ref byte start = ref MemoryMarshal.GetReference(block);
        Vector128<byte> low0 = Once(_low, 0), low1 = Once(_low, 1), low2 = Once(_low, 2);
        Vector128<byte> high0 = Once(_high, 0), high1 = Once(_high, 1), high2 = Once(_high, 2);
        Vector128<byte> top = Vector128.Create((byte)(_least >> 24)), nibble = Vector128.Create((byte)15);
        Vector128<byte> text = Vector128.Create(_text is null ? (byte)0 : (byte)1);
        Vector128<byte> before0 = default, before1 = default;
        int end = (int)Math.Min(starts + 2L, block.Length - Vector128<byte>.Count);
        int at = 0;
        for (; at < end; at += Vector128<byte>.Count)
        {
            Vector128<byte> v = Vector128.LoadUnsafe(ref start, (nuint)at);
            Vector128<byte> low = v & nibble, high = (v.AsUInt16() >>> 4).AsByte() & nibble;
            Vector128<byte> pass0 = LookUp(low0, low) & LookUp(high0, high);
            Vector128<byte> pass1 = LookUp(low1, low) & LookUp(high1, high);
            Vector128<byte> any = Last2(before0, pass0) & Last1(before1, pass1) & LookUp(low2, low) & LookUp(high2, high)
                & (Vector128.Equals(Vector128.LoadUnsafe(ref start, (nuint)at + 1), top) | text);
            (before0, before1) = (pass0, pass1);
            if (any != default)
            {
                uint mask = ~Vector128.Equals(any, default).ExtractMostSignificantBits() & 0xffff;
                for (; mask != 0; mask &= mask - 1)
                {
                    NoteIfAny(block, at - 2 + BitOperations.TrailingZeroCount(mask), starts, origin, ref hits);
                }
            }
        }

        return Math.Max(0, at - 2);
    }

    // The last bytes of one vector in front of the first of the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Last2(Vector128<byte> before, Vector128<byte> next) => Ssse3.IsSupported
        ? Ssse3.AlignRight(next, before, 14) : AdvSimd.ExtractVector128(before, next, 14);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Last1(Vector128<byte> before, Vector128<byte> next) => Ssse3.IsSupported
        ? Ssse3.AlignRight(next, before, 15) : AdvSimd.ExtractVector128(before, next, 15);

    private int FindNarrow(ReadOnlySpan<byte> block, int starts, long origin, ref List<long>? hits)
    {
        ref byte start = ref MemoryMarshal.GetReference(block);
        Vector128<byte> low0 = Once(_low, 0), low1 = Once(_low, 1), low2 = Once(_low, 2), low3 = Once(_low, 3);
        Vector128<byte> high0 = Once(_high, 0), high1 = Once(_high, 1), high2 = Once(_high, 2), high3 = Once(_high, 3);
        int end = Math.Min(starts, block.Length - Vector128<byte>.Count - FilteredBytes + 1);
        int at = 0;
        for (; at < end; at += Vector128<byte>.Count)
        {
            Vector128<byte> any = Pass(Vector128.LoadUnsafe(ref start, (nuint)at), low0, high0)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 1), low1, high1)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 2), low2, high2)
                & Pass(Vector128.LoadUnsafe(ref start, (nuint)at + 3), low3, high3);
            if (any != default)
            {
                uint mask = ~Vector128.Equals(any, default).ExtractMostSignificantBits() & 0xffff;
                for (; mask != 0; mask &= mask - 1)
                {
                    NoteIfAny(block, at + BitOperations.TrailingZeroCount(mask), starts, origin, ref hits);
                }
            }
        }

        return at;
    }

    private static Vector128<byte> Once(byte[] halves, int index) => Vector128.Create<byte>(halves.AsSpan(index * HalfBytes, HalfBytes));

    private static Vector256<byte> Twice(byte[] halves, int index) => Vector256.Create(Once(halves, index), Once(halves, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LookUp(Vector128<byte> table, Vector128<byte> index) => Ssse3.IsSupported
        ? Ssse3.Shuffle(table, index) : AdvSimd.Arm64.VectorTableLookup(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pass(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high) =>
        LookUp(low, bytes & Vector128.Create((byte)15)) & LookUp(high, (bytes.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Pass(Vector256<byte> bytes, Vector256<byte> low, Vector256<byte> high) =>
        Avx2.Shuffle(low, bytes & Vector256.Create((byte)15))
        & Avx2.Shuffle(high, (bytes.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15));

    // The number as one whose upper bytes are the later ones.
    private static uint InOrder(uint number) => BitConverter.IsLittleEndian ? number : BinaryPrimitives.ReverseEndianness(number);

    private void Add(ReadOnlySpan<byte> pattern, int bucket)
    {
        byte bit = (byte)(1 << bucket);
        for (int i = 0; i < FilteredBytes; i++)
        {
            for (int half = 0; half < HalfBytes; half++)
            {
                bool isShort = i >= pattern.Length;
                _low[(i * HalfBytes) + half] |= isShort || (pattern[i] & 15) == half ? bit : (byte)0;
                _high[(i * HalfBytes) + half] |= isShort || pattern[i] >> 4 == half ? bit : (byte)0;
            }
        }
    }

    private static uint FilterBit(uint number) => (number * 0x9e3779b1) >> 16;

    private void NoteIfAny(ReadOnlySpan<byte> block, int at, int starts, long origin, ref List<long>? hits)
    {
        if (at >= starts)
        {
            return;
        }

        ReadOnlySpan<byte> rest = block[at..];
        bool isHit = rest.Length >= 4 ? IsNumber(MemoryMarshal.Read<uint>(rest)) || IsText(rest) : IsText(rest);
        if (isHit)
        {
            (hits ??= []).Add(origin + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsText(ReadOnlySpan<byte> rest) => _text is not null && rest[0] == _text[0] && rest.StartsWith(_text);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsNumber(uint number) => _few.Length > 0
        ? _few.AsSpan().Contains(number)
        : (_filter[FilterBit(number) >> 6] >> (int)FilterBit(number) & 1) != 0 && _numbers.Contains(number);
}
