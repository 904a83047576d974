using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Says which declarations pahole 1.31 writes as something that is not C, or not the type. It writes a name behind the text of its
/// type, which is right only where the type is a name, a pointer to one, one array of those, or one pointer to a function:
/// pointers to arrays lose their dimensions, arrays of function pointers have them behind the parameters, arrays of arrays have
/// them inner first; a qualifier is written in front, also where it is the pointer that is qualified; type tags are passed over;
/// an anonymous type behind qualifiers loses the name of the member or its body.
/// </summary>
internal sealed class PaholeDeclarationRules(TypeGraph graph, PaholeOptions options, PaholeBudget budget)
{
    private readonly int _maxSteps = options.Limits.MaxNesting;
    private readonly bool _hasDimensions = graph.Has(Facet.SourceDeclarations);
    private readonly Dictionary<TypeId, PaholeQuirks> _prototypes = [];
    private readonly List<TypeId> _unfinished = [];

    // Chains in C have a few links; each link looks ahead, so those of chains made to be long are remembered.
    private const int LongChain = 16;

    private readonly Dictionary<TypeId, PaholeQuirks> _longChains = [];

    /// <summary>The quirks that the declaration of something of a type meets. Cost: the length of its chain of types.</summary>
    /// <exception cref="Core.Diagnostics.InvalidImageException">Prototypes nest too deeply.</exception>
    public PaholeQuirks Of(TypeId id)
    {
        if (_longChains.Count > 0 && _longChains.TryGetValue(id, out PaholeQuirks known))
        {
            return known;
        }

        PaholeQuirks quirks = Walk(id, out int steps);
        if (steps > LongChain)
        {
            _longChains[id] = quirks;
        }

        return quirks;
    }

    private PaholeQuirks Walk(TypeId id, out int steps)
    {
        PaholeQuirks quirks = PaholeQuirks.None;
        var seen = new Seen();
        for (steps = 0; steps < _maxSteps; steps++)
        {
            budget.Take(1);
            TypeView type = graph[id];
            switch (type.Kind)
            {
                case TypeKind.Pointer:
                    quirks |= seen.Pointers > 0 && LeadsToPrototype(type.Target) ? PaholeQuirks.Declarator : 0;
                    seen.Pointers++;
                    break;
                case TypeKind.Array:
                    bool losesConst = type.ElementCount == 0 && !seen.Const && graph.KindOf(type.Target) == TypeKind.Const;
                    quirks |= seen.Pointers > 0 || (seen.Arrays > 0 && !_hasDimensions) || losesConst ? PaholeQuirks.Declarator : 0;
                    seen.Arrays++;
                    break;
                case TypeKind.FunctionPrototype:
                    return quirks | (seen.Arrays > 0 ? PaholeQuirks.Declarator : 0) | OfPrototype(id);
                case TypeKind.TypeTag:
                    quirks |= PaholeQuirks.TypeTag;
                    break;
                case TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic:
                    quirks |= OfQualifier(type, seen.Pointers > 0);
                    seen.Qualifiers++;
                    seen.Const |= type.Kind == TypeKind.Const;
                    break;
                default:
                    return quirks | OfTerminal(type, seen);
            }

            id = type.Target;
        }

        return quirks;
    }

    /// <summary>Forgets the prototypes that were being looked at when an exception ended it.</summary>
    public void ForgetUnfinished()
    {
        foreach (TypeId id in _unfinished)
        {
            _prototypes.Remove(id);
        }

        _unfinished.Clear();
    }

    private PaholeQuirks OfTerminal(TypeView type, Seen seen)
    {
        bool inlined = (type.IsComposite || type.IsEnum) && (type.IsAnonymous || (options.Expand && seen.Pointers == 0));
        bool kept = seen.Qualifiers == 0 && seen.Pointers <= 1;
        return inlined && !kept ? PaholeQuirks.ConstAnonymous : 0;
    }

    private PaholeQuirks OfQualifier(TypeView type, bool behindPointer)
    {
        TypeView target = graph[type.Target];
        if (target.Kind == TypeKind.Pointer && type.Kind == TypeKind.Const)
        {
            // A pointer to a const pointer is the one that is written as C has it.
            return behindPointer ? 0 : PaholeQuirks.QualifiedPointer;
        }

        if (target.Kind == TypeKind.Pointer && type.Kind == TypeKind.Restrict)
        {
            return LeadsToPrototype(target.Target) ? PaholeQuirks.QualifiedPointer : 0;
        }

        return LeadsToPointer(target) ? PaholeQuirks.QualifiedPointer : 0;
    }

    private PaholeQuirks OfPrototype(TypeId id)
    {
        if (_prototypes.TryGetValue(id, out PaholeQuirks known))
        {
            return known;
        }

        budget.Step(_unfinished.Count);
        _unfinished.Add(id);
        _prototypes[id] = PaholeQuirks.None;
        TypeView prototype = graph[id];
        PaholeQuirks quirks = OfReturn(prototype.Target);
        foreach (ParameterView parameter in prototype.Parameters)
        {
            quirks |= OfParameter(parameter.Type);
        }

        _prototypes[id] = quirks;
        _unfinished.RemoveAt(_unfinished.Count - 1);
        return quirks;
    }

    /// <summary>As <see cref="Of"/>, for a parameter: of an array there the element alone is written.</summary>
    public PaholeQuirks OfParameter(TypeId id) => graph.KindOf(id) == TypeKind.Array ? PaholeQuirks.Declarator : Of(id);

    /// <summary>As <see cref="Of"/>, for what a function returns, which is a type without a name to put its parts around.</summary>
    public PaholeQuirks OfReturn(TypeId id) =>
        graph.KindOf(id) == TypeKind.Pointer && LeadsToPrototype(graph[id].Target) ? PaholeQuirks.Declarator : Of(id);

    private bool LeadsToPrototype(TypeId id)
    {
        TypeView type = graph[id];
        for (int steps = 0; steps < _maxSteps && (type.IsQualifier || type.Kind == TypeKind.TypeTag); steps++)
        {
            budget.Take(1);
            type = graph[type.Target];
        }

        return type.Kind == TypeKind.FunctionPrototype;
    }

    private bool LeadsToPointer(TypeView type)
    {
        for (int steps = 0; steps < _maxSteps && (type.IsQualifier || type.Kind is TypeKind.Array or TypeKind.TypeTag); steps++)
        {
            budget.Take(1);
            type = graph[type.Target];
        }

        return type.Kind == TypeKind.Pointer;
    }

    private struct Seen
    {
        public int Pointers;
        public int Arrays;
        public int Qualifiers;
        public bool Const;
    }
}
