using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Names that a mistyped one may have meant: those within a small Damerau-Levenshtein distance (optimal string alignment: insert,
/// delete, replace a byte, swap two neighbours).
/// </summary>
internal static class NameSuggestions
{
    private const int MaxSuggestions = 3;
    private const int MaxNameBytes = 128;

    /// <summary>
    /// The nearest names of wanted types, the nearest first, longer common beginnings first among equals. Cost: one pass over the types,
    /// for each a band of the distance table; names over 128 bytes are not compared.
    /// </summary>
    public static IReadOnlyList<string> For(TypeGraph graph, ReadOnlySpan<byte> typed, Predicate<TypeView> isWanted)
    {
        var best = new List<Candidate>();
        if (typed.IsEmpty || typed.Length > MaxNameBytes)
        {
            return [];
        }

        int limit = Math.Clamp(typed.Length / 3, 1, 3);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            ReadOnlySpan<byte> name = type.NameId.IsNone || !isWanted(type) ? default : type.Name;
            if (name.IsEmpty || name.Length > MaxNameBytes || Math.Abs(name.Length - typed.Length) > limit)
            {
                continue;
            }

            int distance = Distance(typed, name, limit);
            if (distance <= limit)
            {
                Keep(best, new Candidate(distance, typed.CommonPrefixLength(name), type.NameId, name.Length), graph);
                limit = best.Count == MaxSuggestions ? best[^1].Distance : limit;
            }
        }

        return best.ConvertAll(candidate => Encoding.UTF8.GetString(graph.NameOf(candidate.Name)));
    }

    private static void Keep(List<Candidate> best, Candidate candidate, TypeGraph graph)
    {
        int at = best.Count;
        for (int i = best.Count - 1; i >= 0; i--)
        {
            if (graph.NameOf(best[i].Name).SequenceEqual(graph.NameOf(candidate.Name)))
            {
                return;
            }

            at = candidate.IsBetterThan(best[i], graph) ? i : at;
        }

        best.Insert(at, candidate);
        if (best.Count > MaxSuggestions)
        {
            best.RemoveAt(MaxSuggestions);
        }
    }

    /// <summary>The distance, or any number above the limit when it is above that.</summary>
    internal static int Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int limit)
    {
        Span<int> cells = stackalloc int[3 * (MaxNameBytes + 2)];
        Span<int> before = cells[..(MaxNameBytes + 2)];
        Span<int> last = cells.Slice(MaxNameBytes + 2, MaxNameBytes + 2);
        Span<int> row = cells[(2 * (MaxNameBytes + 2))..];
        int far = limit + 1;
        int smallestBefore = 0;
        for (int j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int from = Math.Max(1, i - limit);
            int to = Math.Min(b.Length, i + limit);
            row[from - 1] = from == 1 ? i : far;
            int smallest = far;
            for (int j = from; j <= to; j++)
            {
                int above = j == i + limit ? far : last[j];
                int cell = Math.Min(Math.Min(above, row[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cell = Math.Min(cell, before[j - 2] + 1);
                }

                row[j] = cell;
                smallest = Math.Min(smallest, cell);
            }

            // A swap reaches back two rows, so one hopeless row is not the end.
            if (smallest > limit && smallestBefore > limit)
            {
                return far;
            }

            smallestBefore = smallest;
            Span<int> free = before;
            before = last;
            last = row;
            row = free;
        }

        return last[b.Length];
    }

    private readonly record struct Candidate(int Distance, int CommonPrefixBytes, NameId Name, int NameBytes)
    {
        public bool IsBetterThan(Candidate other, TypeGraph graph)
        {
            int order = Distance.CompareTo(other.Distance);
            order = order != 0 ? order : other.CommonPrefixBytes.CompareTo(CommonPrefixBytes);
            return order < 0 || (order == 0 && graph.NameOf(Name).SequenceCompareTo(graph.NameOf(other.Name)) < 0);
        }
    }
}
