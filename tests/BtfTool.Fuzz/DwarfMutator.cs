using System.Buffers.Binary;

namespace BtfTool.Fuzz;

/// <summary>Spoils DWARF: by what the bytes mean, then as bytes. The case number alone decides what is done.</summary>
internal static class DwarfMutator
{
    private static readonly byte[] s_tags =
    [
        0x01, 0x04, 0x05, 0x08, 0x0b, 0x0d, 0x0f, 0x10, 0x11, 0x13, 0x15, 0x16, 0x17, 0x18, 0x1a, 0x21, 0x24, 0x26, 0x28, 0x2e, 0x34, 0x35, 0x37, 0x3b, 0x47,
    ];

    private static readonly byte[] s_attributes =
    [
        0x01, 0x02, 0x03, 0x0b, 0x0c, 0x0d, 0x11, 0x13, 0x1b, 0x1c, 0x22, 0x27, 0x2f, 0x31, 0x37, 0x38, 0x3c, 0x3e, 0x3f, 0x47, 0x49, 0x6b, 0x72, 0x73, 0x76,
    ];

    private static readonly ulong[] s_interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 11, 12, 16, 31, 32, 63, 64, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff, 0x3fffffff, 0x40000000,
        0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
    ];

    /// <summary>Makes the input of a case.</summary>
    public static void Make(ulong caseNumber, IReadOnlyList<DwarfSeed> seeds, FuzzInput input)
    {
        var random = new FuzzRandom(caseNumber ^ 0xd3a2f);
        DwarfSeed seed = seeds[random.Below(seeds.Count)];
        input.Load(seed.Elf);
        int style = random.Below(8);
        if (style < 6 && seed.Slots.Count > 0)
        {
            for (int i = 1 + random.Below(style < 4 ? 3 : 16); i > 0; i--)
            {
                SpoilSlot(ref random, seed, input.Bytes);
            }
        }

        if (style >= 5 || seed.Slots.Count == 0)
        {
            for (int i = 1 + random.Below(5); i > 0; i--)
            {
                SpoilBytes(ref random, seed, input.Bytes);
            }
        }

        if (random.Below(64) == 0)
        {
            input.Length = random.Below(input.Length);
        }
    }

    private static void SpoilSlot(ref FuzzRandom random, DwarfSeed seed, Span<byte> bytes)
    {
        // The few slots of headers and abbreviations decide more than the many of values.
        DwarfSlot slot = seed.Slots[random.Below(seed.Slots.Count)];
        for (int i = 0; i < 4 && slot.Kind >= DwarfSlotKind.Reference; i++)
        {
            slot = seed.Slots[random.Below(seed.Slots.Count)];
        }

        Span<byte> at = bytes.Slice(slot.At, slot.Bytes);
        ulong any = random.Below(3) == 0 ? random.Next() : s_interesting[random.Below(s_interesting.Length)];
        switch (slot.Kind)
        {
            case DwarfSlotKind.Tag:
                Leb(at, random.Below(8) == 0 ? any : s_tags[random.Below(s_tags.Length)]);
                break;
            case DwarfSlotKind.Attribute:
                Leb(at, random.Below(8) == 0 ? any : s_attributes[random.Below(s_attributes.Length)]);
                break;
            case DwarfSlotKind.Form:
                Leb(at, random.Below(8) == 0 ? any : (ulong)random.Below(0x2d));
                break;
            case DwarfSlotKind.Children:
                at[0] ^= 1;
                break;
            case DwarfSlotKind.Code or DwarfSlotKind.Die:
                Leb(at, random.Below(8) == 0 ? any : (ulong)random.Below(40));
                break;
            case DwarfSlotKind.UnitLength:
                Word(at, seed.IsBigEndian, random.Below(2) == 0 ? any : Number(at, seed.IsBigEndian) + (ulong)(random.Below(65) - 32));
                break;
            case DwarfSlotKind.UnitHeader:
                at[0] = (byte)random.Below(random.Below(2) == 0 ? 9 : 256);
                break;
            case DwarfSlotKind.Reference when seed.Dies.Count > 0:
                Word(at, seed.IsBigEndian, random.Below(4) == 0 ? any : seed.Dies[random.Below(seed.Dies.Count)]);
                break;
            case DwarfSlotKind.Name:
                Word(at, seed.IsBigEndian, random.Below(2) == 0 ? any : (ulong)random.Below(bytes.Length));
                break;
            default:
                Word(at, seed.IsBigEndian, any);
                break;
        }
    }

    private static void SpoilBytes(ref FuzzRandom random, DwarfSeed seed, Span<byte> bytes)
    {
        (int start, int length) = random.Below(16) == 0 || seed.Ranges.Count == 0 ? (0, bytes.Length) : seed.Ranges[random.Below(seed.Ranges.Count)];
        int at = start + random.Below(length);
        int run = 1 + random.Below(Math.Min(32, start + length - at));
        switch (random.Below(6))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next();
                break;
            case 2:
                bytes.Slice(at, run).Fill((byte)(random.Below(2) - 1));
                break;
            case 3:
                bytes.Slice(start + random.Below(length - run + 1), run).CopyTo(bytes[at..]);
                break;
            case 4:
                bytes[(at + run)..(start + length)].CopyTo(bytes[at..]);
                break;
            default:
                bytes[at] = (byte)s_interesting[random.Below(s_interesting.Length)];
                break;
        }
    }

    // As many bytes as there are, so that what follows stays where it is.
    private static void Leb(Span<byte> at, ulong value)
    {
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = (byte)((value & 0x7f) | (i + 1 < at.Length ? 0x80u : 0));
            value >>= 7;
        }
    }

    private static ulong Number(Span<byte> at, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private static void Word(Span<byte> at, bool isBigEndian, ulong value)
    {
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = (byte)(value >> (8 * (isBigEndian ? at.Length - 1 - i : i)));
        }
    }
}
