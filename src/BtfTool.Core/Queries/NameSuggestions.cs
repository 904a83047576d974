using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Names that a mistyped one may have meant: those within a small <see cref="EditDistance"/>.
/// </summary>
internal static class NameSuggestions
{
    private const int MaxSuggestions = 3;

    /// <summary>
    /// The nearest names of wanted types, the nearest first, longer common beginnings first among equals; none that is more than one
    /// edit further than the nearest. Cost: one pass over the types,
    /// for each a band of the distance table; names over 128 bytes are not compared.
    /// </summary>
    public static IReadOnlyList<string> For(TypeGraph graph, ReadOnlySpan<byte> typed, Predicate<TypeView> isWanted)
    {
        var best = new List<Candidate>();
        if (typed.IsEmpty || typed.Length > EditDistance.MaxBytes)
        {
            return [];
        }

        int limit = EditDistance.LimitFor(typed.Length);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            ReadOnlySpan<byte> name = type.NameId.IsNone || !isWanted(type) ? default : type.Name;
            if (name.IsEmpty || name.Length > EditDistance.MaxBytes || Math.Abs(name.Length - typed.Length) > limit)
            {
                continue;
            }

            int distance = EditDistance.Measure(typed, name, limit);
            if (distance <= limit)
            {
                Keep(best, new Candidate(distance, typed.CommonPrefixLength(name), type.NameId, name.Length), graph);
                limit = Math.Min(best.Count == MaxSuggestions ? best[^1].Distance : limit, best[0].Distance + 1);
            }
        }

        best.RemoveAll(candidate => candidate.Distance > best[0].Distance + 1);
        return best.ConvertAll(candidate => Encoding.UTF8.GetString(graph.NameOf(candidate.Name)));
    }

    /// <summary>
    /// What to put behind a message that a name is none of a list: <c>: did you mean 'x'?</c>, or nothing. Cost: as <see cref="For"/>.
    /// </summary>
    public static string Among(IEnumerable<string> names, string typed)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(typed);
        int best = Math.Max(1, EditDistance.LimitFor(bytes.Length)) + 1;
        string? nearest = null;
        foreach (string name in bytes.Length is 0 or > EditDistance.MaxBytes ? [] : names)
        {
            byte[] candidate = Encoding.UTF8.GetBytes(name);
            int distance = candidate.Length is 0 or > EditDistance.MaxBytes ? best : EditDistance.Measure(bytes, candidate, best - 1);
            if (distance < best)
            {
                (best, nearest) = (distance, name);
            }
        }

        return nearest is null ? "" : $": did you mean '{nearest}'?";
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
