using System.Globalization;
using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Types as short C, for what a comparison tells people.</summary>
internal static class TypeText
{
    /// <summary>Types that one text is made of, those in parameters of parameters included.</summary>
    private const int MostTypes = 256;

    private const int MostLinks = 64;
    private const int MostParameters = 32;
    private const int MostNesting = 4;
    private const int MostCharacters = 512;

    /// <summary>A type without a name for it: <c>struct sock *</c>, <c>int [4]</c>, <c>void (*)(int)</c>. What is longer than anyone reads is cut.</summary>
    public static string Of(TypeGraph graph, uint id, uint bitfieldBits = 0)
    {
        int left = MostTypes;
        string text = Of(graph, id, 0, ref left);
        text = text.Length > MostCharacters ? string.Concat(text.AsSpan(0, MostCharacters), "...") : text;
        return bitfieldBits == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} : {bitfieldBits}");
    }

    /// <summary>A type of a name with its keyword.</summary>
    public static string NameOf(TypeGraph graph, uint id) =>
        TypeWords.Prefix(TypeWords.Of(graph, id)) + graph[new TypeId(id)].NameString;

    private static string Of(TypeGraph graph, uint id, int nesting, ref int left)
    {
        string before = "", after = "", front = "";
        bool isPointerLast = false;
        for (int links = 0; links < MostLinks && left > 0; links++, left--)
        {
            TypeView type = graph[new TypeId(id)];
            switch (type.Kind)
            {
                case TypeKind.Pointer:
                    before = "*" + before;
                    isPointerLast = true;
                    break;
                case TypeKind.Array:
                    (before, after) = Bracket(before, after, isPointerLast);
                    after += string.Create(CultureInfo.InvariantCulture, $"[{(type.ElementCount == 0 ? "" : type.ElementCount)}]");
                    isPointerLast = false;
                    break;
                case TypeKind.FunctionPrototype:
                    (before, after) = Bracket(before, after, isPointerLast);
                    after += Parameters(graph, type, nesting, ref left);
                    isPointerLast = false;
                    break;
                case TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic:
                    bool isOfPointer = graph.KindOf(type.Target) == TypeKind.Pointer;
                    before = isOfPointer ? $"{Qualifier(type.Kind)} {before}" : before;
                    front += isOfPointer ? "" : Qualifier(type.Kind) + " ";
                    break;
                case TypeKind.TypeTag:
                    break;
                default:
                    return Joined(front + Base(graph, type), before, after);
            }

            id = type.Target.Value;
        }

        return Joined("...", before, after);
    }

    private static (string Before, string After) Bracket(string before, string after, bool isPointerLast) =>
        isPointerLast ? ("(" + before, after.Insert(0, ")")) : (before, after);

    private static string Joined(string type, string before, string after) =>
        before.Length + after.Length == 0 ? type : before.Length == 0 ? type + after : $"{type} {before}{after}".TrimEnd();

    // A qualifier of a pointer stands behind its star, others before the type.
    private static string Qualifier(TypeKind kind) => kind switch
    {
        TypeKind.Const => "const",
        TypeKind.Volatile => "volatile",
        TypeKind.Restrict => "restrict",
        _ => "_Atomic",
    };

    private static string Base(TypeGraph graph, TypeView type)
    {
        if (type.Id.IsVoid)
        {
            return "void";
        }

        TypeWord word = TypeWords.Of(graph, type.Id.Value);
        string prefix = word is TypeWord.Struct or TypeWord.Union or TypeWord.Enum ? TypeWords.Prefix(word) : "";
        return prefix + (type.IsAnonymous ? "{...}" : type.NameString);
    }

    private static string Parameters(TypeGraph graph, TypeView type, int nesting, ref int left)
    {
        ParameterList parameters = type.Parameters;
        if (nesting >= MostNesting)
        {
            return "(...)";
        }

        var text = new StringBuilder("(");
        for (int i = 0; i < parameters.Count && i < MostParameters && text.Length < MostCharacters; i++)
        {
            bool isRest = parameters[i].Type.IsVoid && i == parameters.Count - 1;
            text.Append(i == 0 ? "" : ", ").Append(isRest ? "..." : Of(graph, parameters[i].Type.Value, nesting + 1, ref left));
        }

        return text.Append(parameters.Count == 0 ? "void)" : ")").ToString();
    }
}
