using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

// Types where they are used, and what stands in braces.
internal ref partial struct BaselineParser
{
    // Prefixes are read from the outside in, and become types from the inside out.
    private uint ParseType()
    {
        if (++_depth > 2 * BaselineFormat.MaxNesting)
        {
            Fail(_at, "types nest too deeply");
        }

        int first = _prefixes.Count;
        while (TryPrefix())
        {
            if (_prefixes.Count - first > 4 * _limits.MaxNesting)
            {
                Fail(_at, "a chain of types is too long");
            }
        }

        uint type = ParseLast();
        for (int i = _prefixes.Count - 1; i >= first; i--)
        {
            Prefix prefix = _prefixes[i];
            if (prefix.Kind == TypeKind.FunctionPrototype)
            {
                _derived.SetTarget((uint)prefix.Value, type);
                type = (uint)prefix.Value;
            }
            else
            {
                type = _derived.Reference(prefix.Kind, type, prefix.Value);
            }
        }

        _prefixes.RemoveRange(first, _prefixes.Count - first);
        _depth--;
        return type;
    }

    private bool TryPrefix()
    {
        SkipSpaces();
        switch (Peek())
        {
            case (byte)'*':
                _at++;
                _prefixes.Add(new Prefix(TypeKind.Pointer, 0));
                return true;
            case (byte)'[':
                _at++;
                ulong count = ReadNumber();
                Expect((byte)']');
                _prefixes.Add(new Prefix(TypeKind.Array, count));
                return true;
            case (byte)'c' when TryWord("const"u8):
                _prefixes.Add(new Prefix(TypeKind.Const, 0));
                return true;
            case (byte)'v' when TryWord("volatile"u8):
                _prefixes.Add(new Prefix(TypeKind.Volatile, 0));
                return true;
            case (byte)'a' when TryWord("atomic"u8):
                _prefixes.Add(new Prefix(TypeKind.Atomic, 0));
                return true;
            case (byte)'f' when TryWord("fn"u8):
                uint prototype = ParseParameters();
                _prefixes.Add(new Prefix(TypeKind.FunctionPrototype, prototype));
                return true;
            default:
                return false;
        }
    }

    private uint ParseParameters()
    {
        uint id = _derived.Reserve();
        int first = _rows.Count;
        Expect((byte)'(');
        SkipSpaces();
        bool isOpen = Peek() != (byte)')';
        while (isOpen)
        {
            SkipSpaces();
            if (_text[_at..].StartsWith("..."u8))
            {
                _at += 3;
                _rows.Add(default);
                SkipSpaces();
                break;
            }

            uint type = ParseType();
            _rows.Add(new BaselineRow(default, type, 0, 0));
            SkipSpaces();
            isOpen = Peek() == (byte)',';
            _at += isOpen ? 1 : 0;
        }

        Expect((byte)')');
        _derived.Set(id, TypeKind.FunctionPrototype, false, 0, 0, CollectionsMarshal.AsSpan(_rows)[first..]);
        _rows.RemoveRange(first, _rows.Count - first);
        return id;
    }

    private uint ParseLast()
    {
        if (TryWord("void"u8))
        {
            return 0;
        }

        TypeKind kind = TryWord("struct"u8) ? TypeKind.Struct : TryWord("union"u8) ? TypeKind.Union : TryWord("enum"u8) ? TypeKind.Enum : TypeKind.Void;
        if (kind != TypeKind.Void && Peek() is var next && (char.IsAsciiDigit((char)next) || next == (byte)'^'))
        {
            return next == (byte)'^' ? ParseAround() : ParsePlaced(kind);
        }

        BaselineSpace space = kind switch
        {
            TypeKind.Struct => BaselineSpace.Struct,
            TypeKind.Union => BaselineSpace.Union,
            TypeKind.Enum => BaselineSpace.Enum,
            _ => BaselineSpace.Ordinary,
        };
        int start = _at;
        int length = SkipName();
        uint id = _names.Find(_text, _text.Slice(start, length), space);
        if (id == 0)
        {
            Fail(start, $"'{Quote(_text.Slice(start, length))}' is in no block of the baseline");
        }

        return id;
    }

    private uint ParseAround()
    {
        int start = _at++;
        ulong around = ReadNumber();
        if (around == 0 || around > (ulong)_open.Count)
        {
            Fail(start, $"'^' takes 1 to {_open.Count}, the number of types around");
        }

        return _open[_open.Count - (int)around];
    }

    private uint ParsePlaced(TypeKind kind)
    {
        uint id = _derived.Reserve();
        ulong size = ReadSize();
        bool isSigned = kind == TypeKind.Enum && TryWord("signed"u8);
        int first = _rows.Count;
        _open.Add(id);
        kind = ParseBody(kind, isSigned);
        _open.RemoveAt(_open.Count - 1);
        ReadOnlySpan<BaselineRow> rows = CollectionsMarshal.AsSpan(_rows)[first..];
        _derived.Set(id, kind, kind is TypeKind.Struct or TypeKind.Union ? HasBitfield(rows) : isSigned, 0, size, rows);
        _rows.RemoveRange(first, _rows.Count - first);
        return id;
    }

    // Leaves the rows on top of those that are open. The kind of an enumeration is known when its values are.
    private TypeKind ParseBody(TypeKind kind, bool isSigned)
    {
        SkipSpaces();
        Expect((byte)'{');
        int first = _rows.Count;
        bool isWide = false;
        while (true)
        {
            SkipSeparators();
            if (Peek() == (byte)'}')
            {
                _at++;
                if (kind == TypeKind.Enum && !isWide)
                {
                    ExtendSigns(CollectionsMarshal.AsSpan(_rows)[first..]);
                }

                return isWide ? TypeKind.Enum64 : kind;
            }

            if (kind == TypeKind.Enum)
            {
                isWide |= ParseEnumerator(isSigned);
            }
            else
            {
                ParseMember();
            }

            SkipSpaces();
            if (Peek() is not ((byte)'\n' or (byte)';' or (byte)'}'))
            {
                Fail(_at, "expected the end of the line, ';' or '}'");
            }
        }
    }

    private bool ParseEnumerator(bool isSigned)
    {
        NameId name = ReadName(withOrdinal: false);
        SkipSpaces();
        Expect((byte)'=');
        SkipSpaces();
        int start = _at;
        bool isNegative = Peek() == (byte)'-';
        _at += isNegative ? 1 : 0;
        ulong value = ReadNumber(ulong.MaxValue);
        if (isNegative && !isSigned || (isSigned && value > (ulong)long.MaxValue + (isNegative ? 1u : 0u)))
        {
            Fail(start, isSigned ? "the value does not fit 64 bits with a sign" : "a negative value, and the enumeration is not 'signed'");
        }

        value = isNegative ? 0 - value : value;
        bool isWide = isSigned ? (long)value is < int.MinValue or > int.MaxValue : value > uint.MaxValue;
        _rows.Add(new BaselineRow(name, 0, value, 0));
        return isWide;
    }

    // As the graph has them, see EnumeratorView.Value.
    private static void ExtendSigns(Span<BaselineRow> rows)
    {
        foreach (ref BaselineRow row in rows)
        {
            row = row with { Value = (ulong)(int)(uint)row.Value };
        }
    }

    private void ParseMember()
    {
        const ulong MostBytes = 1UL << 56;
        ulong offset = 8 * ReadNumber(MostBytes);
        if (Peek() == (byte)'.')
        {
            _at++;
            offset += ReadNumber(7);
        }

        uint width = 0;
        if (Peek() == (byte)':')
        {
            _at++;
            width = (uint)ReadNumber(ushort.MaxValue);
        }

        if (offset > MemberRow.MaxBitOffset)
        {
            Fail(_at, $"an offset is at most {MemberRow.MaxBitOffset / 8} bytes");
        }

        SkipSpaces();
        NameId name = default;
        if (Peek() == (byte)'-')
        {
            _at++;
        }
        else
        {
            name = ReadName(withOrdinal: false);
        }

        SkipSpaces();
        Expect((byte)':');
        uint type = ParseType();
        _rows.Add(new BaselineRow(name, type, offset, width));
    }
}
