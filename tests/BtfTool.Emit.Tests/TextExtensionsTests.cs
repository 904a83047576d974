using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Texts in one call are those of the emitters.</summary>
public class TextExtensionsTests
{
    private const string Kernel = "oracle/linux-6.18/vmlinux.btf.gz";

    [Fact]
    public void The_listing_of_a_type_is_a_string()
    {
        TypeGraph graph = Inputs.Graph(Kernel);

        string listing = graph.Find("struct list_head").ToListing();

        listing.ShouldStartWith("struct list_head {\n");
        listing.ShouldContain("/* size: 16, cachelines: 1, members: 2 */");
        listing.ShouldEndWith("};\n");
        graph.Find("struct list_head").ToListing(new PaholeOptions { Hex = true }).ShouldContain("/*   0x8   0x8 */");
    }

    [Fact]
    public void A_kernel_s_listing_goes_to_a_stream_byte_for_byte()
    {
        TypeGraph graph = Inputs.Graph(Kernel);
        var stream = new MemoryStream();

        IReadOnlyList<Diagnostic> left = graph.WriteListing(stream);

        left.ShouldBeEmpty();
        Inputs.ShouldBeSameText(stream.ToArray(), Inputs.Write(output => new PaholeEmitter(graph, new PaholeOptions(), output).WriteAll()));
        stream.CanWrite.ShouldBeTrue();
    }

    [Fact]
    public void A_header_goes_to_a_stream_in_blocks_or_is_a_string()
    {
        TypeGraph graph = Inputs.Graph(Kernel);
        var stream = new MemoryStream();

        graph.WriteHeader(stream).ShouldBeEmpty();

        Inputs.ShouldBeSameText(stream.ToArray(), Encoding.UTF8.GetBytes(graph.ToHeader()));
        stream.Length.ShouldBeGreaterThan(1_000_000);
    }

    [Fact]
    public void A_header_of_one_type_has_what_it_needs()
    {
        TypeGraph graph = Inputs.Graph(Kernel);

        string header = graph.ToHeader(new HeaderOptions { Roots = [graph.Find("struct pid").Id] });

        header.ShouldContain("struct pid {");
        header.ShouldContain("struct upid {");
        header.ShouldNotContain("struct task_struct {");
    }

    [Fact]
    public void A_stream_that_takes_nothing_is_the_caller_s_error()
    {
        TypeGraph graph = Inputs.Graph(Kernel);

        Should.Throw<NotSupportedException>(() => graph.WriteHeader(new MemoryStream([], writable: false)));
        Should.Throw<ArgumentNullException>(() => default(TypeView).ToListing());
    }
}
