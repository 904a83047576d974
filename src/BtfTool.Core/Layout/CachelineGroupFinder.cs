using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// Finds the groups that markers in a struct make, also those of structs embedded in it (elements of arrays excepted). Markers of a group
/// belong together by name and within one struct; anonymous structs are part of what they stand in, each alternative of a union stands for
/// itself. Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="analyzer">The layouts, of the same graph.</param>
/// <param name="inference">Forced alignment, of the same graph.</param>
/// <param name="cachelineBytes">Bytes of a line, a power of two.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
internal sealed class CachelineGroupFinder(
    TypeGraph graph, LayoutAnalyzer analyzer, AlignmentInference inference, int cachelineBytes, ReaderLimits? limits = null)
{
    private const int MostScopes = 1 << 12;
    private const int MostMembers = 1 << 20;
    private const int MostOpen = 16;

    private static readonly byte[] s_begin = Encoding.ASCII.GetBytes(CachelineGroup.BeginPrefix);
    private static readonly byte[] s_end = Encoding.ASCII.GetBytes(CachelineGroup.EndPrefix);

    private readonly int _maxNesting = Math.Min(256, (limits ?? ReaderLimits.Default).MaxNesting);
    private readonly Dictionary<TypeId, bool> _hasMarkers = [];
    private readonly Queue<Scope> _pending = [];
    private readonly List<Draft> _drafts = [];
    private readonly List<Touch> _touches = [];
    private readonly List<UnmatchedMarker> _unmatched = [];
    private readonly HashSet<(string, long, long)> _known = [];
    private int _members;

    /// <summary>The groups of a struct or union. Cost: linear in the members of it and of what it embeds.</summary>
    public CachelineGroups Find(TypeId type)
    {
        if (!HasMarkers(type, 0))
        {
            return CachelineGroups.None;
        }

        _drafts.Clear();
        _touches.Clear();
        _unmatched.Clear();
        _known.Clear();
        _pending.Clear();
        _members = 0;
        _pending.Enqueue(new Scope(type, 0, "", 0));
        for (int scopes = 0; scopes < MostScopes && _pending.TryDequeue(out Scope scope); scopes++)
        {
            Scan(scope);
        }

        return Result();
    }

    private CachelineGroups Result()
    {
        var order = new List<int>();
        for (int i = 0; i < _drafts.Count; i++)
        {
            if (_drafts[i].IsClosed && _known.Add((_drafts[i].Name, _drafts[i].BitOffset, _drafts[i].EndBits)))
            {
                order.Add(i);
            }
        }

        order.Sort((a, b) => _drafts[a].BitOffset != _drafts[b].BitOffset ? _drafts[a].BitOffset.CompareTo(_drafts[b].BitOffset) : a.CompareTo(b));
        var index = new Dictionary<int, int>();
        var groups = new List<CachelineGroup>();
        foreach (int i in order)
        {
            index.Add(i, groups.Count);
            groups.Add(_drafts[i].ToGroup(cachelineBytes));
        }

        return new CachelineGroups(groups, MixedLines(groups, index), [.. _unmatched.Distinct()]);
    }

    // A line that a member covers wholly is nobody else's: only those where members begin and end can be mixed.
    private List<MixedLine> MixedLines(List<CachelineGroup> groups, Dictionary<int, int> index)
    {
        _touches.Sort(static (a, b) => a.Line != b.Line ? a.Line.CompareTo(b.Line) : a.Draft.CompareTo(b.Draft));
        var mixed = new List<MixedLine>();
        for (int i = 0; i < _touches.Count;)
        {
            long line = _touches[i].Line;
            int read = -1, write = -1;
            for (; i < _touches.Count && _touches[i].Line == line; i++)
            {
                if (index.TryGetValue(_touches[i].Draft, out int group))
                {
                    read = read < 0 && groups[group].Heat == GroupHeat.ReadMostly ? group : read;
                    write = write < 0 && groups[group].Heat == GroupHeat.WriteHot ? group : write;
                }
            }

            if (read >= 0 && write >= 0)
            {
                mixed.Add(new MixedLine(line, read, write));
            }
        }

        return mixed;
    }

    private void Scan(in Scope scope)
    {
        TypeView type = graph[scope.Type];
        if (type.Kind == TypeKind.Union)
        {
            foreach (MemberView member in type.Members)
            {
                if (_members++ < MostMembers)
                {
                    Enter(scope, member, graph[analyzer.Sizes.Strip(member.Type)].IsComposite);
                }
            }

            return;
        }

        var open = new List<int>();
        Flatten(scope, scope.Type, scope.BaseBits, open, 0);
        foreach (int draft in open)
        {
            _unmatched.Add(new UnmatchedMarker(_drafts[draft].Name, scope.Path, true, _drafts[draft].MarkerBits));
        }
    }

    private void Flatten(in Scope scope, TypeId id, long baseBits, List<int> open, int depth)
    {
        if (_members >= MostMembers)
        {
            return;
        }

        StructLayout layout = analyzer.Analyze(id);
        MemberList members = graph[id].Members;
        for (int i = 0; i < layout.Members.Length && _members++ < MostMembers; i++)
        {
            MemberLayout place = layout.Members[i];
            MemberView member = members[place.Index];
            if (place.EndBits > long.MaxValue - baseBits)
            {
                continue;
            }

            place.BitOffset += baseBits;
            if (place.SizeBytes == 0 && Marker(scope, member, place.BitOffset, open))
            {
                continue;
            }

            TypeId target = analyzer.Sizes.Strip(member.Type);
            bool isComposite = graph[target].IsComposite && HasMarkers(target, 0);
            if (isComposite && member.IsAnonymous && graph.KindOf(target) == TypeKind.Struct && depth < _maxNesting)
            {
                Flatten(scope, target, place.BitOffset, open, depth + 1);
                continue;
            }

            Add(layout, i, place, open);
            Enter(scope with { BaseBits = baseBits }, member, isComposite);
        }
    }

    private void Enter(in Scope scope, MemberView member, bool isComposite)
    {
        TypeId target = analyzer.Sizes.Strip(member.Type);
        if (isComposite && HasMarkers(target, 0) && scope.Depth < _maxNesting)
        {
            string path = member.IsAnonymous ? scope.Path : scope.Path.Length == 0 ? member.NameString : scope.Path + "." + member.NameString;
            long offset = (long)Math.Min(member.BitOffset, (ulong)TypeSizes.MaxSizeBytes);
            _pending.Enqueue(new Scope(target, scope.BaseBits + offset, path, scope.Depth + 1));
        }
    }

    private bool Marker(in Scope scope, MemberView member, long bit, List<int> open)
    {
        ReadOnlySpan<byte> name = member.Name;
        bool isBegin = name.StartsWith(s_begin);
        if (!isBegin && !name.StartsWith(s_end))
        {
            return false;
        }

        string group = Encoding.UTF8.GetString(name[(isBegin ? s_begin : s_end).Length..]);
        int known = open.FindIndex(i => _drafts[i].Name == group);
        if (isBegin && known < 0 && open.Count < MostOpen)
        {
            open.Add(_drafts.Count);
            _drafts.Add(new Draft(group, scope.Path, bit));
        }
        else if (isBegin || known < 0)
        {
            _unmatched.Add(new UnmatchedMarker(group, scope.Path, isBegin, bit));
        }
        else
        {
            _drafts[open[known]].IsClosed = true;
            open.RemoveAt(known);
        }

        return true;
    }

    private void Add(StructLayout layout, int position, in MemberLayout place, List<int> open)
    {
        long bits = place.EndBits - place.BitOffset;
        if (open.Count == 0 || bits <= 0)
        {
            return;
        }

        ForcedAlignment forced = inference.OfMember(layout, position);
        long first = place.BitOffset / 8 / cachelineBytes, last = (place.EndBits - 1) / 8 / cachelineBytes;
        foreach (int draft in open)
        {
            _drafts[draft].Add(place, bits, first, last, forced.AlignmentBytes >= cachelineBytes ? cachelineBytes : 0);
        }

        _touches.Add(new Touch(first, open[^1]));
        if (last != first)
        {
            _touches.Add(new Touch(last, open[^1]));
        }
    }

    private bool HasMarkers(TypeId id, int depth)
    {
        if (_hasMarkers.TryGetValue(id, out bool known))
        {
            return known;
        }

        _hasMarkers[id] = false;
        bool has = false;
        foreach (MemberView member in graph[id].Members)
        {
            TypeId target = analyzer.Sizes.Strip(member.Type);
            has |= analyzer.Sizes.SizeBytesOf(target) == 0 && CachelineGroup.IsMarkerName(member.Name);
            has |= depth < _maxNesting && graph[target].IsComposite && HasMarkers(target, depth + 1);
        }

        return _hasMarkers[id] = has;
    }

    private readonly record struct Scope(TypeId Type, long BaseBits, string Path, int Depth);

    private readonly record struct Touch(long Line, int Draft);

    private sealed class Draft(string name, string path, long markerBits)
    {
        private int _count;
        private long _bits;
        private long _lines;
        private long _lastLine = -1;
        private long _alignedLines;

        public string Name => name;

        public long MarkerBits { get; } = markerBits;

        public long BitOffset { get; private set; } = markerBits;

        public long EndBits { get; private set; } = markerBits;

        public bool IsClosed { get; set; }

        // Members come by offset.
        public void Add(in MemberLayout place, long bits, long first, long last, int lineOfItsOwnBytes)
        {
            BitOffset = _count++ == 0 ? place.BitOffset : BitOffset;
            EndBits = Math.Max(EndBits, place.EndBits);
            _bits += bits;
            _lines += last > _lastLine ? last - Math.Max(first, _lastLine + 1) + 1 : 0;
            _lastLine = Math.Max(_lastLine, last);
            _alignedLines += lineOfItsOwnBytes == 0 ? 0 : LinesOf(bits, lineOfItsOwnBytes);
        }

        public CachelineGroup ToGroup(int cachelineBytes) => new(name, path, BitOffset, EndBits, _count, _bits, _lines,
            Math.Min(_lines, Math.Max(_alignedLines, LinesOf(_bits, cachelineBytes))), CachelineGroup.HeatOf(name));

        private static long LinesOf(long bits, int cachelineBytes)
        {
            long bytes = (bits / 8) + (bits % 8 != 0 ? 1 : 0);
            return (bytes / cachelineBytes) + (bytes % cachelineBytes != 0 ? 1 : 0);
        }
    }
}
