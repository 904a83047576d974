using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Json;

/// <summary>
/// The document of <c>show --json</c>: <c>{"schema":"btftool/show/1","cacheline_bytes":64,"types":[...]}</c> and a newline. What is
/// written goes to the target in blocks, so that a document of any length takes the memory of its largest block.
/// Not safe for use by several threads.
/// </summary>
public sealed class JsonShowWriter : IDisposable
{
    private readonly IBufferWriter<byte> _output;
    private readonly JsonTypeOptions _options;
    private readonly Utf8JsonWriter _json;
    private readonly JsonBudget _budget;

    /// <summary>Begins the document.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="options">What is written of each type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cache line size is not a power of two.</exception>
    public JsonShowWriter(IBufferWriter<byte> output, JsonTypeOptions options)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(options);
        if (options.CachelineBytes <= 0 || !int.IsPow2(options.CachelineBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(options), "the size of a cache line is a power of two");
        }

        _output = output;
        _options = options;
        _json = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

            // Each level of types is an object in an array.
            MaxDepth = (2 * options.Limits.MaxNesting) + 64,
            SkipValidation = true,
        });
        _json.WriteStartObject();
        _json.WriteString(JsonKeys.Schema, "btftool/show/1"u8);
        _json.WriteNumber(JsonKeys.CachelineBytes, options.CachelineBytes);
        _json.WriteStartArray(JsonKeys.Types);
        _budget = new JsonBudget(options.Limits, _json);
    }

    /// <summary>Writes types of one graph into the document; several graphs may follow each other. Cost: 20 bytes for each of its types.</summary>
    public JsonTypeWriter TypesOf(TypeGraph graph) => new(graph, _options, _json, _budget);

    /// <summary>Writes an item that is no type.</summary>
    internal void WriteOther(Action<Utf8JsonWriter> write) => write(_json);

    /// <summary>Ends the document. All of it is with the target then.</summary>
    public void Finish()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _output.GetSpan(1)[0] = (byte)'\n';
        _output.Advance(1);
    }

    /// <summary>Lets the buffers go.</summary>
    public void Dispose() => _json.Dispose();
}
