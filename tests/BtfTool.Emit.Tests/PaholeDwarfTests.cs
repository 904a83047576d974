using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Pahole;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>What is written of types that come from DWARF.</summary>
public class PaholeDwarfTests
{
    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz", "oracle/tun-ko/pahole-1.31.dwarf-all.txt.gz")]
    [InlineData("oracle/overlay-ko/overlay.ko.debug.gz", "oracle/overlay-ko/pahole-1.31.dwarf-all.txt.gz")]
    public void All_types_of_a_module_are_listed_byte_for_byte(string module, string oracle)
    {
        TypeGraph graph = Read(module);
        byte[] text = Inputs.Write(w => new PaholeEmitter(graph, new PaholeOptions { Compat = true }, w).WriteAll());

        Inputs.ShouldBeSameText(text, Fixtures.Read(oracle));
    }

    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz")]
    [InlineData("oracle/overlay-ko/overlay.ko.debug.gz")]
    public void The_header_of_a_module_compiles_and_the_compiler_agrees_on_every_offset_and_size(string module)
    {
        TypeGraph graph = Read(module);
        var emitter = new HeaderEmitter(graph, HeaderOptions.Default);
        var header = new System.Buffers.ArrayBufferWriter<byte>();
        emitter.Write(header);
        var assertions = new System.Buffers.ArrayBufferWriter<byte>();
        new LayoutAssertions(graph, emitter).Write(assertions);

        Clang.Check(header.WrittenSpan.ToArray(), assertions.WrittenSpan.ToArray()).ShouldBe("");
    }

    private static TypeGraph Read(string module)
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf(module), new SourceOptions { Format = SourceFormat.Dwarf });
        return source.Graph;
    }
}
