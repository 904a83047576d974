using System.Buffers;

namespace BtfTool.TestKit;

/// <summary>Takes output, counts it and keeps nothing; refuses more than a limit, so that endless output ends.</summary>
public sealed class DiscardingBufferWriter : IBufferWriter<byte>
{
    private byte[] _memory = new byte[64 * 1024];

    /// <summary>Bytes taken since <see cref="Reset"/>.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Most bytes that are taken.</summary>
    public long LimitBytes { get; private set; } = long.MaxValue;

    /// <summary>Starts to count anew.</summary>
    public void Reset(long limitBytes = long.MaxValue)
    {
        WrittenBytes = 0;
        LimitBytes = limitBytes;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        WrittenBytes += count;
        if (WrittenBytes > LimitBytes)
        {
            throw new InvalidOperationException($"more than {LimitBytes} bytes of output");
        }
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (sizeHint > _memory.Length)
        {
            _memory = new byte[sizeHint];
        }

        return _memory;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
