using System.Buffers.Binary;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

public class ElfFileTests
{
    private static readonly byte[] s_text = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i % 7))];

    public static TheoryData<bool, bool> ClassesAndByteOrders => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    private static ElfFile Parse(byte[] bytes, ReaderLimits? limits = null) => ElfFile.Parse("a.o", ByteRegion.FromBytes(bytes), limits);

    private static ByteRegion ReadSection(ElfFile elf, string name)
    {
        elf.TryGetSection(name, out ElfSection section).ShouldBeTrue();
        return elf.Read(section);
    }

    [Theory]
    [MemberData(nameof(ClassesAndByteOrders))]
    public void Sections_are_found_in_both_classes_and_byte_orders(bool is64, bool bigEndian)
    {
        ElfFile elf = Parse(new ElfAssembler(is64, bigEndian).Section(".text", [1, 2]).Section(".BTF", [3, 4, 5]).ToBytes());

        elf.Is64Bit.ShouldBe(is64);
        elf.IsBigEndian.ShouldBe(bigEndian);
        elf.Type.ShouldBe(ElfFileType.ET_REL);
        elf.Machine.ShouldBe((ushort)62);
        elf.AddressSizeBytes.ShouldBe(is64 ? 8 : 4);
        ReadSection(elf, ".BTF").AsSpan().ToArray().ShouldBe([3, 4, 5]);
        elf.TryGetSection(".BT", out _).ShouldBeFalse();
        elf.TryGetSection(".BTF.ext", out _).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(ClassesAndByteOrders))]
    public void Compressed_sections_are_decompressed_when_read(bool is64, bool bigEndian)
    {
        ElfFile elf = Parse(new ElfAssembler(is64, bigEndian).PackedSection(".debug_info", 1, (ulong)s_text.Length, ElfAssembler.Zlib(s_text)).ToBytes());

        ReadSection(elf, ".debug_info").AsSpan().ToArray().ShouldBe(s_text);
    }

    [Fact]
    public void The_older_form_of_compressed_debug_sections_is_read()
    {
        byte[] size = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(size, (ulong)s_text.Length);
        ElfFile elf = Parse(new ElfAssembler().Section(".zdebug_info", [.. "ZLIB"u8, .. size, .. ElfAssembler.Zlib(s_text)]).ToBytes());

        ReadSection(elf, ".zdebug_info").AsSpan().ToArray().ShouldBe(s_text);
    }

    [Fact]
    public void Section_counts_beyond_16_bits_are_taken_from_the_empty_section()
    {
        ElfFile elf = Parse(new ElfAssembler { ExtendedNumbering = true }.Section(".BTF", [1]).ToBytes());

        elf.Sections.Length.ShouldBe(3);
        ReadSection(elf, ".BTF").Length.ShouldBe(1);
    }

    [Fact]
    public void Sections_of_one_name_are_found_one_after_the_other()
    {
        ElfFile elf = Parse(new ElfAssembler().Section(".debug_types", [1]).Section(".text", [9]).Section(".debug_types", [2]).ToBytes());

        elf.TryGetSection(".debug_types"u8, 0, out ElfSection first).ShouldBeTrue();
        elf.TryGetSection(".debug_types"u8, first.Index + 1, out ElfSection second).ShouldBeTrue();
        elf.TryGetSection(".debug_types"u8, second.Index + 1, out _).ShouldBeFalse();
        elf.Read(second).AsSpan().ToArray().ShouldBe([2]);
    }

    [Fact]
    public void A_section_without_bytes_is_passed_over()
    {
        ElfFile elf = Parse(new ElfAssembler().Section(".BTF", new byte[100], type: 8).ToBytes());

        elf.TryGetSection(".BTF", out _).ShouldBeFalse();
        Should.Throw<InvalidImageException>(() => elf.ReadRaw(elf.Sections[1])).Message.ShouldContain("SHT_NOBITS");
    }

    [Theory]
    [InlineData(4999u, "more than the 4999 bytes")]
    [InlineData(5001u, "end after 5000 of 5001 bytes")]
    public void A_decompressed_size_that_is_not_the_claimed_one_is_an_error(uint claimed, string message)
    {
        ElfFile elf = Parse(new ElfAssembler().PackedSection(".debug_info", 1, claimed, ElfAssembler.Zlib(s_text)).ToBytes());

        Should.Throw<InvalidImageException>(() => ReadSection(elf, ".debug_info")).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(10_000_000UL)]
    public void A_size_that_cannot_be_true_is_refused_before_it_is_allocated(ulong claimed)
    {
        ElfFile elf = Parse(new ElfAssembler().PackedSection(".debug_info", 1, claimed, ElfAssembler.Zlib(s_text)).ToBytes());
        long before = GC.GetAllocatedBytesForCurrentThread();

        Should.Throw<InvalidImageException>(() => ReadSection(elf, ".debug_info")).Message.ShouldContain("claim to hold");

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void The_limit_on_decompressed_bytes_is_held()
    {
        byte[] file = new ElfAssembler().PackedSection(".debug_info", 1, (ulong)s_text.Length, ElfAssembler.Zlib(s_text)).ToBytes();
        ElfFile elf = Parse(file, ReaderLimits.Default with { MaxDecompressedBytes = 4999 });

        Should.Throw<InvalidImageException>(() => ReadSection(elf, ".debug_info")).Message.ShouldContain("at most 4999 are read");
    }

    [Fact]
    public void Damaged_data_and_unknown_compression_are_errors()
    {
        byte[] damaged = ElfAssembler.Zlib(s_text);
        damaged[^1] ^= 1;
        ElfFile elf = Parse(new ElfAssembler().PackedSection(".a", 1, (ulong)s_text.Length, damaged).PackedSection(".b", 7, 1, [0])
            .PackedSection(".c", 2, 5, [1, 2, 3]).Section(".d", [1], flags: 0x800).ToBytes());

        foreach (string name in (string[])[".a", ".b", ".c", ".d"])
        {
            Should.Throw<InvalidImageException>(() => ReadSection(elf, name)).Section.ShouldBe(name);
        }
    }

    [Theory]
    [MemberData(nameof(ClassesAndByteOrders))]
    public void A_file_that_is_cut_short_anywhere_gives_a_result_or_a_clear_error(bool is64, bool bigEndian)
    {
        byte[] whole = new ElfAssembler(is64, bigEndian).PackedSection(".BTF", 1, (ulong)s_text.Length, ElfAssembler.Zlib(s_text)).ToBytes();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] part = whole[..length];
            Should.Throw<InvalidImageException>(() => Parse(part));
        }
    }

    [Fact]
    public void Any_changed_byte_gives_a_result_or_a_clear_error()
    {
        byte[] whole = new ElfAssembler().PackedSection(".BTF", 1, (ulong)s_text.Length, ElfAssembler.Zlib(s_text)).ToBytes();
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte value in (byte[])[0, 1, 0x7f, 0xff])
            {
                byte[] changed = [.. whole];
                changed[at] = value;
                try
                {
                    ElfFile elf = Parse(changed);
                    foreach (ElfSection section in elf.Sections)
                    {
                        _ = elf.NameOf(section);
                    }

                    if (elf.TryGetSection(".BTF", out ElfSection btf))
                    {
                        _ = elf.Read(btf).Length;
                    }
                }
                catch (InvalidImageException)
                {
                    // One of the two answers that are allowed.
                }
            }
        }
    }
}
