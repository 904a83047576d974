using System.Buffers.Binary;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;

namespace BtfTool.Core.Tests.Elf;

/// <summary>Small relocatable files: a section, symbols, relocations.</summary>
internal static class Relocatable
{
    private const uint SHT_SYMTAB = 2;
    internal const uint SHT_RELA = 4;
    internal const uint SHT_REL = 9;

    /// <summary>A symbol table of name, value, size, info and section each.</summary>
    internal static byte[] Symbols(bool is64, bool big, params (uint Name, ulong Value, ulong Size, byte Info, ushort Section)[] symbols)
    {
        var to = new MemoryStream();
        foreach (var s in symbols)
        {
            Write(to, s.Name, 4, big);
            if (!is64)
            {
                Write(to, s.Value, 4, big);
                Write(to, s.Size, 4, big);
            }

            to.Write([s.Info, 0]);
            Write(to, s.Section, 2, big);
            if (is64)
            {
                Write(to, s.Value, 8, big);
                Write(to, s.Size, 8, big);
            }
        }

        return to.ToArray();
    }

    /// <summary>Relocations of offset, symbol, type and addend each.</summary>
    internal static byte[] Entries(bool is64, bool big, bool withAddends, params (ulong Offset, uint Symbol, uint Type, long Addend)[] entries)
    {
        var to = new MemoryStream();
        int word = is64 ? 8 : 4;
        foreach (var e in entries)
        {
            Write(to, e.Offset, word, big);
            Write(to, is64 ? ((ulong)e.Symbol << 32) | e.Type : (e.Symbol << 8) | e.Type, word, big);
            if (withAddends)
            {
                Write(to, (ulong)e.Addend, word, big);
            }
        }

        return to.ToArray();
    }

    /// <summary>Section 1 is <c>.debug_info</c>, 2 the symbols (0; 1 of value 0x1000; 2 common; 3 of value 0x30), 3 the relocations.</summary>
    internal static byte[] File(byte[] data, byte[] entries, ushort machine = 62, bool is64 = true, bool big = false,
        uint entriesType = SHT_RELA, ushort fileType = 1, Action<ElfSectionDraft>? spoil = null)
    {
        byte[] symbols = Symbols(is64, big, (0, 0, 0, 0, 0), (0, 0x1000, 0, 3, 1), (0, 64, 4, 0x11, 0xfff2), (0, 0x30, 0, 0, 1));
        return new ElfAssembler(is64, big, machine, fileType)
            .Section(".debug_info", data)
            .Section(".symtab", symbols, SHT_SYMTAB)
            .Section(".rela.debug_info", entries, entriesType, link: 2, info: 1, spoil: spoil).ToBytes();
    }

    /// <summary>The bytes of <c>.debug_info</c> with its relocations applied.</summary>
    internal static byte[] Read(byte[] file)
    {
        ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(file));
        return ElfRelocator.Read(elf, elf.Sections[1]).AsSpan().ToArray();
    }

    private static void Write(MemoryStream to, ulong value, int sizeBytes, bool big)
    {
        Span<byte> b = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(b, value);
        b = b[..sizeBytes];
        if (big)
        {
            b.Reverse();
        }

        to.Write(b);
    }
}
