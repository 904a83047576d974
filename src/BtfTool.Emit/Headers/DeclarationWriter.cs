using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Writes C declarations. A chain of references is read from the outside in, and C is written from the inside out: the chain is pushed
/// onto a stack down to the type it ends at, and popped from there. Rule: libbpf 1.8.
/// </summary>
internal sealed class DeclarationWriter
{
    private readonly TypeColumns _types;
    private readonly EmittedNames _names;
    private readonly DefinitionWriter _definitions;
    private readonly EmissionBudget _budget;
    private readonly BpftoolDialect _dialect;
    private readonly Utf8Writer _out;
    private uint[] _stack = new uint[64];
    private int _top;

    public DeclarationWriter(TypeColumns types, EmittedNames names, DefinitionWriter definitions, EmissionBudget budget,
        BpftoolDialect dialect, Utf8Writer output)
    {
        _types = types;
        _names = names;
        _definitions = definitions;
        _budget = budget;
        _dialect = dialect;
        _out = output;
    }

    /// <summary>Writes the declaration of something of a type.</summary>
    /// <param name="id">The type.</param>
    /// <param name="name">What is declared; it ends before the first zero byte, or with the span. Empty for a type name.</param>
    /// <param name="level">Indentation of the line, for definitions inside.</param>
    public void Write(uint id, ReadOnlySpan<byte> name, int level)
    {
        _budget.CheckBytes();
        if (TryWriteSimple(id, name))
        {
            return;
        }

        _budget.Enter();
        int start = _top;
        Push(id);
        WriteChain(start, name, level);
        _top = start;
        _budget.Leave();
    }

    // What most members are: of a base type or of something named, or a pointer to that.
    private bool TryWriteSimple(uint id, ReadOnlySpan<byte> name)
    {
        TypeKind kind = _types.Kind(id);
        bool isPointer = kind == TypeKind.Pointer;
        if (isPointer)
        {
            id = _types.DirectTarget(id);
            kind = _types.Kind(id);
        }

        switch (kind)
        {
            case TypeKind.Int when !_types.Has(id, TypeMarks.Respelled):
                _out.WriteTerminated(_types.NameTail(_types.Name(id).Value));
                break;
            case TypeKind.Typedef:
                _names.Write(id);
                break;
            case TypeKind.Struct or TypeKind.Union when _types.IsNamed(id):
                _out.Write(kind == TypeKind.Struct ? "struct "u8 : "union "u8);
                _names.Write(id);
                break;
            default:
                return false;
        }

        if (isPointer)
        {
            _out.Write(" *"u8);
        }

        WriteName(name, isPointer);
        return true;
    }

    private void Push(uint id)
    {
        for (int steps = 0; ; steps++)
        {
            if (_top == _stack.Length)
            {
                Array.Resize(ref _stack, _stack.Length * 2);
            }

            _stack[_top++] = id;
            TypeKind kind = _types.Kind(id);
            bool goesOn = kind is TypeKind.Pointer or TypeKind.TypeTag or TypeKind.FunctionPrototype or TypeKind.Array
                || TypeColumns.IsQualifier(kind);
            if (!goesOn)
            {
                _budget.Spend(steps);
                return;
            }

            if (steps > _budget.MaxNesting)
            {
                _budget.ThrowNesting();
            }

            id = kind == TypeKind.Array ? _types.Target(id) : _types.DirectTarget(id);
        }
    }

    private void WriteChain(int start, ReadOnlySpan<byte> name, int level)
    {
        bool afterPointer = true;
        while (_top > start)
        {
            uint id = _stack[--_top];
            TypeKind kind = _types.Kind(id);
            switch (kind)
            {
                case TypeKind.Pointer:
                    _out.Write(afterPointer ? "*"u8 : " *"u8);
                    break;
                case TypeKind.TypeTag:
                    WriteTag(id, start, afterPointer);
                    break;
                case TypeKind.Array:
                    WriteArray(id, start, name, level, afterPointer);
                    return;
                case TypeKind.FunctionPrototype:
                    WritePrototype(id, start, name, level, afterPointer);
                    return;
                case var _ when TypeColumns.IsQualifier(kind):
                    _out.Write((byte)' ');
                    _out.Write(QualifierWord(kind));
                    break;
                default:
                    if (!WriteTerminal(id, kind, start, level))
                    {
                        return;
                    }

                    break;
            }

            afterPointer = kind == TypeKind.Pointer;
        }

        WriteName(name, afterPointer);
    }

