using System.Buffers;
using System.Text;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Templates;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>How much work a header is: bytes allocated and blocks written.</summary>
public class HeadersWorkTests
{
    [Fact]
    public void Bytes_allocated_are_some_dozens_per_type_and_blocks_are_large()
    {
        TypeGraph graph = HeadersFixture.Kernel("linux-6.18");
        var warm = new CountingWriter();
        new HeaderEmitter(graph).Write(warm);

        var target = new CountingWriter();
        long before = GC.GetAllocatedBytesForCurrentThread();
        new HeaderEmitter(graph).Write(target);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.ShouldBeLessThan(80L * graph.TypeCount);
        target.Bytes.ShouldBeGreaterThan(2_000_000);
        target.Advances.ShouldBeLessThan(2 + (target.Bytes / (60 * 1024)));
    }

    [Fact]
    public void Template_text_is_not_escaped_and_slots_come_back_in_place()
    {
        var model = new Dictionary<string, object?> { ["x"] = "<a & \"b\">" };
        IReadOnlyList<TemplatePiece> pieces = TemplateEngine.RenderAround("1 {{x}}{{slot}}{{#if x}}2{{/if}}", model, "slot");

        pieces.Count.ShouldBe(3);
        Encoding.UTF8.GetString(pieces[0].Text.Span).ShouldBe("1 <a & \"b\">");
        pieces[1].Slot.ShouldBe("slot");
        Encoding.UTF8.GetString(pieces[2].Text.Span).ShouldBe("2");
    }

    private sealed class CountingWriter : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        public long Bytes { get; private set; }

        public long Advances { get; private set; }

        public void Advance(int count)
        {
            Bytes += count;
            Advances++;
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
