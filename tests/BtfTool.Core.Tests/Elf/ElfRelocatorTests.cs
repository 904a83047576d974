using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.Core.Tests.Elf.Relocatable;

namespace BtfTool.Core.Tests.Elf;

public class ElfRelocatorTests
{
    /// <summary>Machine, class, byte order, relocations with addends, and the types for 1, 2, 4 and 8 bytes (0: there is none).</summary>
    public static TheoryData<int, bool, bool, bool, uint[]> Machines => new()
    {
        { 62, true, false, true, [14, 12, 10, 1] },
        { 62, true, false, true, [0, 0, 11, 17] },
        { 62, false, false, true, [14, 12, 10, 0] },
        { 3, false, false, false, [22, 20, 1, 0] },
        { 183, true, false, true, [0, 259, 258, 257] },
        { 183, true, true, true, [0, 259, 258, 257] },
        { 183, false, false, true, [0, 2, 1, 0] },
        { 40, false, false, false, [8, 5, 2, 0] },
        { 22, true, true, true, [1, 3, 4, 22] },
        { 21, true, true, true, [0, 3, 1, 38] },
        { 21, true, false, true, [0, 25, 24, 43] },
        { 20, false, true, true, [0, 3, 1, 0] },
        { 243, true, false, true, [54, 55, 56, 2] },
        { 243, false, false, true, [54, 55, 1, 0] },
        { 8, false, true, false, [0, 1, 2, 0] },
        { 8, true, true, true, [0, 1, 2, 18] },
        { 258, true, false, true, [0, 0, 1, 2] },
        { 2, false, true, true, [1, 2, 3, 0] },
        { 43, true, true, true, [1, 55, 23, 54] },
        { 4, false, true, true, [3, 2, 1, 0] },
        { 247, true, false, false, [0, 0, 3, 2] },
        { 247, true, true, false, [0, 0, 4, 1] },
        { 0x9026, true, false, true, [0, 0, 1, 2] },
        { 15, false, true, true, [0, 0, 1, 0] },
        { 42, false, false, true, [0, 0, 1, 0] },
        { 195, false, false, true, [1, 2, 4, 0] },
        { 252, false, false, true, [0, 0, 1, 0] },
        { 189, false, false, true, [0, 0, 1, 0] },
        { 113, false, false, true, [14, 13, 12, 0] },
        { 92, false, true, true, [3, 2, 1, 0] },
        { 94, false, false, true, [0, 0, 1, 0] },
    };

    [Theory]
    [MemberData(nameof(Machines))]
    public void Absolute_relocations_of_a_machine_become_symbol_plus_addend(int machine, bool is64, bool big, bool withAddends, uint[] types)
    {
        for (int i = 0; i < types.Length; i++)
        {
            if (types[i] == 0)
            {
                continue;
            }

            int size = 1 << i;
            byte[] data = [.. Enumerable.Repeat((byte)0xee, 16)];
            byte[] addend = Integer(5, size, big);
            if (!withAddends)
            {
                addend.CopyTo(data, 3);
            }

            byte[] entries = Entries(is64, big, withAddends, (3, 3, types[i], 5));
            byte[] read = Relocatable.Read(File(data, entries, (ushort)machine, is64, big, withAddends ? SHT_RELA : SHT_REL));

            Integer(0x35, size, big).CopyTo(data, 3);
            read.ShouldBe(data, $"type {types[i]}");
        }
    }

    [Fact]
    public void Relocations_with_addends_do_not_look_at_what_is_in_place()
    {
        byte[] entries = Entries(true, false, true, (0, 1, 10, -2), (4, 0, 10, 7), (8, 2, 10, 3));

        Relocatable.Read(File([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9], entries)).ShouldBe([0xfe, 0x0f, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0]);
    }

