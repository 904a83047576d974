namespace BtfTool.Core.IO;

/// <summary>Reads a region, and then some bytes more, as a stream.</summary>
internal sealed class RegionStream(ByteRegion bytes, byte[] tail) : Stream
{
    private long _at;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count;
        if (_at < bytes.Length)
        {
            count = (int)Math.Min(buffer.Length, bytes.Length - _at);
            bytes.Span(_at, count).CopyTo(buffer);
        }
        else
        {
            int start = (int)(_at - bytes.Length);
            count = Math.Min(buffer.Length, tail.Length - start);
            tail.AsSpan(start, count).CopyTo(buffer);
        }

        _at += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
