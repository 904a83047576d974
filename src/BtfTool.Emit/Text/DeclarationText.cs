using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Text;

/// <summary>
/// Writes types and declarations as short C: <c>struct list_head *next</c>, <c>int (*fn)(struct file *, int)</c>, <c>u8 [16]</c>. What
/// has no name is <c>struct {...}</c>; type tags are left out. The texts of types are remembered. Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="limits">Bounds the nesting of prototypes and the length of chains; null for the defaults.</param>
public sealed class DeclarationText(TypeGraph graph, ReaderLimits? limits = null)
{
    private const int MostPrototypeNesting = 16;
    private const int MostTextBytes = 1 << 16;

    private readonly int _maxNesting = (limits ?? ReaderLimits.Default).MaxNesting;
    private readonly Dictionary<TypeId, string> _texts = [];
    private TypeId[] _chain = new TypeId[32];
    private System.Buffers.ArrayBufferWriter<byte>? _buffer;
    private Utf8Writer? _writer;

    /// <summary>The text of a type, without a name. Cost: O(1) once known.</summary>
    public string Of(TypeId id)
    {
        if (!_texts.TryGetValue(id, out string? text))
        {
            text = Of(id, default);
            _texts.Add(id, text);
        }

        return text;
    }

    /// <summary>The declaration of something of a type.</summary>
    public string Of(TypeId id, ReadOnlySpan<byte> name)
    {
        // The writer takes whole blocks: one for all texts.
        _buffer ??= new System.Buffers.ArrayBufferWriter<byte>(2 * MostTextBytes);
        _writer ??= new Utf8Writer(_buffer);
        Write(id, name, _writer);
        _writer.Flush();
        string text = System.Text.Encoding.UTF8.GetString(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        _writer.Flush();
        return text;
    }

    /// <summary>
    /// Writes the declaration of something of a type. A chain of types that never ends, and prototypes that nest deeper than anybody
    /// reads, end in <c>...</c>.
    /// </summary>
    /// <param name="id">The type.</param>
    /// <param name="name">What is declared; empty to write the type alone.</param>
    /// <param name="output">Where to.</param>
    public void Write(TypeId id, ReadOnlySpan<byte> name, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Write(id, name, output, 0, 0, output.Length);
    }

    /// <summary>
    /// Writes a function's declaration: <c>int vfs_open(const struct path *path, struct file *file)</c>, with the names of the
    /// parameters where they are known.
    /// </summary>
    /// <param name="function">A function, or a prototype.</param>
    /// <param name="output">Where to.</param>
    public void WritePrototype(TypeView function, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        TypeId prototype = function.Kind == TypeKind.Function ? function.Target : function.Id;
        Write(prototype, function.Name, output, 0, 0, output.Length, nameParameters: true);
    }

    // C is written from the inside out: the chain is walked down to what it ends at, then prefixes up to the name and suffixes down.
    private void Write(TypeId id, ReadOnlySpan<byte> name, Utf8Writer output, int first, int nesting, long start, bool nameParameters = false)
    {
        int end = Push(id, first);
        if (end < 0 || nesting > MostPrototypeNesting || output.Length - start > MostTextBytes)
        {
            output.Write("..."u8);
            return;
        }

        WriteBase(end, first, output);
        bool spaced = false;
        for (int i = end - 2; i >= first; i--)
        {
            WritePrefix(i, end, output, ref spaced);
        }

        if (!name.IsEmpty)
        {
            output.Write(spaced ? [] : " "u8);
            output.Write(name);
            spaced = true;
        }

        for (int i = first; i < end - 1; i++)
        {
            WriteSuffix(i, end, output, ref spaced, nesting, start, nameParameters);
        }
    }

    private int Push(TypeId id, int first)
    {
        for (int at = first; at - first <= _maxNesting; at++)
        {
            if (at == _chain.Length)
            {
                Array.Resize(ref _chain, at * 2);
            }

            _chain[at] = id;
            TypeView type = graph[id];
            if (type.Kind is not (TypeKind.Pointer or TypeKind.Array or TypeKind.FunctionPrototype or TypeKind.TypeTag) && !type.IsQualifier)
            {
                return at + 1;
            }

            id = type.Target;
        }

        return -1;
    }

    // Qualifiers of what the chain ends at, or of the element of an array, stand in front.
    private void WriteBase(int end, int first, Utf8Writer output)
    {
        for (int i = end - 2; i >= first; i--)
        {
            TypeKind kind = graph.KindOf(_chain[i]);
            if (kind == TypeKind.Pointer || kind == TypeKind.FunctionPrototype)
            {
                break;
            }

            output.Write(QualifierOf(kind));
            output.Write(IsQualifier(kind) ? " "u8 : []);
        }

        TypeView type = graph[_chain[end - 1]];
        output.Write(type.Kind switch
        {
            TypeKind.Struct => "struct "u8,
            TypeKind.Union => "union "u8,
            TypeKind.Enum or TypeKind.Enum64 => "enum "u8,
            TypeKind.Forward => type.Flag ? "union "u8 : "struct "u8,
            _ => [],
        });
        output.Write(type.Id.Value == 0 ? "void"u8 : type.IsAnonymous ? "{...}"u8 : type.Name);
    }

    private void WritePrefix(int i, int end, Utf8Writer output, ref bool spaced)
    {
        TypeKind kind = graph.KindOf(_chain[i]);
        if (kind == TypeKind.Pointer)
        {
            output.Write(spaced ? [] : " "u8);
            output.Write(IsInParentheses(i, end) ? "(*"u8 : "*"u8);
            spaced = true;
        }
        else if (IsQualifier(kind) && graph.KindOf(_chain[Inner(i, end)]) == TypeKind.Pointer)
        {
            output.Write(QualifierOf(kind));
            spaced = false;
        }
    }

    private void WriteSuffix(int i, int end, Utf8Writer output, ref bool spaced, int nesting, long start, bool nameParameters)
    {
        TypeView type = graph[_chain[i]];
        if (type.Kind is TypeKind.Array or TypeKind.FunctionPrototype && !spaced)
        {
            output.Write((byte)' ');
            spaced = true;
        }

        switch (type.Kind)
        {
            case TypeKind.Pointer when IsInParentheses(i, end):
                output.Write((byte)')');
                spaced = true;
                break;
            case TypeKind.Array:
                output.Write((byte)'[');
                if (type.ElementCount > 0)
                {
                    output.WriteDecimal(type.ElementCount);
                }

                output.Write((byte)']');
                break;
            case TypeKind.FunctionPrototype:
                WriteParameters(type, output, end, nesting, start, nameParameters);
                break;
        }
    }

    private void WriteParameters(TypeView type, Utf8Writer output, int end, int nesting, long start, bool nameParameters)
    {
        output.Write((byte)'(');
        ParameterList parameters = type.Parameters;
        for (int i = 0; i < parameters.Count; i++)
        {
            output.Write(i > 0 ? ", "u8 : []);
            bool isVariadic = i == parameters.Count - 1 && parameters[i].Type.Value == 0;
            if (isVariadic)
            {
                output.Write("..."u8);
            }
            else
            {
                Write(parameters[i].Type, nameParameters ? parameters[i].Name : default, output, end, nesting + 1, start);
            }
        }

        output.Write(parameters.Count == 0 ? "void)"u8 : ")"u8);
    }

    private bool IsInParentheses(int i, int end) => graph.KindOf(_chain[Inner(i, end)]) is TypeKind.Array or TypeKind.FunctionPrototype;

    // The next of the chain that is no qualifier and no tag.
    private int Inner(int i, int end)
    {
        do
        {
            i++;
        }
        while (i < end - 1 && graph.KindOf(_chain[i]) is var kind && (kind == TypeKind.TypeTag || IsQualifier(kind)));

        return i;
    }

    private static bool IsQualifier(TypeKind kind) =>
        kind is TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic;

    private static ReadOnlySpan<byte> QualifierOf(TypeKind kind) => kind switch
    {
        TypeKind.Const => "const"u8,
        TypeKind.Volatile => "volatile"u8,
        TypeKind.Restrict => "restrict"u8,
        TypeKind.Atomic => "_Atomic"u8,
        _ => [],
    };
}
