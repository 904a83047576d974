using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Cli;

/// <summary>
/// Calls into rooms that are merged after this one; each is replaced by the call that its comment shows, and then this file goes.
/// Nothing but the named command may use it.
/// </summary>
internal static class Pending
{
    // Inputs: SourceOpener.OpenDefault(options)
    public static TypeSource OpenDefault(SourceOptions options) => SourceOpener.Open("/sys/kernel/btf/vmlinux", options);

    // show: new PaholeEmitter(graph, new PaholeOptions { ... }, output), then WriteAll() when types is null, else WriteType(id) for each.
    public static void WriteListing(TypeGraph graph, IReadOnlyList<TypeId>? types, Commands.ShowSettings settings, Utf8Writer output) =>
        throw new NotSupportedException("the listing is not merged yet");

    // header: var emitter = new HeaderEmitter(graph, new HeaderOptions { Unsorted, BpftoolCompat, Roots }); emitter.Write(target); then
    // its Diagnostics are returned.
    public static IEnumerable<Core.Diagnostics.Diagnostic> WriteHeader(
        TypeGraph graph, IReadOnlyList<TypeId>? roots, bool unsorted, bool bpftoolCompat, System.Buffers.IBufferWriter<byte> target) =>
        throw new NotSupportedException("the header is not merged yet");
}
