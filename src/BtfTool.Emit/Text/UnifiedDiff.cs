namespace BtfTool.Emit.Text;

/// <summary>The hunks of a unified diff between two lists of lines, by their longest common subsequence. For short texts: the cost is the product of the lengths.</summary>
internal static class UnifiedDiff
{
    /// <summary>The lines of the hunks, headers included.</summary>
    /// <param name="old">The lines before.</param>
    /// <param name="now">The lines after.</param>
    /// <param name="offset">Lines of the file before the first of either.</param>
    /// <param name="context">Unchanged lines to show around changes.</param>
    public static IEnumerable<string> Hunks(IReadOnlyList<string> old, IReadOnlyList<string> now, int offset, int context)
    {
        List<(char Mark, string Line)> edits = Edits(old, now);
        int oldLine = offset, newLine = offset;
        for (int i = 0; i < edits.Count;)
        {
            if (edits[i].Mark == ' ')
            {
                (oldLine, newLine, i) = (oldLine + 1, newLine + 1, i + 1);
                continue;
            }

            int from = Math.Max(0, i - context), last = i;
            for (int k = i; k < edits.Count && k <= last + (2 * context); k++)
            {
                last = edits[k].Mark == ' ' ? last : k;
            }

            int to = Math.Min(edits.Count, last + 1 + context);
            int before = i - from, olds = 0, news = 0;
            for (int k = from; k < to; k++)
            {
                olds += edits[k].Mark == '+' ? 0 : 1;
                news += edits[k].Mark == '-' ? 0 : 1;
            }

            yield return $"@@ -{oldLine - before + 1},{olds} +{newLine - before + 1},{news} @@";
            for (int k = from; k < to; k++)
            {
                yield return edits[k].Mark + edits[k].Line;
            }

            (oldLine, newLine, i) = (oldLine - before + olds, newLine - before + news, to);
        }
    }

    private static List<(char Mark, string Line)> Edits(IReadOnlyList<string> old, IReadOnlyList<string> now)
    {
        var common = new int[old.Count + 1, now.Count + 1];
        for (int i = old.Count - 1; i >= 0; i--)
        {
            for (int k = now.Count - 1; k >= 0; k--)
            {
                common[i, k] = old[i] == now[k] ? common[i + 1, k + 1] + 1 : Math.Max(common[i + 1, k], common[i, k + 1]);
            }
        }

        var edits = new List<(char, string)>();
        int a = 0, b = 0;
        while (a < old.Count || b < now.Count)
        {
            if (a < old.Count && b < now.Count && old[a] == now[b])
            {
                edits.Add((' ', old[a++]));
                b++;
            }
            else if (a < old.Count && (b == now.Count || common[a + 1, b] >= common[a, b + 1]))
            {
                edits.Add(('-', old[a++]));
            }
            else
            {
                edits.Add(('+', now[b++]));
            }
        }

        return edits;
    }
}