    [Theory]
    [InlineData(243, new uint[] { 33, 34, 35, 36 }, new uint[] { 37, 38, 39, 40 })]
    [InlineData(258, new uint[] { 47, 48, 50, 51 }, new uint[] { 52, 53, 55, 56 })]
    public void Pairs_of_relocations_make_the_difference_of_two_symbols(int machine, uint[] add, uint[] subtract)
    {
        for (int i = 0; i < 4; i++)
        {
            // The lower byte of 0x1000 + 0x44 - 0x30 is 0x14; what is in place counts.
            byte[] entries = Entries(true, false, true, (2, 1, add[i], 0x44), (2, 3, subtract[i], 0));
            byte[] expected = [1, 1, .. Integer(0x1015, 1 << i, false), 1];

            Relocatable.Read(File([1, 1, .. Integer(1, 1 << i, false), 1], entries, (ushort)machine)).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(243, 53u, 52u)]
    [InlineData(258, 105u, 106u)]
    public void Six_bits_of_a_byte_are_set_and_reduced_and_the_others_stay(int machine, uint set, uint subtract)
    {
        byte[] entries = Entries(true, false, true, (0, 3, set, 9), (0, 0, subtract, 2));

        Relocatable.Read(File([0xc0], entries, (ushort)machine)).ShouldBe([0xc0 | 0x37]);
    }

    [Theory]
    [InlineData(243, 60u, 61u)]
    [InlineData(258, 107u, 108u)]
    public void Numbers_of_variable_length_keep_their_length(int machine, uint set, uint subtract)
    {
        byte[] entries = Entries(true, false, true, (1, 1, set, 0), (1, 3, subtract, 0));

        // 0x1000 - 0x30 = 0xfd0.
        Relocatable.Read(File([7, 0x80, 0x80, 0x00, 7], entries, (ushort)machine)).ShouldBe([7, 0xd0, 0x9f, 0x00, 7]);
        Should.Throw<InvalidImageException>(() => Relocatable.Read(File([7, 0x80, 0x80], entries, (ushort)machine)))
            .Message.ShouldContain("LEB128 that does not end");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_three_types_of_64_bit_mips_are_taken_apart_in_both_byte_orders(bool big)
    {
        // r_sym, r_ssym, r_type3, r_type2, r_type: each in the order of the file.
        byte[] entries = [.. Integer(4, 8, big), .. Integer(3, 4, big), 0, 0, 0, 18, .. Integer(0x10, 8, big)];

        Relocatable.Read(File(new byte[12], entries, machine: 8, big: big)).ShouldBe([0, 0, 0, 0, .. Integer(0x40, 8, big)]);
        entries[14] = 5;
        Should.Throw<InvalidImageException>(() => Relocatable.Read(File(new byte[12], entries, machine: 8, big: big)))
            .Message.ShouldContain("relocation type 1298 of mips");
    }

    [Fact]
    public void Sparc_keeps_other_things_beside_the_type()
    {
        byte[] entries = Entries(true, true, true, (0, 3, 0xabcdef00 | 54, 1));

        Relocatable.Read(File(new byte[8], entries, machine: 43, big: true)).ShouldBe(Integer(0x31, 8, true));
    }

    [Theory]
    [InlineData(62, 10u, new byte[] { 1, 2, 3, 4 })]
    [InlineData(62, 0u, new byte[] { 1, 2, 3, 4 })]
    public void A_linked_file_is_not_relocated_again_and_not_copied(int machine, uint type, byte[] data)
    {
        byte[] file = File(data, Entries(true, false, true, (0, 1, type, 5)), (ushort)machine, fileType: 2);
        ElfFile elf = ElfFile.Parse("vmlinux", ByteRegion.FromBytes(file));
        ByteRegion read = default;
        long before = GC.GetAllocatedBytesForCurrentThread();

        read = ElfRelocator.Read(elf, elf.Sections[1]);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100);
        read.AsSpan().ToArray().ShouldBe(data);
    }

    [Fact]
    public void The_file_itself_stays_as_it_is()
    {
        byte[] file = File([1, 2, 3, 4], Entries(true, false, true, (0, 1, 10, 5)));
        ByteRegion bytes = ByteRegion.FromBytes(file);
        ElfFile elf = ElfFile.Parse("a.o", bytes);

        ElfRelocator.Read(elf, elf.Sections[1]).AsSpan().ToArray().ShouldBe([5, 0x10, 0, 0]);
        bytes.AsSpan().ToArray().ShouldBe(file);
    }

    [Fact]
    public void Each_of_several_sections_of_one_name_has_its_own_relocations_and_may_have_several()
    {
        byte[] symbols = Symbols(true, false, (0, 0, 0, 0, 0), (0, 0x10, 0, 3, 1));
        var assembler = new ElfAssembler();
        for (int i = 0; i < 3000; i++)
        {
            assembler.Section(".debug_types", new byte[8]);
        }

        assembler.Section(".symtab", symbols, type: 2);
        for (uint i = 1; i <= 3000; i++)
        {
            assembler.Section(".rela.debug_types", Entries(true, false, true, (0, 1, 10, i)), SHT_RELA, link: 3001, info: i);
        }

        assembler.Section(".rela.debug_types", Entries(true, false, true, (4, 1, 10, 1)), SHT_RELA, link: 3001, info: 7);
        ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(assembler.ToBytes()));

        // From several threads, as sections are decompressed and relocated.
        Parallel.For(1, 3001, i => ElfRelocator.Read(elf, elf.Sections[i]).AsSpan().ToArray()
            .ShouldBe([.. Integer((ulong)i + 0x10, 4, false), .. Integer(i == 7 ? 0x11UL : 0, 4, false)]));
    }

