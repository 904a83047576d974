using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.TestKit;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Graphs and headers that several test classes ask for.</summary>
internal static class HeadersFixture
{
    private static readonly ConcurrentDictionary<string, Lazy<(BtfFile File, TypeGraph Graph)>> s_kernels = new();

    /// <summary>The graph of <c>oracle/NAME/vmlinux.btf.gz</c>; read once.</summary>
    public static TypeGraph Kernel(string name) => Load(name).Graph;

    public static (BtfFile File, TypeGraph Graph) Load(string name) =>
        s_kernels.GetOrAdd(name, n => new(() => Read($"oracle/{n}/vmlinux.btf.gz"))).Value;

    public static (BtfFile File, TypeGraph Graph) Read(string fixture, BtfFile? baseFile = null, TypeGraph? baseGraph = null)
    {
        BtfFile file = BtfFile.Parse(fixture, "BTF", ByteRegion.FromBytes(Fixtures.Read(fixture)), baseFile);
        return (file, BtfReader.Read(file, baseGraph));
    }

    public static byte[] Bytes(TypeGraph graph, HeaderOptions options) => Bytes(new HeaderEmitter(graph, options));

    public static byte[] Bytes(HeaderEmitter emitter)
    {
        var target = new ArrayBufferWriter<byte>();
        emitter.Write(target);
        return target.WrittenSpan.ToArray();
    }

    public static string Text(TypeGraph graph, HeaderOptions options) => Encoding.UTF8.GetString(Bytes(graph, options));

    /// <summary>What is between the head and the tail of the frame.</summary>
    public static string Body(TypeGraph graph, HeaderOptions options)
    {
        string text = Text(graph, options);
        const string head = "#define __bpf_fastcall\n#endif\n#endif\n\n";
        int start = text.IndexOf(head, StringComparison.Ordinal) + head.Length;
        return text[start..text.LastIndexOf("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX", StringComparison.Ordinal)];
    }

    /// <summary>Fails with the first line that differs; a diff of megabytes helps nobody.</summary>
    public static void ShouldEqual(byte[] actual, byte[] expected)
    {
        int at = actual.AsSpan().CommonPrefixLength(expected);
        if (at == actual.Length && at == expected.Length)
        {
            return;
        }

        int line = expected.AsSpan(0, at).Count((byte)'\n') + 1;
        Assert.Fail($"line {line}, byte {at} of {expected.Length}: expected {Around(expected, at)}, got {Around(actual, at)}");
    }

    private static string Around(byte[] text, int at)
    {
        int start = Math.Max(0, at - 60);
        return '"' + Encoding.UTF8.GetString(text, start, Math.Min(120, text.Length - start)) + '"';
    }
}
