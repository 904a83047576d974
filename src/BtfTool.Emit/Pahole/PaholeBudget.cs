using System.Runtime.CompilerServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Bounds what one type costs: the bytes written for it, and the steps of the walks over its parts, which may write nothing, are
/// counted together against <see cref="ReaderLimits.MaxEmittedBytesPerType"/>; nesting against <see cref="ReaderLimits.MaxNesting"/>.
/// </summary>
internal sealed class PaholeBudget(TypeGraph graph, ReaderLimits limits, Utf8Writer output)
{
    private readonly long _listingEnd = output.Length + limits.MaxListingBytes;
    private long _typeEnd;
    private long _steps;
    private TypeId _type;

    /// <summary>A new type begins.</summary>
    public void StartType(TypeId type)
    {
        _type = type;
        _steps = 0;
        _typeEnd = Math.Min(_listingEnd, output.Length + limits.MaxEmittedBytesPerType);
    }

    /// <summary>One step of a walk, at a depth below its start.</summary>
    /// <exception cref="InvalidImageException">It is too deep, or the type has taken too many.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(int depth)
    {
        if (depth > limits.MaxNesting || output.Length + ++_steps > _typeEnd)
        {
            Throw();
        }
    }

    /// <summary>Steps of a walk that holds the limit on depth itself; checked with the next <see cref="Step"/>.</summary>
    public void Take(int steps) => _steps += steps;

    private void Throw() => InvalidImageException.Throw(graph.SourcePath, "", -1,
        _typeEnd == _listingEnd
            ? $"the listing grows beyond {limits.MaxListingBytes} bytes at type {_type}"
            : $"type {_type} expands to more than {limits.MaxEmittedBytesPerType} bytes or {limits.MaxNesting} levels");
}
