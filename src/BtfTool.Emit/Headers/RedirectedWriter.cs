using System.Buffers;

namespace BtfTool.Emit.Headers;

/// <summary>Hands what is written to a target that may change, and drops it while there is none.</summary>
internal sealed class RedirectedWriter : IBufferWriter<byte>
{
    private byte[] _dropped = [];

    /// <summary>Where to; null to drop it.</summary>
    public IBufferWriter<byte>? Target { get; set; }

    /// <inheritdoc/>
    public void Advance(int count) => Target?.Advance(count);

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (Target is not null)
        {
            return Target.GetMemory(sizeHint);
        }

        _dropped = _dropped.Length >= sizeHint && _dropped.Length > 0 ? _dropped : new byte[Math.Max(sizeHint, 4096)];
        return _dropped;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
