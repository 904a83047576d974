using System.IO.Compression;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

public class SourcesDecompressorTests
{
    // "hello, types\n" 400 times.
    private const string Zstd = "KLUv/WRQE60AAGhoZWxsbywgdHlwZXMKAQBABP38At/hHOk=";
    private const string ZstdWithoutSize = "KLUv/QQYrQAAaGhlbGxvLCB0eXBlcwoBAEAE/fwC3+Ec6Q==";
    private const string Xz = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4BRPACtdADQZSe6N74xrZfCZo9F9Oy/7USUMbXWWwxpglOjT/qZUb+M0kwnTJMzzV3YAALlfloGPB95JAAFH0CgAAACBFns9scRn+wIAAAAABFla";

    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("hello, types\n", 400)));

    private static byte[] Gzip(byte[] plain)
    {
        var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return to.ToArray();
    }

    private static byte[] Read(byte[] bytes, ReaderLimits? limits = null) =>
        Decompressor.ReadFile("a", ByteRegion.FromBytes(bytes), limits ?? ReaderLimits.Default).AsSpan().ToArray();

    [Fact]
    public void Gzip_is_read() => Read(Gzip(s_text)).ShouldBe(s_text);

    [Fact]
    public void A_library_that_is_not_installed_is_named_when_an_input_needs_it() =>
        Should.Throw<InvalidImageException>(() => new SystemLibrary("libnone.so.0", "none", "libnone0").Require("a.none", ""))
            .Message.ShouldBe("a.none: compressed with none, and libnone.so.0 cannot be loaded: install libnone0");

    [Fact]
    public void Gzip_of_nothing_is_read() =>
        Read([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]).ShouldBeEmpty();

    [Fact]
    public void What_is_neither_ELF_nor_BTF_is_refused_by_its_first_bytes()
    {
        // 64 MiB of zeros each: as gzip, and as Zstandard in blocks of one repeated byte.
        byte[] gzip = Gzip(new byte[64 << 20]);
        byte[] block = [0x02, 0, 0x10, 0];
        byte[] zstd = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, .. Enumerable.Repeat(block, 511).SelectMany(b => b), 0x03, 0, 0x10, 0];
        foreach (byte[] bomb in (byte[][])[gzip, zstd])
        {
            var image = FileImage.FromRegion("bomb", ByteRegion.FromBytes(bomb));
            long before = GC.GetAllocatedBytesForCurrentThread();

            Should.Throw<InvalidImageException>(() => BtfLocation.Look(image, ReaderLimits.Default)).Message.ShouldContain("neither BTF nor ELF");

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
        }
    }

    [Fact]
    public void Gzip_of_several_members_is_read() =>
        Read([.. Gzip(s_text), .. Gzip([1, 2, 3]), .. Gzip(s_text)]).ShouldBe([.. s_text, 1, 2, 3, .. s_text]);

    [Fact]
    public void Gzip_with_a_size_that_is_not_true_is_an_error()
    {
        byte[] bytes = Gzip(s_text);
        bytes[^1] = 0x7f;

        Should.Throw<InvalidImageException>(() => Read(bytes));
    }

    [Fact]
    public void Gzip_that_is_cut_short_anywhere_is_an_error()
    {
        byte[] bytes = [.. Gzip(s_text), .. Gzip(Guid.Empty.ToByteArray())];
        int first = Gzip(s_text).Length;
        for (int length = 4; length < bytes.Length; length++)
        {
            if (length != first)
            {
                byte[] part = bytes[..length];
                Should.Throw<InvalidImageException>(() => Read(part), $"{length} bytes");
            }
        }
    }

    [Fact]
    public void Damaged_gzip_is_an_error()
    {
        byte[] bytes = Gzip(s_text);
        bytes[^6] ^= 0x10;

        Should.Throw<InvalidImageException>(() => Read(bytes)).Message.ShouldEndWith("the gzip data are damaged or cut short");
    }

    [Theory]
    [InlineData(Zstd)]
    [InlineData(ZstdWithoutSize)]
    [InlineData(Xz)]
    public void Zstd_and_xz_are_read_with_the_libraries_of_the_system(string base64)
    {
        byte[] bytes = Convert.FromBase64String(base64);

        Read(bytes).ShouldBe(s_text);
        Read([.. bytes, .. bytes]).ShouldBe([.. s_text, .. s_text]);
    }

    [Theory]
    [InlineData(Zstd)]
    [InlineData(ZstdWithoutSize)]
    [InlineData(Xz)]
    public void Zstd_and_xz_that_are_cut_short_or_damaged_are_errors(string base64)
    {
        byte[] bytes = Convert.FromBase64String(base64);
        for (int length = 6; length < bytes.Length; length++)
        {
            byte[] part = bytes[..length];
            Should.Throw<InvalidImageException>(() => Read(part));
        }

        bytes[^2] ^= 0x55;
        Should.Throw<InvalidImageException>(() => Read(bytes));
    }

    [Theory]
    [InlineData(Zstd)]
    [InlineData(ZstdWithoutSize)]
    [InlineData(Xz)]
    public void Limits_hold_for_every_format(string base64)
    {
        byte[] bytes = Convert.FromBase64String(base64);

        Should.Throw<InvalidImageException>(() => Read(bytes, ReaderLimits.Default with { MaxDecompressedBytes = 5000 }));
        Should.Throw<InvalidImageException>(() => Read(Gzip(s_text), ReaderLimits.Default with { MaxDecompressedBytes = 5000 }));
        Read(bytes, ReaderLimits.Default with { MaxDecompressedBytes = s_text.Length }).ShouldBe(s_text);
        Read(Gzip(s_text), ReaderLimits.Default with { MaxDecompressedBytes = s_text.Length }).ShouldBe(s_text);
    }

    [Theory]
    [InlineData("BZh91AY&SY", "bzip2")]
    [InlineData("\u0004\"M\u0018", "lz4")]
    [InlineData("\u0002!L\u0018", "lz4")]
    [InlineData("\u0089LZO", "lzop")]
    public void Other_formats_are_named(string start, string name) =>
        Should.Throw<InvalidImageException>(() => Read(Encoding.Latin1.GetBytes(start))).Message.ShouldContain(name);

    [Fact]
    public void Zstd_sections_are_read()
    {
        byte[] file = new ElfAssembler().PackedSection(".debug_info", 2, (ulong)s_text.Length, Convert.FromBase64String(Zstd))
            .PackedSection(".short", 2, (ulong)s_text.Length - 1, Convert.FromBase64String(Zstd))
            .PackedSection(".long", 2, (ulong)s_text.Length + 1, Convert.FromBase64String(Zstd)).ToBytes();
        var elf = Core.Elf.ElfFile.Parse("a.o", ByteRegion.FromBytes(file));

        elf.Read(elf.Sections[1]).AsSpan().ToArray().ShouldBe(s_text);
        Should.Throw<InvalidImageException>(() => elf.Read(elf.Sections[2]));
        Should.Throw<InvalidImageException>(() => elf.Read(elf.Sections[3]));
    }
}
