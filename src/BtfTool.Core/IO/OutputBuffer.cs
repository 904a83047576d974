using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>
/// Where a decompressor of unknown output size writes: small until the first bytes are there and something that is read here, then as
/// large as is expected; doubles, and throws at the limit.
/// </summary>
internal sealed class OutputBuffer
{
    private const int SniffedBytes = 4096;

    private readonly string _file;
    private readonly long _most;
    private readonly long _expected;
    private readonly SniffContent? _sniff;
    private byte[] _bytes;
    private bool _isSniffed;

    /// <summary>Starts with room for the expected bytes.</summary>
    /// <param name="file">The input, for messages.</param>
    /// <param name="expected">Likely size in bytes; 0 when unknown.</param>
    /// <param name="most">Number of bytes that is too many.</param>
    /// <param name="sniff">Says what is wrong with content that begins with some bytes; asked once. May be null.</param>
    internal OutputBuffer(string file, long expected, long most, SniffContent? sniff = null)
    {
        _sniff = sniff;
        _file = file;
        _most = Math.Min(most, Array.MaxLength);
        _expected = Math.Clamp(expected, Math.Min(SniffedBytes, _most), _most);
        _bytes = GC.AllocateUninitializedArray<byte>((int)(sniff is null ? _expected : Math.Min(SniffedBytes, _most)), pinned: true);
    }

    /// <summary>Bytes written.</summary>
    internal int Length { get; private set; }

    /// <summary>What was written.</summary>
    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Room to write to, never empty. Does not move while nothing is written.</summary>
    /// <exception cref="InvalidImageException">The limit is reached, or what begins so is not read.</exception>
    internal Span<byte> Free()
    {
        if (Length == _bytes.Length)
        {
            if (_bytes.Length >= _most)
            {
                ThrowTooLong();
            }

            Grow(Math.Max(_expected, _bytes.Length * 2L));
        }

        return _bytes.AsSpan(Length);
    }

    /// <summary>Room for a number of bytes, or what the limit leaves of it; never empty.</summary>
    /// <exception cref="InvalidImageException">The limit is reached.</exception>
    internal Span<byte> Free(int wanted)
    {
        if (_bytes.Length - Length < wanted && _bytes.Length < _most)
        {
            Grow(Math.Max(_bytes.Length * 2L, (long)Length + wanted));
        }

        return Free();
    }

    /// <summary>Says that bytes were written to the room.</summary>
    internal void Advance(int count) => Length += count;

    private void Grow(long wanted)
    {
        if (_sniff is not null && !_isSniffed && Length >= SniffedBytes)
        {
            _isSniffed = true;
            if (_sniff(Written[..SniffedBytes]) is { } rule)
            {
                InvalidImageException.Throw(_file, "", -1, rule);
            }
        }

        byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(_most, wanted), pinned: true);
        Written.CopyTo(larger);
        _bytes = larger;
    }

    /// <summary>What was written, without bytes at its end.</summary>
    /// <exception cref="InvalidImageException">The limit is reached.</exception>
    internal ByteRegion ToRegion(int dropped = 0)
    {
        if (Length >= _most)
        {
            ThrowTooLong();
        }

        return ByteRegion.FromPinned(_bytes, Length - dropped);
    }

    // Room for one byte more than is allowed: whoever fills it has more.
    [DoesNotReturn]
    private void ThrowTooLong() =>
        InvalidImageException.Throw(_file, "", -1, $"it decompresses to more than {_most - 1} bytes, which is not read");
}

/// <summary>Says why content that begins with some bytes (4096) is not wanted; null when it may be.</summary>
/// <param name="start">The first bytes.</param>
internal delegate string? SniffContent(ReadOnlySpan<byte> start);
