using BtfTool.Core.Btf;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>What bpftool 7.8 prints of real kernels, byte for byte.</summary>
public class HeadersConformanceTests
{
    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void Compatible_sorted_header_equals_bpftools(string kernel) =>
        HeadersFixture.ShouldEqual(
            HeadersFixture.Bytes(HeadersFixture.Kernel(kernel), new HeaderOptions { BpftoolCompat = true }),
            Fixtures.Read($"oracle/{kernel}/bpftool-7.8.sorted.h.gz"));

    [Theory]
    [InlineData("linux-6.1", true)]
    [InlineData("linux-6.1", false)]
    [InlineData("linux-6.18", true)]
    [InlineData("linux-6.18", false)]
    public void Unsorted_header_equals_bpftools_in_either_dialect(string kernel, bool compat) =>
        HeadersFixture.ShouldEqual(
            HeadersFixture.Bytes(HeadersFixture.Kernel(kernel), new HeaderOptions { BpftoolCompat = compat, Unsorted = true }),
            Fixtures.Read($"oracle/{kernel}/bpftool-7.8.unsorted.h.gz"));

    [Fact]
    public void Header_of_a_module_repeats_its_base()
    {
        (BtfFile baseFile, TypeGraph baseGraph) = HeadersFixture.Load("linux-6.1");
        TypeGraph module = HeadersFixture.Read("oracle/fuse-ko-split/fuse.split.btf.gz", baseFile, baseGraph).Graph;

        byte[] header = HeadersFixture.Bytes(module, new HeaderOptions { BpftoolCompat = true });

        HeadersFixture.ShouldEqual(header, Fixtures.Read("oracle/fuse-ko-split/bpftool-7.8.sorted.h.gz"));
    }

    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void Corrected_header_differs_from_the_compatible_one_by_the_lost_first_type_only(string kernel)
    {
        TypeGraph graph = HeadersFixture.Kernel(kernel);
        string compatible = HeadersFixture.Text(graph, new HeaderOptions { BpftoolCompat = true });
        string corrected = HeadersFixture.Text(graph, HeaderOptions.Default);

        int start = compatible.Zip(corrected).TakeWhile(pair => pair.First == pair.Second).Count();
        string more = corrected.Substring(start, corrected.Length - compatible.Length);

        corrected.Remove(start, more.Length).ShouldBe(compatible);
        string definition = corrected[corrected.LastIndexOf("enum {", start, StringComparison.Ordinal)..];
        definition = definition[..(definition.IndexOf(";\n\n", StringComparison.Ordinal) + 3)];
        definition.Length.ShouldBe(more.Length);
        string firstName = definition.Split("\n\t")[1].Split(' ')[0];
        firstName.ShouldBe(LowestFirstEnumerator(graph));
    }

    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void Nothing_is_left_out_of_a_kernel(string kernel)
    {
        var emitter = new HeaderEmitter(HeadersFixture.Kernel(kernel));
        HeadersFixture.Bytes(emitter);
        emitter.Diagnostics.ShouldBeEmpty();
    }

    // The lowest type by rank and name is the unnamed enumeration whose first enumerator sorts first.
    private static string LowestFirstEnumerator(TypeGraph graph)
    {
        string? lowest = null;
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsEnum && type.IsAnonymous && type.Enumerators.Count > 0)
            {
                string first = graph.NameString(type.Enumerators[0].NameId);
                lowest = lowest is null || string.CompareOrdinal(first, lowest) < 0 ? first : lowest;
            }
        }

        return lowest!;
    }
}
