using BtfTool.Core.Compare;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary><c>diff --why STRUCT</c>: where a difference in size comes from.</summary>
internal static class DiffWhy
{
    /// <summary>The struct or union of a name, and the explanation of its sizes.</summary>
    /// <exception cref="UnusableException">A side has none.</exception>
    public static (string Name, SizeExplanation Why) Of(DiffSide old, DiffSide now, string name)
    {
        TypeRef before = Find(old, name), after = Find(now, name);
        string word = after.View.Kind == TypeKind.Union ? "union " : "struct ";
        return (after.View.IsAnonymous ? name : word + after.View.NameString, SizeExplanation.Of(before, after));
    }

    private static TypeRef Find(DiffSide side, string name)
    {
        TypeNameSetResult found = TypeNameQuery.Resolve(side.Types, name);
        foreach (TypeRef type in found.Types)
        {
            if (TypeNameQuery.CompositeBehind(type.Graph, type.Id) is { } composite && type.Graph[composite].IsComposite)
            {
                return new TypeRef(type.Graph, composite);
            }
        }

        throw new UnusableException($"{side.Name}: {found.Problem ?? $"'{name}' is no struct or union"}");
    }
}
