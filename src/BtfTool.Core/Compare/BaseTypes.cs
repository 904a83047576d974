using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Integer and floating point types: which names and encodings say the same.</summary>
internal static class BaseTypes
{
    /// <summary>
    /// Whether two base types are equal in what both sides can say: size, signedness, floating point or not. Older encoders say integer
    /// for floating point.
    /// </summary>
    public static bool AreSame(CompareGraph a, TypeView x, CompareGraph b, TypeView y) => x.SizeBytes == y.SizeBytes
        && (x.Kind == y.Kind ? !DifferInSign(x, y) : a.IsDeclared != b.IsDeclared);

    /// <summary>Whether both are integers of which one is signed. Booleans have no sign.</summary>
    public static bool DifferInSign(TypeView x, TypeView y) => x.Kind == TypeKind.Int && y.Kind == TypeKind.Int
        && ((x.IntEncoding ^ y.IntEncoding) & IntEncoding.Signed) != 0 && ((x.IntEncoding | y.IntEncoding) & IntEncoding.Bool) == 0;

    /// <summary>Whether two names mean one type: compilers write <c>long unsigned int</c> and <c>unsigned long</c>, <c>_Bool</c> and <c>bool</c>.</summary>
    public static bool AreOneName(CompareGraph a, TypeView x, CompareGraph b, TypeView y)
    {
        int ours = WordsOf(a.Graph.NameOf(x.NameId));
        return ours > 0 && ours == WordsOf(b.Graph.NameOf(y.NameId));
    }

    // Words of a name counted, five bits each; -1 where there are others. int says nothing beside another, signed only beside char.
    private static int WordsOf(ReadOnlySpan<byte> name)
    {
        int sum = 0;
        while (!name.IsEmpty && name.Length < 64)
        {
            int end = name.IndexOf((byte)' ');
            ReadOnlySpan<byte> word = end < 0 ? name : name[..end];
            name = end < 0 ? default : name[(end + 1)..];
            int value = word.SequenceEqual("long"u8) ? 1 : word.SequenceEqual("short"u8) ? 1 << 5 : word.SequenceEqual("unsigned"u8) ? 1 << 10
                : word.SequenceEqual("char"u8) ? 1 << 15 : word.SequenceEqual("int"u8) ? 1 << 20 : word.SequenceEqual("signed"u8) ? 1 << 25
                : word.SequenceEqual("_Bool"u8) || word.SequenceEqual("bool"u8) ? 1 << 30 : -1;
            if (value < 0)
            {
                return -1;
            }

            sum += value;
        }

        const int Char = 1 << 15, Int = 1 << 20, Signed = 1 << 25;
        sum = (sum & Char) == 0 && (sum & Signed) != 0 ? (sum - Signed) | Int : sum;
        return (sum & ~Int) != 0 ? sum & ~Int : sum;
    }
}
