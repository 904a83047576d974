using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>Which types end in an array without a length, themselves or in their last member.</summary>
internal sealed class FlexibleTails(TypeGraph graph, TypeSizes sizes, int maxNesting)
{
    /// <summary>Whether the type is such an array or ends in one. Cost: the nesting; unions look at every member.</summary>
    public bool EndsInFlexibleArray(TypeId id) => Ends(id, 0);

    private bool Ends(TypeId id, int depth)
    {
        TypeView type = graph[sizes.Strip(id)];
        if (type.Kind == TypeKind.Array)
        {
            return type.ElementCount == 0;
        }

        if (!type.IsComposite || depth > maxNesting)
        {
            return false;
        }

        MemberList members = type.Members;
        for (int i = type.Kind == TypeKind.Union ? 0 : Math.Max(0, members.Count - 1); i < members.Count; i++)
        {
            if (!members[i].IsBitfield && Ends(members[i].Type, depth + 1))
            {
                return true;
            }
        }

        return false;
    }
}
