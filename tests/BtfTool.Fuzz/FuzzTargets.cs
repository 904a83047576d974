using System.Buffers;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>All readers and emitters that any input may be given to: one line each.</summary>
public static class FuzzTargets
{
    /// <summary>The list.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new Target("records of BTF", (image, _) => WalkRecords(Btf(image))),
        new Target("views of the graph", (image, _) => GraphWalk.Checksum(Graph(image))),
        new Target("a file over itself", (image, _) => GraphWalk.Checksum(OverItself(image))),
    ];

    /// <summary>The records of an input; raw BTF.</summary>
    public static BtfFile Btf(FileImage image) => BtfFile.Parse(image.Path, "BTF", image.Bytes);

    /// <summary>The graph of an input.</summary>
    public static TypeGraph Graph(FileImage image) => BtfReader.Read(Btf(image), limits: FuzzBudget.Limits);

    // The same bytes as base and as split BTF: ids and names of the upper layer are those of the lower one, shifted.
    private static TypeGraph OverItself(FileImage image)
    {
        BtfFile below = Btf(image);
        TypeGraph graph = BtfReader.Read(below, limits: FuzzBudget.Limits);
        return BtfReader.Read(BtfFile.Parse(image.Path, "BTF", image.Bytes, below), graph, limits: FuzzBudget.Limits);
    }

    private static void WalkRecords(BtfFile file)
    {
        ulong sum = file.EndId;
        foreach (BtfRecord record in file)
        {
            sum += (ulong)record.Kind + (ulong)record.Vlen + record.SizeOrType + (record.KindFlag ? 1u : 0);
            sum += file.TryGetString(record.NameOffset, out ReadOnlySpan<byte> name) ? (ulong)name.Length : 0;
            foreach (uint word in record.Payload)
            {
                sum += word;
            }
        }

        GC.KeepAlive(file.OffsetOf((uint)sum));
    }

    private sealed class Target(string name, Action<FileImage, IBufferWriter<byte>> run) : IFuzzTarget
    {
        public string Name => name;

        public void Run(FileImage image, IBufferWriter<byte> output) => run(image, output);
    }
}
