using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

// Declarations as C has them, in pahole's columns: written where a quirk is met and compatibility was not asked for.
public sealed partial class PaholeEmitter
{
    // What is around the names that are being declared, outermost first: arrays, prototypes, and pointers that lead to one.
    private readonly List<TypeId> _around = [];

    /// <summary>
    /// Writes a declaration as C. Arrays and prototypes go behind the name, a pointer to one of those in parentheses around it; what is
    /// left, a name with stars, is the padded type.
    /// </summary>
    private void WriteRightDeclaration(TypeId id, NameId name, PaholeFrame frame, bool isParameter = false)
    {
        _budget.Step(++frame.Depth);
        int mark = _around.Count;
        bool elementIsConst = false, elementIsVolatile = false, behindPointer = isParameter;
        while (LeadsToArrayOrPrototype(id))
        {
            TypeView type = _graph[id];
            behindPointer |= type.Kind is TypeKind.Pointer or TypeKind.FunctionPrototype;
            if (type.IsQualifier && !LeadsToPointer(type))
            {
                elementIsConst |= type.Kind == TypeKind.Const;
                elementIsVolatile |= type.Kind == TypeKind.Volatile;
            }
            else
            {
                _around.Add(id);
                _budget.Step(_around.Count - mark);
            }

            id = type.Target;
        }

        long start = _w.Length;
        bool hasBody = WriteRightElement(id, frame, elementIsConst, elementIsVolatile, _options.Expand && !behindPointer);
        if (!hasBody && !isParameter)
        {
            PadTo(start, frame.TypeColumn);
        }

        if (!name.IsNone || _around.Count > mark || !(isParameter || hasBody))
        {
            _w.Write((byte)' ');
        }

        WriteRightDeclarator(mark, name, frame);
        _around.RemoveRange(mark, _around.Count - mark);
    }

    // A qualifier of an array is one of its elements.
    private bool WriteRightElement(TypeId id, in PaholeFrame frame, bool isConst, bool isVolatile, bool expand)
    {
        bool behind = LeadsToPointer(_graph[id]);
        isConst &= _graph.KindOf(id) != TypeKind.Const;
        isVolatile &= _graph.KindOf(id) != TypeKind.Volatile;
        if (!behind)
        {
            _w.Write(isConst ? "const "u8 : []);
            _w.Write(isVolatile ? "volatile "u8 : []);
        }

        bool hasBody = WriteRightSpecifier(id, frame, frame.Depth, expand);
        if (behind)
        {
            _w.Write(isConst ? " const"u8 : []);
            _w.Write(isVolatile ? " volatile"u8 : []);
        }

        return hasBody;
    }

    private bool LeadsToArrayOrPrototype(TypeId id)
    {
        TypeView type = _graph[id];
        for (int steps = 0; type.IsQualifier || type.Kind is TypeKind.Pointer or TypeKind.TypeTag; steps++)
        {
            _budget.Step(steps);
            type = _graph[type.Target];
        }

        return type.Kind is TypeKind.Array or TypeKind.FunctionPrototype;
    }

    private void WriteRightDeclarator(int mark, NameId name, in PaholeFrame frame)
    {
        int end = _around.Count;
        for (int i = end - 1; i >= mark; i--)
        {
            TypeView type = _graph[_around[i]];
            if (type.Kind == TypeKind.Pointer)
            {
                _w.Write(IsGroup(i, end) ? "(*"u8 : "*"u8);
            }
            else if (type.IsQualifier)
            {
                WriteQualifierWord(type.Kind);
                _w.Write((byte)' ');
            }
            else if (type.Kind == TypeKind.TypeTag)
            {
                WriteTag(type);
                _w.Write((byte)' ');
            }
        }

        WriteName(name);
        ulong flat = 1;
        for (int i = mark; i < end; i++)
        {
            TypeView type = _graph[_around[i]];
            if (type.Kind == TypeKind.Pointer && IsGroup(i, end))
            {
                _w.Write((byte)')');
            }
            else if (type.Kind == TypeKind.FunctionPrototype)
            {
                _w.Write((byte)'(');
                WriteRightParameters(type, frame);
                _w.Write((byte)')');
            }
            else if (type.Kind == TypeKind.Array)
            {
                flat *= type.ElementCount;
                if (!_options.FlatArrays || i + 1 == end || _graph.KindOf(_around[i + 1]) != TypeKind.Array)
                {
                    bool isPointee = i > mark && _graph.KindOf(_around[i - 1]) == TypeKind.Pointer && flat == 0;
                    WriteDimension(flat, frame, isFlexible: isPointee);
                    flat = 1;
                }
            }
        }
    }

