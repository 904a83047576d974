using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;

namespace BtfTool.Core.Tests;

/// <summary>Short ways from assembled bytes to what is read of them.</summary>
internal static class Read
{
    public static BtfFile File(byte[] bytes, BtfFile? baseFile = null) =>
        BtfFile.Parse("test.btf", "BTF", ByteRegion.FromBytes(bytes), baseFile);

    public static BtfFile File(BtfAssembler b) => File(b.ToBytes(), b.Base is null ? null : File(b.Base));

    public static TypeGraph Graph(byte[] bytes) => BtfReader.Read(File(bytes));

    public static TypeGraph Graph(BtfAssembler b) =>
        BtfReader.Read(File(b), b.Base is null ? null : Graph(b.Base));

    /// <summary>Checks that the input is refused, where, and that the message says each of some things.</summary>
    public static InvalidImageException Fails(Action read, long offset, params string[] says)
    {
        InvalidImageException e = Should.Throw<InvalidImageException>(read);
        e.FileOffset.ShouldBe(offset, e.Message);
        foreach (string part in says)
        {
            e.Message.ShouldContain(part);
        }

        return e;
    }
}
