namespace BtfTool.TestKit;

/// <summary>Puts sections of DWARF into ELF files.</summary>
internal static class DwarfElf
{
    private const uint SHT_SYMTAB = 2;
    private const uint SHT_STRTAB = 3;
    private const uint SHT_RELA = 4;
    private const uint SHT_REL = 9;
    private const byte STT_SECTION = 3;

    public static void Add(ElfAssembler elf, string name, byte[] bytes, bool compressed)
    {
        if (compressed)
        {
            elf.CompressedSection(name, bytes);
        }
        else
        {
            elf.Section(name, bytes);
        }
    }

    /// <summary>Adds the sections, a symbol for each, and relocations in the place of the offsets between them.</summary>
    public static void AddRelocatable(ElfAssembler elf, List<(string Name, DwarfBytes Bytes)> sections, DwarfRelocations types,
        Func<string, byte[], byte[]> spoil, bool compressed)
    {
        var symbols = new Dictionary<string, int>();
        int first = elf.Sections.Count;
        foreach ((string name, DwarfBytes bytes) in sections)
        {
            symbols[name] = symbols.Count + 1;
            byte[] plain = bytes.ToArray();
            foreach (DwarfFixup fixup in bytes.Fixups.Where(_ => types.WithAddends))
            {
                plain.AsSpan(fixup.At, fixup.SizeBytes).Clear();
            }

            Add(elf, name, spoil(name, plain), compressed);
        }

        uint table = (uint)elf.Sections.Count;
        elf.Section(".symtab", Symbols(elf, sections.Count, first), SHT_SYMTAB, link: table + 1, info: (uint)sections.Count + 1,
            alignment: 8, entryBytes: elf.Is64 ? 24u : 16u);
        elf.Section(".strtab", [0], SHT_STRTAB);
        for (int i = 0; i < sections.Count; i++)
        {
            byte[] entries = Relocations(elf, sections[i].Bytes, types, symbols);
            if (entries.Length > 0)
            {
                uint entryBytes = (elf.Is64 ? 8u : 4u) * (types.WithAddends ? 3u : 2u);
                elf.Section((types.WithAddends ? ".rela" : ".rel") + sections[i].Name, entries, types.WithAddends ? SHT_RELA : SHT_REL,
                    link: table, info: (uint)(first + i), alignment: 8, entryBytes: entryBytes);
            }
        }
    }

    private static byte[] Symbols(ElfAssembler elf, int count, int first)
    {
        var words = new WordWriter(elf.IsBigEndian);
        words.Bytes(new byte[elf.Is64 ? 24 : 16]);
        for (int i = 0; i < count; i++)
        {
            words.U32(0);
            if (!elf.Is64)
            {
                words.U32(0);
                words.U32(0);
            }

            words.U8(STT_SECTION);
            words.U8(0);
            words.U16((ushort)(first + i));
            if (elf.Is64)
            {
                words.U64(0);
                words.U64(0);
            }
        }

        return words.ToArray();
    }

    private static byte[] Relocations(ElfAssembler elf, DwarfBytes bytes, DwarfRelocations types, Dictionary<string, int> symbols)
    {
        var words = new WordWriter(elf.IsBigEndian);
        foreach (DwarfFixup fixup in bytes.Fixups)
        {
            uint symbol = (uint)symbols.GetValueOrDefault(fixup.Target);
            uint type = fixup.SizeBytes == 8 ? types.Type64 : types.Type32;
            words.Word((ulong)fixup.At, elf.Is64);
            words.Word(elf.Is64 ? ((ulong)symbol << 32) | type : (symbol << 8) | type, elf.Is64);
            if (types.WithAddends)
            {
                words.Word(fixup.Value, elf.Is64);
            }
        }

        return words.ToArray();
    }
}
