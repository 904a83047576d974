namespace BtfTool.Fuzz;

/// <summary>Spoils inputs: records as records first, then bytes as bytes. The case number alone decides what is done.</summary>
internal static class Mutator
{
    private static readonly uint[] Interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 12, 16, 24, 31, 32, 33, 63, 64, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff, 0x1000000,
        0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff, 0x40000000, 0x20000000, 0x04000001, 0x0affffff,
    ];

    /// <summary>Makes the input of a case.</summary>
    public static void Make(ulong caseNumber, IReadOnlyList<FuzzSeed> seeds, FuzzInput input)
    {
        var random = new FuzzRandom(caseNumber);
        FuzzSeed seed = seeds[random.Below(seeds.Count)];
        Make(ref random, seed, seeds, input);
    }

    /// <summary>Spoils a given seed.</summary>
    public static void Make(ref FuzzRandom random, FuzzSeed seed, IReadOnlyList<FuzzSeed> seeds, FuzzInput input)
    {
        input.Load(seed.Bytes);
        int style = random.Below(8);
        if (style < 6 && seed.Records.Count > 0)
        {
            for (int i = 1 + random.Below(style < 4 ? 3 : 12); i > 0; i--)
            {
                SpoilRecord(ref random, seed, input.Bytes);
            }
        }

        if (style >= 4 || seed.Records.Count == 0)
        {
            for (int i = 1 + random.Below(4); i > 0; i--)
            {
                SpoilBytes(ref random, seeds, input);
            }
        }
    }

    private static void SpoilRecord(ref FuzzRandom random, FuzzSeed seed, Span<byte> bytes)
    {
        int index = random.Below(seed.Records.Count);
        int at = seed.Records[index];
        int other = seed.Records[random.Below(seed.Records.Count)];
        int end = index + 1 < seed.Records.Count ? seed.Records[index + 1] : Math.Min(bytes.Length & ~3, at + 24);
        int payload = end - at > 12 ? at + 12 + (4 * random.Below((end - at - 12) / 4)) : at + 8;
        uint self = (uint)index + 1;
        uint id = (uint)random.Below(seed.Records.Count + 2);
        switch (random.Below(14))
        {
            case 0 or 1:
                seed.SetWord(bytes, at + 8, id);
                break;
            case 2:
                seed.SetWord(bytes, at + 8, self);
                break;
            case 3 or 4:
                seed.SetWord(bytes, payload, id);
                break;
            case 5:
                seed.SetWord(bytes, payload, self);
                break;
            case 6:
                Swap(seed, bytes, at + 8, other + 8);
                break;
            case 7:
                Swap(seed, bytes, at, other);
                break;
            case 8:
                seed.SetWord(bytes, at + 4, (seed.Word(bytes, at + 4) & 0xff000000) | (uint)random.Below(random.Below(2) == 0 ? 8 : 0x1000000));
                break;
            case 9:
                seed.SetWord(bytes, at + 4, (seed.Word(bytes, at + 4) & 0x80ffffff) | ((uint)random.Below(21) << 24));
                break;
            case 10:
                seed.SetWord(bytes, at + 4, seed.Word(bytes, at + 4) ^ 0x80000000);
                break;
            case 11:
                seed.SetWord(bytes, payload, Interesting[random.Below(Interesting.Length)]);
                break;
            case 12:
                seed.SetWord(bytes, at + 8, Interesting[random.Below(Interesting.Length)]);
                break;
            default:
                seed.SetWord(bytes, at, (uint)random.Below(bytes.Length));
                break;
        }
    }

    private static void Swap(FuzzSeed seed, Span<byte> bytes, int a, int b)
    {
        uint word = seed.Word(bytes, a);
        seed.SetWord(bytes, a, seed.Word(bytes, b));
        seed.SetWord(bytes, b, word);
    }

    private static void SpoilBytes(ref FuzzRandom random, IReadOnlyList<FuzzSeed> seeds, FuzzInput input)
    {
        Span<byte> bytes = input.Bytes;
        if (bytes.Length < 8)
        {
            return;
        }

        // Headers are small and decide most: every third place is in the first 64 bytes.
        int at = random.Below(random.Below(3) == 0 ? Math.Min(64, bytes.Length - 4) : bytes.Length - 4);
        int length = random.Below(Math.Min(64, bytes.Length - at));
        switch (random.Below(10))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
            case 2:
                bytes[at] = (byte)random.Next();
                break;
            case 3 or 4:
                uint value = Interesting[random.Below(Interesting.Length)];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes[(at & ~3)..],
                    random.Below(2) == 0 ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value));
                break;
            case 5:
                ReadOnlySpan<byte> from = seeds[random.Below(seeds.Count)].Bytes;
                int start = random.Below(from.Length);
                from.Slice(start, Math.Min(Math.Min(256, from.Length - start), bytes.Length - at)).CopyTo(bytes[at..]);
                break;
            case 6:
                input.Length = random.Below(4) == 0 ? random.Below(bytes.Length) : Math.Max(0, bytes.Length - random.Below(16));
                break;
            case 7 when bytes.Length + length <= input.Capacity:
                bytes[at..].CopyTo(input.Room[(at + length)..]);
                input.Length += length;
                break;
            case 8:
                bytes[(at + length)..].CopyTo(bytes[at..]);
                input.Length -= length;
                break;
            default:
                bytes.Slice(at, length).Fill((byte)(random.Below(2) - 1));
                break;
        }
    }
}
