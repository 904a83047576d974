using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Short ways from the bytes of an ELF file to what its DWARF says.</summary>
internal static class ReadDwarf
{
    public static DwarfReadResult All(byte[] elf, DwarfReadOptions? options = null) => DwarfReader.Read(File(elf), options);

    public static DwarfFile File(byte[] elf) => DwarfFile.Open(ElfFile.Parse("test.elf", ByteRegion.FromBytes(elf)), "test.elf");

    public static TypeGraph Graph(DieTreeAssembler d) => All(d.ToElf(), new DwarfReadOptions { Strict = true }).Graph;

    /// <summary>The first type of a name.</summary>
    public static TypeView Type(TypeGraph graph, string name)
    {
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            if (graph[new TypeId(id)].NameString == name)
            {
                return graph[new TypeId(id)];
            }
        }

        throw new ArgumentException($"no type {name}");
    }
}
