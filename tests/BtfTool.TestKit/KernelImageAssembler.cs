using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace BtfTool.TestKit;

/// <summary>Puts a kernel, compressed or not, behind the headers that make a file boot; what the headers say can be set apart from what is there.</summary>
public static class KernelImageAssembler
{
    /// <summary>Ways to compress that a fixture of <c>images/</c> or .NET stands for.</summary>
    public static IReadOnlyList<string> Compressions { get; } = ["gz", "xz", "lzma", "zst", "lz4-legacy", "lz4", "bz2"];

    /// <summary>The kernel that the fixtures of <c>images/</c> hold: an ELF file with <c>.BTF</c>.</summary>
    public static byte[] Kernel() => Fixtures.Read("bin/nesting.clang-bpf.o");

    /// <summary>The kernel, compressed.</summary>
    public static byte[] Packed(string compression) => compression == "gz" ? Gzip(Kernel()) : Fixtures.Read("images/nesting." + compression);

    /// <summary>gzip (RFC 1952).</summary>
    public static byte[] Gzip(byte[] plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return to.ToArray();
    }

    /// <summary>An x86 bzImage: boot sector and setup, then a decompressor of some bytes, the payload, its size when plain, more code.</summary>
    /// <param name="payload">The compressed kernel.</param>
    /// <param name="plainBytes">Its size when plain.</param>
    /// <param name="protocol">Version of the boot protocol; the payload fields are there from 2.08 on.</param>
    /// <param name="setupSectors">setup_sects; 0 stands for 4.</param>
    /// <param name="payloadOffset">payload_offset; null for the true one.</param>
    /// <param name="payloadBytes">payload_length; null for the true one.</param>
    public static byte[] X86(byte[] payload, int plainBytes = 0, ushort protocol = 0x20f, byte setupSectors = 3, uint? payloadOffset = null,
        uint? payloadBytes = null)
    {
        ArgumentNullException.ThrowIfNull(payload);
        const int CodeBytes = 0x300;
        int setup = 512 * (1 + (setupSectors == 0 ? 4 : setupSectors));
        byte[] image = new byte[setup + CodeBytes + payload.Length + 4 + CodeBytes];
        Span<byte> at = image;
        "MZ"u8.CopyTo(at);
        image[0x1f1] = setupSectors;
        BinaryPrimitives.WriteUInt16LittleEndian(at[0x1fe..], 0xaa55);
        "HdrS"u8.CopyTo(at[0x202..]);
        BinaryPrimitives.WriteUInt16LittleEndian(at[0x206..], protocol);
        if (protocol >= 0x208)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(at[0x248..], payloadOffset ?? CodeBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(at[0x24c..], payloadBytes ?? (uint)payload.Length + 4);
        }

        payload.CopyTo(at[(setup + CodeBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(at[(setup + CodeBytes + payload.Length)..], (uint)plainBytes);
        at[^CodeBytes..].Fill(0x90);
        return image;
    }

    /// <summary>An EFI zboot image: the header names the payload and its compression; its size when plain follows it.</summary>
    public static byte[] Zboot(byte[] payload, string compression = "gzip", int plainBytes = 0, uint? payloadOffset = null, uint? payloadBytes = null)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(compression);
        const int HeaderBytes = 0x400;
        byte[] image = new byte[HeaderBytes + payload.Length + 4 + 0x40];
        Span<byte> at = image;
        "MZ\0\0zimg"u8.CopyTo(at);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], payloadOffset ?? HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(at[12..], payloadBytes ?? (uint)payload.Length);
        Encoding.ASCII.GetBytes(compression).CopyTo(at[24..]);
        BinaryPrimitives.WriteUInt32LittleEndian(at[0x38..], 0x818223cd);
        payload.CopyTo(at[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(at[(HeaderBytes + payload.Length)..], (uint)plainBytes);
        return image;
    }

    /// <summary>An arm64 Image: its header, code, then what is given, each at a multiple of four bytes, then more code.</summary>
    public static byte[] Arm64(params byte[][] data) => Raw("ARMd"u8, data);

    /// <summary>A RISC-V Image.</summary>
    public static byte[] RiscV(params byte[][] data) => Raw([(byte)'R', (byte)'S', (byte)'C', 5], data);

    /// <summary>An s390 image: its header does not say where the payload is.</summary>
    public static byte[] S390(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        byte[] image = new byte[0x11000 + payload.Length + 0x1000];
        new byte[] { 0, 8, 0, 0, 0x80, 0, 2, 0 }.CopyTo(image, 0);
        "S390EP"u8.CopyTo(image.AsSpan(0x10008));
        payload.CopyTo(image, 0x11000);
        return image;
    }

    private static byte[] Raw(ReadOnlySpan<byte> magic, byte[][] data)
    {
        var image = new MemoryStream();
        byte[] header = new byte[0x200];
        "MZ"u8.CopyTo(header);
        magic.CopyTo(header.AsSpan(0x38));
        image.Write(header);
        foreach (byte[] one in data)
        {
            image.Write(one);
            image.Write(new byte[8 + (-one.Length & 3)]);
        }

        image.Write(header.AsSpan(0x40));
        return image.ToArray();
    }
}
