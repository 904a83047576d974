using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Puts what a type needs before the type: a definition is a strong dependency of whatever contains it by value, a name behind a pointer
/// is a weak one that a declaration satisfies. Rules: libbpf 1.8's order of the C dump.
/// </summary>
internal sealed class DependencyOrder
{
    private readonly TypeColumns _types;
    private readonly EmissionBudget _budget;
    private uint[] _queue = new uint[64];

    public DependencyOrder(TypeColumns types, EmissionBudget budget)
    {
        _types = types;
        _budget = budget;
    }

    private enum Strength
    {
        Weak = 0,
        Strong = 1,
        Loop = -1,
    }

    /// <summary>Number of types in <see cref="Queue"/>.</summary>
    public int QueueLength { get; private set; }

    /// <summary>Types to print at top level, dependencies first.</summary>
    public ReadOnlySpan<uint> Queue => _queue.AsSpan(0, QueueLength);

    /// <summary>Empties <see cref="Queue"/>.</summary>
    public void Clear() => QueueLength = 0;

    /// <summary>
    /// Appends a type and what it needs to <see cref="Queue"/>; false where it contains or refers to itself so that there is no order
    /// (what was appended by then stays and is in order).
    /// </summary>
    public bool TryAdd(uint id) => Order(id, false) != Strength.Loop;

    private Strength Order(uint id, bool behindPointer)
    {
        if (_types.Has(id, TypeMarks.Ordered))
        {
            return Strength.Strong;
        }

        if (_types.Has(id, TypeMarks.Undeclarable))
        {
            return Strength.Weak;
        }

        if (!_budget.TryEnter())
        {
            return Strength.Loop;
        }

        Strength result = OrderNew(id, behindPointer);
        _budget.Leave();
        return result;
    }

    private Strength OrderNew(uint id, bool behindPointer)
    {
        switch (_types.Kind(id))
        {
            case TypeKind.Pointer:
                return Done(id, Order(_types.DirectTarget(id), true), false);
            case TypeKind.Array:
                return Order(_types.Target(id), false);
            case TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic or TypeKind.TypeTag:
                return Order(_types.DirectTarget(id), behindPointer);
            case TypeKind.Struct or TypeKind.Union:
                return OrderComposite(id, behindPointer);
            case TypeKind.Enum or TypeKind.Enum64 or TypeKind.Forward:
                return Done(id, Strength.Strong, _types.IsNamed(id) || !_types.Has(id, TypeMarks.Referenced));
            case TypeKind.Typedef:
                Strength target = Order(_types.DirectTarget(id), behindPointer);
                return behindPointer && target == Strength.Weak ? Strength.Weak
                    : target == Strength.Loop ? Strength.Loop : Done(id, Strength.Strong, true);
            case TypeKind.FunctionPrototype:
                return OrderPrototype(id, behindPointer);
            default:
                return Done(id, Strength.Weak, false);
        }
    }

    private Strength OrderComposite(uint id, bool behindPointer)
    {
        bool isNamed = _types.IsNamed(id);
        if (behindPointer && isNamed)
        {
            return Strength.Weak;
        }

        if (_types.Has(id, TypeMarks.Ordering))
        {
            return Strength.Loop;
        }

        if (!_types.Has(id, TypeMarks.Incomplete))
        {
            _types.Set(id, TypeMarks.Ordering);
            foreach (ref readonly MemberRow member in _types.Members(id))
            {
                uint type = member.Type;
                if (!_types.Has(type, TypeMarks.Ordered) && Order(type, false) == Strength.Loop)
                {
                    _types.Clear(id, TypeMarks.Ordering);
                    return Strength.Loop;
                }
            }

            _types.Clear(id, TypeMarks.Ordering);
        }

        return Done(id, Strength.Strong, isNamed);
    }

    private Strength OrderPrototype(uint id, bool behindPointer)
    {
        Strength result = Order(_types.DirectTarget(id), behindPointer);
        if (result == Strength.Loop)
        {
            return result;
        }

        foreach (ref readonly ParameterRow parameter in _types.Parameters(id))
        {
            Strength next = Order(parameter.Type, behindPointer);
            if (next == Strength.Loop)
            {
                return next;
            }

            result |= next;
        }

        return result;
    }

    private Strength Done(uint id, Strength result, bool queue)
    {
        if (result == Strength.Loop)
        {
            return result;
        }

        _types.Set(id, TypeMarks.Ordered);
        if (queue)
        {
            if (QueueLength == _queue.Length)
            {
                Array.Resize(ref _queue, _queue.Length * 2);
            }

            _queue[QueueLength++] = id;
        }

        return result;
    }
}
