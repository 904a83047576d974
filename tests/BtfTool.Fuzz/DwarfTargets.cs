using System.Buffers;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>All that reads DWARF, and what is printed of it.</summary>
internal static class DwarfTargets
{
    private static readonly string[] s_names = ["item", "s", "outer", "flags", "list", "unit.c", "int"];

    /// <summary>One line each.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new Target("DWARF", (image, _) => GraphWalk.Checksum(Read(image, 1, false).Graph)),
        new Target("DWARF, strict, two threads", (image, _) => GraphWalk.Checksum(Read(image, 2, true).Graph)),
        new Target("DWARF, any number of threads", (image, _) => ReadAlike(image)),
        new Target("DWARF, names", (image, _) => Find(image)),
        new Target("DWARF, listing", (image, output) => List(image, output)),
        new Target("DWARF, header", (image, output) => new HeaderEmitter(Read(image, 1, false).Graph, FuzzBudget.Header((int)image.Bytes.Length)).Write(output)),
    ];

    private static DwarfFile File(FileImage image) => DwarfFile.Open(
        ElfFile.Parse(image.Path, image.Bytes, FuzzBudget.Limits((int)image.Bytes.Length)), image.Path, FuzzBudget.Limits((int)image.Bytes.Length));

    private static DwarfReadResult Read(FileImage image, int jobs, bool strict) =>
        DwarfReader.Read(File(image), new DwarfReadOptions { Jobs = jobs, Strict = strict });

    private static void ReadAlike(FileImage image)
    {
        DwarfReadResult one = Read(image, 1, false);
        DwarfReadResult two = Read(image, 2, false);
        if (GraphWalk.Checksum(one.Graph) != GraphWalk.Checksum(two.Graph) || !one.Diagnostics.SequenceEqual(two.Diagnostics))
        {
            throw new InvalidOperationException("two threads read another graph than one");
        }
    }

    // Names that fixtures have, and one of this input.
    private static void Find(FileImage image)
    {
        DwarfFile file = File(image);
        var options = new DwarfReadOptions { Jobs = 1 };
        foreach (string name in s_names)
        {
            GraphWalk.Checksum(DwarfFinder.Find(file, name, options).Graph);
        }

        TypeGraph graph = DwarfReader.Read(file, options).Graph;
        for (uint id = (uint)graph.TypeCount - 1; id > 0; id--)
        {
            if (graph[new TypeId(id)] is { IsComposite: true, IsAnonymous: false } type)
            {
                GraphWalk.Checksum(DwarfFinder.Find(file, type.NameString, options with { Jobs = 2 }, firstOnly: id % 2 == 0).Graph);
                break;
            }
        }
    }

    private static void List(FileImage image, IBufferWriter<byte> output)
    {
        TypeGraph graph = Read(image, 1, false).Graph;
        var writer = new Utf8Writer(output);
        new PaholeEmitter(graph, new PaholeOptions { Limits = FuzzBudget.Limits((int)image.Bytes.Length) }, writer).WriteAll();
        writer.Flush();
    }

    private sealed class Target(string name, Action<FileImage, IBufferWriter<byte>> run) : IFuzzTarget
    {
        public string Name => name;

        public long AllocatedBytes(int inputBytes) => FuzzBudget.DwarfAllocatedBytes(inputBytes);

        public void Run(FileImage image, IBufferWriter<byte> output) => run(image, output);
    }
}
