using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Sizes, alignments and walks of the types of one graph as pahole 1.31 computes them, remembered by type.
/// Source of the rules: observed, pahole 1.31.
/// </summary>
internal sealed partial class PaholeTypes
{
    private const uint Visiting = uint.MaxValue;

    private readonly TypeGraph _graph;
    private readonly PaholeOptions _options;
    private readonly ReaderLimits _limits;
    private readonly PaholeBudget _budget;
    private readonly Facts[] _facts;
    private readonly State[] _states;

    public PaholeTypes(TypeGraph graph, PaholeOptions options, PaholeBudget budget)
    {
        _graph = graph;
        _options = options;
        _limits = options.Limits;
        _budget = budget;
        _facts = new Facts[graph.TypeCount];
        _states = new State[graph.TypeCount];
    }

    [Flags]
    private enum State : byte
    {
        Judged = 1,
        Packed = 2,

        // Packed for the sake of where it is embedded.
        Marked = 4,
        FlexibleKnown = 8,
        Flexible = 16,

        // Walked, with nothing to say.
        Clean = 32,
    }

    /// <summary>Removes typedefs and qualifiers; a type tag stays.</summary>
    public TypeId Strip(TypeId id) => FactsOf(id).Stripped;

    /// <summary>Removes type tags.</summary>
    public TypeId SkipTags(TypeId id)
    {
        for (int steps = 0; _graph.KindOf(id) == TypeKind.TypeTag; steps++)
        {
            _budget.Step(steps);
            id = _graph[id].Target;
        }

        return id;
    }

    /// <summary>Forgets what was being found out when an exception ended it.</summary>
    public void ForgetUnfinished()
    {
        foreach (ref Facts facts in _facts.AsSpan())
        {
            facts.Alignment = facts.Alignment == Visiting ? 0 : facts.Alignment;
        }
    }

    /// <summary>Size in bytes; 0 for what has none. A struct of size 1 without members is empty (C++), an enum of size 0 has 4.</summary>
    public long SizeOf(TypeId id) => FactsOf(id).SizeBytes;

    /// <summary>Size of a struct or union.</summary>
    public static long SizeOfComposite(TypeView type) =>
        type.Kind == TypeKind.Struct && type.SizeBytes == 1 && type.ElementsInList == 0 ? 0 : (long)type.SizeBytes;

    /// <summary>Natural alignment in bytes, at least 1; of arrays that of the element, of structs and unions the largest of the members.</summary>
    public long NaturalAlignment(TypeId id) => FactsOf(id).Alignment;

    private ref readonly Facts FactsOf(TypeId id, int depth = 0)
    {
        ref Facts facts = ref _facts[id.Value];
        if (facts.Alignment - 1 >= Visiting - 1)
        {
            FindFacts(id, depth);
        }

        return ref facts;
    }

    private void FindFacts(TypeId id, int depth)
    {
        Guard(depth, id);
        TypeView type = _graph[id];
        ref Facts facts = ref _facts[id.Value];
        if (facts.Alignment == Visiting)
        {
            InvalidImageException.Throw(_graph.SourcePath, "", -1, $"type {id} ({type.Kind} '{type.NameString}') contains itself");
        }

        if (type.Kind == TypeKind.Typedef || type.IsQualifier)
        {
            TypeId stripped = StripSteps(id);
            facts = FactsOf(stripped, depth + 1);
            return;
        }

        facts.Alignment = Visiting;
        uint alignment = type.Kind switch
        {
            TypeKind.Pointer => (uint)_graph.PointerSizeBytes,
            TypeKind.Int => (uint)Math.Max(1, type.IntBits / 8),
            TypeKind.Float => (uint)Math.Clamp(type.SizeBytes, 1, Visiting - 1),
            TypeKind.Enum or TypeKind.Enum64 => type.SizeBytes == 0 ? 4 : (uint)Math.Min(type.SizeBytes, Visiting - 1),
            TypeKind.Array => (uint)FactsOf(type.Target, depth + 1).Alignment,
            TypeKind.Struct or TypeKind.Union => LargestAlignment(type, depth),
            _ => 1,
        };
        facts.SizeBytes = FindSize(id);
        facts.Stripped = id;
        facts.Alignment = Math.Min(alignment, Visiting - 1);
    }

    private uint LargestAlignment(TypeView type, int depth)
    {
        uint largest = 1;
        foreach (MemberView member in type.Members)
        {
            largest = Math.Max(largest, FactsOf(member.Type, depth + 1).Alignment);
        }

        return largest;
    }

    private TypeId StripSteps(TypeId id)
    {
        for (int steps = 0; ; steps++)
        {
            TypeView type = _graph[id];
            if (type.Kind != TypeKind.Typedef && !type.IsQualifier)
            {
                return id;
            }

            Guard(steps, id);
            id = type.Target;
        }
    }

    private long FindSize(TypeId id)
    {
        ulong elements = 1;
        for (int steps = 0; ; steps++)
        {
            Guard(steps, id);
            TypeView type = _graph[id];
            switch (type.Kind)
            {
                case TypeKind.Pointer or TypeKind.FunctionPrototype:
                    return (long)(elements * (ulong)_graph.PointerSizeBytes);
                case TypeKind.Int:
                    return (long)(elements * (ulong)(type.IntBits / 8));
                case TypeKind.Enum or TypeKind.Enum64:
                    return (long)(elements * (type.SizeBytes == 0 ? 4 : type.SizeBytes));
                case TypeKind.Struct or TypeKind.Union:
                    return (long)(elements * (ulong)SizeOfComposite(type));
                case TypeKind.Float:
                    return (long)(elements * type.SizeBytes);
                case TypeKind.Array:
                    elements *= type.ElementCount;
                    break;
                case TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic or TypeKind.TypeTag:
                    break;
                default:
                    return 0;
            }

            id = type.Target;
        }
    }

    private void Guard(int steps, TypeId id)
    {
        if (steps > _limits.MaxNesting)
        {
            RejectChain(id);
        }
    }

    private void RejectChain(TypeId id) => InvalidImageException.Throw(_graph.SourcePath, "", -1,
        $"type {id} ({_graph.KindOf(id)}): a chain of more than {_limits.MaxNesting} types, or one that never ends");

    private struct Facts
    {
        public long SizeBytes;
        public TypeId Stripped;

        // 0 where nothing is known yet.
        public uint Alignment;
    }
}
