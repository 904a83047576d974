using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BtfTool.Emit.Text;

/// <summary>What a piece of text is; a writer with colours turns it into an escape sequence, any other ignores it.</summary>
public enum TextStyle
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>Keywords: struct, union, enum, typedef.</summary>
    Keyword,

    /// <summary>Names of types.</summary>
    TypeName,

    /// <summary>Names of members, enumerators and functions.</summary>
    MemberName,

    /// <summary>Offsets, sizes and other numbers in comments.</summary>
    Comment,

    /// <summary>What deserves a look: holes, padding.</summary>
    Warning,

    /// <summary>Cache line boundaries.</summary>
    Boundary,

    /// <summary>What is new in a comparison.</summary>
    Added,

    /// <summary>What is gone in a comparison.</summary>
    Removed,
}

/// <summary>
/// Writes UTF-8 text in large blocks straight into the memory of an <see cref="IBufferWriter{T}"/>. Nothing is allocated per call;
/// nothing reaches the target before a block is full or <see cref="Flush"/> is called. Not safe for use by several threads.
/// </summary>
public sealed class Utf8Writer
{
    private const int BlockBytes = 64 * 1024;

    private readonly IBufferWriter<byte> _target;
    private readonly bool _colours;
    private byte[] _block;
    private int _start;
    private int _at;
    private int _end;
    private long _advanced;
    private long _escapes;

