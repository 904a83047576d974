using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Names of types that a mistyped one may have meant, without a look at the DIEs of other names: strings of <c>.debug_str</c> that are near
/// it, of which those count that a unit gives to a type it defines. Names that stand in <c>.debug_info</c> itself are not seen.
/// </summary>
internal sealed class NearNames
{
    private const int MostSuggestions = 3;
    private const int MostNames = 16;
    private const int MostOffsetsOfFirst = 1024;
    private const int MostCandidates = 4096;

    // A name of many mentions that none of these units defines is that of a member or a variable.
    private const int MostUnits = 256;

    private readonly DwarfFile _file;
    private readonly byte[] _typed;
    private readonly ulong _typedBytes;
    private readonly Dictionary<string, Candidate> _candidates = new(StringComparer.Ordinal);
    private int _limit;

    private NearNames(DwarfFile file, byte[] typed)
    {
        _file = file;
        _typed = typed;
        _limit = EditDistance.LimitFor(typed.Length);
        foreach (byte b in typed)
        {
            _typedBytes |= BitOf(b);
        }
    }

    /// <summary>At most three names, the nearest first. Cost: a pass over <c>.debug_str</c>, and where anything is near, a search.</summary>
    internal static IReadOnlyList<string> Find(DwarfFile file, string typed, DwarfReadOptions options)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(typed);
        if (bytes.Length > EditDistance.MaxBytes || EditDistance.LimitFor(bytes.Length) == 0)
        {
            return [];
        }

        var near = new NearNames(file, bytes);
        near.Collect(file.Sections.Strings);
        return near.Confirm(options);
    }

    // One bit for each byte, the letters apart: sets that differ by more bits than edits are allowed are too far apart.
    private static ulong BitOf(byte b) => 1UL << (b & 63);

    // Linkers let strings share their ends: a name may be the end of a longer one.
    private void Collect(ByteRegion strings)
    {
        long end = Math.Min(strings.Length, uint.MaxValue);
        for (long at = 0; at < end;)
        {
            ReadOnlySpan<byte> rest = strings.Span(at, (int)Math.Min(end - at, int.MaxValue));
            int length = rest.IndexOf((byte)0);
            if (length < 0)
            {
                return;
            }

            CollectEnds(rest[..length], (uint)at);
            at += length + 1;
        }
    }

    private void CollectEnds(ReadOnlySpan<byte> text, uint offset)
    {
        int most = Math.Min(text.Length, _typed.Length + _limit);
        int least = Math.Max(1, _typed.Length - _limit);
        ulong bytes = 0;
        for (int length = 1; length <= most; length++)
        {
            bytes |= BitOf(text[^length]);
            if (length < least)
            {
                continue;
            }

            if (ulong.PopCount(bytes & ~_typedBytes) > (ulong)_limit)
            {
                return;
            }

            if (ulong.PopCount(_typedBytes & ~bytes) <= (ulong)_limit && EditDistance.Measure(_typed, text[^length..], _limit) is var distance
                && distance <= _limit && distance > 0)
            {
                Add(text[^length..], offset + (uint)(text.Length - length), length == text.Length, distance);
            }
        }
    }

    private void Add(ReadOnlySpan<byte> name, uint offset, bool isOwn, int distance)
    {
        string text = Encoding.UTF8.GetString(name);
        if (!_candidates.TryGetValue(text, out Candidate? candidate))
        {
            candidate = new Candidate(text, DwarfNames.HashOf(name), distance, _typed.AsSpan().CommonPrefixLength(name));
            _candidates.Add(text, candidate);
        }

        if (isOwn && !candidate.IsOwn)
        {
            candidate.IsOwn = true;
            candidate.Offsets.Clear();
        }

        if (isOwn || !candidate.IsOwn)
        {
            candidate.Offsets.Add(offset);
        }

        while (_candidates.Count > MostCandidates && _limit > 0)
        {
            _limit--;
            foreach (Candidate far in _candidates.Values.Where(c => c.Distance > _limit).ToList())
            {
                _candidates.Remove(far.Name);
            }
        }
    }

    private List<string> Confirm(DwarfReadOptions options)
    {
        List<Candidate> tried = Choose();
        if (tried.Count == 0)
        {
            return [];
        }

        NameHits hits = NameHits.FindOffsets(_file, tried.SelectMany(c => c.Offsets), Crew.Size(options.Jobs));
        var worker = new UnitWorker(_file, options, 0, new ImportBudget(_file));
        ulong[] hashes = [.. tried.Select(c => c.NameHash)];
        bool[] areTypes = new bool[tried.Count];
        foreach (int unit in hits.Units.Take(MostUnits))
        {
            worker.Confirm(_file.Units[unit], hits.In(unit)!, hashes, areTypes);
            if (areTypes.AsSpan(0, Math.Min(MostSuggestions, areTypes.Length)).IndexOf(false) < 0)
            {
                break;
            }
        }

        List<Candidate> types = [.. tried.Where((_, i) => areTypes[i])];
        return [.. types.TakeWhile(c => c.Distance <= types[0].Distance + 1).Take(MostSuggestions).Select(c => c.Name)];
    }

    // The nearest, as many as one search with tables finds.
    private List<Candidate> Choose()
    {
        var chosen = new List<Candidate>();
        int offsets = 0;
        foreach (Candidate candidate in _candidates.Values.OrderBy(c => c.Distance).ThenByDescending(c => c.CommonPrefixBytes)
            .ThenBy(c => c.Name, StringComparer.Ordinal))
        {
            int most = chosen.Count == 0 ? MostOffsetsOfFirst : PatternSearch.ManyNumbers - offsets;
            if (candidate.Offsets.Count <= most)
            {
                chosen.Add(candidate);
                offsets += candidate.Offsets.Count;
            }

            if (chosen.Count == MostNames)
            {
                break;
            }
        }

        return chosen;
    }

    private sealed record Candidate(string Name, ulong NameHash, int Distance, int CommonPrefixBytes)
    {
        internal bool IsOwn { get; set; }

        internal List<uint> Offsets { get; } = [];
    }
}
