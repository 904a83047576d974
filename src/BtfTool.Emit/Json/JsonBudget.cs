using System.Text.Json;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Json;

/// <summary>
/// Bounds what a document costs: bytes of one type (<see cref="ReaderLimits.MaxEmittedBytesPerType"/>) and of all
/// (<see cref="ReaderLimits.MaxListingBytes"/>), and nesting. Every step of the walks writes something, so that bytes are the measure.
/// </summary>
internal sealed class JsonBudget(ReaderLimits limits, Utf8JsonWriter output)
{
    private readonly long _end = WrittenTo(output) + limits.MaxListingBytes;
    private long _typeEnd;
    private TypeId _type;

    /// <summary>A new type begins.</summary>
    public void StartType(TypeId type)
    {
        _type = type;
        _typeEnd = Math.Min(_end, WrittenTo(output) + limits.MaxEmittedBytesPerType);
    }

    /// <summary>One more row, at a depth below the type.</summary>
    /// <exception cref="InvalidImageException">It is too deep, or the text too long.</exception>
    public void Step(TypeGraph graph, int depth)
    {
        if (depth > limits.MaxNesting || WrittenTo(output) > _typeEnd)
        {
            Throw(graph.SourcePath);
        }
    }

    private static long WrittenTo(Utf8JsonWriter output) => output.BytesCommitted + output.BytesPending;

    private void Throw(string path) => InvalidImageException.Throw(path, "", -1,
        _typeEnd == _end
            ? $"the document grows beyond {limits.MaxListingBytes} bytes at type {_type}"
            : $"type {_type} expands to more than {limits.MaxEmittedBytesPerType} bytes or {limits.MaxNesting} levels");
}
