namespace BtfTool.TestKit;

/// <summary>An offset into another section that was written: what a relocation stands for in a relocatable file.</summary>
/// <param name="At">Where it was written, in bytes.</param>
/// <param name="SizeBytes">4 or 8.</param>
/// <param name="Target">The section that it is an offset into.</param>
/// <param name="Value">The offset.</param>
public readonly record struct DwarfFixup(int At, int SizeBytes, string Target, ulong Value);

/// <summary>The bytes of one section while they are written.</summary>
public sealed class DwarfBytes(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    /// <summary>Bytes written so far.</summary>
    public int Length => _bytes.Count;

    /// <summary>The offsets into other sections that were written.</summary>
    public List<DwarfFixup> Fixups { get; } = [];

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    /// <summary>Writes an integer of 1 to 16 bytes (3 and others too); more than 8 are extended with zeros.</summary>
    public void Integer(ulong value, int sizeBytes)
    {
        for (int i = 0; i < sizeBytes; i++)
        {
            int place = bigEndian ? sizeBytes - 1 - i : i;
            _bytes.Add(place < 8 ? (byte)(value >> (8 * place)) : (byte)0);
        }
    }

    /// <summary>Writes an unsigned LEB128, padded to a number of bytes where one is given.</summary>
    public void Unsigned(ulong value, int paddedBytes = 0)
    {
        int count = 0;
        do
        {
            byte low = (byte)(value & 0x7f);
            value >>= 7;
            count++;
            _bytes.Add((byte)(low | (value != 0 || count < paddedBytes ? 0x80 : 0)));
        }
        while (value != 0 || count < paddedBytes);
    }

    /// <summary>Writes a signed LEB128.</summary>
    public void Signed(long value)
    {
        while (true)
        {
            byte low = (byte)(value & 0x7f);
            value >>= 7;
            bool done = (value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0);
            _bytes.Add((byte)(done ? low : low | 0x80));
            if (done)
            {
                return;
            }
        }
    }

    /// <summary>Writes UTF-8 and a zero.</summary>
    public void Text(string text)
    {
        _bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(text));
        _bytes.Add(0);
    }

    /// <summary>Writes an offset into a section.</summary>
    public void Offset(ulong value, int sizeBytes, string target)
    {
        Fixups.Add(new DwarfFixup(Length, sizeBytes, target, value));
        Integer(value, sizeBytes);
    }

    /// <summary>Writes the length of a unit or table: 4 bytes, or 12 in 64-bit DWARF.</summary>
    public void InitialLength(ulong length, bool dwarf64)
    {
        if (dwarf64)
        {
            Integer(0xffffffff, 4);
        }

        Integer(length, dwarf64 ? 8 : 4);
    }

    /// <summary>What was written.</summary>
    public byte[] ToArray() => [.. _bytes];
}
