using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Finds the types that C has no words for: those of unknown kind, typedefs, pointers and prototypes that refer to themselves, unnamed
/// composites that contain themselves, and all that refers to one of these; and the named composites that contain themselves by value,
/// which can be declared only. One depth-first walk over the edges that <see cref="DependencyOrder"/> follows; a composite that is
/// merely behind a pointer and has a name is no edge. Needed only for broken type information, so nothing else waits for it.
/// </summary>
internal sealed class DeclarableCheck
{
    private const byte Open = 1;
    private const byte Closed = 2;

    private readonly TypeColumns _types;
    private readonly HeaderDiagnostics _diagnostics;

    // A node is an id, and whether it was reached behind a pointer.
    private readonly byte[] _colours;
    private (uint Node, int Next)[] _stack = new (uint, int)[64];
    private int _depth;

    private DeclarableCheck(TypeColumns types, HeaderDiagnostics diagnostics)
    {
        _types = types;
        _diagnostics = diagnostics;
        _colours = new byte[2L * types.Count];
    }

    /// <summary>
    /// Marks types <see cref="TypeMarks.Undeclarable"/> or <see cref="TypeMarks.Incomplete"/>. Cost: one pass over all edges.
    /// </summary>
    public static void Run(TypeColumns types, HeaderDiagnostics diagnostics)
    {
        var check = new DeclarableCheck(types, diagnostics);
        for (uint id = 1; id < types.Count; id++)
        {
            check.Walk(id << 1);
            check.Walk((id << 1) | 1);
        }

        check.Report();
    }

    private void Walk(uint root)
    {
        Visit(root);
        while (_depth > 0)
        {
            ref (uint Node, int Next) top = ref _stack[_depth - 1];
            uint node = top.Node;
            if (TryGetChild(node, top.Next++, out uint child))
            {
                Visit(child);
            }
            else
            {
                Close(node);
            }
        }
    }

    private void Visit(uint node)
    {
        uint id = node >> 1;
        TypeKind kind = _types.Kind(id);
        if (TypeColumns.IsComposite(kind))
        {
            if (_types.IsNamed(id) && (node & 1) != 0)
            {
                return;
            }

            node &= ~1u;
        }

        if (_colours[node] == Open)
        {
            bool canBeDeclared = TypeColumns.IsComposite(kind) && _types.IsNamed(id);
            _types.Set(id, canBeDeclared ? TypeMarks.Incomplete : TypeMarks.Undeclarable);
        }
        else if (_colours[node] == 0)
        {
            _colours[node] = Open;
            if (_depth == _stack.Length)
            {
                Array.Resize(ref _stack, _stack.Length * 2);
            }

            _stack[_depth++] = (node, 0);
        }
    }

    private void Close(uint node)
    {
        _colours[node] = Closed;
        _depth--;
        uint id = node >> 1;
        TypeKind kind = _types.Kind(id);
        bool needsChildren = !TypeColumns.IsComposite(kind);
        bool isBad = kind == TypeKind.Unknown;
        for (int i = 0; needsChildren && !isBad && TryGetChild(node, i, out uint child); i++)
        {
            isBad = _types.Has(child >> 1, TypeMarks.Undeclarable);
        }

        if (isBad)
        {
            _types.Set(id, TypeMarks.Undeclarable);
        }
    }

    private bool TryGetChild(uint node, int index, out uint child)
    {
        uint id = node >> 1;
        uint behindPointer = node & 1;
        uint target = _types.Target(id) << 1;
        child = 0;
        TypeKind kind = _types.Kind(id);
        switch (kind)
        {
            case TypeKind.Pointer:
                child = target | 1;
                return index == 0;
            case TypeKind.Array:
                child = target;
                return index == 0;
            case TypeKind.Typedef or TypeKind.TypeTag:
            case var _ when TypeColumns.IsQualifier(kind):
                child = target | behindPointer;
                return index == 0;
            case TypeKind.FunctionPrototype:
                ParameterList parameters = _types.View(id).Parameters;
                child = index == 0 ? target | behindPointer
                    : index <= parameters.Count ? (parameters[index - 1].Type.Value << 1) | behindPointer : 0;
                return index <= parameters.Count;
            case TypeKind.Struct or TypeKind.Union:
                MemberList members = _types.View(id).Members;
                child = index < members.Count ? members[index].Type.Value << 1 : 0;
                return index < members.Count;
            default:
                return false;
        }
    }

    private void Report()
    {
        for (uint id = 1; id < _types.Count; id++)
        {
            if (_types.Kind(id) == TypeKind.Unknown)
            {
                _diagnostics.LeftOutType(id, $"kind {_types.View(id).RawKind} is not known");
            }
            else if (_types.Has(id, TypeMarks.Incomplete))
            {
                _diagnostics.LeftOutType(id, "it contains itself; only its name is declared");
            }
            else if (_types.Has(id, TypeMarks.Undeclarable) && (_types.Kind(id) == TypeKind.Typedef || IsLoopHead(id)))
            {
                _diagnostics.LeftOutType(id, "it refers to itself or to a type of unknown kind, and C has no words for that");
            }
        }
    }

    private bool IsLoopHead(uint id) => TypeColumns.IsComposite(_types.Kind(id));
}
