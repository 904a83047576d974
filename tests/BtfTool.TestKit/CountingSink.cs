using System.Buffers;

namespace BtfTool.TestKit;

/// <summary>Takes what an emitter writes, counts it and forgets it.</summary>
public sealed class CountingSink : IBufferWriter<byte>
{
    private readonly byte[] _block = new byte[64 * 1024];

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Blocks handed over.</summary>
    public int Blocks { get; private set; }

    public void Advance(int count)
    {
        Length += count;
        Blocks++;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _block;

    public Span<byte> GetSpan(int sizeHint = 0) => _block;
}
