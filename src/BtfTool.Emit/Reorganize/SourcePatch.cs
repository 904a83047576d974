using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Reorganize;

/// <summary>A plan as a change of the source that declares the struct, in unified diff format.</summary>
public static class SourcePatch
{
    private const int ContextLines = 3;
    private const int MaxNesting = 16;

    /// <summary>
    /// Writes the patch; null when it was written, else why the source cannot be changed so: members that are declared together and
    /// part, a member that the preprocessor may leave out, a declaration that was not found.
    /// Cost: linear in the source, plus the lines of the struct squared.
    /// </summary>
    /// <param name="subject">The struct with its plan.</param>
    /// <param name="path">The file, as the patch names it.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="line">Where the struct is declared, from 1.</param>
    /// <param name="output">Gets the patch; nothing where the plan changes nothing.</param>
    public static string? Write(ReorganizedStruct subject, string path, IReadOnlyList<string> lines, int line, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(output);
        if (!subject.IsImprovement)
        {
            return null;
        }

        if (SourceStruct.Read(lines, line) is not { } source)
        {
            return $"no struct opens at line {line}";
        }

        if (source.Declarations.Count == 0)
        {
            return "its members stand on the line where it opens";
        }

        int[] declarationOf = Match(subject, source);
        if (Mistake(subject, source, declarationOf) is { } mistake)
        {
            return mistake;
        }

        List<int> order = NewOrder(subject, source, declarationOf);
        int first = source.Declarations[0].First, end = source.Declarations[^1].Last + 1;
        var moved = new HashSet<int>();
        foreach (MemberMove move in subject.Plan.Moves)
        {
            moved.Add(declarationOf[move.Member]);
        }

        WriteDiff(path, lines, first, end, Reordered(source, order, moved, lines, first), output);
        return null;
    }

    // Declarations and members have the same order, so that a name is looked for from the last find on.
    private static int[] Match(ReorganizedStruct subject, SourceStruct source)
    {
        MemberList members = subject.Graph[subject.Plan.Type].Members;
        var declarationOf = new int[members.Count];
        Array.Fill(declarationOf, -1);
        int from = 0;
        for (int i = 0; i < members.Count; i++)
        {
            for (int d = from; d < source.Declarations.Count; d++)
            {
                if (Declares(subject.Graph, members[i], source.Declarations[d], MaxNesting))
                {
                    declarationOf[i] = from = d;
                    break;
                }
            }
        }

        return declarationOf;
    }

    private static bool Declares(TypeGraph graph, MemberView member, SourceDeclaration declaration, int depth)
    {
        if (!member.IsAnonymous)
        {
            return declaration.Words.Contains(member.NameString);
        }

        TypeView type = graph[member.Type];
        for (int steps = 0; steps < depth && (type.IsQualifier || type.Kind is TypeKind.Typedef); steps++)
        {
            type = graph[type.Target];
        }

        if (type.IsComposite && depth > 0)
        {
            foreach (MemberView inner in type.Members)
            {
                if (Declares(graph, inner, declaration, depth - 1))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string? Mistake(ReorganizedStruct subject, SourceStruct source, int[] declarationOf)
    {
        MemberList members = subject.Graph[subject.Plan.Type].Members;
        var moved = new HashSet<int>();
        foreach (MemberMove move in subject.Plan.Moves)
        {
            moved.Add(move.Member);
            foreach (int member in (ReadOnlySpan<int>)[move.Member, move.Behind])
            {
                if (member >= 0 && declarationOf[member] < 0)
                {
                    return $"the declaration of '{members[member].NameString}' was not found in it";
                }
            }
        }

        foreach (MemberMove move in subject.Plan.Moves)
        {
            int from = declarationOf[move.Member], to = move.Behind < 0 ? 0 : declarationOf[move.Behind];
            int together = Array.FindIndex(declarationOf, d => d == from);
            for (int other = together; other >= 0 && other < declarationOf.Length; other++)
            {
                if (declarationOf[other] == from && !moved.Contains(other))
                {
                    return $"'{members[other].NameString}' and '{members[move.Member].NameString}' are declared together, and only one of them moves";
                }
            }

            if (source.Declarations[from].Branch != (move.Behind < 0 ? 0 : source.Declarations[to].Branch))
            {
                return $"'{members[move.Member].NameString}' would move into or out of what the preprocessor may leave out";
            }
        }

        return null;
    }

    private static List<int> NewOrder(ReorganizedStruct subject, SourceStruct source, int[] declarationOf)
    {
        var order = new List<int>();
        for (int d = 0; d < source.Declarations.Count; d++)
        {
            order.Add(d);
        }

        foreach (MemberMove move in subject.Plan.Moves)
        {
            int declaration = declarationOf[move.Member];
            int behind = move.Behind < 0 ? -1 : declarationOf[move.Behind];
            if (declaration != behind)
            {
                order.Remove(declaration);
                order.Insert(order.IndexOf(behind) + 1, declaration);
            }
        }

        return order;
    }

    // Blank lines go with what follows them and does not move.
    private static List<string> Reordered(SourceStruct source, List<int> order, HashSet<int> moved, IReadOnlyList<string> lines, int first)
    {
        var result = new List<string>();
        foreach (int d in order)
        {
            SourceDeclaration put = source.Declarations[d];
            if (!moved.Contains(d))
            {
                AddBlankLines(source, d, moved, lines, first, result);
            }

            for (int i = put.First; i <= put.Last; i++)
            {
                result.Add(lines[i]);
            }
        }

        return result;
    }

    private static void AddBlankLines(SourceStruct source, int d, HashSet<int> moved, IReadOnlyList<string> lines, int first, List<string> result)
    {
        int start = StartOf(d);
        while (start == source.Declarations[d].First && d > 0 && moved.Contains(d - 1))
        {
            start = StartOf(--d);
        }

        for (int i = start; i < source.Declarations[d].First; i++)
        {
            result.Add(lines[i]);
        }

        int StartOf(int declaration) => declaration == 0 ? first : source.Declarations[declaration - 1].Last + 1;
    }

    private static void WriteDiff(string path, IReadOnlyList<string> lines, int first, int end, List<string> changed, Utf8Writer output)
    {
        int start = Math.Max(0, first - ContextLines), stop = Math.Min(lines.Count, end + ContextLines);
        var old = new List<string>();
        var now = new List<string>();
        for (int i = start; i < stop; i++)
        {
            old.Add(lines[i]);
            if (i == first)
            {
                now.AddRange(changed);
            }

            if (i < first || i >= end)
            {
                now.Add(lines[i]);
            }
        }

        output.Write($"--- a/{path}\n+++ b/{path}\n");
        foreach (string line in UnifiedDiff.Hunks(old, now, start, ContextLines))
        {
            output.Write(line);
            output.Write("\n"u8);
        }
    }
}
