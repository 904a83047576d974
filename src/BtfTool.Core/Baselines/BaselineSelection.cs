using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>Some types with all that they hold by value, and the names of what they point to.</summary>
internal sealed class BaselineSelection
{
    private readonly TypeGraph _graph;
    private readonly byte[] _wanted;
    private readonly Stack<(TypeId Id, bool ByValue)> _open = new();

    /// <summary>Follows types from where they are asked for. Cost: linear in what is reached.</summary>
    public BaselineSelection(TypeGraph graph, IReadOnlyCollection<TypeId> roots, ReaderLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _graph = graph;
        _wanted = new byte[graph.TypeCount];
        foreach (TypeId root in roots)
        {
            _open.Push((root, true));
        }

        while (_open.TryPop(out (TypeId Id, bool ByValue) next))
        {
            byte wanted = (byte)(next.ByValue ? 2 : 1);
            if (_wanted[next.Id.Value] < wanted)
            {
                _wanted[next.Id.Value] = wanted;
                Follow(graph[next.Id], next.ByValue);
            }
        }
    }

    /// <summary>Whether a type is wanted, if only by its name.</summary>
    public bool Has(TypeId id) => _wanted[id.Value] != 0;

    /// <summary>Whether only the name of a struct or union is wanted, or known.</summary>
    public bool IsDeclared(TypeId id)
    {
        TypeView type = _graph[id];
        return type.Kind == TypeKind.Forward || (type.IsComposite && _wanted[id.Value] == 1 && !type.IsAnonymous);
    }

    private void Follow(TypeView type, bool byValue)
    {
        switch (type.Kind)
        {
            case TypeKind.Struct or TypeKind.Union when byValue || type.IsAnonymous:
                foreach (MemberView member in type.Members)
                {
                    _open.Push((member.Type, true));
                }

                break;
            case TypeKind.Pointer:
                _open.Push((type.Target, false));
                break;
            case TypeKind.Function or TypeKind.FunctionPrototype:
                _open.Push((type.Target, false));
                foreach (ParameterView parameter in type.Parameters)
                {
                    _open.Push((parameter.Type, false));
                }

                break;
            case TypeKind.Array or TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Atomic or TypeKind.Restrict
                or TypeKind.TypeTag:
                _open.Push((type.Target, byValue));
                break;
        }
    }
}
