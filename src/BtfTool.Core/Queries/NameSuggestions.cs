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
    /// The nearest names of wanted types of a set, the nearest first, longer common beginnings first among equals; none that is more than one
    /// edit further than the nearest. Cost: one pass over the types,
    /// for each a band of the distance table; names over 128 bytes are not compared.
    /// </summary>
    public static IReadOnlyList<string> For(TypeGraphSet set, ReadOnlySpan<byte> typed, Predicate<TypeView> isWanted)
    {
        var best = new List<Candidate>();
        if (typed.IsEmpty || typed.Length > EditDistance.MaxBytes)
        {
            return [];
        }

        int limit = EditDistance.LimitFor(typed.Length);
        foreach (TypeGraph graph in set.Graphs)
        {
            AddNearest(best, graph, set.FirstTypeOf(graph), typed, isWanted, ref limit);
        }

        best.RemoveAll(candidate => candidate.Distance > best[0].Distance + 1);
        return best.ConvertAll(candidate => Encoding.UTF8.GetString(candidate.NameBytes));
    }

    private static void AddNearest(
        List<Candidate> best, TypeGraph graph, TypeId first, ReadOnlySpan<byte> typed, Predicate<TypeView> isWanted, ref int limit)
    {
        for (uint id = first.Value; id < (uint)graph.TypeCount; id++)
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
                Keep(best, new Candidate(distance, typed.CommonPrefixLength(name), graph, type.NameId));
                limit = Math.Min(best.Count == MaxSuggestions ? best[^1].Distance : limit, best[0].Distance + 1);
            }
        }
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

    private static void Keep(List<Candidate> best, Candidate candidate)
    {
        int at = best.Count;
        for (int i = best.Count - 1; i >= 0; i--)
        {
            if (best[i].NameBytes.SequenceEqual(candidate.NameBytes))
            {
                return;
            }

            at = candidate.IsBetterThan(best[i]) ? i : at;
        }

        best.Insert(at, candidate);
        if (best.Count > MaxSuggestions)
        {
            best.RemoveAt(MaxSuggestions);
        }
    }

    private readonly record struct Candidate(int Distance, int CommonPrefixBytes, TypeGraph Graph, NameId Name)
    {
        public ReadOnlySpan<byte> NameBytes => Graph.NameOf(Name);

        public bool IsBetterThan(Candidate other)
        {
            int order = Distance.CompareTo(other.Distance);
            order = order != 0 ? order : other.CommonPrefixBytes.CompareTo(CommonPrefixBytes);
            return order < 0 || (order == 0 && NameBytes.SequenceCompareTo(other.NameBytes) < 0);
        }
    }
}
