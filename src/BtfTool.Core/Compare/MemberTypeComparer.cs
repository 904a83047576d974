using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Names what differs between the types of a member that both sides have.</summary>
internal sealed class MemberTypeComparer(ReferenceComparer comparer)
{
    private const int MostLinks = 64;

    /// <summary>The change of a member whose type or width differs.</summary>
    public TypeChange Of(in CompositeComparer.Place place, in MemberEntry ours, in MemberEntry theirs, string path)
    {
        (CompareGraph a, CompareGraph b) = (place.Old, place.New);
        Breaks breaks = BreakRules.OfType(a, ours.Type, b, theirs.Type, comparer);
        ChangeClass found = ChangeClass.MemberType;
        if (ours.BitfieldBits != theirs.BitfieldBits)
        {
            found = ChangeClass.BitWidth;
            breaks |= Breaks.Layout;
        }
        else if (IsOtherCount(a, ours.Type, b, theirs.Type, out bool isLess))
        {
            // An element behind the end is one that a relocation refuses.
            found = ChangeClass.ArrayLength;
            breaks = Breaks.Layout | (isLess ? Breaks.CoRe : Breaks.None);
        }
        else if (IsOtherSign(a, ours.Type, b, theirs.Type))
        {
            found = ChangeClass.Signedness;
        }
        else if (IsOtherPrototype(a, ours.Type, b, theirs.Type, out uint before, out uint now))
        {
            found = ChangeClass.Prototype;
            breaks = BreakRules.OfPrototype(a, before, b, now, comparer);
        }

        return new TypeChange
        {
            Class = found,
            Breaks = breaks,
            Path = path,
            Old = TypeText.Of(a.Graph, ours.Type, ours.BitfieldBits),
            New = TypeText.Of(b.Graph, theirs.Type, theirs.BitfieldBits),
            OldBitOffset = place.OldBits + ours.BitOffset,
            NewBitOffset = place.NewBits + theirs.BitOffset,
        };
    }

    /// <summary>
    /// Goes through arrays, pointers and qualifiers that both have to types without a name; the way as C writes it (<c>.</c>, <c>[0].</c>,
    /// <c>-></c>), empty where that is not what both lead to. Another number of elements is told.
    /// </summary>
    public string Unwrap(in CompositeComparer.Place place, ref uint oldId, ref uint newId, ChangeList changes, string path,
        in MemberEntry ours, in MemberEntry theirs)
    {
        (CompareGraph a, CompareGraph b) = (place.Old, place.New);
        string way = "";
        bool isPointer = false, isOtherCount = false;
        for (int links = 0; links < MostLinks; links++)
        {
            TypeView x = a.Graph[new TypeId(oldId)], y = b.Graph[new TypeId(newId)];
            if (x.Kind != y.Kind)
            {
                return "";
            }

            if ((x.IsComposite || x.IsEnum) && x.IsAnonymous && y.IsAnonymous)
            {
                if (isOtherCount)
                {
                    changes.Add(Of(place, ours, theirs, path));
                    changes.HasOwnEdit = true;
                }

                return way + (isPointer ? "->" : ".");
            }

            if (x.Kind is not (TypeKind.Pointer or TypeKind.Array) && !x.IsQualifier)
            {
                return "";
            }

            if (x.Kind == TypeKind.Pointer && isPointer)
            {
                return "";
            }

            isPointer |= x.Kind == TypeKind.Pointer;
            isOtherCount |= x.ElementCount != y.ElementCount;
            way += x.Kind == TypeKind.Array ? "[0]" : "";
            (oldId, newId) = (x.Target.Value, y.Target.Value);
        }

        return "";
    }

    private bool IsOtherCount(CompareGraph a, uint oldId, CompareGraph b, uint newId, out bool isLess)
    {
        TypeView x = a.Graph[a.Sizes.Strip(new TypeId(oldId))], y = b.Graph[b.Sizes.Strip(new TypeId(newId))];
        isLess = false;
        bool isOther = false;
        for (int links = 0; links < MostLinks && x.Kind == TypeKind.Array && y.Kind == TypeKind.Array; links++)
        {
            isOther |= x.ElementCount != y.ElementCount;
            isLess |= y.ElementCount < x.ElementCount && y.ElementCount != 0;
            TypeId inner = x.Target, innerThere = y.Target;
            (x, y) = (a.Graph[inner], b.Graph[innerThere]);
            if (x.Kind != TypeKind.Array || y.Kind != TypeKind.Array)
            {
                return isOther && (comparer.Same(a, inner.Value, b, innerThere.Value)
                    || (x.IsAnonymous && y.IsAnonymous && x.Kind == y.Kind && (x.IsComposite || x.IsEnum)));
            }
        }

        return false;
    }

    // Both point to functions.
    private bool IsOtherPrototype(CompareGraph a, uint oldId, CompareGraph b, uint newId, out uint before, out uint now)
    {
        TypeView x = a.Graph[a.Sizes.Strip(new TypeId(oldId))], y = b.Graph[b.Sizes.Strip(new TypeId(newId))];
        (before, now) = (a.Sizes.Strip(x.Target).Value, b.Sizes.Strip(y.Target).Value);
        return x.Kind == TypeKind.Pointer && y.Kind == TypeKind.Pointer && a.Graph.KindOf(new TypeId(before)) == TypeKind.FunctionPrototype
            && b.Graph.KindOf(new TypeId(now)) == TypeKind.FunctionPrototype && !comparer.Same(a, before, b, now);
    }

    private static bool IsOtherSign(CompareGraph a, uint oldId, CompareGraph b, uint newId)
    {
        TypeView x = a.Graph[a.Sizes.Strip(new TypeId(oldId))], y = b.Graph[b.Sizes.Strip(new TypeId(newId))];
        return x.SizeBytes == y.SizeBytes && BaseTypes.DifferInSign(x, y);
    }
}
