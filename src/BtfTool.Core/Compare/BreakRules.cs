using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// What changes break. CO-RE: a relocation finds a type by kind and name, a member by its path of names, and accepts it where the kinds are
/// compatible, whatever its offset, size or sign; an enumerator by name (facts: relo_core.c of libbpf 1.6).
/// </summary>
internal static class BreakRules
{
    private const Breaks Everything = Breaks.Layout | Breaks.Source | Breaks.CoRe;

    public static Breaks OfRemovedMember => Everything;

    public static Breaks OfKind => Everything;

    public static Breaks OfName => Breaks.Source | Breaks.CoRe;

    /// <summary>What another type of a member, of a typedef or of a parameter breaks.</summary>
    public static Breaks OfType(CompareGraph a, uint oldId, CompareGraph b, uint newId, ReferenceComparer comparer)
    {
        uint ours = a.Sizes.Strip(new TypeId(oldId)).Value, theirs = b.Sizes.Strip(new TypeId(newId)).Value;
        if (comparer.Same(a, ours, b, theirs))
        {
            return Breaks.None;
        }

        TypeView x = a.Graph[new TypeId(ours)], y = b.Graph[new TypeId(theirs)];
        bool isOtherLayout = a.Sizes.SizeBytesOf(x.Id) != b.Sizes.SizeBytesOf(y.Id) || ClassOf(x) != ClassOf(y) || x.IsComposite
            || x.Kind == TypeKind.Array;
        return Breaks.Source | (isOtherLayout ? Breaks.Layout : Breaks.None) | (AreCompatible(a, ours, b, theirs) ? Breaks.None : Breaks.CoRe);
    }

    /// <summary>What another prototype breaks: callers that pass or take other bytes no longer fit.</summary>
    public static Breaks OfPrototype(CompareGraph a, uint oldId, CompareGraph b, uint newId, ReferenceComparer comparer)
    {
        TypeView x = a.Graph[new TypeId(oldId)], y = b.Graph[new TypeId(newId)];
        ParameterList ours = x.Parameters, theirs = y.Parameters;
        bool isOtherCall = ours.Count != theirs.Count || OfType(a, x.Target.Value, b, y.Target.Value, comparer).HasFlag(Breaks.Layout);
        for (int i = 0; i < ours.Count && !isOtherCall; i++)
        {
            isOtherCall = OfType(a, ours[i].Type.Value, b, theirs[i].Type.Value, comparer).HasFlag(Breaks.Layout);
        }

        return Breaks.Source | (isOtherCall ? Breaks.Layout : Breaks.None);
    }

    /// <summary>Whether CO-RE accepts one type of a member for the other.</summary>
    public static bool AreCompatible(CompareGraph a, uint oldId, CompareGraph b, uint newId)
    {
        const int MostNesting = 32;
        for (int depth = 0; depth < MostNesting; depth++)
        {
            TypeView x = a.Graph[a.Sizes.Strip(new TypeId(oldId))], y = b.Graph[b.Sizes.Strip(new TypeId(newId))];
            if (x.IsComposite && y.IsComposite)
            {
                return true;
            }

            if (x.Kind == TypeKind.Array && y.Kind == TypeKind.Array)
            {
                (oldId, newId) = (x.Target.Value, y.Target.Value);
                continue;
            }

            return (x.IsEnum && y.IsEnum && AreNamesAlike(a, x, b, y)) || (x.Kind == y.Kind && !x.IsEnum
                && (x.Kind is TypeKind.Pointer or TypeKind.Float or TypeKind.Int
                    || (x.Kind == TypeKind.Forward && AreNamesAlike(a, x, b, y))));
        }

        return false;
    }

    // One without a name fits any; what follows three underscores does not count.
    private static bool AreNamesAlike(CompareGraph a, TypeView x, CompareGraph b, TypeView y)
    {
        ReadOnlySpan<byte> ours = Essential(a.Graph.NameOf(x.NameId)), theirs = Essential(b.Graph.NameOf(y.NameId));
        return ours.IsEmpty || theirs.IsEmpty || ours.SequenceEqual(theirs);
    }

    private static ReadOnlySpan<byte> Essential(ReadOnlySpan<byte> name)
    {
        int flavor = name.LastIndexOf("___"u8);
        return flavor > 0 ? name[..flavor] : name;
    }

    private static int ClassOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct or TypeKind.Union or TypeKind.Forward => 1,
        TypeKind.Int or TypeKind.Enum or TypeKind.Enum64 => 2,
        TypeKind.Pointer => 3,
        TypeKind.Float => 4,
        TypeKind.Array => 5,
        _ => 0,
    };
}
