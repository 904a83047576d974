using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>
/// Types by name, and of several under one name which are the same and which are not. What a type looks like may depend on which of
/// several types of a name it refers to, so those are told apart in rounds: each by its text with the hashes that the round before gave
/// to what it refers to, until no round finds more. Nothing depends on ids or on the order of types.
/// </summary>
internal sealed class BaselineClasses
{
    // Each round sees one reference further; nobody has more than a few. Types that only differ further away are taken for one.
    private const int MostRounds = 32;

    // Stands for a type of which several definitions are known, none of them as the one that is meant.
    private const ulong DeclaredHash = 1;

    private readonly TypeGraph _graph;
    private readonly BaselineTypeText _text;
    private readonly BaselineBuffer _buffer;
    private readonly Entry[] _entries;
    private readonly List<(int Start, int End)> _groups = [];

    /// <summary>Puts types in order.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="ids">Those with a block of their own; each once.</param>
    /// <param name="text">Writes them; gets its suffixes here.</param>
    /// <param name="buffer">Where it writes to.</param>
    public BaselineClasses(TypeGraph graph, List<uint> ids, BaselineTypeText text, BaselineBuffer buffer)
    {
        _graph = graph;
        _text = text;
        _buffer = buffer;
        _entries = new Entry[ids.Count];
        for (int i = 0; i < _entries.Length; i++)
        {
            TypeView type = graph[new TypeId(ids[i])];
            _entries[i] = new Entry { Prefix = graph.NamePrefix(type.NameId), Space = BaselineFormat.SpaceOf(type), Id = ids[i], Name = type.NameId };
        }

        Array.Sort(_entries, Compare);
        for (int start = 0, end; start < _entries.Length; start = end)
        {
            end = start + 1;
            while (end < _entries.Length && HaveOneName(_entries[start], _entries[end]))
            {
                end++;
            }

            if (end - start > 1)
            {
                _groups.Add((start, end));
            }
        }
    }

    /// <summary>One type of each class, in the order of the file; the writer's suffixes are their ordinals then.</summary>
    public List<uint> Choose()
    {
        Refine();
        _text.SuffixesAreHashes = false;
        var chosen = new List<uint>(_entries.Length);
        int next = 0;
        foreach ((int start, int end) in _groups)
        {
            AddAll(chosen, next, start);
            ChooseOf(_entries.AsSpan(start, end - start), chosen);
            next = end;
        }

        AddAll(chosen, next, _entries.Length);
        return chosen;
    }

    private void AddAll(List<uint> chosen, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            chosen.Add(_entries[i].Id);
        }
    }

    private void Refine()
    {
        _text.SuffixesAreHashes = true;
        int known = 0;
        for (int round = 0; round < MostRounds; round++)
        {
            foreach ((int start, int end) in _groups)
            {
                foreach (ref Entry entry in _entries.AsSpan(start, end - start))
                {
                    entry.Hash = _text.IsDeclared(new TypeId(entry.Id)) ? DeclaredHash : HashOf(entry.Id);
                    entry.FirstHash = round == 0 ? entry.Hash : entry.FirstHash;
                }
            }

            int classes = 0;
            foreach ((int start, int end) in _groups)
            {
                classes += Publish(_entries.AsSpan(start, end - start));
            }

            if (classes == known)
            {
                return;
            }

            known = classes;
        }
    }

    private ulong HashOf(uint id)
    {
        // The suffix of the type itself would tell what is to be found out.
        ulong suffix = _text.Suffixes[id];
        _text.Suffixes[id] = 0;
        _buffer.Length = 0;
        _text.WriteBlock(new TypeId(id));
        _text.Suffixes[id] = suffix;
        return XxHash64.Of(_buffer.Written) | 2;
    }

    // What is only declared is the one that is defined, where there is one.
    private int Publish(Span<Entry> group)
    {
        group.Sort(ByHash);
        int definitions = DefinitionsOf(group, out ulong only);
        int classes = definitions;
        foreach (ref Entry entry in group)
        {
            _text.Suffixes[entry.Id] = entry.Hash == DeclaredHash && definitions == 1 ? only : entry.Hash;
        }

        return classes;
    }

    private void ChooseOf(Span<Entry> group, List<uint> chosen)
    {
        int definitions = DefinitionsOf(group, out _);
        ulong ordinal = 0;
        ulong last = 0;
        foreach (ref Entry entry in group)
        {
            if (entry.Hash != DeclaredHash)
            {
                ordinal += entry.Hash == last ? 0u : 1u;
                Take(entry, ordinal, isFirst: entry.Hash != last, chosen);
                last = entry.Hash;
            }
        }

        bool isFirst = definitions != 1;
        foreach (ref Entry entry in group)
        {
            if (entry.Hash == DeclaredHash)
            {
                Take(entry, definitions == 1 ? 1 : (ulong)definitions + 1, isFirst, chosen);
                isFirst = false;
            }
        }
    }

    private void Take(in Entry entry, ulong ordinal, bool isFirst, List<uint> chosen)
    {
        _text.Suffixes[entry.Id] = ordinal > 1 ? ordinal : 0;
        if (isFirst)
        {
            chosen.Add(entry.Id);
        }
    }

    private static int DefinitionsOf(ReadOnlySpan<Entry> group, out ulong only)
    {
        int count = 0;
        only = 0;
        foreach (ref readonly Entry entry in group)
        {
            count += entry.Hash != DeclaredHash && entry.Hash != only ? 1 : 0;
            only = entry.Hash != DeclaredHash ? entry.Hash : only;
        }

        return count;
    }

    private bool HaveOneName(in Entry a, in Entry b) => a.Space == b.Space && a.Prefix == b.Prefix
        && (a.Name == b.Name || (a.Prefix & 0xff) == 0 || _graph.NameOf(a.Name).SequenceEqual(_graph.NameOf(b.Name)));

    private int Compare(Entry a, Entry b)
    {
        if (a.Space != b.Space)
        {
            return a.Space.CompareTo(b.Space);
        }

        int order = a.Prefix.CompareTo(b.Prefix);
        return order != 0 || a.Name == b.Name || (a.Prefix & 0xff) == 0 ? order : _graph.NameOf(a.Name).SequenceCompareTo(_graph.NameOf(b.Name));
    }

    // The first hash says nothing of other types: an ordinal changes only where the layouts of its name do.
    private static int ByHash(Entry a, Entry b)
    {
        int order = a.FirstHash.CompareTo(b.FirstHash);
        return order != 0 ? order : a.Hash.CompareTo(b.Hash);
    }

    private struct Entry
    {
        public ulong Prefix;
        public ulong Hash;
        public ulong FirstHash;
        public NameId Name;
        public uint Id;
        public BaselineSpace Space;
    }
}
