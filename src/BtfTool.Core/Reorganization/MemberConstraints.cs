using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>The constraints of the options, for one struct: names have become members.</summary>
internal sealed class MemberConstraints
{
    /// <summary>Most members that lists of what is to be separate may name together.</summary>
    private const int MaxSeparate = 32;

    private readonly HashSet<int> _pinned = [];
    private readonly HashSet<int> _hot = [];
    private readonly List<HashSet<int>> _together = [];
    private readonly Dictionary<int, int> _separateBits = [];
    private readonly uint[] _separateFrom = new uint[MaxSeparate];

    /// <summary>Reads the options for a struct; <see cref="Mistake"/> says what did not fit.</summary>
    public MemberConstraints(TypeGraph graph, TypeSizes sizes, TypeId id, ReorganizeOptions options, int maxNesting)
    {
        int Find(string name)
        {
            int member = NamedMembers.Find(graph, sizes, id, name, maxNesting);
            Mistake ??= member < 0 ? NamedMembers.Unknown(graph, sizes, id, name, maxNesting) : null;
            return member;
        }

        _pinned.UnionWith(options.Pinned.Select(Find));
        _hot.UnionWith(options.Hot.Select(Find));
        foreach (IReadOnlyList<string> list in options.KeepTogether)
        {
            _together.Add([.. list.Select(Find)]);
        }

        foreach (IReadOnlyList<string> list in options.Separate)
        {
            Separate([.. list.Select(Find)]);
        }

        if (options.Measured?.Invoke(id) is { } measured)
        {
            _hot.UnionWith(measured.Hot);
            foreach ((int first, int second) in measured.Separate)
            {
                int more = (_separateBits.ContainsKey(first) ? 0 : 1) + (_separateBits.ContainsKey(second) ? 0 : 1);
                if (_separateBits.Count + more <= MaxSeparate)
                {
                    Separate([first, second]);
                }
            }
        }
    }

    /// <summary>What cannot be done; null when all can.</summary>
    public string? Mistake { get; private set; }

    /// <summary>Whether a member keeps its offset.</summary>
    public bool IsPinned(int member) => _pinned.Contains(member);

    /// <summary>Whether one of several does.</summary>
    public bool IsAnyPinned(ReadOnlySpan<MemberLayout> members)
    {
        foreach (MemberLayout member in members)
        {
            if (_pinned.Contains(member.Index))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes on a part what is asked of its member.</summary>
    public PackingPart Mark(PackingPart part, in MemberLayout member)
    {
        bool separate = _separateBits.TryGetValue(member.Index, out int bit);
        return part with
        {
            PinnedBit = _pinned.Contains(member.Index) ? member.BitOffset : -1,
            IsHot = _hot.Contains(member.Index),
            SeparateBit = separate ? 1u << bit : 0,
            SeparateFrom = separate ? _separateFrom[bit] : 0,
        };
    }

    /// <summary>The most members that lie together by one list, 1 where there is none: so many places a glued item can be read from.</summary>
    public int Anchors => _together.Count == 0 ? 1 : _together.Max(list => list.Count);

    /// <summary>Makes one item of those that are to lie together, in the place of the one that cannot move or of one of them.</summary>
    /// <param name="items">The items; the same list is returned where nothing is glued.</param>
    /// <param name="anchor">Which of them gives the place, from 0; the last where there are fewer.</param>
    public List<PackingItem> Glue(List<PackingItem> items, int anchor)
    {
        foreach (HashSet<int> list in _together)
        {
            var chosen = new List<int>();
            for (int i = 0; i < items.Count; i++)
            {
                if (items[i].Parts.Any(part => list.Contains(part.Member)))
                {
                    chosen.Add(i);
                }
            }

            if (chosen.Count > 1 && MayLieTogether(items, chosen))
            {
                items = Glued(items, chosen, anchor);
            }
        }

        return items;
    }

    private static List<PackingItem> Glued(List<PackingItem> items, List<int> chosen, int anchor)
    {
        int place = chosen.FindIndex(i => items[i].IsFixed);
        place = chosen[place >= 0 ? place : Math.Min(anchor, chosen.Count - 1)];
        var glued = new List<PackingItem>();
        for (int i = 0; i < items.Count; i++)
        {
            if (i == place)
            {
                glued.Add(new PackingItem([.. chosen.SelectMany(k => items[k].Parts)]) { IsFixed = items[i].IsFixed });
            }
            else if (!chosen.Contains(i))
            {
                glued.Add(items[i]);
            }
        }

        return glued;
    }

    private bool MayLieTogether(List<PackingItem> items, List<int> chosen)
    {
        int barriers = chosen.Count(i => items[i].IsFixed);
        for (int i = chosen[0]; i <= chosen[^1]; i++)
        {
            barriers += items[i].IsFixed && !chosen.Contains(i) ? 2 : 0;
        }

        if (barriers <= 1)
        {
            return true;
        }

        Mistake ??= "members that are to lie together have one between them that cannot move";
        return false;
    }

    private void Separate(List<int> list)
    {
        foreach (int member in list.Where(member => !_separateBits.ContainsKey(member)))
        {
            if (_separateBits.Count == MaxSeparate)
            {
                Mistake ??= $"no more than {MaxSeparate} members can be kept separate";
                return;
            }

            _separateBits.Add(member, _separateBits.Count);
        }

        foreach (int a in list)
        {
            foreach (int b in list.Where(b => b != a))
            {
                _separateFrom[_separateBits[a]] |= 1u << _separateBits[b];
            }
        }
    }
}
