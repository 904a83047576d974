using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>Writes types and blocks in the notation of <see cref="BaselineFormat"/>. Not safe to share between threads.</summary>
/// <param name="graph">The types.</param>
/// <param name="to">Receives the text.</param>
/// <param name="limits">Bounds the text of one block.</param>
internal sealed class BaselineTypeText(TypeGraph graph, BaselineBuffer to, ReaderLimits limits)
{
    private readonly uint[] _open = new uint[BaselineFormat.MaxNesting];
    private int _openCount;
    private int _prototypes;

    /// <summary>For each type what tells it from others of its name; 0 for nothing.</summary>
    public ulong[] Suffixes { get; } = new ulong[graph.TypeCount];

    /// <summary>Whether suffixes are hashes and not ordinals.</summary>
    public bool SuffixesAreHashes { get; set; }

    /// <summary>Types that were written in place.</summary>
    public bool[] Placed { get; } = new bool[graph.TypeCount];

    /// <summary>Structs and unions of which only the name is wanted.</summary>
    public Func<TypeId, bool> IsDeclared { get; init; } = id => graph.KindOf(id) == TypeKind.Forward;

    /// <summary>Writes the block of a type that is not a reference; returns where in the text its hash belongs.</summary>
    public int WriteBlock(TypeId id)
    {
        TypeView type = graph[id];
        to.Write(type.Kind switch
        {
            TypeKind.Int => "int"u8,
            TypeKind.Float => "float"u8,
            TypeKind.Typedef => "typedef"u8,
            TypeKind.Function => "func"u8,
            _ => KeywordOf(type),
        });
        if (!IsPlaced(type))
        {
            to.Write((byte)' ');
            WriteName(type);
        }

        if (IsDeclared(id))
        {
            return EndLine();
        }

        switch (type.Kind)
        {
            case TypeKind.Typedef or TypeKind.Function:
                int at = to.Length;
                to.Write(" = "u8);
                to.Write(type.Kind == TypeKind.Typedef ? [] : type.Linkage switch { 0 => "static "u8, 2 => "extern "u8, _ => [] });
                Write(type.Target);
                to.Write((byte)'\n');
                return at;
            case TypeKind.Int:
                to.Write((byte)':');
                WriteInt(type);
                return EndLine();
            case TypeKind.Float:
                to.Write((byte)':');
                WriteSize(type);
                return EndLine();
            default:
                to.Write(IsPlaced(type) ? [] : ":"u8);
                int hash = WriteShape(type);
                to.Write((byte)'\n');
                return hash;
        }
    }

    /// <summary>Writes a type where it is used.</summary>
    public void Write(TypeId id)
    {
        for (int length = 0; ; length++)
        {
            if (length > limits.MaxNesting)
            {
                Reject(id, "is a chain of types without an end");
            }

            TypeView type = graph[id];
            switch (type.Kind)
            {
                case TypeKind.Pointer:
                    to.Write((byte)'*');
                    break;
                case TypeKind.Array:
                    id = WriteArray(type);
                    continue;
                case TypeKind.Const or TypeKind.Volatile or TypeKind.Atomic or TypeKind.Restrict or TypeKind.TypeTag:
                    id = WriteQualifiers(id);
                    continue;
                case TypeKind.FunctionPrototype:
                    WriteParameters(type);
                    break;
                default:
                    WriteEnd(type);
                    return;
            }

            id = type.Target;
        }
    }

    // BTF of pahole has one array where the source has several dimensions: what lies in memory is the same.
    private TypeId WriteArray(TypeView type)
    {
        ulong count = type.ElementCount;
        TypeId element = type.Target;
        for (int length = 0; graph.KindOf(element) == TypeKind.Array; length++)
        {
            TypeView inner = graph[element];
            if (length > limits.MaxNesting)
            {
                Reject(type.Id, "is a chain of types without an end");
            }

            if (Math.BigMul(count, inner.ElementCount, out ulong product) != 0)
            {
                break;
            }

            count = product;
            element = inner.Target;
        }

        to.Write((byte)'[');
        to.WriteDecimal(count);
        to.Write((byte)']');
        return element;
    }

    // Of several qualifiers the order says nothing, and some are no part of a layout.
    private TypeId WriteQualifiers(TypeId id)
    {
        bool isConst = false, isVolatile = false, isAtomic = false;
        TypeId at = id;
        for (int length = 0; ; length++)
        {
            if (length > limits.MaxNesting)
            {
                Reject(id, "is a chain of types without an end");
            }

            TypeView type = graph[at];
            if (!type.IsQualifier && type.Kind != TypeKind.TypeTag)
            {
                break;
            }

            isConst |= type.Kind == TypeKind.Const;
            isVolatile |= type.Kind == TypeKind.Volatile;
            isAtomic |= type.Kind == TypeKind.Atomic;
            at = type.Target;
        }

        to.Write(isConst ? "const "u8 : []);
        to.Write(isVolatile ? "volatile "u8 : []);
        to.Write(isAtomic ? "atomic "u8 : []);
        return at;
    }

    private void WriteParameters(TypeView type)
    {
        if (++_prototypes > BaselineFormat.MaxNesting)
        {
            Reject(type.Id, "nests prototypes too deeply");
        }

        CheckLength(type.Id);
        to.Write("fn("u8);
        ParameterList parameters = type.Parameters;
        for (int i = 0; i < parameters.Count; i++)
        {
            to.Write(i > 0 ? ", "u8 : []);
            if (i == parameters.Count - 1 && parameters[i].Type.IsVoid)
            {
                to.Write("..."u8);
            }
            else
            {
                Write(parameters[i].Type);
            }
        }

        to.Write(") "u8);
        _prototypes--;
    }

