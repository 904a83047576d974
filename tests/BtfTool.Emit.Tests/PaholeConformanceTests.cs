using System.Text;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>The listing against what pahole 1.31 says of whole kernels.</summary>
public class PaholeConformanceTests
{
    private const string Kernel61 = "oracle/linux-6.1/vmlinux.btf.gz";
    private const string Kernel618 = "oracle/linux-6.18/vmlinux.btf.gz";

    [Theory]
    [InlineData(Kernel61, "oracle/linux-6.1/pahole-1.31.all.txt.gz")]
    [InlineData(Kernel618, "oracle/linux-6.18/pahole-1.31.all.txt.gz")]
    public void All_types_of_a_kernel_are_listed_byte_for_byte(string kernel, string oracle)
    {
        TypeGraph graph = Inputs.Graph(kernel);
        byte[] text = Inputs.Write(w => new PaholeEmitter(graph, new PaholeOptions { Compat = true }, w).WriteAll());
        Inputs.ShouldBeSameText(text, Fixtures.Read(oracle));
    }

    [Fact]
    public void Expanded_types_are_listed_byte_for_byte()
    {
        TypeGraph graph = Inputs.Graph(Kernel618);
        byte[] text = Inputs.Write(w =>
        {
            var emitter = new PaholeEmitter(graph, new PaholeOptions { Compat = true, Expand = true }, w);
            foreach (string name in new[] { "task_struct", "sk_buff", "tcp_sock", "inode", "page", "net_device" })
            {
                emitter.WriteType(FirstStruct(graph, name));
                w.Write("\n"u8);
            }
        });
        Inputs.ShouldBeSameText(text, Fixtures.Read("oracle/linux-6.18/pahole-1.31.expand.txt"));
    }

    [Theory]
    [InlineData(Kernel61)]
    [InlineData(Kernel618)]
    public void Without_compatibility_only_types_that_meet_a_quirk_differ(string kernel)
    {
        TypeGraph graph = Inputs.Graph(kernel);
        Dictionary<TypeId, string> compat = TextsOf(graph, new PaholeOptions { Compat = true }, out _);
        Dictionary<TypeId, string> right = TextsOf(graph, new PaholeOptions(), out Dictionary<TypeId, PaholeQuirks> met);
        int differing = 0;
        foreach ((TypeId id, string text) in right)
        {
            bool differs = !compat.TryGetValue(id, out string? other) || other != text;
            differing += differs ? 1 : 0;
            if (differs)
            {
                met[id].ShouldNotBe(PaholeQuirks.None, text);
            }
            else
            {
                (met[id] & ~PaholeQuirks.LatePacked).ShouldBe(PaholeQuirks.None, text);
            }
        }

        compat.Keys.ShouldAllBe(id => right.ContainsKey(id));
        differing.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_listing_allocates_by_table_and_not_by_type()
    {
        TypeGraph graph = Inputs.Graph(Kernel618);
        var sink = new CountingSink();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var writer = new Text.Utf8Writer(sink);
        new PaholeEmitter(graph, new PaholeOptions { Compat = true }, writer).WriteAll();
        writer.Flush();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        sink.Length.ShouldBe(Fixtures.Read("oracle/linux-6.18/pahole-1.31.all.txt.gz").Length);
        allocated.ShouldBeLessThan(48L * graph.TypeCount, "tables of fixed width by type; text by type would be tens of megabytes");
        ((long)sink.Blocks).ShouldBeLessThan((sink.Length / 60_000) + 2);
    }

    private static Dictionary<TypeId, string> TextsOf(TypeGraph graph, PaholeOptions options, out Dictionary<TypeId, PaholeQuirks> met)
    {
        var texts = new Dictionary<TypeId, string>();
        var quirks = new Dictionary<TypeId, PaholeQuirks>();
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new Text.Utf8Writer(buffer);
        int start = 0;
        new PaholeEmitter(graph, options, writer).WriteAll((id, q) =>
        {
            writer.Flush();
            texts[id] = Encoding.UTF8.GetString(buffer.WrittenSpan[start..]);
            start = buffer.WrittenCount;
            quirks[id] = q;
        });
        met = quirks;
        return texts;
    }

    private static TypeId FirstStruct(TypeGraph graph, string name)
    {
        for (uint i = 1; ; i++)
        {
            if (graph[new TypeId(i)] is { Kind: TypeKind.Struct } type && type.NameString == name)
            {
                return type.Id;
            }
        }
    }
}
