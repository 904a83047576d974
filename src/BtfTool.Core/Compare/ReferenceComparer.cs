using System.Runtime.CompilerServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Tells whether two types are referred to alike: the same pointers, arrays and qualifiers around types of the same name. What has a name is
/// not looked into, so nothing goes round in circles that C can write; what has none is compared by its contents. Pairs that were seen are
/// remembered: one partner for each old type, and all of those that nest.
/// </summary>
internal sealed class ReferenceComparer(CompareSide old, CompareSide now, TypePairs pairs, ReaderLimits limits)
{
    private const int StepsPerRow = 64;

    private readonly int[] _same = new int[old.Count];
    private readonly Dictionary<(int, int), bool> _nested = [];
    private long _steps = (1 << 22) + (StepsPerRow * ((long)old.Count + now.Count));

    [Flags]
    private enum Qualifiers
    {
        None = 0,
        Const = 1,
        Volatile = 2,
        Atomic = 4,
    }

    /// <summary>Forgets what differs, after it was found that types were renamed.</summary>
    public void ForgetDifferent() => _nested.Clear();

    /// <summary>Whether two types are referred to alike. Cost: the length of the chains, and all of what has no name in them.</summary>
    /// <exception cref="InvalidImageException">They nest deeper, or are more in all, than anything does.</exception>
    public bool Same(CompareGraph a, uint oldId, CompareGraph b, uint newId, int depth = 0)
    {
        int number = a.NumberOf(oldId);
        int other = b.NumberOf(newId) + 1;
        if (_same[number] == other)
        {
            return true;
        }

        if (IsOneType(a, oldId, b, newId) || Walk(a, oldId, b, newId, depth))
        {
            _same[number] = other;
            return true;
        }

        return false;
    }

    /// <summary>
    /// Whether two structs, unions, enumerations, typedefs or functions are declared alike: the same size, the same members in the same order at
    /// the same places, referred to alike. Their own names are not compared.
    /// </summary>
    public bool SameContents(CompareGraph a, uint oldId, CompareGraph b, uint newId, int depth = 0)
    {
        TypeView x = a.Graph[new TypeId(oldId)];
        TypeView y = b.Graph[new TypeId(newId)];
        switch (x.Kind)
        {
            case TypeKind.Struct or TypeKind.Union:
                return x.Kind == y.Kind && x.SizeBytes == y.SizeBytes && SameAlignments(a, x, b, y)
                    && SameMembers(a, oldId, b, newId, depth);
            case TypeKind.Enum or TypeKind.Enum64:
                return y.IsEnum && x.SizeBytes == y.SizeBytes && SameEnumerators(x, y);
            case TypeKind.Typedef or TypeKind.Function:
                return x.Kind == y.Kind && SameAlignments(a, x, b, y) && Same(a, x.Target.Value, b, y.Target.Value, depth + 1);
            case TypeKind.Int or TypeKind.Float:
                return BaseTypes.AreSame(a, x, b, y);
            case TypeKind.FunctionPrototype:
                return y.Kind == x.Kind && SamePrototype(a, x, b, y, depth);
            default:
                return x.Kind == y.Kind;
        }
    }

    /// <summary>Whether a pair is one and the same type, read once.</summary>
    public static bool IsOneType(CompareGraph a, uint oldId, CompareGraph b, uint newId) =>
        oldId == newId && (a.Graph == b.Graph || a.SegmentOf(oldId) == b.SegmentOf(newId));

