using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Takes the layout from what contains a type without layout by value: directly, in arrays, through typedefs and qualifiers.
/// </summary>
internal static class OpaqueSpread
{
    /// <summary>Spreads <see cref="RowFlags.Opaque"/> over linked rows. Cost: O(rows and members).</summary>
    internal static void Spread(UnitScanner scanner)
    {
        TypeRows rows = scanner.Rows;
        int count = rows.Types.Count;

        // The users of row r are users[first[r]..first[r + 1]].
        int[] first = new int[count + 2];
        ForEachUse(rows, (used, _) => first[used + 2]++);
        for (int i = 2; i < first.Length; i++)
        {
            first[i] += first[i - 1];
        }

        int[] users = new int[first[count + 1]];
        ForEachUse(rows, (used, user) => users[first[used + 1]++] = user);
        var open = new Queue<int>();
        for (int row = 0; row < count; row++)
        {
            if (rows.Types[row].Is(RowFlags.Opaque))
            {
                open.Enqueue(row);
            }
        }

        while (open.TryDequeue(out int row))
        {
            foreach (int user in users.AsSpan(first[row], first[row + 1] - first[row]))
            {
                if (rows.Types[user].Is(RowFlags.Opaque))
                {
                    continue;
                }

                if (rows.Types[user].Kind is TypeKind.Struct or TypeKind.Union)
                {
                    scanner.MakeOpaque(user, UnitScanner.InsideReason);
                }
                else
                {
                    rows.Types[user].Flags |= RowFlags.Opaque;
                }

                open.Enqueue(user);
            }
        }
    }

    private static void ForEachUse(TypeRows rows, Action<int, int> use)
    {
        for (int row = 0; row < rows.Types.Count; row++)
        {
            ref readonly TypeRow type = ref rows.Types[row];
            if (type.Kind is TypeKind.Struct or TypeKind.Union)
            {
                foreach (ref readonly MemberEntry member in rows.Members.AsSpan(type.First, type.Count))
                {
                    Use(member.Target, row);
                }
            }
            else if (type.Kind is TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic
                or TypeKind.TypeTag or TypeKind.Array or TypeKind.Void)
            {
                Use(type.Target, row);
            }
        }

        void Use(uint target, int row)
        {
            if (target != 0)
            {
                use((int)target - 1, row);
            }
        }
    }
}
