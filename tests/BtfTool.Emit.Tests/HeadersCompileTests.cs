using System.Buffers;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Emitted C compiles, and the compiler agrees on every size and offset.</summary>
public class HeadersCompileTests
{
    [Theory]
    [InlineData("linux-6.1", true)]
    [InlineData("linux-6.18", true)]
    [InlineData("linux-6.18", false)]
    public void Clang_agrees_on_every_size_and_offset_of_a_kernel(string kernel, bool compat)
    {
        TypeGraph graph = HeadersFixture.Kernel(kernel);
        var emitter = new HeaderEmitter(graph, new HeaderOptions { BpftoolCompat = compat });
        byte[] header = HeadersFixture.Bytes(emitter);
        var target = new ArrayBufferWriter<byte>();
        var assertions = new LayoutAssertions(graph, emitter);
        assertions.Write(target);

        Clang.Check(header, target.WrittenSpan.ToArray()).ShouldBe("");
        assertions.Count.ShouldBeGreaterThan(graph.TypeCount / 2);
        assertions.LeftOut.ShouldBeLessThan(graph.TypeCount / 10_000);
    }

    [Fact]
    public void A_selection_compiles_and_has_all_that_it_needs()
    {
        TypeGraph graph = HeadersFixture.Kernel("linux-6.18");
        TypeId[] roots = [.. NamedStructs(graph).Where((_, i) => i % 97 == 0)];
        var emitter = new HeaderEmitter(graph, new HeaderOptions { Roots = roots });
        byte[] header = HeadersFixture.Bytes(emitter);
        var target = new ArrayBufferWriter<byte>();
        new LayoutAssertions(graph, emitter).Write(target);

        Clang.Check(header, target.WrittenSpan.ToArray()).ShouldBe("");
        roots.ShouldAllBe(root => emitter.IsDefined(root));
    }

    [Fact]
    public void Every_named_struct_of_a_kernel_can_be_selected_alone()
    {
        TypeGraph graph = HeadersFixture.Kernel("linux-6.1");
        TypeId[] all = [.. NamedStructs(graph)];
        for (int i = 0; i < all.Length; i += 1009)
        {
            byte[] header = HeadersFixture.Bytes(graph, new HeaderOptions { Roots = [all[i]] });
            Clang.Check(header).ShouldBe("", $"type {all[i]}");
        }
    }

    private static IEnumerable<TypeId> NamedStructs(TypeGraph graph)
    {
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                yield return type.Id;
            }
        }
    }
}