    private bool Walk(CompareGraph a, uint oldId, CompareGraph b, uint newId, int depth)
    {
        bool isEncodingOther = a.IsDeclared != b.IsDeclared;
        for (int length = 0; length <= limits.MaxNesting; length++)
        {
            Qualifiers p = Unqualify(a, ref oldId), q = Unqualify(b, ref newId);
            p &= isEncodingOther ? ~Qualifiers.Atomic : ~Qualifiers.None;
            q &= isEncodingOther ? ~Qualifiers.Atomic : ~Qualifiers.None;
            if (p != q)
            {
                return false;
            }

            TypeView x = a.Graph[new TypeId(oldId)];
            TypeView y = b.Graph[new TypeId(newId)];
            TypeWord word = TypeWords.Of(a.Graph, oldId);
            if (word != TypeWords.Of(b.Graph, newId))
            {
                return false;
            }

            if (word != TypeWord.None)
            {
                return SameNamed(a, x, b, y, word, depth);
            }

            switch (x.Kind)
            {
                case TypeKind.Pointer when y.Kind == x.Kind:
                    (oldId, newId) = (x.Target.Value, y.Target.Value);
                    continue;
                case TypeKind.Array when y.Kind == x.Kind:
                    if (!SameArrays(a, ref oldId, b, ref newId, isEncodingOther))
                    {
                        return false;
                    }

                    continue;
                case TypeKind.FunctionPrototype when y.Kind == x.Kind:
                    return Nested(a, oldId, b, newId, depth);
                default:
                    return x.RawKind == y.RawKind && TypeWords.SameName(a.Graph, x.NameId, b.Graph, y.NameId);
            }
        }

        Reject(a.Graph, $"a chain of types is longer than {limits.MaxNesting}");
        return false;
    }

    private Qualifiers Unqualify(CompareGraph graph, ref uint id)
    {
        Qualifiers found = Qualifiers.None;
        for (int length = 0; length <= limits.MaxNesting; length++)
        {
            Step(graph);
            TypeView type = graph.Graph[new TypeId(id)];
            switch (type.Kind)
            {
                case TypeKind.Const:
                    found |= Qualifiers.Const;
                    break;
                case TypeKind.Volatile:
                    found |= Qualifiers.Volatile;
                    break;
                case TypeKind.Atomic:
                    found |= Qualifiers.Atomic;
                    break;
                case TypeKind.Restrict or TypeKind.TypeTag:
                    break;
                default:
                    return found;
            }

            id = type.Target.Value;
        }

        Reject(graph.Graph, $"a chain of qualifiers is longer than {limits.MaxNesting}");
        return found;
    }

    // pahole encodes an array of arrays as one; what encodes it so cannot tell it from another with as many elements.
    private bool SameArrays(CompareGraph a, ref uint oldId, CompareGraph b, ref uint newId, bool isEncodingOther)
    {
        UInt128 ours = 1, theirs = 1;
        bool isSame = true;
        for (int length = 0; length <= limits.MaxNesting; length++)
        {
            Step(a);
            TypeView x = a.Graph[new TypeId(oldId)], y = b.Graph[new TypeId(newId)];
            bool isArray = x.Kind == TypeKind.Array, isArrayThere = y.Kind == TypeKind.Array;
            if (!isArray && !isArrayThere)
            {
                return isSame || (isEncodingOther && ours == theirs);
            }

            isSame &= isArray && isArrayThere && x.ElementCount == y.ElementCount;
            if (!isSame && !isEncodingOther)
            {
                return false;
            }

            ours = isArray ? unchecked(ours * x.ElementCount) : ours;
            theirs = isArrayThere ? unchecked(theirs * y.ElementCount) : theirs;
            oldId = isArray ? x.Target.Value : oldId;
            newId = isArrayThere ? y.Target.Value : newId;
        }

        Reject(a.Graph, $"arrays of arrays are deeper than {limits.MaxNesting}");
        return false;
    }

    private bool SameNamed(CompareGraph a, TypeView x, CompareGraph b, TypeView y, TypeWord word, int depth)
    {
        bool isAnonymous = x.IsAnonymous;
        if (isAnonymous != y.IsAnonymous)
        {
            return false;
        }

        return isAnonymous ? Nested(a, x.Id.Value, b, y.Id.Value, depth)
            : TypeWords.SameName(a.Graph, x.NameId, b.Graph, y.NameId) || pairs.AreRenamed(a, x.Id.Value, b, y.Id.Value)
                || (word == TypeWord.Base && BaseTypes.AreOneName(a, x, b, y));
    }

