using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

// Declarations as pahole writes them: a type, padded, and a name.
public sealed partial class PaholeEmitter
{
    /// <summary>
    /// Writes the type of a member and its name. Bodies of anonymous types are written in place, of all types with
    /// <see cref="PaholeOptions.Expand"/>.
    /// </summary>
    private void WriteDeclaration(TypeId id, NameId name, PaholeFrame frame)
    {
        _budget.Step(++frame.Depth);
        if (frame.TypeColumn == MemberTypeColumn && _typeTexts.TryGet(id, out ReadOnlySpan<byte> text))
        {
            _w.Write(text);
            WriteName(name);
            return;
        }

        long start = _w.Length;
        TypeView type = _graph[id];
        if (_options.Expand && type.Kind == TypeKind.Typedef)
        {
            type = WriteTypedefChain(type);
        }

        PaholeQuirks quirks = _rules.Of(type.Id);
        Meet(quirks);
        if (quirks != PaholeQuirks.None && !_options.Compat)
        {
            WriteRightDeclaration(type.Id, name, frame);
            return;
        }

        PaholeFrame body = frame;
        bool isBody = type.IsComposite || type.IsEnum;
        if (isBody)
        {
            body.HasTrailer = false;
            body.Suffix = name;
            body.SuffixIsPointer = false;
        }

        for (int steps = 0; type.Kind is TypeKind.Const or TypeKind.Atomic or TypeKind.TypeTag; steps++)
        {
            _budget.Step(steps);
            if (type.Kind != TypeKind.TypeTag)
            {
                ReadOnlySpan<byte> qualifier = type.Kind == TypeKind.Const ? "const "u8 : "_Atomic "u8;
                _w.Write(qualifier);
                body.TypeColumn -= qualifier.Length;
            }

            type = _graph[type.Target];
        }

        bool isPrefix = WriteUnqualified(type, name, body);
        if (isPrefix && quirks == PaholeQuirks.None && frame.TypeColumn == MemberTypeColumn && !_options.Expand
            && _w.TryRecall(_w.Length - start, out ReadOnlySpan<byte> written))
        {
            _typeTexts.Add(id, written[..^_graph.NameOf(name).Length]);
        }
    }

    // True where the text is a type, padded, and the name behind it.
    private bool WriteUnqualified(TypeView type, NameId name, PaholeFrame body)
    {
        switch (type.Kind)
        {
            case TypeKind.Pointer:
                return WritePointer(type, name, body);
            case TypeKind.Array:
                WriteArray(type, name, body);
                return false;
            case TypeKind.FunctionPrototype:
                WriteFunction(type, name, isPointer: false, body.TypeColumn, body.Depth);
                return false;
            case TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64:
                return WriteTagged(type, name, body);
            default:
                WritePadded(type.Id, name, body);
                return true;
        }
    }

    // "/* typedef A -> B */ ", without change of the columns; returns what the chain ends in.
    private TypeView WriteTypedefChain(TypeView type)
    {
        _w.Write("/* typedef "u8);
        _w.Write(type.Name);
        TypeView target = _graph[type.Target];
        for (int steps = 0; target.Kind == TypeKind.Typedef; steps++)
        {
            _budget.Step(steps);
            _w.Write(" -> "u8);
            _w.Write(target.Name);
            target = _graph[target.Target];
        }

        _w.Write(" */ "u8);
        return target;
    }

    private bool WritePointer(TypeView type, NameId name, PaholeFrame body)
    {
        TypeView target = _graph[_types.SkipTags(type.Target)];
        if (!type.Target.IsVoid && target.Kind == TypeKind.FunctionPrototype)
        {
            WriteFunction(target, name, isPointer: true, body.TypeColumn, body.Depth);
            return false;
        }

        if ((target.IsComposite || target.IsEnum) && target.IsAnonymous)
        {
            body.HasTrailer = false;
            body.Suffix = name;
            body.SuffixIsPointer = true;
            body.IsRelative = true;
            body.TypeColumn -= 8;
            return WriteTagged(target, name, body);
        }

        WritePadded(type.Id, name, body);
        return true;
    }

    private bool WriteTagged(TypeView type, NameId name, PaholeFrame body)
    {
        if (type.IsAnonymous || _options.Expand)
        {
            body.TypeColumn -= 8;
            WriteBody(type, body);
            return false;
        }

        ReadOnlySpan<byte> keyword = KeywordOf(type);
        _w.Style(TextStyle.Keyword);
        _w.Write(keyword);
        _w.Style(TextStyle.Plain);
        long start = _w.Length;
        _w.Style(TextStyle.TypeName);
        _w.Write(type.Name);
        _w.Style(TextStyle.Plain);
        PadTo(start, body.TypeColumn - keyword.Length);
        _w.Write((byte)' ');
        WriteName(name);
        return true;
    }

    private static ReadOnlySpan<byte> KeywordOf(TypeView type) =>
        type.Kind == TypeKind.Struct ? "struct "u8 : type.Kind == TypeKind.Union ? "union "u8 : "enum "u8;

    private void WriteArray(TypeView type, NameId name, PaholeFrame body)
    {
        TypeId element = type.Target;
        if (_hasDimensions && _graph.KindOf(element) == TypeKind.Array)
        {
            WriteDimensions(type, name, body);
            return;
        }

        if (type.ElementCount == 0 && _graph.KindOf(element) == TypeKind.Const)
        {
            element = _graph[element].Target;
        }

        WriteDeclaration(element, name, body);
        WriteDimension(type.ElementCount, body);
    }

