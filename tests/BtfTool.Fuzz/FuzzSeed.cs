using System.Buffers.Binary;

namespace BtfTool.Fuzz;

/// <summary>An input to start from, and where its BTF records are.</summary>
internal sealed class FuzzSeed
{
    private readonly List<int> _records = [];

    /// <summary>Looks for BTF in the bytes: at their start, or anywhere in an ELF file.</summary>
    public FuzzSeed(string name, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Name = name;
        Bytes = bytes;
        for (int at = 0; at + 24 <= bytes.Length && _records.Count == 0; at++)
        {
            if (bytes[at] == 0x9f && bytes[at + 1] == 0xeb && bytes[at + 2] == 1)
            {
                FindRecords(at);
            }
            else if (bytes[at] == 0xeb && bytes[at + 1] == 0x9f && bytes[at + 2] == 1)
            {
                IsBigEndian = true;
                FindRecords(at);
            }
        }
    }

    /// <summary>What it is, for messages.</summary>
    public string Name { get; }

    /// <summary>The input.</summary>
    public byte[] Bytes { get; }

    /// <summary>Byte order of its BTF.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Offsets of the records in the bytes; empty when there are none.</summary>
    public IReadOnlyList<int> Records => _records;

    /// <summary>A 32-bit word in the byte order of the BTF.</summary>
    public uint Word(ReadOnlySpan<byte> bytes, int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>Writes a 32-bit word in the byte order of the BTF.</summary>
    public void SetWord(Span<byte> bytes, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], IsBigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    // Leaves off at what it does not understand; the records found so far are enough to spoil.
    private void FindRecords(int start)
    {
        long at = start + (long)Word(Bytes, start + 4) + Word(Bytes, start + 8);
        long end = Math.Min(Bytes.Length, at + Word(Bytes, start + 12));
        while (at + 12 <= end)
        {
            uint info = Word(Bytes, (int)at + 4);
            long vlen = info & 0xffffff;
            long words = ((info >> 24) & 0x7f) switch
            {
                1 or 14 or 17 => 1,
                3 => 3,
                4 or 5 or 15 or 19 => 3 * vlen,
                6 or 13 => 2 * vlen,
                >= 2 and <= 18 => 0,
                _ => long.MaxValue / 8,
            };
            if (words > (end - at - 12) / 4)
            {
                return;
            }

            _records.Add((int)at);
            at += 12 + (4 * words);
        }
    }
}
