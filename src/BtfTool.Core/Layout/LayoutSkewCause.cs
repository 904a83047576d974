using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>Says what the first difference of two layouts comes from.</summary>
internal static class SkewCauseFinder
{
    /// <summary>The cause; null where the difference has none that can be told.</summary>
    public static SkewCause? Of(LayoutSkew skew)
    {
        ReadOnlySpan<MemberSkew> members = skew.Members;
        int first = 0;
        while (first < members.Length && (members[first].IsAnonymous || (members[first].Marks & ~SkewMarks.Hole) == 0))
        {
            first++;
        }

        if (first == members.Length)
        {
            return OfWhole(skew);
        }

        first = Innermost(members, first);
        MemberSkew member = members[first];
        if (member.Left is not { } left || member.Right is not { } right)
        {
            return new SkewCause(SkewReason.Missing, member.Path, member.Left?.Type ?? TypeId.Void, member.Right?.Type ?? TypeId.Void,
                member.Left is null ? 0 : 1, member.Right is null ? 0 : 1);
        }

        return (member.Marks & SkewMarks.Offset) != 0 ? OfOffset(skew, first, left, right)
            : (member.Marks & SkewMarks.Size) != 0 ? OfSize(skew, member.Path, left, right)
            : new SkewCause(SkewReason.Type, member.Path, left.Type, right.Type, 0, 0);
    }

    // Where an embedded struct lies at the same place, what differs in it is the cause.
    private static int Innermost(ReadOnlySpan<MemberSkew> members, int at)
    {
        while ((members[at].Marks & SkewMarks.Inside) != 0 && (members[at].Marks & (SkewMarks.Offset | SkewMarks.Type)) == 0)
        {
            int inner = at + 1;
            while (inner < members.Length && members[inner].Depth > members[at].Depth
                && (members[inner].IsAnonymous || (members[inner].Marks & ~SkewMarks.Hole) == 0))
            {
                inner++;
            }

            if (inner == members.Length || members[inner].Depth <= members[at].Depth)
            {
                break;
            }

            at = inner;
        }

        return at;
    }

    private static SkewCause OfOffset(LayoutSkew skew, int at, SkewSide left, SkewSide right)
    {
        string path = skew.Members[at].Path;
        if (left.AlignmentBytes != right.AlignmentBytes)
        {
            // A base type that is smaller is aligned less for that.
            if (IsOfBase(skew.Left.Graph, left.Type) && OfSize(skew, path, left, right) is { } size && size.LeftValue != size.RightValue)
            {
                return size;
            }

            (TypeId type, TypeId other) = (ElementOf(skew.Left.Graph, left.Type), ElementOf(skew.Right.Graph, right.Type));
            return new SkewCause(SkewReason.Alignment, path, type, other, left.AlignmentBytes, right.AlignmentBytes);
        }

        (long end, long endThere) = EndsBefore(skew.Members, at);
        if (HasOtherOrder(skew.Members, at, endThere, right.BitOffset) || left.BitOffset < end != right.BitOffset < endThere)
        {
            return new SkewCause(SkewReason.Order, path, left.Type, right.Type, left.BitOffset, right.BitOffset);
        }

        return skew.LeftSummary.IsPacked != skew.RightSummary.IsPacked && skew.Members[at].Depth == 0
            ? new SkewCause(SkewReason.Packing, path, skew.Left.Id, skew.Right.Id,
                skew.LeftSummary.IsPacked ? 1 : 0, skew.RightSummary.IsPacked ? 1 : 0)
            : new SkewCause(SkewReason.Gap, path, left.Type, right.Type, left.BitOffset - end, right.BitOffset - endThere);
    }

    // Ends of what lies before a member among those of its struct.
    private static (long Left, long Right) EndsBefore(ReadOnlySpan<MemberSkew> members, int at)
    {
        for (int i = at - 1; i >= 0 && members[i].Depth >= members[at].Depth; i--)
        {
            if (members[i] is { IsAnonymous: false, Left: { } left, Right: { } right } member && member.Depth == members[at].Depth)
            {
                return (left.EndBits, right.EndBits);
            }
        }

        return (0, 0);
    }

    // Whether something that follows in the first lies before the member in the second.
    private static bool HasOtherOrder(ReadOnlySpan<MemberSkew> members, int at, long from, long to)
    {
        for (int i = at + 1; i < members.Length && members[i].Depth >= members[at].Depth; i++)
        {
            if (members[i].Depth == members[at].Depth && members[i].Right is { } right && right.BitOffset >= from && right.BitOffset < to)
            {
                return true;
            }
        }

        return false;
    }

    private static SkewCause OfSize(LayoutSkew skew, string path, SkewSide left, SkewSide right)
    {
        if (left.BitfieldBits != 0 || right.BitfieldBits != 0)
        {
            return new SkewCause(SkewReason.Size, path, TypeId.Void, TypeId.Void, left.EndBits - left.BitOffset, right.EndBits - right.BitOffset);
        }

        // Of arrays of as many elements, the element.
        (TypeId type, TypeId other) = (left.Type, right.Type);
        (long size, long sizeThere) = (left.SizeBytes, right.SizeBytes);
        (ulong count, TypeId element) = Elements(skew.Left.Graph, type);
        (ulong countThere, TypeId elementThere) = Elements(skew.Right.Graph, other);
        if (count == countThere && count > 1 && size % (long)count == 0 && sizeThere % (long)count == 0)
        {
            (type, other, size, sizeThere) = (element, elementThere, size / (long)count, sizeThere / (long)count);
        }

        return new SkewCause(SkewReason.Size, path, type, other, size, sizeThere);
    }

    private static SkewCause OfWhole(LayoutSkew skew)
    {
        LayoutSummary left = skew.LeftSummary, right = skew.RightSummary;
        return skew.DiffersInAlignment
            ? new SkewCause(SkewReason.Alignment, "", skew.Left.Id, skew.Right.Id, left.AlignmentBytes, right.AlignmentBytes)
            : new SkewCause(SkewReason.Padding, "", skew.Left.Id, skew.Right.Id, left.PaddingBytes, right.PaddingBytes);
    }

    private static bool IsOfBase(TypeGraph graph, TypeId id)
    {
        TypeId element = ElementOf(graph, id);
        const int MostSteps = 64;
        for (int steps = 0; steps < MostSteps && graph[element] is { } type && (type.IsQualifier || type.Kind is TypeKind.Typedef or TypeKind.TypeTag); steps++)
        {
            element = type.Target;
        }

        return graph.KindOf(element) is TypeKind.Int or TypeKind.Pointer or TypeKind.Float or TypeKind.Enum or TypeKind.Enum64;
    }

    private static TypeId ElementOf(TypeGraph graph, TypeId id) => Elements(graph, id).Element;

    private static (ulong Count, TypeId Element) Elements(TypeGraph graph, TypeId id)
    {
        const int MostSteps = 64;
        ulong count = 1;
        TypeId element = id;
        for (int steps = 0; steps < MostSteps; steps++)
        {
            TypeView type = graph[id];
            if (type.Kind == TypeKind.Array)
            {
                UInt128 product = (UInt128)count * type.ElementCount;
                count = product > long.MaxValue ? 0 : (ulong)product;
                element = type.Target;
            }
            else if (type.Kind != TypeKind.Typedef && !type.IsQualifier && type.Kind != TypeKind.TypeTag)
            {
                break;
            }

            id = type.Target;
        }

        return (count, element);
    }
}
