using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>Whether types of two graphs are the same but for their sizes, which are told apart from it.</summary>
internal static class LayoutSkewShapes
{
    private const int MostSteps = 64;

    /// <summary>
    /// Compares what two types are behind typedefs and qualifiers: kind, sign, names of structs, number of elements, and so for what
    /// they point to or are arrays of. Base types of one name are the same: whether <c>char</c> has a sign is the machine's matter.
    /// </summary>
    public static bool AreAlike(LayoutSkewEntries left, TypeId a, LayoutSkewEntries right, TypeId b)
    {
        for (int steps = 0; steps < MostSteps; steps++)
        {
            TypeView x = left.Graph[left.Analyzer.Sizes.Strip(a)], y = right.Graph[right.Analyzer.Sizes.Strip(b)];
            if (ClassOf(x) != ClassOf(y))
            {
                return false;
            }

            switch (x.Kind)
            {
                case TypeKind.Int:
                    return HaveSameSign(x, y);
                case TypeKind.Struct or TypeKind.Union or TypeKind.Forward:
                    return x.IsAnonymous || y.IsAnonymous || x.Name.SequenceEqual(y.Name);
                case TypeKind.Array when x.ElementCount != y.ElementCount:
                    return false;
                case TypeKind.Array or TypeKind.Pointer:
                    (a, b) = (x.Target, y.Target);
                    continue;
                default:
                    return true;
            }
        }

        return true;
    }

    private static int ClassOf(TypeView type) => type.Kind switch
    {
        TypeKind.Forward => (int)(type.Flag ? TypeKind.Union : TypeKind.Struct),
        TypeKind.Enum64 => (int)TypeKind.Enum,
        _ => (int)type.Kind,
    };

    private static bool HaveSameSign(TypeView x, TypeView y)
    {
        const IntEncoding Told = IntEncoding.Signed | IntEncoding.Bool;
        return (x.IntEncoding & Told) == (y.IntEncoding & Told) || x.Name.SequenceEqual(y.Name);
    }
}
