using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Of the types of the last rank (pointers, prototypes, functions, variables, anonymous composites) most lead only to what is printed
/// when their turn comes. These are passed over, so that they need not be sorted.
/// </summary>
internal static class LateTypes
{
    // Longer chains are left to the dependency order, which gives the same answer.
    private const int MaxSteps = 8;

    /// <summary>
    /// True when ordering the type would add nothing to the queue: all that it leads to is ordered. Once true it stays true.
    /// </summary>
    public static bool HasNothingToPrint(TypeColumns types, uint id)
    {
        if (types.Kind(id) != TypeKind.FunctionPrototype)
        {
            return LeadsNowhereNew(types, id);
        }

        if (!LeadsNowhereNew(types, types.Target(id)))
        {
            return false;
        }

        foreach (ParameterView parameter in types.View(id).Parameters)
        {
            if (!LeadsNowhereNew(types, parameter.Type.Value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool LeadsNowhereNew(TypeColumns types, uint id)
    {
        for (int steps = 0; steps < MaxSteps; steps++)
        {
            if (types.Has(id, TypeMarks.Ordered))
            {
                return true;
            }

            TypeKind kind = types.Kind(id);
            switch (kind)
            {
                case TypeKind.Int or TypeKind.Float or TypeKind.Function or TypeKind.Variable or TypeKind.DataSection or TypeKind.DeclTag:
                    return true;
                case TypeKind.Pointer or TypeKind.Array or TypeKind.TypeTag:
                case var _ when TypeColumns.IsQualifier(kind):
                    id = types.Target(id);
                    break;
                default:
                    return false;
            }
        }

        return false;
    }
}
