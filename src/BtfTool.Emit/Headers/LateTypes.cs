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

    // Kinds that the dependency order passes over.
    private const ulong Silent = 1UL << (int)TypeKind.Int | 1UL << (int)TypeKind.Float | 1UL << (int)TypeKind.Function
        | 1UL << (int)TypeKind.Variable | 1UL << (int)TypeKind.DataSection | 1UL << (int)TypeKind.DeclTag;

    /// <summary>The types of the last rank, in order of id, that may have something to print.</summary>
    public static Span<uint> Find(TypeColumns types, SortOrder order)
    {
        uint[] found = new uint[256];
        int count = 0;
        ReadOnlySpan<byte> kinds = types.KindBytes;
        for (int i = 1; i < kinds.Length; i++)
        {
            TypeKind kind = (TypeKind)(kinds[i] & TypeGraph.KindMask);
            uint id = (uint)i;
            if (TypeColumns.IsIn(Silent, kind) || types.Has(id, TypeMarks.Ordered) || HasNothingToPrint(types, id, kind)
                || !order.IsLate(id))
            {
                continue;
            }

            if (count == found.Length)
            {
                Array.Resize(ref found, count * 2);
            }

            found[count++] = id;
        }

        return found.AsSpan(0, count);
    }

    // True when ordering the type would add nothing to the queue: all that it leads to is ordered. Once true it stays true.
    private static bool HasNothingToPrint(TypeColumns types, uint id, TypeKind kind)
    {
        if (kind != TypeKind.FunctionPrototype)
        {
            return LeadsNowhereNew(types, id);
        }

        if (!LeadsNowhereNew(types, types.DirectTarget(id)))
        {
            return false;
        }

        foreach (ref readonly ParameterRow parameter in types.Parameters(id))
        {
            if (!LeadsNowhereNew(types, parameter.Type))
            {
                return false;
            }
        }

        return true;
    }

    private static bool LeadsNowhereNew(TypeColumns types, uint id)
    {
        uint start = id;
        for (int steps = 0; steps < MaxSteps; steps++)
        {
            if (types.Has(id, TypeMarks.Ordered | TypeMarks.Quiet))
            {
                types.Set(start, TypeMarks.Quiet);
                return true;
            }

            TypeKind kind = types.Kind(id);
            switch (kind)
            {
                case TypeKind.Pointer or TypeKind.TypeTag:
                case var _ when TypeColumns.IsQualifier(kind):
                    id = types.DirectTarget(id);
                    break;
                case TypeKind.Array:
                    id = types.Target(id);
                    break;
                default:
                    return TypeColumns.IsIn(Silent, kind);
            }
        }

        return false;
    }
}
