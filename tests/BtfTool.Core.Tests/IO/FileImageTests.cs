using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.IO;

public sealed class FileImageTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_small_file_is_read()
    {
        File.WriteAllBytes(_path, [1, 2, 3]);
        using FileImage image = FileImage.Open(_path);
        image.Path.ShouldBe(_path);
        image.IsMapped.ShouldBeFalse();
        image.Bytes.AsSpan().ToArray().ShouldBe([1, 2, 3]);
        image.Bytes.Discard(0, 3);
    }

    [Fact]
    public void An_empty_file_has_no_bytes()
    {
        using FileImage image = FileImage.Open(_path);
        image.Bytes.Length.ShouldBe(0);
        image.Bytes.AsSpan().Length.ShouldBe(0);
    }

    [Fact]
    public void A_large_file_is_mapped()
    {
        const long length = 65L << 20;
        using (FileStream file = File.OpenWrite(_path))
        {
            file.SetLength(length);
            file.Position = length - 1;
            file.WriteByte(7);
        }

        using FileImage image = FileImage.Open(_path);
        image.IsMapped.ShouldBeTrue();
        image.Bytes.Length.ShouldBe(length);
        image.Bytes.Span(length - 1, 1)[0].ShouldBe((byte)7);
        image.Bytes.Discard(100, length - 100);
        image.Bytes.Discard(0, 10);
        image.Bytes.Span(length - 2, 2).ToArray().ShouldBe([0, 7]);
        image.Dispose();
        image.IsMapped.ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_says_no_length_is_read_to_its_end()
    {
        using FileImage image = FileImage.Open("/proc/self/status");
        image.Bytes.Length.ShouldBeGreaterThan(0);
        image.IsMapped.ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_is_shorter_than_it_said_gives_what_there_is()
    {
        File.WriteAllBytes(_path, [1, 2, 3]);
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(_path);
        FileImage.ReadKnown(_path, handle, 100).Bytes.AsSpan().ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_file_that_is_too_large_to_read_is_refused()
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(_path);
        Read.Fails(() => FileImage.ReadKnown("large", handle, 1L << 40), -1, "large: the file has 1099511627776 bytes and cannot be mapped");
    }

    [Fact]
    public void A_stream_is_read_to_its_end()
    {
        byte[] bytes = new byte[(1 << 20) + 5];
        bytes[^1] = 9;
        FileImage image = FileImage.FromStream("a pipe", new MemoryStream(bytes));
        image.Path.ShouldBe("a pipe");
        image.Bytes.Length.ShouldBe(bytes.Length);
        image.Bytes.AsSpan()[^1].ShouldBe((byte)9);
    }

    [Fact]
    public void A_stream_that_is_too_long_is_refused() =>
        Read.Fails(() => FileImage.FromStream("a pipe", new MemoryStream(new byte[11]), maxBytes: 10), -1,
            "a pipe: the stream has 10 bytes or more; fewer can be read");

    [Fact]
    public void A_missing_file_is_no_broken_image() =>
        Should.Throw<IOException>(() => FileImage.Open(_path + ".missing")).ShouldNotBeOfType<InvalidImageException>();

    [Fact]
    public void Regions_are_cut_within_their_bounds()
    {
        ByteRegion region = FileImage.FromBytes("bytes", [1, 2, 3, 4]).Bytes;
        region.Slice(1, 2).AsSpan().ToArray().ShouldBe([2, 3]);
        FileImage.FromRegion("part", region.Slice(3, 1)).Bytes.AsSpan().ToArray().ShouldBe([4]);
        region.Slice(4, 0).Length.ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => region.Slice(1, 4));
        Should.Throw<ArgumentOutOfRangeException>(() => region.Slice(-1, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => region.Slice(long.MaxValue, long.MaxValue));
        Should.Throw<ArgumentOutOfRangeException>(() => region.Span(5, 0).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => region.Span(0, -1).Length);
    }

    [Fact]
    public void The_running_kernel_is_mapped()
    {
        const string kernel = "/sys/kernel/btf/vmlinux";
        Assert.SkipUnless(File.Exists(kernel), "no kernel type information on this machine");
        using FileImage image = FileImage.Open(kernel);
        image.IsMapped.ShouldBeTrue();
        Core.Btf.BtfFile.IsBtf(image.Bytes.AsSpan()).ShouldBeTrue();
    }

    [Fact]
    public void Messages_name_what_is_known()
    {
        new InvalidImageException("", "", -1, "rule").Message.ShouldBe("rule");
        new InvalidImageException("f", "", -1, "rule").Message.ShouldBe("f: rule");
        new InvalidImageException("", "s", 16, "rule").Message.ShouldBe("s at 0x10: rule");
        InvalidImageException e = new("f", "s", 16, "rule");
        e.Message.ShouldBe("f: s at 0x10: rule");
        (e.File, e.Section, e.FileOffset, e.Rule).ShouldBe(("f", "s", 16L, "rule"));
        _ = Fixtures.Root;
    }
}
