using System.Buffers;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Pahole;

namespace BtfTool.Emit.Text;

/// <summary>
/// The text of types and graphs in one call. What writes into other targets, in parts or in colour is <see cref="PaholeEmitter"/> and
/// <see cref="HeaderEmitter"/>; these use them. Safe to call from several threads.
/// </summary>
public static class TextExtensions
{
    /// <summary>
    /// The listing of one type as pahole writes it: the C with offsets, sizes, holes and cache line boundaries in comments. Ends with a
    /// newline. Cost: O(types of the graph) memory for each call, cleared; where many types are listed use one <see cref="PaholeEmitter"/>.
    /// </summary>
    /// <param name="type">The type.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InvalidImageException">The type contains itself, or expands beyond the limits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cache line size is not a power of two.</exception>
    public static string ToListing(this TypeView type, PaholeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(type.Graph, nameof(type));
        var text = new ArrayBufferWriter<byte>();
        var output = new Utf8Writer(text);
        new PaholeEmitter(type.Graph, options ?? new PaholeOptions(), output).WriteType(type.Id);
        output.Flush();
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Writes the listings of every named struct and union of a graph's own segment, see <see cref="PaholeEmitter.WriteAll"/>.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="stream">Receives UTF-8 text in blocks; is neither flushed nor closed.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>What was left out, and why; empty for most files.</returns>
    /// <exception cref="InvalidImageException">A type expands beyond the limits. Part of the text may be written by then.</exception>
    /// <exception cref="IOException">The stream does not take it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cache line size is not a power of two.</exception>
    public static IReadOnlyList<Diagnostic> WriteListing(this TypeGraph graph, Stream stream, PaholeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var target = new StreamBufferWriter(stream);
        var output = new Utf8Writer(target);
        var emitter = new PaholeEmitter(graph, options ?? new PaholeOptions(), output);
        emitter.WriteAll();
        output.Flush();
        target.Flush();
        return emitter.Diagnostics;
    }

    /// <summary>Writes the C header of a graph, or of <see cref="HeaderOptions.Roots"/> and what they need, see <see cref="HeaderEmitter"/>.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="stream">Receives UTF-8 text in blocks; is neither flushed nor closed.</param>
    /// <param name="options">What; null for everything.</param>
    /// <returns>What was left out because C has no words for it; empty for most files.</returns>
    /// <exception cref="InvalidImageException">The text would grow beyond the limits. Part of it may be written by then.</exception>
    /// <exception cref="IOException">The stream does not take it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A root is not a type of the graph.</exception>
    public static IReadOnlyList<Diagnostic> WriteHeader(this TypeGraph graph, Stream stream, HeaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var target = new StreamBufferWriter(stream);
        var emitter = new HeaderEmitter(graph, options);
        emitter.Write(target);
        target.Flush();
        return emitter.Diagnostics;
    }

    /// <summary>The C header of a graph as one string: some 2 to 4 million characters for a kernel, see <see cref="WriteHeader"/>.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="options">What; null for everything.</param>
    /// <exception cref="InvalidImageException">The text would grow beyond the limits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A root is not a type of the graph.</exception>
    public static string ToHeader(this TypeGraph graph, HeaderOptions? options = null)
    {
        var text = new ArrayBufferWriter<byte>();
        new HeaderEmitter(graph, options).Write(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