    private void WriteEnd(TypeView type)
    {
        switch (type.Kind)
        {
            case TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Forward:
                to.Write(KeywordOf(type));
                if (IsPlaced(type))
                {
                    WriteInPlace(type);
                    return;
                }

                to.Write((byte)' ');
                WriteName(type);
                return;
            case TypeKind.Typedef or TypeKind.Int or TypeKind.Float:
                WriteName(type);
                return;
            default:
                to.Write("void"u8);
                return;
        }
    }

    private void WriteInPlace(TypeView type)
    {
        Placed[type.Id.Value] = true;
        int around = Array.LastIndexOf(_open, type.Id.Value, Math.Max(_openCount - 1, 0), _openCount);
        if (around >= 0)
        {
            to.Write(" ^"u8);
            to.WriteDecimal((ulong)(_openCount - around));
            return;
        }

        WriteShape(type);
    }

    private int WriteShape(TypeView type)
    {
        WriteSize(type);
        to.Write(type.IsEnum && type.Flag ? " signed"u8 : []);
        int hash = to.Length;
        if (_openCount == _open.Length)
        {
            Reject(type.Id, "nests types without a name too deeply");
        }

        CheckLength(type.Id);
        _open[_openCount++] = type.Id.Value;
        to.Write(" {"u8);
        if (type.IsEnum)
        {
            WriteEnumerators(type);
        }
        else
        {
            WriteMembers(type);
        }

        _openCount--;
        StartLine();
        to.Write((byte)'}');
        return hash;
    }

    private void WriteMembers(TypeView type)
    {
        int count = 0;
        foreach (MemberView member in type.Members)
        {
            Separate(count++);
            (ulong bytes, ulong bits) = (member.BitOffset / 8, member.BitOffset % 8);
            to.WriteDecimal(bytes);
            if (bits != 0 || member.IsBitfield)
            {
                to.Write((byte)'.');
                to.WriteDecimal(bits);
            }

            if (member.IsBitfield)
            {
                to.Write((byte)':');
                to.WriteDecimal(member.BitSize);
            }

            to.Write((byte)' ');
            ReadOnlySpan<byte> name = member.Name;
            if (name.IsEmpty)
            {
                to.Write((byte)'-');
            }
            else
            {
                to.WriteName(name);
            }

            to.Write(": "u8);
            Write(member.Type);
        }
    }

    private void WriteEnumerators(TypeView type)
    {
        int count = 0;
        foreach (EnumeratorView enumerator in type.Enumerators)
        {
            Separate(count++);
            to.WriteName(enumerator.Name);
            to.Write(" = "u8);
            if (type.Flag)
            {
                to.WriteSigned(enumerator.Value);
            }
            else
            {
                to.WriteDecimal(type.Kind == TypeKind.Enum ? (uint)enumerator.Value : (ulong)enumerator.Value);
            }
        }
    }

    // Inside of parentheses a body is on one line.
    private void Separate(int count)
    {
        if (_prototypes > 0)
        {
            to.Write(count > 0 ? "; "u8 : []);
        }
        else
        {
            StartLine();
        }
    }

    private void StartLine()
    {
        if (_prototypes == 0)
        {
            to.Write((byte)'\n');
            to.Fill((byte)' ', _openCount);
        }
    }

    private int EndLine()
    {
        int at = to.Length;
        to.Write((byte)'\n');
        return at;
    }

    private void WriteInt(TypeView type)
    {
        WriteSize(type);
        to.Write((type.IntEncoding & IntEncoding.Signed) != 0 ? " signed"u8 : []);
        to.Write((type.IntEncoding & IntEncoding.Bool) != 0 ? " bool"u8 : []);
        if ((ulong)type.IntBits != type.SizeBytes * 8 || type.IntBitOffset != 0)
        {
            to.Write(" bits "u8);
            to.WriteDecimal((ulong)type.IntBitOffset);
            to.Write((byte)':');
            to.WriteDecimal((ulong)type.IntBits);
        }
    }

    private void WriteSize(TypeView type)
    {
        to.Write((byte)' ');
        to.WriteDecimal(type.SizeBytes);
    }

    private void WriteName(TypeView type)
    {
        to.WriteName(type.Name);
        ulong suffix = Suffixes[type.Id.Value];
        if (suffix != 0)
        {
            to.Write((byte)'#');
            if (SuffixesAreHashes)
            {
                to.WriteHex(suffix);
            }
            else
            {
                to.WriteDecimal(suffix);
            }
        }
    }

    /// <summary>Whether a type has no name, so that it stands where it is used.</summary>
    public static bool IsPlaced(TypeView type) => (type.IsComposite || type.IsEnum) && type.IsAnonymous;

    private static ReadOnlySpan<byte> KeywordOf(TypeView type) => type.Kind switch
    {
        TypeKind.Enum or TypeKind.Enum64 => "enum"u8,
        TypeKind.Union => "union"u8,
        TypeKind.Forward when type.Flag => "union"u8,
        _ => "struct"u8,
    };

    private void CheckLength(TypeId id)
    {
        if (to.Length > limits.MaxEmittedBytesPerType)
        {
            Reject(id, $"expands to more than {limits.MaxEmittedBytesPerType} bytes");
        }
    }

    [DoesNotReturn]
    private void Reject(TypeId id, string rule) => InvalidImageException.Throw(graph.SourcePath, "", -1, $"type {id} {rule}");
}