    // One array with several dimensions: they stand in the order of the source.
    private void WriteDimensions(TypeView type, NameId name, in PaholeFrame body)
    {
        TypeView element = type;
        for (int steps = 0; element.Kind == TypeKind.Array; steps++)
        {
            _budget.Step(steps);
            element = _graph[element.Target];
        }

        WriteDeclaration(element.Id, name, body);
        ulong flat = 1;
        for (; type.Kind == TypeKind.Array; type = _graph[type.Target])
        {
            flat *= type.ElementCount;
            if (!_options.FlatArrays || _graph.KindOf(type.Target) != TypeKind.Array)
            {
                WriteDimension(flat, body);
                flat = 1;
            }
        }
    }

    private void WriteDimension(ulong count, in PaholeFrame frame, bool isFlexible = false)
    {
        if (!isFlexible && (count != 0 || !frame.IsLast || frame.IsFirst || frame.InUnion))
        {
            _w.Write((byte)'[');
            _w.WriteDecimal(count);
            _w.Write((byte)']');
        }
        else
        {
            _w.Write("[]"u8);
        }
    }

    private void WriteFunction(TypeView prototype, NameId name, bool isPointer, int column, int depth = 0)
    {
        _budget.Step(depth);
        long start = _w.Length;
        WriteTypeName(prototype.Target, depth + 1);
        PadTo(start, column);
        _w.Write(isPointer ? " (*"u8 : " "u8);
        WriteName(name);
        _w.Write(isPointer ? ")("u8 : "("u8);
        WriteParameters(prototype, depth);
        _w.Write((byte)')');
    }

    private void WriteParameters(TypeView prototype, int depth)
    {
        bool any = false, variadic = false;
        foreach (ParameterView parameter in prototype.Parameters)
        {
            if (parameter.Type.IsVoid)
            {
                variadic = true;
                continue;
            }

            if (any)
            {
                _w.Write(", "u8);
            }

            any = true;
            WriteParameter(parameter, depth + 1);
        }

        _w.Write(!any ? "void"u8 : variadic ? ", ..."u8 : []);
    }

    private void WriteParameter(ParameterView parameter, int depth)
    {
        TypeView type = _graph[parameter.Type];
        if (type.Kind == TypeKind.Pointer && !type.Target.IsVoid
            && _graph[_types.SkipTags(type.Target)] is { Kind: TypeKind.FunctionPrototype } prototype)
        {
            WriteFunction(prototype, parameter.NameId, isPointer: true, column: 0, depth);
            return;
        }

        if (type.Kind == TypeKind.FunctionPrototype)
        {
            _w.Write("inline "u8);
            WriteFunction(type, parameter.NameId, isPointer: false, column: 0, depth);
            return;
        }

        WriteTypeName(parameter.Type, depth);
        if (!parameter.NameId.IsNone && !parameter.Name.IsEmpty)
        {
            _w.Write((byte)' ');
            _w.Write(parameter.Name);
        }
    }

    private void WritePadded(TypeId id, NameId name, in PaholeFrame frame)
    {
        long start = _w.Length;
        WriteTypeName(id, frame.Depth);
        PadTo(start, frame.TypeColumn);
        _w.Write((byte)' ');
        WriteName(name);
    }

    private void PadTo(long start, int column) => _w.Fill((byte)' ', Math.Abs(column) - (_w.Length - start));

    /// <summary>Writes the name of a type without a declared name, as pahole has it: qualifiers leave a space behind.</summary>
    private void WriteTypeName(TypeId id, int depth = 0)
    {
        _budget.Step(depth);
        TypeView type = _graph[id];
        switch (type.Kind)
        {
            case TypeKind.Void:
                _w.Write("void"u8);
                break;
            case TypeKind.Float:
                _w.Write(_hasDimensions ? [] : "single "u8);
                _w.Write(type.Name);
                break;
            case TypeKind.Pointer:
                WritePointerName(type, depth);
                break;
            case TypeKind.Const or TypeKind.Volatile or TypeKind.Atomic:
                _w.Write(type.Kind == TypeKind.Const ? "const "u8 : type.Kind == TypeKind.Volatile ? "volatile "u8 : "_Atomic "u8);
                WriteTypeName(type.Target, depth + 1);
                _w.Write((byte)' ');
                break;
            case TypeKind.Restrict:
                WriteTypeName(type.Target, depth + 1);
                _w.Write(" restrict "u8);
                break;
            case TypeKind.Array or TypeKind.TypeTag:
                WriteTypeName(type.Target, depth + 1);
                break;
            case TypeKind.FunctionPrototype:
                WriteTypeName(type.Target, depth + 1);
                _w.Write(" ()("u8);
                WriteParameters(type, depth + 1);
                _w.Write((byte)')');
                break;
            case TypeKind.Forward:
                _w.Write(type.Flag ? "union "u8 : "struct "u8);
                _w.Write(type.Name);
                break;
            case TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64:
                _w.Write(KeywordOf(type));
                _w.Write(type.Name);
                break;
            default:
                _w.Write(type.Name);
                break;
        }
    }

    private void WritePointerName(TypeView type, int depth)
    {
        TypeId target = _types.SkipTags(type.Target);
        TypeView view = _graph[target];
        if (view.Kind == TypeKind.Const && _graph.KindOf(_types.SkipTags(view.Target)) == TypeKind.Pointer)
        {
            WriteTypeName(view.Target, depth + 1);
            _w.Write(" const *"u8);
            return;
        }

        WriteTypeName(target, depth + 1);
        _w.Write(" *"u8);
    }
}
