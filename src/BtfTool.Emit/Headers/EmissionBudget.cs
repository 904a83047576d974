using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Holds the limits of one header: depth of recursion, steps of the walks, bytes of one type and of the whole text. Types share
/// anonymous parts, so what is printed can grow exponentially with the input; so can a walk that prints nothing.
/// </summary>
internal sealed class EmissionBudget
{
    private const long StepsPerRow = 64;

    private readonly Utf8Writer _out;
    private readonly long _maxBytesPerType;
    private readonly long _maxBytes;
    private readonly int _maxNesting;
    private long _typeEnd;
    private long _stepsLeft;
    private int _depth;

    public EmissionBudget(Utf8Writer output, HeaderOptions options, long rows)
    {
        _out = output;
        _maxBytesPerType = options.Limits.MaxEmittedBytesPerType;
        _maxBytes = options.MaxHeaderBytes;
        _maxNesting = options.Limits.MaxNesting;
        _stepsLeft = options.BaseSteps + (StepsPerRow * rows);
        StartType();
    }

    /// <summary>Deepest chain of types that is followed.</summary>
    public int MaxNesting => _maxNesting;

    /// <summary>A new type begins: its bytes are counted from here.</summary>
    public void StartType() => _typeEnd = Math.Min(_out.Length + _maxBytesPerType, _maxBytes);

    /// <summary>Checks the bytes written so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CheckBytes()
    {
        if (_out.Length > _typeEnd)
        {
            Throw($"the header grows beyond {_maxBytesPerType} bytes for one type or {_maxBytes} in all;"
                + " its anonymous types are nested to expand without end");
        }
    }

    /// <summary>Counts steps that go down no level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(int steps) => _stepsLeft -= steps;

    /// <summary>Goes one level down in a walk; <see cref="Leave"/> goes up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (!TryEnter())
        {
            ThrowNesting();
        }
    }

    /// <summary>As <see cref="Enter"/>, but false (and no level down) where the walk is too deep.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter()
    {
        if (--_stepsLeft < 0)
        {
            Throw("types are shared so that following them does not end in reasonable time");
        }

        if (_depth >= _maxNesting)
        {
            return false;
        }

        _depth++;
        return true;
    }

    /// <summary>Goes up again.</summary>
    public void Leave() => _depth--;

    /// <summary>A chain of references is longer than what is followed.</summary>
    [DoesNotReturn]
    public void ThrowNesting() => Throw($"types nest deeper than {_maxNesting} levels");

    /// <summary>Reports what cannot be turned into a header.</summary>
    [DoesNotReturn]
    public static void Throw(string rule) => InvalidImageException.Throw("", "", -1, rule);
}
