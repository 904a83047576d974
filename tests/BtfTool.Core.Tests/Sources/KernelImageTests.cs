using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.KernelImageAssembler;

namespace BtfTool.Core.Tests.Sources;

public sealed class KernelImageTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("btftool-images-").FullName;

    public static TheoryData<string> AllCompressions => [.. Compressions];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static byte[] Btf(bool bigEndian = false) => Samples.Everything(bigEndian).ToBytes();

    private static byte[] SmallBtf()
    {
        var b = new BtfAssembler();
        b.Int("of a program inside", 4);
        return b.ToBytes();
    }

    private static string TypesIn(byte[] bytes, ReaderLimits? limits = null)
    {
        BtfLocation found = BtfLocation.Find(FileImage.FromBytes("vmlinuz", bytes), limits ?? ReaderLimits.Default);
        return GraphText.Describe(Read.Graph(found.Bytes.AsSpan().ToArray()));
    }

    private static string Types(byte[] btf) => GraphText.Describe(Read.Graph(btf));

    private static string KernelTypes() => Types(ElfSections.Find(Kernel(), ".BTF")!);

    private static string Refusal(byte[] bytes, ReaderLimits? limits = null) =>
        Should.Throw<InvalidImageException>(() => TypesIn(bytes, limits)).Message;

    [Theory]
    [MemberData(nameof(AllCompressions))]
    public void The_kernel_in_an_image_is_read_however_it_is_compressed(string compression)
    {
        byte[] packed = Packed(compression);
        int size = Kernel().Length;

        TypesIn(X86(packed, size)).ShouldBe(KernelTypes());
        TypesIn(X86(packed, setupSectors: 0)).ShouldBe(KernelTypes());
        TypesIn(X86(packed, protocol: 0x207)).ShouldBe(KernelTypes());
        TypesIn(Zboot(packed, compression, size)).ShouldBe(KernelTypes());
        TypesIn(S390(packed)).ShouldBe(KernelTypes());
        TypesIn([.. new byte[700], .. packed, .. "and more that is no image of any kind"u8]).ShouldBe(KernelTypes());
    }

    [Theory]
    [MemberData(nameof(AllCompressions))]
    public void A_file_that_is_compressed_as_a_whole_is_read(string compression)
    {
        byte[] packed = Packed(compression);

        TypesIn(packed).ShouldBe(KernelTypes());
        TypesIn(Gzip(X86(packed))).ShouldBe(KernelTypes());
        for (int length = 20; length < packed.Length; length += 1 + (packed.Length / 150))
        {
            byte[] cut = packed[..length];
            Should.Throw<InvalidImageException>(() => Decompressor.ReadFile("a", ByteRegion.FromBytes(cut), ReaderLimits.Default), $"{length} bytes");
        }

        byte[] longer = [.. packed, .. "more"u8];
        Should.Throw<InvalidImageException>(() => Decompressor.ReadFile("a", ByteRegion.FromBytes(longer), ReaderLimits.Default));
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("bz2")]
    [InlineData("lz4-legacy")]
    public void Several_frames_in_one_file_are_one_file(string compression)
    {
        byte[] packed = Packed(compression);

        byte[] plain = Decompressor.ReadFile("a", ByteRegion.FromBytes([.. packed, .. packed]), ReaderLimits.Default).AsSpan().ToArray();

        plain.ShouldBe([.. Kernel(), .. Kernel()]);
    }

    [Fact]
    public void LZ4_blocks_with_matches_that_overlap_themselves_are_decoded()
    {
        byte[] packed = Fixtures.Read("images/overlaps.lz4-legacy");

        Decompressor.ReadFile("a", ByteRegion.FromBytes(packed), ReaderLimits.Default).AsSpan().ToArray()
            .ShouldBe(Fixtures.Read("images/overlaps.txt"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BTF_inside_an_uncompressed_kernel_is_found_in_either_byte_order(bool bigEndian)
    {
        TypesIn(Arm64(Btf(bigEndian))).ShouldBe(Types(Btf(bigEndian)));
        TypesIn(RiscV(new byte[5000], Btf(bigEndian))).ShouldBe(Types(Btf(bigEndian)));
        TypesIn(Gzip(Arm64(Btf(bigEndian)))).ShouldBe(Types(Btf(bigEndian)));
        TypesIn(Zboot(Gzip(Arm64(Btf(bigEndian))))).ShouldBe(Types(Btf(bigEndian)));
        TypesIn(S390(Gzip(Arm64(Btf(bigEndian))))).ShouldBe(Types(Btf(bigEndian)));
    }

    [Fact]
    public void BTF_with_a_layout_section_is_found()
    {
        byte[] btf = Samples.Everything(false).StandardLayout().ToBytes();

        TypesIn(Arm64(btf)).ShouldBe(Types(btf));
    }

    [Fact]
    public void The_largest_BTF_in_a_kernel_is_its_own()
    {
        string expected = Types(Btf());

        TypesIn(Arm64(SmallBtf(), Btf())).ShouldBe(expected);
        TypesIn(Arm64(Btf(), SmallBtf())).ShouldBe(expected);
        TypesIn(Arm64(Btf(), [0x9f, 0xeb, 1, 0], [0xeb, 0x9f, 1, 0, 0, 0, 0, 24])).ShouldBe(expected);
    }

    [Fact]
    public void Split_BTF_in_an_image_is_not_the_kernels()
    {
        var split = new BtfAssembler(baseBtf: Samples.Everything(false));
        split.Struct("module", 4).Member("x", 1, 0);

        Refusal(Arm64(split.ToBytes())).ShouldContain("an arm64 Image: there is no BTF in it");
    }

    [Theory]
    [InlineData(".kernel:vmlinux.strip")]
    [InlineData(".rodata..compressed")]
    public void The_kernel_in_an_ELF_file_that_boots_is_read(string section)
    {
        byte[] file = new ElfAssembler(bigEndian: true, type: 2).Section(section, Packed("gz")).ToBytes();

        TypesIn(file).ShouldBe(KernelTypes());
    }

    [Fact]
    public void What_only_begins_like_compressed_data_is_passed_over()
    {
        byte[] noise =
        [
            .. (byte[])[0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            .. (byte[])[0x5d, 0, 0, 0x10, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 1, 2, 3],
            .. "BZh91AY&SY and no more"u8, .. (byte[])[0x28, 0xb5, 0x2f, 0xfd, 0xff, 0x18, 0x4d, 0x22, 0x04],
            .. (byte[])[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 7, 7], .. (byte[])[0x02, 0x21, 0x4c, 0x18, 1, 0, 0, 0, 0xff],
            .. Gzip(new byte[100_000]), .. Gzip("text"u8.ToArray()),
        ];

        TypesIn(S390([.. noise, .. Packed("xz")])).ShouldBe(KernelTypes());
        Refusal(S390(noise)).ShouldBe("vmlinuz: an s390 image: the kernel in it has no BTF");
    }

    [Theory]
    [MemberData(nameof(AllCompressions))]
    public void An_image_that_is_cut_short_says_so(string compression)
    {
        byte[] image = X86(Packed(compression), Kernel().Length);
        int end = 4 * 512 + 0x300 + Packed(compression).Length;
        for (int length = 0x250; length < end; length += 1 + (end / 100))
        {
            Refusal(image[..length]).ShouldContain("cut short");
        }
    }

    [Fact]
    public void An_uncompressed_kernel_that_is_cut_short_says_so()
    {
        byte[] image = Arm64(Btf());

        Refusal(image[..0x280]).ShouldContain("an arm64 Image: the BTF that begins at 0x200 goes on behind the end of the file");
        Refusal(S390(Gzip(image[..0x280]))).ShouldContain("the kernel in it is cut short");
    }

    [Theory]
    [MemberData(nameof(AllCompressions))]
    public void A_payload_with_a_damaged_byte_ends_in_a_result_or_a_line(string compression)
    {
        byte[] packed = Packed(compression);
        for (int at = 0; at < packed.Length; at += 1 + (packed.Length / 200))
        {
            byte[] damaged = (byte[])packed.Clone();
            damaged[at] ^= 0x41;
            foreach (byte[] image in (byte[][])[X86(damaged), S390(damaged), damaged])
            {
                try
                {
                    TypesIn(image).ShouldNotBeEmpty();
                }
                catch (InvalidImageException e)
                {
                    e.Message.ShouldNotContain("\n");
                }
            }
        }
    }

    [Fact]
    public void A_header_that_does_not_tell_the_truth_is_no_harm()
    {
        byte[] packed = Packed("zst");

        Refusal(X86(packed, payloadOffset: uint.MaxValue)).ShouldContain("cut short");
        Refusal(X86(packed, payloadBytes: uint.MaxValue)).ShouldContain("cut short");
        Refusal(Zboot(packed, payloadOffset: uint.MaxValue, payloadBytes: uint.MaxValue)).ShouldContain("cut short");
        Refusal(X86(packed, payloadBytes: 20)).ShouldBe("vmlinuz: an x86 bzImage: the zstd data are cut short");
        TypesIn(X86(packed, plainBytes: -1)).ShouldBe(KernelTypes());
        TypesIn(X86(packed, payloadOffset: 7)).ShouldBe(KernelTypes());
        TypesIn(X86(packed, payloadBytes: 0)).ShouldBe(KernelTypes());
        TypesIn(Zboot(packed, payloadOffset: 0)).ShouldBe(KernelTypes());
    }

    [Fact]
    public void A_kernel_without_BTF_is_one_that_is_named()
    {
        byte[] elf = new ElfAssembler().Section(".text", new byte[100]).ToBytes();

        Refusal(X86(Gzip(elf))).ShouldContain("ELF without a .BTF section");
        Refusal(Zboot(Gzip(new byte[500]))).ShouldBe("vmlinuz: an EFI zboot image (gzip): the kernel in it has no BTF");
        Refusal(X86([0x89, 0x4c, 0x5a, 0x4f, 0, 0, 0, 0])).ShouldContain("compressed with lzop, which is not read here");
    }

    [Theory]
    [InlineData("gz")]
    [InlineData("lz4")]
    [InlineData("bz2")]
    [InlineData("lzma")]
    [InlineData("lz4-legacy")]
    public void Limits_hold_for_what_an_image_holds(string compression)
    {
        byte[] packed = Packed(compression);
        int size = Kernel().Length;

        foreach (byte[] image in (byte[][])[packed, X86(packed), X86(packed, size)])
        {
            Refusal(image, ReaderLimits.Default with { MaxDecompressedBytes = size - 1 }).ShouldMatch("which is not read|more than is read");
            TypesIn(image, ReaderLimits.Default with { MaxDecompressedBytes = size }).ShouldBe(KernelTypes());
        }
    }

    [Fact]
    public void Many_bombs_in_one_image_stay_within_the_limit_of_one()
    {
        byte[] bomb = Gzip(new byte[4 << 20]);
        byte[] image = S390([.. Enumerable.Repeat(bomb, 200).SelectMany(b => b)]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refusal(image, ReaderLimits.Default with { MaxDecompressedBytes = 16 << 20 }).ShouldContain("an s390 image");

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100 << 20);
    }

    [Fact]
    public void LZ4_of_more_than_one_block_is_decoded()
    {
        const int BlockBytes = 8 << 20;
        byte[] elf = new ElfAssembler().Section(".zeros", new byte[BlockBytes + 4321]).Section(".BTF", Btf()).ToBytes();
        byte[] packed = [0x02, 0x21, 0x4c, 0x18, .. Block(elf.AsSpan(0, BlockBytes)), .. Block(elf.AsSpan(BlockBytes))];

        TypesIn(X86(packed, elf.Length)).ShouldBe(Types(Btf()));
        TypesIn(packed).ShouldBe(Types(Btf()));
    }

    [Fact]
    public void The_installed_image_is_the_kernel_that_is_taken_last()
    {
        Directory.CreateDirectory(Path.Combine(_root, "boot"));
        File.WriteAllBytes(Path.Combine(_root, "boot/vmlinuz-9.9"), X86(Packed("zst"), Kernel().Length));

        using TypeSource source = SourceOpener.OpenDefault(new SourceOptions { SystemRoot = _root, KernelRelease = "9.9", SampleDirectory = _root });

        GraphText.Describe(source.Graph).ShouldBe(KernelTypes());
        source.Diagnostics.ShouldContain(d => d.Message.Contains("boot/vmlinuz-9.9", StringComparison.Ordinal));
    }

    // One run of literals: how a block looks that does not compress.
    private static byte[] Block(ReadOnlySpan<byte> plain)
    {
        var block = new List<byte> { 0xf0 };
        int left = plain.Length - 15;
        for (; left >= 255; left -= 255)
        {
            block.Add(255);
        }

        block.Add((byte)left);
        int size = block.Count + plain.Length;
        return [(byte)size, (byte)(size >> 8), (byte)(size >> 16), (byte)(size >> 24), .. block, .. plain];
    }
}
