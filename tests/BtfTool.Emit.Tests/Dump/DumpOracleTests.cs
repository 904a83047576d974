using System.Buffers;
using System.Diagnostics;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Dump;

public class DumpOracleTests
{
    [Theory]
    [InlineData("linux-6.18/vmlinux.btf.gz", null, "linux-6.18/bpftool-7.8.raw.txt.gz")]
    [InlineData("fuse-ko-split/fuse.split.btf.gz", "linux-6.1/vmlinux.btf.gz", "fuse-ko-split/bpftool-7.8.raw.txt.gz")]
    [InlineData("layout-section/tun.btf.gz", null, "layout-section/bpftool-7.8.raw.txt.gz")]
    public void The_dump_is_byte_for_byte_that_of_bpftool(string input, string? baseInput, string expected)
    {
        BtfFile? baseFile = baseInput is null ? null : Parse(baseInput, null);

        ShouldBeSame(DumpText.Of(Parse(input, baseFile)), Fixtures.Read("oracle/" + expected));
    }

    [Theory]
    [InlineData("linux-6.1/vmlinux.btf.gz")]
    [InlineData("linux-6.18/vmlinux.btf.gz")]
    [InlineData("tun-ko/pahole-1.31.btf.gz")]
    [InlineData("overlay-ko/pahole-1.31.btf.gz")]
    public void The_dump_is_that_of_the_bpftool_installed_here(string input)
    {
        byte[] btf = Fixtures.Read("oracle/" + input);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, btf);
            Assert.SkipUnless(Bpftool.TryRun(["btf", "dump", "file", file], out byte[] expected), "no bpftool that reads this file is installed");

            ShouldBeSame(DumpText.Of(BtfFile.Parse(input, "BTF", ByteRegion.FromBytes(btf))), expected);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_kernel_is_dumped_without_allocating_per_record()
    {
        BtfFile file = Parse("linux-6.1/vmlinux.btf.gz", null);
        file.RecordCount.ShouldBeGreaterThan(90_000);
        DumpText.Discard(file);

        long before = GC.GetAllocatedBytesForCurrentThread();
        DumpText.Discard(file);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // The writer, its block, and 8 bytes for each record: what data sections look names up in.
        allocated.ShouldBeLessThan(256 * 1024 + (8 * file.RecordCount));
    }

    private static BtfFile Parse(string fixture, BtfFile? baseFile) =>
        BtfFile.Parse(fixture, "BTF", ByteRegion.FromBytes(Fixtures.Read("oracle/" + fixture)), baseFile);

    // Shouldly would print megabytes; the first line that differs says all.
    private static void ShouldBeSame(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        int same = actual.CommonPrefixLength(expected);
        if (same == actual.Length && same == expected.Length)
        {
            return;
        }

        LineAt(actual, same).ShouldBe(LineAt(expected, same), $"first difference at byte {same} of {expected.Length}");
        actual.Length.ShouldBe(expected.Length);
    }

    private static string LineAt(ReadOnlySpan<byte> text, int at)
    {
        int start = text[..at].LastIndexOf((byte)'\n') + 1;
        int length = text[start..].IndexOf((byte)'\n');
        return System.Text.Encoding.UTF8.GetString(length < 0 ? text[start..] : text.Slice(start, length));
    }
}

internal static class DumpText
{
    public static byte[] Of(BtfFile file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(buffer);
        new BtfDumpWriter(file, writer).WriteAll();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static void Discard(BtfFile file) => new BtfDumpWriter(file, new Utf8Writer(new NullWriter())).WriteAll();

    private sealed class NullWriter : IBufferWriter<byte>
    {
        private readonly byte[] _block = new byte[64 * 1024];

        public void Advance(int count) => ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _block.Length);

        public Memory<byte> GetMemory(int sizeHint = 0) => _block;

        public Span<byte> GetSpan(int sizeHint = 0) => _block;
    }
}

internal static class Bpftool
{
    /// <summary>False when there is no bpftool or it refuses the input.</summary>
    public static bool TryRun(string[] arguments, out byte[] output)
    {
        output = [];
        var start = new ProcessStartInfo("bpftool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var bytes = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(bytes);
            process.WaitForExit();
            output = bytes.ToArray();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