    // A pair that is being compared counts as the same inside itself.
    private bool Nested(CompareGraph a, uint oldId, CompareGraph b, uint newId, int depth)
    {
        if (depth > limits.MaxNesting)
        {
            Reject(a.Graph, $"types nest deeper than {limits.MaxNesting}");
        }

        (int, int) key = (a.NumberOf(oldId), b.NumberOf(newId));
        if (_nested.TryGetValue(key, out bool known))
        {
            return known;
        }

        _nested[key] = true;
        bool isSame = SameContents(a, oldId, b, newId, depth + 1);
        _nested[key] = isSame;
        return isSame;
    }

    private bool SameMembers(CompareGraph a, uint oldId, CompareGraph b, uint newId, int depth)
    {
        ReadOnlySpan<MemberRow> x = a.Graph.MembersOf(oldId), y = b.Graph.MembersOf(newId);
        if (x.Length != y.Length)
        {
            return false;
        }

        for (int i = 0; i < x.Length; i++)
        {
            Step(a);
            if (x[i].BitOffset != y[i].BitOffset || x[i].BitSize != y[i].BitSize
                || !TypeWords.SameName(a.Graph, new NameId(x[i].Name), b.Graph, new NameId(y[i].Name))
                || !Same(a, x[i].Type, b, y[i].Type, depth + 1))
            {
                return false;
            }
        }

        return !a.HasAlignments || !b.HasAlignments || SameMemberAlignments(a.Graph[new TypeId(oldId)].Members, b.Graph[new TypeId(newId)].Members);
    }

    private static bool SameMemberAlignments(MemberList ours, MemberList theirs)
    {
        for (int i = 0; i < ours.Count; i++)
        {
            if (ours[i].DeclaredAlignmentBytes != theirs[i].DeclaredAlignmentBytes)
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameAlignments(CompareGraph a, TypeView x, CompareGraph b, TypeView y) =>
        !a.HasAlignments || !b.HasAlignments || x.DeclaredAlignmentBytes == y.DeclaredAlignmentBytes;

    private bool SameEnumerators(TypeView x, TypeView y)
    {
        EnumeratorList ours = x.Enumerators, theirs = y.Enumerators;
        if (ours.Count != theirs.Count)
        {
            return false;
        }

        ulong mask = EnumValues.MaskOf(x);
        _steps -= ours.Count;
        for (int i = 0; i < ours.Count; i++)
        {
            EnumeratorView e = ours[i], f = theirs[i];
            if ((((ulong)e.Value ^ (ulong)f.Value) & mask) != 0 || !TypeWords.SameName(x.Graph, e.NameId, y.Graph, f.NameId))
            {
                return false;
            }
        }

        return true;
    }

    private bool SamePrototype(CompareGraph a, TypeView x, CompareGraph b, TypeView y, int depth)
    {
        ReadOnlySpan<ParameterRow> ours = a.Graph.ParametersOf(x.Id.Value), theirs = b.Graph.ParametersOf(y.Id.Value);
        if (ours.Length != theirs.Length || !Same(a, x.Target.Value, b, y.Target.Value, depth + 1))
        {
            return false;
        }

        for (int i = 0; i < ours.Length; i++)
        {
            if (!SameParameter(a, ours[i].Type, b, theirs[i].Type, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    // What qualifies a parameter itself is not part of a prototype in C.
    private bool SameParameter(CompareGraph a, uint oldId, CompareGraph b, uint newId, int depth)
    {
        Qualifiers differing = Unqualify(a, ref oldId) ^ Unqualify(b, ref newId);
        return ((differing & Qualifiers.Atomic) == 0 || a.IsDeclared != b.IsDeclared) && Same(a, oldId, b, newId, depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(CompareGraph graph)
    {
        if (--_steps < 0)
        {
            Reject(graph.Graph, "comparing its types would never end");
        }
    }

    private static void Reject(TypeGraph graph, string rule) => InvalidImageException.Throw(graph.SourcePath, "", -1, rule);
}
