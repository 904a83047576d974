using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Elf;

public class ElfSymbolsTests
{
    private static readonly byte[] s_strings = [0, .. "first\0second"u8];

    public static TheoryData<bool, bool> ClassesAndByteOrders => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Theory]
    [MemberData(nameof(ClassesAndByteOrders))]
    public void Symbols_are_read_one_after_the_other_in_both_classes_and_byte_orders(bool is64, bool bigEndian)
    {
        ElfFile elf = File(is64, bigEndian, Relocatable.Symbols(is64, bigEndian,
            (0, 0, 0, 0, 0), (1, 0x1234, 8, 0x12, 1), (7, 16, 0, 0x03, 0xfff1), (100, 4, 4, 0x11, 0xfff2), (0, 1, 1, 0x26, 0xffff)));

        ElfSymbols.TryRead(elf, ElfSectionType.SHT_DYNSYM, out _).ShouldBeFalse();
        ElfSymbols.TryRead(elf, ElfSectionType.SHT_SYMTAB, out ElfSymbols? symbols).ShouldBeTrue();

        var said = new List<string>();
        foreach (ElfSymbol s in symbols)
        {
            said.Add($"{Encoding.UTF8.GetString(symbols.NameOf(s))} {s.Value} {s.SizeBytes} {s.Type} {s.Binding} {s.SectionIndex}");
        }

        said.ShouldBe([" 0 0 0 0 0", "first 4660 8 2 1 1", "second 16 0 3 0 65521", " 4 4 1 1 65522", " 1 1 6 2 70000"]);
        symbols.Count.ShouldBe(5);
        symbols.Section.Index.ShouldBe(1);
        Should.Throw<ArgumentOutOfRangeException>(() => _ = symbols[5]);
    }

    [Fact]
    public void No_object_is_made_for_a_symbol()
    {
        ElfFile elf = File(true, false, new byte[24 * 10_000]);
        ElfSymbols symbols = ElfSymbols.Read(elf, elf.Sections[1]);
        Sum(symbols);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ulong sum = Sum(symbols);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        sum.ShouldBe(0UL);
        allocated.ShouldBeLessThan(1000);
    }

    [Fact]
    public void A_table_whose_entries_have_another_size_is_refused()
    {
        byte[] bytes = new ElfAssembler().Section(".symtab", new byte[48], type: 2, entryBytes: 16).ToBytes();
        ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(bytes));

        Should.Throw<InvalidImageException>(() => ElfSymbols.Read(elf, elf.Sections[1])).Message.ShouldContain("symbols of 16 bytes; 24 expected");
    }

    [Fact]
    public void A_table_without_strings_has_symbols_without_names()
    {
        byte[] bytes = new ElfAssembler().Section(".symtab", Relocatable.Symbols(true, false, (9, 1, 2, 0, 1)), type: 2, link: 99).ToBytes();
        ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(bytes));
        ElfSymbols symbols = ElfSymbols.Read(elf, elf.Sections[1]);

        symbols.NameOf(symbols[0]).IsEmpty.ShouldBeTrue();
    }

    private static ulong Sum(ElfSymbols symbols)
    {
        ulong sum = 0;
        foreach (ElfSymbol symbol in symbols)
        {
            sum += symbol.Value + (ulong)symbols.NameOf(symbol).Length;
        }

        return sum;
    }

    private static ElfFile File(bool is64, bool bigEndian, byte[] symbols)
    {
        byte[] indices = new byte[20];
        (bigEndian ? (ReadOnlySpan<byte>)[0, 1, 0x11, 0x70] : [0x70, 0x11, 1, 0]).CopyTo(indices.AsSpan(16));
        byte[] bytes = new ElfAssembler(is64, bigEndian)
            .Section(".symtab", symbols, type: 2, link: 2, entryBytes: is64 ? 24u : 16u)
            .Section(".strtab", s_strings, type: 3)
            .Section(".symtab_shndx", indices, type: 18, link: 1).ToBytes();
        return ElfFile.Parse("a.o", ByteRegion.FromBytes(bytes));
    }
}