    [Fact]
    public void Broken_relocations_are_refused_with_their_place()
    {
        byte[] good = Entries(true, false, true, (0, 1, 10, 0));
        Fails(File(new byte[8], [.. good, .. Entries(true, false, true, (0, 1, 2, 0))]), 24, "relocation type 2 of x86-64");
        Fails(File(new byte[8], good, machine: 999), 0, "relocation type 10 of machine 999");
        Fails(File(new byte[8], Entries(true, false, true, (5, 1, 10, 0))), 0, "4 bytes at 5; the section has 8");
        Fails(File(new byte[8], Entries(true, false, true, (ulong.MaxValue, 1, 10, 0))), 0, "the section has 8");
        Fails(File(new byte[8], Entries(true, false, true, (0, 4, 10, 0))), 0, "symbol 4; there are 4");
        Fails(File(new byte[8], good, spoil: s => s.Link = 77), -1, "its symbols are in section 77");
        Fails(File(new byte[8], Entries(true, false, true, (0, 1, 10, 0)), spoil: s => s.Link = 0), 0, "symbol 1; there are 0");
        Fails(File(new byte[8], good, spoil: s => s.EntryBytes = 16), -1, "relocations of 16 bytes; 24 expected");
        Fails(File(new byte[8], good, entriesType: 0x40000014), -1, "compact relocations");
        Relocatable.Read(File(new byte[4], Entries(true, false, true, (0, 0, 10, 9)), spoil: s => s.Link = 0)).ShouldBe([9, 0, 0, 0]);
    }

    [Theory]
    [InlineData(1, 9u, 3)]
    [InlineData(2, 9u, 3)]
    [InlineData(3, 9u, 3)]
    [InlineData(1, 25u, 62)]
    public void A_type_that_is_not_known_stays_without_effect_where_it_is_about_code_and_data(int symbol, uint type, int machine)
    {
        // Symbols: of a section that is loaded, of none, common; the second relocation is read as ever.
        bool is64 = machine == 62;
        uint word = is64 ? 10u : 1u;
        byte[] symbols = Symbols(is64, false, (0, 0, 0, 0, 0), (0, 0x100, 0, 3, 4), (0, 0, 0, 0x10, 0), (0, 64, 4, 0x11, 0xfff2), (0, 0x30, 0, 3, 1));
        byte[] entries = Entries(is64, false, is64, (0, (uint)symbol, type, 5), (4, 4, word, 0));
        byte[] file = new ElfAssembler(is64, false, (ushort)machine)
            .Section(".debug_info", [1, 2, 3, 4, 0, 0, 0, 0])
            .Section(".symtab", symbols, type: 2)
            .Section(".rela.debug_info", entries, is64 ? SHT_RELA : SHT_REL, link: 2, info: 1)
            .Section(".data", new byte[8], flags: 3).ToBytes();

        Relocatable.Read(file).ShouldBe([1, 2, 3, 4, 0x30, 0, 0, 0]);
    }

    [Fact]
    public void A_copy_beyond_the_limit_is_refused()
    {
        byte[] file = File(new byte[80], Entries(true, false, true, (0, 1, 10, 0)));
        ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(file), ReaderLimits.Default with { MaxDecompressedBytes = 79 });

        Should.Throw<InvalidImageException>(() => ElfRelocator.Read(elf, elf.Sections[1])).Message.ShouldContain("at most 79 bytes can be relocated");
    }

    [Fact]
    public void Any_changed_byte_gives_a_result_or_a_clear_error()
    {
        byte[] whole = File(new byte[24], Entries(true, false, true, (0, 1, 60, 0), (4, 3, 35, 0), (8, 2, 52, 0)), machine: 243);
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte value in (byte[])[0, 1, 2, 0x7f, 0xff])
            {
                byte[] changed = [.. whole];
                changed[at] = value;
                try
                {
                    ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(changed));
                    foreach (ElfSection section in elf.Sections)
                    {
                        _ = section.HasBytes ? ElfRelocator.Read(elf, section).Length : 0;
                    }
                }
                catch (InvalidImageException)
                {
                    // One of the two answers that are allowed.
                }
            }
        }
    }

    private static void Fails(byte[] file, long at, string message)
    {
        InvalidImageException e = Should.Throw<InvalidImageException>(() => Relocatable.Read(file));
        e.Message.ShouldContain(message);
        e.FileOffset.ShouldBe(at);
        e.Section.ShouldBe(".rela.debug_info");
    }

    private static byte[] Integer(ulong value, int sizeBytes, bool big)
    {
        byte[] b = BitConverter.GetBytes(value)[..sizeBytes];
        if (big)
        {
            Array.Reverse(b);
        }

        return b;
    }
}