    // Whether a pointer points at an array or prototype: the two bind tighter, so it needs parentheses.
    private bool IsGroup(int i, int end) =>
        i + 1 < end && _graph.KindOf(_around[i + 1]) is TypeKind.Array or TypeKind.FunctionPrototype;

    private void WriteRightParameters(TypeView prototype, in PaholeFrame frame)
    {
        bool any = false, variadic = false;
        foreach (ParameterView parameter in prototype.Parameters)
        {
            if (parameter.Type.IsVoid)
            {
                variadic = true;
                continue;
            }

            _w.Write(any ? ", "u8 : []);
            any = true;
            WriteRightDeclaration(parameter.Type, parameter.NameId, frame, isParameter: true);
        }

        _w.Write(any ? variadic ? ", ..."u8 : [] : variadic ? "..."u8 : "void"u8);
    }

    /// <summary>Writes a name with its qualifiers and stars; returns whether it was a body.</summary>
    private bool WriteRightSpecifier(TypeId id, PaholeFrame frame, int depth, bool expand, bool? qualifiesPointer = null)
    {
        _budget.Step(depth);
        TypeView type = _graph[id];
        if (type.Kind == TypeKind.Typedef && expand)
        {
            return WriteRightSpecifier(WriteTypedefChain(type).Id, frame, depth + 1, expand);
        }

        if ((type.IsComposite || type.IsEnum) && (type.IsAnonymous || expand))
        {
            frame.Depth = depth;
            frame.TypeColumn -= 8;
            frame.HasTrailer = false;
            frame.Suffix = default;
            WriteBody(type, frame);
            return true;
        }

        if (type.Kind == TypeKind.TypeTag)
        {
            bool hasBody = WriteRightSpecifier(type.Target, frame, depth + 1, expand);
            _w.Write((byte)' ');
            WriteTag(type);
            return hasBody;
        }

        if (type.Kind == TypeKind.Pointer)
        {
            frame.IsRelative = true;
            bool hasBody = WriteRightSpecifier(type.Target, frame, depth + 1, expand: false);
            _w.Write(" *"u8);
            return hasBody;
        }

        if (type.IsQualifier)
        {
            return WriteRightQualifier(type, frame, depth, expand, qualifiesPointer ?? LeadsToPointer(type));
        }

        WriteTypeName(id, depth);
        return false;
    }

    // What one qualifier of a run qualifies, all of them do.
    private bool WriteRightQualifier(TypeView type, in PaholeFrame frame, int depth, bool expand, bool behind)
    {
        if (!behind)
        {
            WriteQualifierWord(type.Kind);
            _w.Write((byte)' ');
        }

        bool hasBody = WriteRightSpecifier(type.Target, frame, depth + 1, expand, behind);
        if (behind)
        {
            _w.Write((byte)' ');
            WriteQualifierWord(type.Kind);
        }

        return hasBody;
    }

    private bool LeadsToPointer(TypeView type)
    {
        for (int steps = 0; type.IsQualifier || type.Kind == TypeKind.TypeTag; steps++)
        {
            _budget.Step(steps);
            type = _graph[type.Target];
        }

        return type.Kind == TypeKind.Pointer;
    }

    private void WriteQualifierWord(TypeKind kind) => _w.Write(kind switch
    {
        TypeKind.Const => "const"u8,
        TypeKind.Volatile => "volatile"u8,
        TypeKind.Restrict => "restrict"u8,
        _ => "_Atomic"u8,
    });

    private void WriteTag(TypeView type)
    {
        _w.Write(type.Flag ? "__attribute__(("u8 : "__attribute__((btf_type_tag(\""u8);
        _w.Write(type.Name);
        _w.Write(type.Flag ? "))"u8 : "\")))"u8);
    }
}
