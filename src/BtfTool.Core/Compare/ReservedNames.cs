using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Names of members that only keep room: <c>__reserved</c>, <c>pad2</c>, <c>kabi_reserved1</c>, <c>spare</c>, <c>unused_bits</c>.</summary>
internal static class ReservedNames
{
    /// <summary>
    /// Whether a member only keeps room. A pointer to a function does where the function takes and returns nothing: others have such words
    /// in the names of what they do (<c>get_resv_regions</c>).
    /// </summary>
    public static bool Is(TypeGraph graph, in MemberEntry member)
    {
        return Is(graph.NameOf(new NameId(member.Name))) && !IsCalled(graph, new TypeId(member.Type));
    }

    private static bool IsCalled(TypeGraph graph, TypeId id)
    {
        TypeId pointed = Plain(graph, id);
        if (graph.KindOf(pointed) != TypeKind.Pointer)
        {
            return false;
        }

        TypeView target = graph[Plain(graph, graph[pointed].Target)];
        return target.Kind == TypeKind.FunctionPrototype && (target.Target.Value != 0 || target.Parameters.Count > 0);
    }

    private static TypeId Plain(TypeGraph graph, TypeId id)
    {
        for (int steps = 0; steps < 64 && graph.KindOf(id) is TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.TypeTag; steps++)
        {
            id = graph[id].Target;
        }

        return id;
    }

    /// <summary>Whether a word of the name says so. Words end at underscores, digits, and where capitals begin.</summary>
    private static bool Is(ReadOnlySpan<byte> name)
    {
        int start = 0;
        for (int i = 0; i <= name.Length; i++)
        {
            bool isEnd = i == name.Length || !char.IsAsciiLetter((char)name[i])
                || (i > start && char.IsAsciiLetterUpper((char)name[i]) && char.IsAsciiLetterLower((char)name[i - 1]));
            if (isEnd)
            {
                if (IsWord(name[start..i]))
                {
                    return true;
                }

                start = i < name.Length && char.IsAsciiLetter((char)name[i]) ? i : i + 1;
            }
        }

        return false;
    }

    private static bool IsWord(ReadOnlySpan<byte> word)
    {
        Span<byte> lower = stackalloc byte[12];
        if (word.Length is < 3 or > 12)
        {
            return false;
        }

        for (int i = 0; i < word.Length; i++)
        {
            lower[i] = (byte)(word[i] | 0x20);
        }

        lower = lower[..word.Length];
        return lower.SequenceEqual("reserved"u8) || lower.SequenceEqual("reserve"u8) || lower.SequenceEqual("resv"u8)
            || lower.SequenceEqual("rsvd"u8) || lower.SequenceEqual("rsv"u8) || lower.SequenceEqual("kabi"u8) || lower.SequenceEqual("pad"u8)
            || lower.SequenceEqual("pads"u8) || lower.SequenceEqual("padding"u8) || lower.SequenceEqual("spare"u8)
            || lower.SequenceEqual("spares"u8) || lower.SequenceEqual("unused"u8) || lower.SequenceEqual("filler"u8);
    }
}
