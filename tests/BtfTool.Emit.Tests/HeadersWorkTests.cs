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

    [Theory]
    [InlineData("1 {{a}}2{{b}}{{a}}3")]
    [InlineData("{{a}}\n{{b}}")]
    [InlineData("{{{a}}} {{b}}")]
    [InlineData("{{! {{a}} }}{{a}}")]
    [InlineData("\\{{a}} {{b}}")]
    [InlineData("{ {{a}} }}{{b}}{{b}}")]
    [InlineData("no slot at all\n")]
    public void Slots_alone_are_found_where_the_library_finds_them(string template)
    {
        // An expression that gives nothing makes the library render the whole.
        var model = new Dictionary<string, object?> { ["nothing"] = "" };

        Pieces(TemplateEngine.RenderAround(template, model, "a", "b"))
            .ShouldBe(Pieces(TemplateEngine.RenderAround(template + "{{nothing}}", model, "a", "b")));
    }

    private static string Pieces(IReadOnlyList<TemplatePiece> pieces) =>
        string.Concat(pieces.Select(p => p.Slot is null ? Encoding.UTF8.GetString(p.Text.Span) : $"<{p.Slot}>"));

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
