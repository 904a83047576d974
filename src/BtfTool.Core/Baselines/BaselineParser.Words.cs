using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

// Words, names and numbers, and what is said of a mistake.
internal ref partial struct BaselineParser
{
    private readonly byte Peek() => _at < _text.Length ? _text[_at] : (byte)0;

    private void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] == (byte)' ')
        {
            _at++;
        }
    }

    private void SkipSeparators()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\n' or (byte)';')
        {
            _at++;
        }
    }

    private void Expect(byte what)
    {
        SkipSpaces();
        if (Peek() != what)
        {
            Fail(_at, $"expected '{(char)what}'");
        }

        _at++;
    }

    private void ExpectEnd()
    {
        SkipSpaces();
        if (Peek() != (byte)'\n')
        {
            Fail(_at, "expected the end of the line");
        }

        _at++;
    }

    // A word, with the spaces behind it; not the beginning of a longer one.
    private bool TryWord(ReadOnlySpan<byte> word)
    {
        SkipSpaces();
        ReadOnlySpan<byte> rest = _text[_at..];
        if (!rest.StartsWith(word) || (rest.Length > word.Length && (char.IsAsciiLetterOrDigit((char)rest[word.Length]) || rest[word.Length] is (byte)'_' or (byte)'$' or (byte)'.')))
        {
            return false;
        }

        _at += word.Length;
        SkipSpaces();
        return true;
    }

    private BlockWord ReadBlockWord()
    {
        BlockWord word = TryWord("struct"u8) ? new(TypeKind.Struct, BaselineSpace.Struct)
            : TryWord("typedef"u8) ? new(TypeKind.Typedef, BaselineSpace.Ordinary)
            : TryWord("func"u8) ? new(TypeKind.Function, BaselineSpace.Function)
            : TryWord("enum"u8) ? new(TypeKind.Enum, BaselineSpace.Enum)
            : TryWord("union"u8) ? new(TypeKind.Union, BaselineSpace.Union)
            : TryWord("int"u8) ? new(TypeKind.Int, BaselineSpace.Ordinary)
            : TryWord("float"u8) ? new(TypeKind.Float, BaselineSpace.Ordinary) : default;
        if (word.Kind == TypeKind.Void)
        {
            Fail(_at, "expected a block: struct, union, enum, typedef, int, float or func");
        }

        return word;
    }

    private ulong ReadSize()
    {
        SkipSpaces();
        return ReadNumber(1UL << 60);
    }

    private ulong ReadNumber(ulong most = ulong.MaxValue)
    {
        int start = _at;
        ulong value = 0;
        if (char.IsAsciiDigit((char)Peek()) && Utf8Parser.TryParse(_text[_at..], out value, out int read) && value <= most)
        {
            _at += read;
            return value;
        }

        Fail(start, most == ulong.MaxValue ? "expected a number of at most 64 bits" : $"expected a number, at most {most}");
        return 0;
    }

    // Steps over a name with its quotes and its ordinal; returns its length.
    private int SkipName()
    {
        int start = _at;
        int length;
        if (Peek() == (byte)'"')
        {
            int end = _text[(_at + 1)..].IndexOfAny((byte)'"', (byte)'\n');
            if (end < 0 || _text[_at + 1 + end] != (byte)'"')
            {
                Fail(_at, "expected '\"' at the end of the name");
            }

            length = end + 2;
        }
        else
        {
            length = BaselineFormat.BareLength(_text[_at..]);
            length = _text.Slice(_at, length).TrimEnd((byte)' ').Length;
            if (length == 0 || char.IsAsciiDigit((char)Peek()))
            {
                Fail(_at, "expected a name");
            }
        }

        _at += length;
        if (Peek() == (byte)'#')
        {
            _at++;
            ReadNumber();
        }

        return _at - start;
    }

    private NameId ReadName(bool withOrdinal)
    {
        int start = _at;
        int length = SkipName();
        ReadOnlySpan<byte> name = _text.Slice(start, length);
        bool isQuoted = name[0] == (byte)'"';
        int ordinal = isQuoted ? name.LastIndexOf((byte)'"') + 1 : name.IndexOf((byte)'#');
        ordinal = ordinal < 0 ? length : ordinal;
        if (!withOrdinal && ordinal < length)
        {
            Fail(start + ordinal, "only types have several layouts");
        }

        if (ordinal > _limits.MaxNameBytes)
        {
            Fail(start, $"a name has more than {_limits.MaxNameBytes} bytes");
        }

        return isQuoted ? AddQuoted(start, name[1..(ordinal - 1)]) : AddName(name[..ordinal]);
    }

    private NameId AddName(ReadOnlySpan<byte> name)
    {
        Span<byte> to = RoomFor(name.Length + 1);
        name.CopyTo(to);
        to[name.Length] = 0;
        var id = new NameId((uint)_poolBytes);
        _poolBytes += name.Length + 1;
        return id;
    }

    private NameId AddQuoted(int start, ReadOnlySpan<byte> quoted)
    {
        if (quoted.IsEmpty)
        {
            return default;
        }

        Span<byte> to = RoomFor(quoted.Length + 1);
        int length = 0;
        for (int i = 0; i < quoted.Length; i++)
        {
            byte b = quoted[i];
            if (b == (byte)'\\')
            {
                if (!quoted[i..].StartsWith("\\x"u8) || quoted.Length - i < 4 || !Utf8Parser.TryParse(quoted.Slice(i + 2, 2), out b, out int read, 'x')
                    || read != 2 || b == 0)
                {
                    Fail(start + 1 + i, "expected '\\x' and two hexadecimal digits that are not 00");
                }

                i += 3;
            }
            else if (b < 0x20)
            {
                Fail(start + 1 + i, "a control character in a name is written as '\\x' and two hexadecimal digits");
            }

            to[length++] = b;
        }

        to[length] = 0;
        var id = new NameId((uint)_poolBytes);
        _poolBytes += length + 1;
        return id;
    }

    private Span<byte> RoomFor(int bytes)
    {
        if (_pool.Length - _poolBytes < bytes)
        {
            Array.Resize(ref _pool, Math.Max(2 * _pool.Length, _poolBytes + bytes));
        }

        return _pool.AsSpan(_poolBytes, bytes);
    }

    private static string Quote(ReadOnlySpan<byte> text)
    {
        const int MostBytes = 80;
        string quoted = Encoding.UTF8.GetString(text[..Math.Min(text.Length, MostBytes)]);
        return string.Concat(quoted.Select(c => char.IsControl(c) ? '?' : c)) + (text.Length > MostBytes ? "..." : "");
    }

    [DoesNotReturn]
    private readonly void Fail(int at, string rule)
    {
        ReadOnlySpan<byte> before = _text[..Math.Min(at, _text.Length)];
        int line = before.Count((byte)'\n') + 1;
        int column = at - (before.LastIndexOf((byte)'\n') + 1) + 1;
        InvalidImageException.Throw(_file, "", at, $"line {line}, column {column}: {rule}");
    }
}
