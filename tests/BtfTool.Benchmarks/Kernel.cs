using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Benchmarks;

/// <summary>The kernels that benchmarks read; decompressed once per process.</summary>
internal static class Kernel
{
    /// <summary>The bytes of linux-6.18's BTF (126,585 types).</summary>
    public static ByteRegion Bytes { get; } = ByteRegion.FromBytes(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));

    /// <summary>Its records.</summary>
    public static BtfFile File() => BtfFile.Parse("linux-6.18", "BTF", Bytes);

    /// <summary>Its types.</summary>
    public static TypeGraph Graph() => BtfReader.Read(File());
}
