using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>
/// Finds what has the types inside a file that boots: the ELF file or the raw BTF in it. Where a header says where the compressed kernel
/// is, that is taken (x86, EFI zboot). Else the file is searched: for BTF, which an uncompressed kernel has among its data (arm64,
/// RISC-V), then for what begins like compressed data (s390, arm, unified kernel images, unknown ones).
/// </summary>
internal sealed class KernelImage
{
    private const int MaxCandidates = 256;

    // The sections of ELF files that are made to boot and hold the compressed kernel: PowerPC, MIPS, PA-RISC, x86, s390.
    private static readonly string[] s_payloadSections =
        [".kernel:vmlinux.strip", ".image", ".rodata.compressed", ".rodata..compressed", ".vmlinux.bin.compressed"];

    private readonly string _path;
    private readonly ByteRegion _bytes;
    private readonly BootHeader? _header;
    private long _budget;
    private string? _refusal;
    private int _refusedBytes;

    private KernelImage(string path, ByteRegion bytes, ReaderLimits limits)
    {
        _path = path;
        _bytes = bytes;
        _header = BootHeader.Read(bytes);
        _budget = Decompressor.MostBytes(bytes.Length, limits);
    }

    /// <summary>
    /// The ELF file or the BTF inside an image; false when the file is no image. The result may point into the bytes.
    /// Cost: passes over the file, and the decompression of what may be the kernel; all candidates together stay within what one file may
    /// decompress to.
    /// </summary>
    /// <param name="path">The input, for messages.</param>
    /// <param name="bytes">What is neither ELF nor BTF.</param>
    /// <param name="limits">Bounds on what comes out.</param>
    /// <param name="found">ELF or BTF.</param>
    /// <exception cref="InvalidImageException">It is a kernel image, and the types cannot be had from it.</exception>
    internal static bool TryFind(string path, ByteRegion bytes, ReaderLimits limits, out ByteRegion found)
    {
        var image = new KernelImage(path, bytes, limits);
        if (image._header is { PayloadBytes: > 0 } header && image.TryReadPayload(header, out found))
        {
            return true;
        }

        if (BtfScan.TryFindLargest(bytes, out found, out long cutShort) && cutShort < 0)
        {
            return true;
        }

        if (image.TrySearch(out found))
        {
            return true;
        }

        if (image._header is { } known)
        {
            image.ThrowWithoutTypes(known, cutShort);
        }

        return false;
    }

    /// <summary>The section that holds the compressed kernel, of an ELF file that is made to boot.</summary>
    internal static bool TryGetPayloadSection(ElfFile elf, out ByteRegion payload)
    {
        foreach (string name in s_payloadSections)
        {
            if (!elf.TryGetSection(".BTF"u8, out _) && elf.TryGetSection(name, out ElfSection section))
            {
                payload = elf.Read(section);
                return true;
            }
        }

        payload = default;
        return false;
    }

    private static ReadOnlySpan<byte> Start(ByteRegion bytes) => bytes.Span(0, (int)Math.Min(bytes.Length, 16));

    [DoesNotReturn]
    private void ThrowWithoutTypes(BootHeader header, long cutShort)
    {
        string reason = cutShort >= 0 ? $"the BTF that begins at 0x{cutShort:x} goes on behind the end of the file: it is cut short"
            : _refusal ?? "there is no BTF in it, and no compressed kernel that is known here";
        InvalidImageException.Throw(_path, "", -1, $"{header.Name}: {reason}");
    }

    // The place that the header names; false when nothing compressed begins there.
    private bool TryReadPayload(BootHeader header, out ByteRegion found)
    {
        found = default;
        if (header.PayloadBytes > _bytes.Length - header.PayloadOffset)
        {
            throw new InvalidImageException(_path, "", -1, $"{header.Name}: its compressed kernel goes up to byte "
                + $"{header.PayloadOffset + header.PayloadBytes} and the file has {_bytes.Length}: it is cut short");
        }

        // The size of the kernel follows it: in what the x86 header counts, behind what the EFI header counts.
        ByteRegion payload = _bytes.Slice(header.PayloadOffset, header.PayloadBytes);
        if (Decompressor.Detect(Start(payload)) == CompressionFormat.None)
        {
            return false;
        }

        return TryDecompress(payload, out found) ? true : throw new InvalidImageException(_path, "", -1, $"{header.Name}: {_refusal}");
    }

    // What begins like compressed data, in the order of the offsets.
    private bool TrySearch(out ByteRegion found)
    {
        var search = new PayloadSearch(_bytes);
        for (int tries = 0; tries < MaxCandidates && _budget > 0 && search.TryNext(out long at); tries++)
        {
            if (TryDecompress(_bytes.Slice(at, _bytes.Length - at), out found))
            {
                return true;
            }
        }

        found = default;
        return false;
    }

    private bool TryDecompress(ByteRegion payload, out ByteRegion found)
    {
        found = default;
        var output = new OutputBuffer(_path, ExpectedBytes(payload) + 1, _budget + 1);
        try
        {
            ByteRegion plain = Decompressor.ReadPayload(_path, payload, output);
            ReadOnlySpan<byte> start = Start(plain);
            if (ElfFile.IsElf(start) || BtfFile.IsBtf(start))
            {
                found = plain;
                return true;
            }

            if (BtfScan.TryFindLargest(plain, out found, out long cutShort) && cutShort < 0)
            {
                return true;
            }

            Refuse(cutShort < 0 ? "the kernel in it has no BTF" : "the kernel in it is cut short", output.Length);
        }
        catch (InvalidImageException e)
        {
            Refuse(e.Rule, output.Length);
        }

        _budget -= output.Length;

        return false;
    }

    // Most of what begins like compressed data is none: the one that came furthest says what is wrong.
    private void Refuse(string reason, int length)
    {
        if (_refusal is null || length > _refusedBytes)
        {
            (_refusal, _refusedBytes) = (reason, length);
        }
    }

    // What the build writes behind the compressed kernel; only a hint, and no larger than likely.
    private long ExpectedBytes(ByteRegion payload)
    {
        if (_header is not { PayloadBytes: > 4 } header)
        {
            return 0;
        }

        long end = header.PayloadOffset + header.PayloadBytes;
        foreach (long at in (ReadOnlySpan<long>)[end - 4, end])
        {
            long size = _bytes.Length - at >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span(at, 4)) : 0;
            if (size > payload.Length && size <= 16 * payload.Length && size <= _budget)
            {
                return size;
            }
        }

        return 0;
    }
}
