using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>The words for differences of layouts.</summary>
internal static class SkewWords
{
    public static string ReasonOf(SkewReason reason) => reason switch
    {
        SkewReason.Missing => "missing",
        SkewReason.Size => "size",
        SkewReason.Alignment => "alignment",
        SkewReason.Packing => "packing",
        SkewReason.Order => "order",
        SkewReason.Gap => "gap",
        SkewReason.Type => "type",
        _ => "padding",
    };

    /// <summary>struct or union, and the name.</summary>
    public static string NameOf(TypeRef type) =>
        (type.View.Kind == TypeKind.Union ? "union " : "struct ") + (type.View.IsAnonymous ? "{...}" : type.View.NameString);

    /// <summary>A cause as half a sentence: the left side is here, the right side there.</summary>
    public static string Describe(LayoutSkew skew, SkewCause cause, DeclarationText left, DeclarationText right)
    {
        string Both(string what) => string.Create(CultureInfo.InvariantCulture, $"{what} {cause.LeftValue} here and {cause.RightValue} there");
        string type = cause.Left.IsVoid ? "" : left.Of(cause.Left);
        switch (cause.Reason)
        {
            case SkewReason.Missing:
                return $"it is only {(cause.LeftValue != 0 ? "here" : "there")}";
            case SkewReason.Size when cause.Left.IsVoid:
                return Both("the bits of the field are");
            case SkewReason.Size when skew.Left.Graph.KindOf(cause.Left) == TypeKind.Pointer
                && skew.Right.Graph.KindOf(cause.Right) == TypeKind.Pointer:
                return Both("the bytes of a pointer are");
            case SkewReason.Size:
                return Both($"the size of {type} is");
            case SkewReason.Alignment:
                return Both($"the alignment of {type} is");
            case SkewReason.Packing:
                return $"the {(skew.Left.View.Kind == TypeKind.Union ? "union" : "struct")} is packed {(cause.LeftValue != 0 ? "here" : "there")}";
            case SkewReason.Order:
                return "the members have another order";
            case SkewReason.Gap:
                return cause.LeftValue % 8 == 0 && cause.RightValue % 8 == 0
                    ? string.Create(CultureInfo.InvariantCulture, $"the bytes free before it are {cause.LeftValue / 8} here and {cause.RightValue / 8} there")
                    : Both("the bits free before it are");
            case SkewReason.Type:
                return $"its type is {type} here and {right.Of(cause.Right)} there";
            default:
                return Both("the bytes of padding are");
        }
    }
}
