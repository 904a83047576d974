using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>
/// Parses the blocks of a baseline: first the names of all, which get ids in their order, then what they are. See
/// <see cref="BaselineFormat"/> for the notation.
/// </summary>
internal ref partial struct BaselineParser
{
    private readonly string _file;
    private readonly ReadOnlySpan<byte> _text;
    private readonly int _start;
    private readonly TypeGraphBuilder _builder;
    private readonly ReaderLimits _limits;
    private readonly BaselineNames _names = new();
    private readonly List<BaselineRow> _rows = [];
    private readonly List<Prefix> _prefixes = [];
    private readonly List<uint> _open = [];
    private BaselineDerived _derived = new(0);
    private byte[] _pool;
    private int _poolBytes = 1;
    private int _at;
    private int _depth;

    /// <summary>Parses text from a place on; <paramref name="text"/> ends behind a line.</summary>
    public BaselineParser(string file, ReadOnlySpan<byte> text, int start, TypeGraphBuilder builder, ReaderLimits limits)
    {
        _file = file;
        _text = text;
        _start = start;
        _builder = builder;
        _limits = limits;
        _pool = new byte[Math.Max(64, text.Length / 4)];
    }

    /// <summary>Fills the builder.</summary>
    public void Parse()
    {
        FindBlocks();
        if (_names.Count >= _limits.MaxTypes)
        {
            Fail(_start, $"has more than {_limits.MaxTypes} types");
        }

        _derived = new BaselineDerived((uint)_names.Count + 1);
        _at = _start;
        while (_at < _text.Length)
        {
            if (_text[_at] is (byte)'#' or (byte)'\n')
            {
                SkipLine();
                continue;
            }

            ParseBlock();
        }

        _derived.AddTo(_builder);
        _builder.SetNames(_pool.AsSpan(0, _poolBytes).ToArray());
    }

    private void SkipLine()
    {
        int end = _text[_at..].IndexOf((byte)'\n');
        _at = end < 0 ? _text.Length : _at + end + 1;
    }

    // A block begins in the first column; lines inside begin with a space or end it.
    private void FindBlocks()
    {
        _at = _start;
        while (_at < _text.Length)
        {
            if (char.IsAsciiLetterLower((char)_text[_at]))
            {
                AddBlock();
            }

            SkipLine();
        }
    }

    private void AddBlock()
    {
        int head = _at;
        BlockWord word = ReadBlockWord();
        if (word.IsPlaceable && _at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
        {
            _names.AddUnnamed();
            return;
        }

        int start = _at;
        int length = SkipName();
        if (!_names.TryAdd(_text, start, length, word.Space))
        {
            Fail(head, $"'{Quote(_text[head..(start + length)])}' is there already");
        }
    }

    private void ParseBlock()
    {
        int head = _at;
        BlockWord word = ReadBlockWord();
        bool isNamed = !(word.IsPlaceable && _at < _text.Length && char.IsAsciiDigit((char)_text[_at]));
        NameId name = isNamed ? ReadName(withOrdinal: true) : default;
        if (word.Kind is TypeKind.Typedef or TypeKind.Function)
        {
            ParseReference(head, word.Kind, name);
            return;
        }

        SkipSpaces();
        if (isNamed && word.IsPlaceable && Peek() is (byte)'@' or (byte)'\n')
        {
            if (word.Kind == TypeKind.Enum)
            {
                Fail(_at, "expected ':' and a size: an enumeration is never declared only");
            }

            (int hashAt, ulong hash) = ReadHash(head);
            ExpectEnd();
            CheckHash(head, hashAt, hash);
            _builder.AddForward(name, word.Kind == TypeKind.Union);
            return;
        }

        if (isNamed)
        {
            Expect((byte)':');
        }

        ParseSized(head, word.Kind, name);
    }

    private void ParseReference(int head, TypeKind kind, NameId name)
    {
        (int hashAt, ulong hash) = ReadHash(head);
        Expect((byte)'=');
        SkipSpaces();
        uint linkage = kind == TypeKind.Typedef ? 1u : TryWord("static"u8) ? 0u : TryWord("extern"u8) ? 2u : 1u;
        uint target = ParseType();
        ExpectEnd();
        CheckHash(head, hashAt, hash);
        if (kind == TypeKind.Typedef)
        {
            _builder.AddReference(kind, name, new TypeId(target));
        }
        else
        {
            _builder.AddFunction(name, new TypeId(target), linkage);
        }
    }

    private void ParseSized(int head, TypeKind kind, NameId name)
    {
        ulong size = ReadSize();
        if (kind is TypeKind.Int or TypeKind.Float)
        {
            ParseBase(head, kind, name, size);
            return;
        }

        bool isSigned = kind == TypeKind.Enum && TryWord("signed"u8);
        (int hashAt, ulong hash) = ReadHash(head);
        int first = _rows.Count;
        _open.Add(_builder.NextId.Value);
        kind = ParseBody(kind, isSigned);
        _open.RemoveAt(_open.Count - 1);
        ExpectEnd();
        CheckHash(head, hashAt, hash);
        ReadOnlySpan<BaselineRow> rows = CollectionsMarshal.AsSpan(_rows)[first..];
        BaselineDerived.Add(_builder, kind, kind is TypeKind.Struct or TypeKind.Union ? HasBitfield(rows) : isSigned, name, 0, size, rows);
        _rows.RemoveRange(first, _rows.Count - first);
    }

    private void ParseBase(int head, TypeKind kind, NameId name, ulong size)
    {
        bool isInt = kind == TypeKind.Int;
        IntEncoding encoding = isInt && TryWord("signed"u8) ? IntEncoding.Signed : IntEncoding.None;
        encoding |= isInt && TryWord("bool"u8) ? IntEncoding.Bool : IntEncoding.None;
        int place = _at;
        ulong bitOffset = 0, bits = size * 8;
        if (isInt && TryWord("bits"u8))
        {
            bitOffset = ReadNumber();
            Expect((byte)':');
            bits = ReadNumber();
        }

        if (isInt && (bits > ushort.MaxValue || bitOffset > byte.MaxValue))
        {
            Fail(place, $"an integer has at most {ushort.MaxValue} bits, from bit 0 to {byte.MaxValue} on");
        }

        (int hashAt, ulong hash) = ReadHash(head);
        ExpectEnd();
        CheckHash(head, hashAt, hash);
        if (isInt)
        {
            _builder.AddInt(name, size, encoding, (int)bitOffset, (int)bits);
        }
        else
        {
            _builder.AddFloat(name, size);
        }
    }

    // Where the hash stands, and what it is; -1 without one.
    private (int At, ulong Hash) ReadHash(int head)
    {
        SkipSpaces();
        if (Peek() != (byte)'@')
        {
            return (-1, 0);
        }

        const int Digits = 16;
        if (_text.Length - _at <= Digits || _text[_at - 1] != (byte)' ' || _at - 1 <= head
            || !Utf8Parser.TryParse(_text.Slice(_at + 1, Digits), out ulong hash, out int read, 'x') || read != Digits)
        {
            Fail(_at, "expected a space, '@' and 16 hexadecimal digits");
            return default;
        }

        int at = _at - 1;
        _at += Digits + 1;
        return (at, hash);
    }

    private readonly void CheckHash(int head, int hashAt, ulong hash)
    {
        const int HashBytes = 18;
        if (hashAt < 0)
        {
            return;
        }

        ulong real = XxHash64.Of(_text[(hashAt + HashBytes).._at], XxHash64.Of(_text[head..hashAt]));
        if (real != hash)
        {
            Fail(head, $"the hash of the block is {real.ToString("x16", CultureInfo.InvariantCulture)}: it was changed by hand, or is damaged"
                + " (write the baseline anew, or remove the hash)");
        }
    }

    private static bool HasBitfield(ReadOnlySpan<BaselineRow> rows)
    {
        foreach (ref readonly BaselineRow row in rows)
        {
            if (row.BitSize != 0)
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct Prefix(TypeKind Kind, ulong Value);

    private readonly record struct BlockWord(TypeKind Kind, BaselineSpace Space)
    {
        public bool IsPlaceable => Kind is TypeKind.Struct or TypeKind.Union or TypeKind.Enum;
    }
}
