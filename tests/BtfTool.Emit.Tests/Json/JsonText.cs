using System.Buffers;
using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Json;
using BtfTool.TestKit;
using Shouldly;

namespace BtfTool.Emit.Tests.Json;

/// <summary>Runs the writers of JSON into memory.</summary>
internal static class JsonText
{
    public static string SchemaOf(string command) => Path.Combine(Fixtures.Root, "docs", "schemas", command + ".schema.json");

    public static TypeGraph Graph(BtfAssembler assembler) => BtfReader.Read(File(assembler));

    public static BtfFile File(BtfAssembler assembler) => BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(assembler.ToBytes()));

    public static string Show(TypeGraph graph, JsonTypeOptions? options, params IEnumerable<uint> ids) =>
        Document(graph, options, types =>
        {
            foreach (uint id in ids)
            {
                types.Write(new TypeId(id));
            }
        });

    public static string ShowAll(TypeGraph graph, JsonTypeOptions? options = null) => Document(graph, options, types => types.WriteAll());

    public static byte[] Dump(BtfFile file) => Inputs.Write(w => new BtfJsonDumpWriter(file, w).WriteAll());

    public static void ShouldBeValid(string command, string json) =>
        JsonSchema.Validate(SchemaOf(command), json).ShouldBeEmpty();

    private static string Document(TypeGraph graph, JsonTypeOptions? options, Action<JsonTypeWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var document = new JsonShowWriter(buffer, options ?? new JsonTypeOptions());
        write(document.TypesOf(graph));
        document.Finish();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