    // False for what has no place in a declaration; nothing more is written then.
    private bool WriteTerminal(uint id, TypeKind kind, int start, int level)
    {
        switch (kind)
        {
            case TypeKind.Void:
                WriteQualifiers(start);
                _out.Write("void"u8);
                return true;
            case TypeKind.Int or TypeKind.Float:
                WriteQualifiers(start);
                if (_types.Has(id, TypeMarks.Respelled))
                {
                    _out.Write(_types.RespelledName(id));
                    return true;
                }

                _out.WriteTerminated(_types.NameTail(_types.Name(id).Value));
                return true;
            case TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64:
                WriteQualifiers(start);
                _definitions.WriteUse(id, kind, level);
                return true;
            case TypeKind.Forward:
                WriteQualifiers(start);
                _definitions.WriteForward(id);
                return true;
            case TypeKind.Typedef:
                WriteQualifiers(start);
                _names.Write(id);
                return true;
            default:
                return false;
        }
    }

    // Qualifiers of the terminal lie right over it and are written before it.
    private void WriteQualifiers(int start)
    {
        while (_top > start && TypeColumns.IsQualifier(_types.Kind(_stack[_top - 1])))
        {
            _out.Write(QualifierWord(_types.Kind(_stack[--_top])));
            _out.Write((byte)' ');
        }
    }

    private void WriteTag(uint id, int start, bool afterPointer)
    {
        if (afterPointer || _dialect.GluesQualifiersBeforeTags)
        {
            WriteQualifiers(start);
        }
        else
        {
            while (_top > start && TypeColumns.IsQualifier(_types.Kind(_stack[_top - 1])))
            {
                _out.Write((byte)' ');
                _out.Write(QualifierWord(_types.Kind(_stack[--_top])));
            }
        }

        bool isPlain = _types.Flag(id);
        _out.Write(isPlain ? " __attribute__(("u8 : " __attribute__((btf_type_tag(\""u8);
        _out.Write(_types.NameBytes(id));
        _out.Write(isPlain ? "))"u8 : "\")))"u8);
    }

    private void WriteArray(uint id, int start, ReadOnlySpan<byte> name, int level, bool afterPointer)
    {
        DropQualifiers(start);
        if (_top == start)
        {
            WriteName(name, afterPointer);
        }
        else
        {
            bool isNested = _types.Kind(_stack[_top - 1]) == TypeKind.Array;
            if (!name.IsEmpty && !afterPointer)
            {
                _out.Write((byte)' ');
            }

            if (!isNested)
            {
                _out.Write((byte)'(');
            }

            WriteRest(start, name, level);
            if (!isNested)
            {
                _out.Write((byte)')');
            }
        }

        _out.Write((byte)'[');
        _out.WriteDecimal(_types.ElementCount(id));
        _out.Write((byte)']');
    }

    private void WritePrototype(uint id, int start, ReadOnlySpan<byte> name, int level, bool afterPointer)
    {
        DropQualifiers(start);
        if (_top > start)
        {
            _out.Write(" ("u8);
            WriteRest(start, name, level);
            _out.Write((byte)')');
        }
        else
        {
            WriteName(name, afterPointer);
        }

        ReadOnlySpan<ParameterRow> parameters = _types.Parameters(id);
        if (parameters.IsEmpty || (parameters.Length == 1 && parameters[0].Type == 0))
        {
            _out.Write("(void)"u8);
            return;
        }

        _out.Write((byte)'(');
        for (int i = 0; i < parameters.Length; i++)
        {
            uint type = parameters[i].Type;
            if (i > 0)
            {
                _out.Write(", "u8);
            }

            if (i == parameters.Length - 1 && type == 0)
            {
                _out.Write("..."u8);
                break;
            }

            Write(type, _types.NameTail(parameters[i].Name), level);
        }

        _out.Write((byte)')');
    }

    private void WriteRest(int start, ReadOnlySpan<byte> name, int level)
    {
        _budget.Enter();
        WriteChain(start, name, level);
        _budget.Leave();
    }

    // Qualifiers and tags of an array or a function have no place in C.
    private void DropQualifiers(int start)
    {
        while (_top > start && IsQualifierOrTag(_types.Kind(_stack[_top - 1])))
        {
            _top--;
        }
    }

    private void WriteName(ReadOnlySpan<byte> name, bool afterPointer)
    {
        if (!name.IsEmpty)
        {
            if (!afterPointer)
            {
                _out.Write((byte)' ');
            }

            _out.WriteTerminated(name);
        }
    }

    private static bool IsQualifierOrTag(TypeKind kind) => kind == TypeKind.TypeTag || TypeColumns.IsQualifier(kind);

    private static ReadOnlySpan<byte> QualifierWord(TypeKind kind) => kind switch
    {
        TypeKind.Const => "const"u8,
        TypeKind.Volatile => "volatile"u8,
        TypeKind.Restrict => "restrict"u8,
        _ => "_Atomic"u8,
    };
}
