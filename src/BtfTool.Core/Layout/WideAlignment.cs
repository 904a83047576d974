using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// How a 32-bit target aligns what is wider than a pointer: i386 puts a <c>long long</c> at any multiple of 4, ARM and MIPS at
/// multiples of 8. Files do not say it; their structs show it.
/// </summary>
internal static class WideAlignment
{
    /// <summary>
    /// 4 when more members of 8 bytes lie where only 4 divides the offset than have a gap before them that an alignment of 4 would not
    /// need; else 8. What ends a struct that has such a member says the same as the offset of a member behind it would. Cost: one pass
    /// over all members.
    /// </summary>
    public static int Infer(TypeGraph graph)
    {
        int narrow = 0, wide = 0;
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.Kind != TypeKind.Struct)
            {
                continue;
            }

            ulong lastEndBits = 0;
            bool hasWide = false;
            foreach (MemberView member in type.Members)
            {
                int size = BaseSize(graph, member.Type);
                if (size == 8 && !member.IsBitfield)
                {
                    hasWide = true;
                    narrow += member.BitOffset % 64 == 32 ? 1 : 0;
                    wide += member.BitOffset % 64 == 0 && member.BitOffset >= lastEndBits + 32 ? 1 : 0;
                }

                lastEndBits = size == 0 || member.IsBitfield ? ulong.MaxValue - 32 : member.BitOffset + (8ul * (uint)size);
            }

            narrow += hasWide && type.SizeBytes % 8 == 4 ? 1 : 0;
            wide += hasWide && type.SizeBytes % 8 == 0 && type.SizeBytes <= ulong.MaxValue / 8 && type.SizeBytes * 8 >= lastEndBits + 32 ? 1 : 0;
        }

        return narrow > wide ? 4 : 8;
    }

    // 0 for all but base types, enumerations and pointers.
    private static int BaseSize(TypeGraph graph, TypeId id)
    {
        const int LongestChain = 32;
        for (int steps = 0; steps < LongestChain; steps++)
        {
            TypeView type = graph[id];
            switch (type.Kind)
            {
                case TypeKind.Int or TypeKind.Float or TypeKind.Enum or TypeKind.Enum64:
                    return (int)Math.Min(type.SizeBytes, 16);
                case TypeKind.Pointer:
                    return graph.PointerSizeBytes;
                case TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.TypeTag:
                    id = type.Target;
                    break;
                default:
                    return 0;
            }
        }

        return 0;
    }
}