    /// <summary>Writes to a buffer.</summary>
    /// <param name="target">Receives the bytes; its memory must be backed by arrays (all of .NET's own are).</param>
    /// <param name="colours">Whether <see cref="Style"/> writes ANSI escape sequences.</param>
    public Utf8Writer(IBufferWriter<byte> target, bool colours = false)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _colours = colours;
        _block = [];
        NextBlock(1);
    }

    /// <summary>Whether <see cref="Style"/> has an effect.</summary>
    public bool HasColours => _colours;

    /// <summary>Visible bytes written so far: escape sequences are not counted, so differences are widths of ASCII text.</summary>
    public long Length => _advanced + (_at - _start) - _escapes;

    /// <summary>Writes bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> text)
    {
        if (text.Length > _end - _at)
        {
            WriteLong(text);
            return;
        }

        text.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_block), _at), text.Length));
        _at += text.Length;
    }

    /// <summary>Writes the bytes before the first zero byte, or all; returns how many.</summary>
    public int WriteTerminated(ReadOnlySpan<byte> text)
    {
        // Most names are shorter than two vectors. What is stored behind the end of the name is overwritten.
        if (text.Length >= 2 * Vector128<byte>.Count && _end - _at >= 2 * Vector128<byte>.Count)
        {
            ref byte from = ref MemoryMarshal.GetReference(text);
            ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_block), _at);
            for (int done = 0; done < 2 * Vector128<byte>.Count; done += Vector128<byte>.Count)
            {
                Vector128<byte> part = Vector128.LoadUnsafe(ref from, (nuint)done);
                part.StoreUnsafe(ref to, (nuint)done);
                uint zeros = Vector128.Equals(part, Vector128<byte>.Zero).ExtractMostSignificantBits();
                if (zeros != 0)
                {
                    int length = done + BitOperations.TrailingZeroCount(zeros);
                    _at += length;
                    return length;
                }
            }
        }

        int end = text.IndexOf((byte)0);
        ReadOnlySpan<byte> name = end < 0 ? text : text[..end];
        Write(name);
        return name.Length;
    }

    /// <summary>Writes one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte b)
    {
        if (_at == _end)
        {
            NextBlock(1);
        }

        _block[_at++] = b;
    }

    /// <summary>Writes a string, U+FFFD for what is no text; for edges, not for hot paths.</summary>
    public void Write(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length * 3L <= _end - _at)
        {
            _at += System.Text.Encoding.UTF8.GetBytes(text, _block.AsSpan(_at, _end - _at));
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            Write(utf8[..rune.EncodeToUtf8(utf8)]);
        }
    }

    /// <summary>Writes the same byte several times; nothing when the count is not positive.</summary>
    public void Fill(byte b, long count)
    {
        while (count > 0)
        {
            if (_at == _end)
            {
                NextBlock(1);
            }

            int now = (int)Math.Min(count, _end - _at);
            _block.AsSpan(_at, now).Fill(b);
            _at += now;
            count -= now;
        }
    }

    /// <summary>Writes a decimal number, padded with spaces on the left to a width.</summary>
    public void WriteDecimal(long value, int width = 0)
    {
        if ((ulong)value < 100_000 && _end - _at >= Math.Max(width, 5))
        {
            WriteSmall((uint)value, width);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        bool negative = value < 0;
        int at = Digits(negative ? 0 - (ulong)value : (ulong)value, digits);
        if (negative)
        {
            digits[--at] = (byte)'-';
        }

        Fill((byte)' ', width - (digits.Length - at));
        Write(digits[at..]);
    }

    /// <summary>Writes an unsigned decimal number, padded with spaces on the left to a width.</summary>
    public void WriteDecimal(ulong value, int width = 0)
    {
        Span<byte> digits = stackalloc byte[20];
        int at = Digits(value, digits);
        Fill((byte)' ', width - (digits.Length - at));
        Write(digits[at..]);
    }

    /// <summary>Writes a number as C's <c>%#x</c> does (0x before all but 0), padded with spaces on the left to a width.</summary>
    public void WriteHex(ulong value, int width = 0)
    {
        Span<byte> digits = stackalloc byte[18];
        int at = digits.Length;
        for (ulong rest = value; rest != 0 || at == digits.Length; rest >>= 4)
        {
            digits[--at] = "0123456789abcdef"u8[(int)(rest & 15)];
        }

        if (value != 0)
        {
            digits[--at] = (byte)'x';
            digits[--at] = (byte)'0';
        }

        Fill((byte)' ', width - (digits.Length - at));
        Write(digits[at..]);
    }

    /// <summary>Changes the style of what follows; <see cref="TextStyle.Plain"/> ends it. No effect without colours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Style(TextStyle style)
    {
        if (_colours)
        {
            WriteEscape(style);
        }
    }

    private void WriteEscape(TextStyle style)
    {
        ReadOnlySpan<byte> escape = style switch
        {
            TextStyle.Keyword => "\e[1;34m"u8,
            TextStyle.TypeName => "\e[36m"u8,
            TextStyle.MemberName => "\e[1m"u8,
            TextStyle.Comment => "\e[2m"u8,
            TextStyle.Warning => "\e[33m"u8,
            TextStyle.Boundary => "\e[32m"u8,
            TextStyle.Added => "\e[32m"u8,
            TextStyle.Removed => "\e[31m"u8,
            _ => "\e[0m"u8,
        };
        Write(escape);
        _escapes += escape.Length;
    }

    /// <summary>
    /// The last bytes that were written, to be written again elsewhere; false when they are not all at hand (a block ended between
    /// them) or hold escape sequences. Valid until the next write.
    /// </summary>
    public bool TryRecall(long length, out ReadOnlySpan<byte> text)
    {
        bool atHand = !_colours && length <= _at - _start;
        text = atHand ? _block.AsSpan(_at - (int)length, (int)length) : default;
        return atHand;
    }

    /// <summary>Hands what is in the current block to the target.</summary>
    public void Flush() => NextBlock(1);

    // Most numbers of a layout have up to five digits; the caller has checked that they fit.
    private void WriteSmall(uint value, int width)
    {
        int digits = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
        Span<byte> place = _block.AsSpan(_at, Math.Max(width, digits));
        place[..^digits].Fill((byte)' ');
        _at += place.Length;
        for (int i = place.Length - 1; digits > 0; digits--)
        {
            uint tenth = value / 10;
            place[i--] = (byte)('0' + (value - (tenth * 10)));
            value = tenth;
        }
    }

    private static int Digits(ulong value, Span<byte> digits)
    {
        int at = digits.Length;
        do
        {
            (value, ulong digit) = Math.DivRem(value, 10);
            digits[--at] = (byte)('0' + digit);
        }
        while (value != 0);
        return at;
    }

    private void WriteLong(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_at == _end)
            {
                NextBlock(1);
            }

            int now = Math.Min(text.Length, _end - _at);
            text[..now].CopyTo(_block.AsSpan(_at));
            _at += now;
            text = text[now..];
        }
    }

    private void NextBlock(int atLeast)
    {
        if (_at > _start)
        {
            _target.Advance(_at - _start);
            _advanced += _at - _start;
        }

        Memory<byte> memory = _target.GetMemory(Math.Max(atLeast, BlockBytes));
        if (!MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment))
        {
            throw new NotSupportedException("the target's memory is not backed by an array");
        }

        _block = segment.Array!;
        _start = segment.Offset;
        _at = _start;
        _end = _start + segment.Count;
    }
}
