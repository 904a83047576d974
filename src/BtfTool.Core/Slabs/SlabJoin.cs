using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Slabs;

/// <summary>
/// Which cache holds the objects of a struct. The kernel does not say it; names and sizes do: a cache is called as its struct is,
/// or <c>NAME_cache</c>, <c>NAME_cachep</c>, <c>NAMEs</c>, <c>kmem_NAME</c>, where NAME may leave out a <c>_struct</c> or <c>_info</c>
/// at the end; and its objects take the size of the struct or somewhat more. A cache belongs to one name, the one that is closest to
/// its own. The kernel may put objects of several types into one cache: the counts are then those of all. Immutable once made; safe to
/// share between threads.
/// </summary>
public sealed class SlabJoin
{
    private const int MostSlackBytes = 128;
    private const int SlackPart = 4;
    private const int LongestNameBytes = 128;

    private readonly SlabInfo _info;
    private readonly Dictionary<string, List<int>> _cachesOf = [];

    /// <summary>Joins the caches with the structs of a set. Cost: a look at the name of each struct.</summary>
    /// <param name="info">The caches.</param>
    /// <param name="set">The types that they may hold.</param>
    public SlabJoin(SlabInfo info, TypeGraphSet set)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(set);
        _info = info;
        Dictionary<string, List<Candidate>> candidates = CandidatesOf(info);
        var best = new Owner?[info.Caches.Length];
        foreach (TypeGraph graph in set.Graphs)
        {
            for (uint id = set.FirstTypeOf(graph).Value; id < (uint)graph.TypeCount; id++)
            {
                if (graph.KindOf(new TypeId(id)) == TypeKind.Struct)
                {
                    Offer(graph[new TypeId(id)], candidates, best);
                }
            }
        }

        for (int cache = 0; cache < best.Length; cache++)
        {
            if (best[cache] is { } owner)
            {
                (_cachesOf.TryGetValue(owner.Name, out List<int>? list) ? list : _cachesOf[owner.Name] = []).Add(cache);
            }
        }
    }

    /// <summary>The file, for messages.</summary>
    public string Path => _info.Path;

    /// <summary>The cache that holds objects of a type, of several the one with the most; null where none is known to.</summary>
    public SlabCache? CacheOf(TypeRef type)
    {
        TypeView view = type.View;
        Span<char> name = stackalloc char[LongestNameBytes];
        if (!TryDecode(view, name, out int length)
            || !_cachesOf.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..length], out List<int>? caches))
        {
            return null;
        }

        SlabCache? found = null;
        foreach (int index in caches)
        {
            SlabCache cache = _info.Caches[index];
            found = Holds(cache, view.SizeBytes) && (found is null || cache.ActiveObjects > found.ActiveObjects) ? cache : found;
        }

        return found;
    }

    private void Offer(TypeView type, Dictionary<string, List<Candidate>> candidates, Owner?[] best)
    {
        Span<char> name = stackalloc char[LongestNameBytes];
        if (!TryDecode(type, name, out int length)
            || !candidates.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..length], out List<Candidate>? found))
        {
            return;
        }

        foreach (Candidate candidate in found)
        {
            SlabCache cache = _info.Caches[candidate.Cache];
            if (!Holds(cache, type.SizeBytes))
            {
                continue;
            }

            var owner = new Owner(name[..length].ToString(), candidate.Distance, cache.ObjectBytes - (long)type.SizeBytes);
            if (best[candidate.Cache] is not { } known
                || (owner.Distance, owner.SlackBytes).CompareTo((known.Distance, known.SlackBytes)) < 0)
            {
                best[candidate.Cache] = owner;
            }
        }
    }

    private static bool TryDecode(TypeView type, Span<char> name, out int length)
    {
        ReadOnlySpan<byte> bytes = type.Name;
        length = 0;
        return bytes.Length is > 0 and <= LongestNameBytes && Encoding.UTF8.TryGetChars(bytes, name, out length);
    }

    private static bool Holds(SlabCache cache, ulong sizeBytes) => sizeBytes > 0 && (ulong)cache.ObjectBytes >= sizeBytes
        && (ulong)cache.ObjectBytes - sizeBytes <= MostSlackBytes + (sizeBytes / SlackPart);

    // By the name of a struct, the caches that may be its own.
    private static Dictionary<string, List<Candidate>> CandidatesOf(SlabInfo info)
    {
        var candidates = new Dictionary<string, List<Candidate>>();
        for (int i = 0; i < info.Caches.Length; i++)
        {
            string name = info.Caches[i].Name;
            int distance = 0;
            foreach (string core in (IEnumerable<string>)[name, Without(name, "_cache"), Without(name, "_cachep"), Without(name, "s"),
                name.StartsWith("kmem_", StringComparison.Ordinal) ? name[5..] : ""])
            {
                foreach (string suffix in (ReadOnlySpan<string>)["", "_struct", "_info"])
                {
                    distance++;
                    if (core.Length > 0)
                    {
                        string key = core + suffix;
                        (candidates.TryGetValue(key, out List<Candidate>? list) ? list : candidates[key] = []).Add(new Candidate(i, distance));
                    }
                }
            }
        }

        return candidates;
    }

    private static string Without(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : "";

    private readonly record struct Candidate(int Cache, int Distance);

    private readonly record struct Owner(string Name, int Distance, long SlackBytes);
}
