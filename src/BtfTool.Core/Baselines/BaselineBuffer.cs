using System.Buffers.Text;
using System.Globalization;

namespace BtfTool.Core.Baselines;

/// <summary>Text of one block, in memory that is used again for the next.</summary>
internal sealed class BaselineBuffer
{
    private byte[] _bytes = new byte[4096];

    /// <summary>Bytes written.</summary>
    public int Length { get; set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Write(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
    }

    public void Write(byte b)
    {
        Reserve(1);
        _bytes[Length++] = b;
    }

    public void Fill(byte b, int count)
    {
        Reserve(count);
        _bytes.AsSpan(Length, count).Fill(b);
        Length += count;
    }

    public void WriteDecimal(ulong value)
    {
        Reserve(20);
        _ = Utf8Formatter.TryFormat(value, _bytes.AsSpan(Length), out int written);
        Length += written;
    }

    public void WriteSigned(long value)
    {
        Reserve(20);
        _ = Utf8Formatter.TryFormat(value, _bytes.AsSpan(Length), out int written);
        Length += written;
    }

    public void WriteHex(ulong value)
    {
        Reserve(16);
        _ = value.TryFormat(_bytes.AsSpan(Length), out int written, "x16", CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Writes a name, in quotes where it needs them.</summary>
    public void WriteName(ReadOnlySpan<byte> name)
    {
        if (BaselineFormat.IsBare(name))
        {
            Write(name);
            return;
        }

        Write((byte)'"');
        foreach (byte b in name)
        {
            if (b is >= 0x20 and < 0x7f and not ((byte)'"' or (byte)'\\'))
            {
                Write(b);
                continue;
            }

            Write("\\x"u8);
            Write("0123456789abcdef"u8[b >> 4]);
            Write("0123456789abcdef"u8[b & 15]);
        }

        Write((byte)'"');
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + bytes));
        }
    }
}
