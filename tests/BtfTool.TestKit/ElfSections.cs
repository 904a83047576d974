using System.Buffers.Binary;
using System.Text;

namespace BtfTool.TestKit;

/// <summary>Takes a section out of a well-formed ELF file, independently of the readers under test.</summary>
public static class ElfSections
{
    /// <summary>The bytes of a section that is not compressed; null when there is none of that name.</summary>
    public static byte[]? Find(byte[] elf, string name)
    {
        ArgumentNullException.ThrowIfNull(elf);
        bool is64 = elf[4] == 2;
        bool big = elf[5] == 2;
        long table = (long)Word(elf, is64 ? 40 : 32, is64 ? 8 : 4, big);
        int entry = (int)Word(elf, is64 ? 58 : 46, 2, big);
        int count = (int)Word(elf, is64 ? 60 : 48, 2, big);
        int names = (int)Word(elf, is64 ? 62 : 50, 2, big);
        (long namesAt, _) = Place(elf, table + ((long)names * entry), is64, big);
        for (int i = 1; i < count; i++)
        {
            long header = table + ((long)i * entry);
            long nameAt = namesAt + (long)Word(elf, header, 4, big);
            int end = Array.IndexOf(elf, (byte)0, (int)nameAt);
            if (Encoding.UTF8.GetString(elf, (int)nameAt, end - (int)nameAt) == name)
            {
                (long at, long length) = Place(elf, header, is64, big);
                return elf.AsSpan((int)at, (int)length).ToArray();
            }
        }

        return null;
    }

    private static (long At, long Length) Place(byte[] elf, long header, bool is64, bool big) => is64
        ? ((long)Word(elf, header + 24, 8, big), (long)Word(elf, header + 32, 8, big))
        : ((long)Word(elf, header + 16, 4, big), (long)Word(elf, header + 20, 4, big));

    private static ulong Word(byte[] bytes, long at, int size, bool big)
    {
        ReadOnlySpan<byte> b = bytes.AsSpan((int)at, size);
        return (size, big) switch
        {
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(b),
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(b),
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(b),
            (4, true) => BinaryPrimitives.ReadUInt32BigEndian(b),
            (_, false) => BinaryPrimitives.ReadUInt64LittleEndian(b),
            (_, true) => BinaryPrimitives.ReadUInt64BigEndian(b),
        };
    }
}
