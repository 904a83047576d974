using System.Buffers;

namespace BtfTool.Emit.Text;

/// <summary>Puts what is written to a buffer into a stream, block by block. Not safe for use by several threads.</summary>
internal sealed class StreamBufferWriter(Stream stream) : IBufferWriter<byte>
{
    private const int BlockBytes = 128 * 1024;

    private byte[] _block = new byte[BlockBytes];
    private int _length;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_block.Length - _length < Math.Max(1, sizeHint))
        {
            Flush();
            _block = _block.Length < sizeHint ? new byte[sizeHint] : _block;
        }

        return _block.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Flush()
    {
        stream.Write(_block, 0, _length);
        _length = 0;
    }
}
