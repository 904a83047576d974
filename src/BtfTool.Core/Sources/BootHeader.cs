using System.Buffers.Binary;
using System.Text;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>What the header of a bootable kernel image says of the kernel inside.</summary>
/// <param name="Name">What kind of image it is, for messages.</param>
/// <param name="PayloadOffset">Byte offset of the compressed kernel; 0 when the header does not say.</param>
/// <param name="PayloadBytes">Length of the compressed kernel; 0 when the header does not say.</param>
internal sealed record BootHeader(string Name, long PayloadOffset, long PayloadBytes)
{
    private const int SniffedBytes = 0x250;
    private const int S390Offset = 0x10008;

    /// <summary>
    /// The header of an image; null when it has none that is known. Source of the rules: x86/boot.rst (setup header), arm64/booting.rst,
    /// riscv/boot-image-header.rst, zboot-header.S (EFI), arch/s390/boot/head.S, arch/arm/boot/compressed/head.S.
    /// </summary>
    internal static BootHeader? Read(ByteRegion bytes)
    {
        ReadOnlySpan<byte> start = bytes.Span(0, (int)Math.Min(bytes.Length, SniffedBytes));
        if (Has(start, 0x202, "HdrS"u8))
        {
            return ReadX86(start);
        }

        if (Has(start, 0, "MZ"u8) && Has(start, 4, "zimg"u8) && start.Length >= 64)
        {
            return new BootHeader($"an EFI zboot image ({CompressionName(start.Slice(24, 32))})",
                BinaryPrimitives.ReadUInt32LittleEndian(start[8..]), BinaryPrimitives.ReadUInt32LittleEndian(start[12..]));
        }

        bool isS390 = bytes.Length >= S390Offset + 6 && bytes.Span(S390Offset, 6).SequenceEqual("S390EP"u8);
        string? name = Has(start, 0x38, "ARMd"u8) ? "an arm64 Image"
            : Has(start, 0x38, [(byte)'R', (byte)'S', (byte)'C', 5]) ? "a RISC-V Image"
            : Has(start, 0x24, [0x18, 0x28, 0x6f, 0x01]) ? "an arm zImage"
            : isS390 ? "an s390 image"
            : Has(start, 0, [0x27, 0x05, 0x19, 0x56]) ? "a U-Boot image"
            : null;
        return name is null ? null : new BootHeader(name, 0, 0);
    }

    private static BootHeader ReadX86(ReadOnlySpan<byte> start)
    {
        const int PayloadProtocol = 0x208;
        if (start.Length < 0x250 || BinaryPrimitives.ReadUInt16LittleEndian(start[0x206..]) < PayloadProtocol)
        {
            return new BootHeader("an x86 bzImage", 0, 0);
        }

        int sectors = start[0x1f1] == 0 ? 4 : start[0x1f1];
        return new BootHeader("an x86 bzImage", (512L * (sectors + 1)) + BinaryPrimitives.ReadUInt32LittleEndian(start[0x248..]),
            BinaryPrimitives.ReadUInt32LittleEndian(start[0x24c..]));
    }

    private static string CompressionName(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOfAnyExceptInRange((byte)'!', (byte)'~');
        return Encoding.ASCII.GetString(end < 0 ? field : field[..end]);
    }

    private static bool Has(ReadOnlySpan<byte> start, int at, ReadOnlySpan<byte> magic) =>
        start.Length >= at + magic.Length && start.Slice(at, magic.Length).SequenceEqual(magic);
}
