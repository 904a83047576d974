using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Whether types of two graphs are the same to one who reads their listing: kinds, names, sizes and members alike, and so for all that
/// they hold by value. Behind a pointer a name is enough, be the type defined there or only declared.
/// </summary>
internal static class SameLayout
{
    // Members and types that are looked at; beyond that types count as different. The largest of a kernel hold some thousands.
    private const int MostSteps = 1 << 17;

    /// <summary>Compares two types. Cost: linear in what they hold by value, and bounded.</summary>
    public static bool Is(TypeRef left, TypeRef right)
    {
        var pairs = new Stack<(TypeId Left, TypeId Right, bool IsBehindPointer)>();
        var seen = new HashSet<(TypeId, TypeId, bool)>();
        pairs.Push((left.Id, right.Id, false));
        long steps = 0;
        while (pairs.TryPop(out (TypeId Left, TypeId Right, bool IsBehindPointer) pair))
        {
            if (IsOneType(left.Graph, pair.Left, right.Graph, pair.Right) || !seen.Add(pair))
            {
                continue;
            }

            TypeView a = left.Graph[pair.Left], b = right.Graph[pair.Right];
            steps += 1 + a.ElementsInList;
            if (steps > MostSteps || !a.Name.SequenceEqual(b.Name))
            {
                return false;
            }

            if (pair.IsBehindPointer && !a.IsAnonymous && WordOf(a) is var word and > 0 && word == WordOf(b))
            {
                continue;
            }

            if (!HaveSameContents(a, b) || !PushParts(a, b, pair.IsBehindPointer, pairs))
            {
                return false;
            }
        }

        return true;
    }

    // Modules share the segment of their kernel.
    private static bool IsOneType(TypeGraph left, TypeId a, TypeGraph right, TypeId b) =>
        a == b && left.SegmentOf(a.Value) == right.SegmentOf(b.Value);

    // struct, union, enum, typedef: what the name of a type is said with; 0 for others.
    private static int WordOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct => 1,
        TypeKind.Union => 2,
        TypeKind.Forward => type.Flag ? 2 : 1,
        TypeKind.Enum or TypeKind.Enum64 => 3,
        TypeKind.Typedef => 4,
        _ => 0,
    };

    private static bool HaveSameContents(TypeView a, TypeView b)
    {
        if (a.RawKind != b.RawKind || a.SizeBytes != b.SizeBytes || a.Flag != b.Flag || a.ElementCount != b.ElementCount
            || a.IntEncoding != b.IntEncoding || a.IntBits != b.IntBits || a.ElementsInList != b.ElementsInList)
        {
            return false;
        }

        EnumeratorList left = a.Enumerators, right = b.Enumerators;
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i].Value != right[i].Value || !left[i].Name.SequenceEqual(right[i].Name))
            {
                return false;
            }
        }

        return true;
    }

    private static bool PushParts(TypeView a, TypeView b, bool isBehindPointer, Stack<(TypeId Left, TypeId Right, bool IsBehindPointer)> pairs)
    {
        MemberList left = a.Members, right = b.Members;
        for (int i = 0; i < left.Count; i++)
        {
            MemberView x = left[i], y = right[i];
            if (x.BitOffset != y.BitOffset || x.BitSize != y.BitSize || !x.Name.SequenceEqual(y.Name))
            {
                return false;
            }

            pairs.Push((x.Type, y.Type, isBehindPointer));
        }

        ParameterList first = a.Parameters, second = b.Parameters;
        for (int i = 0; i < first.Count; i++)
        {
            pairs.Push((first[i].Type, second[i].Type, true));
        }

        pairs.Push((a.Target, b.Target, isBehindPointer || a.Kind is TypeKind.Pointer or TypeKind.FunctionPrototype));
        return true;
    }
}
