using BtfTool.Core.Types;

namespace BtfTool.Oracles;

/// <summary>Why two types of a graph are two: the way from them to the nearest place where what they reach differs.</summary>
internal static class Difference
{
    /// <summary>The way, or null when the two cannot be told apart: they should be one.</summary>
    public static string? Find(TypeGraph graph, TypeId one, TypeId other)
    {
        var seen = new HashSet<(TypeId, TypeId)> { (one, other) };
        var queue = new Queue<(TypeId, TypeId, string)>();
        queue.Enqueue((one, other, ""));
        while (queue.TryDequeue(out var next))
        {
            (TypeId a, TypeId b, string way) = next;
            if (a == b)
            {
                continue;
            }

            List<(string Step, TypeId Target)> left = Steps(graph[a]);
            List<(string Step, TypeId Target)> right = Steps(graph[b]);
            if (Shallow(graph[a]) != Shallow(graph[b]) || !left.Select(s => s.Step).SequenceEqual(right.Select(s => s.Step)))
            {
                return $"{way}: [{a}] {Shallow(graph[a])} {left.Count}, [{b}] {Shallow(graph[b])} {right.Count}";
            }

            for (int i = 0; i < left.Count; i++)
            {
                if (seen.Add((left[i].Target, right[i].Target)))
                {
                    queue.Enqueue((left[i].Target, right[i].Target, $"{way} {left[i].Step}"));
                }
            }
        }

        return null;
    }

    private static string Shallow(TypeView t) =>
        $"{t.Kind} '{t.NameString}' size {t.SizeBytes} flag {t.Flag} {t.IntEncoding} bits {t.IntBits} count {t.ElementCount} aligned {t.DeclaredAlignmentBytes}";

    private static List<(string Step, TypeId Target)> Steps(TypeView t)
    {
        var steps = new List<(string, TypeId)>();
        foreach (MemberView m in t.Members)
        {
            steps.Add(($".{m.NameString}@{m.BitOffset}:{m.BitSize}/{m.DeclaredAlignmentBytes}", m.Type));
        }

        foreach (ParameterView p in t.Parameters)
        {
            steps.Add(("()", p.Type));
        }

        foreach (EnumeratorView e in t.Enumerators)
        {
            steps.Add(($"={e.Value}", TypeId.Void));
        }

        steps.Add((t.Kind == TypeKind.Pointer ? "*" : "->", t.Target));
        return steps;
    }
}
