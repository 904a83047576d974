using System.Runtime.InteropServices;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// Lists what a struct has: members, what lies in anonymous ones, unused room. Children of a struct tile it; those of a union lie over
/// each other, with its padding behind them.
/// </summary>
internal sealed class PictureEntries
{
    // What lies deeper stays whole, and so does what would make the list longer: types can share anonymous ones without end.
    private const int MostNesting = 16;
    private const int MostEntries = 100_000;

    private readonly TypeGraph _graph;
    private readonly LayoutAnalyzer _analyzer;
    private readonly LayoutReport _report;
    private readonly List<PictureEntry> _entries = [];
    private int _gapAt;

    public PictureEntries(TypeGraph graph, LayoutAnalyzer analyzer, LayoutReport report, StructPicture? like, ReadOnlySpan<int> likeIndex)
    {
        _graph = graph;
        _analyzer = analyzer;
        _report = report;
        Members = new (int, int, int)[report.Layout.Members.Length];
        Walk(report.Layout, 0, report.Layout.Summary.SizeBytes * 8, 0);
        Number(like, likeIndex);
    }

    public ReadOnlySpan<PictureEntry> All => CollectionsMarshal.AsSpan(_entries);

    /// <summary>First mark, first colour and number of entries of each member, by index in the file.</summary>
    public (int Mark, int Colour, int Count)[] Members { get; }

    public int MarkEnd { get; private set; }

    public bool IsCut { get; private set; }

    public long SizeBits => _report.Layout.Summary.SizeBytes * 8;

    public PictureEntry[] ToArray() => [.. _entries];

    private void Walk(StructLayout layout, long baseBits, long endBits, int depth)
    {
        bool isUnion = _graph.KindOf(layout.Type) == TypeKind.Union;
        long cursor = baseBits, room = endBits - baseBits;
        var unit = new StorageUnit { EndBits = endBits };
        for (int i = 0; i < layout.Members.Length; i++)
        {
            ref readonly MemberLayout member = ref layout.Members[i];
            bool isBitfield = member.BitfieldBits != 0;
            long from = baseBits + Math.Min(member.BitOffset, room), end = baseBits + Math.Min(member.EndBits, room);
            long unitStart = baseBits + (Math.Min(member.OffsetBytes, room / 8) * 8), unitBits = Math.Min(member.SizeBytes, room / 8) * 8;
            if (!isUnion)
            {
                AddGaps(layout.Type, cursor, from, unit.IsOpen ? unit.EndBits : cursor, isBitfield ? unitStart : from, depth, isEnd: false);
            }

            Add(layout, i, from, end, isUnion ? from : Math.Max(from, Math.Min(cursor, end)), depth);
            cursor = Math.Max(cursor, end);
            unit.Advance(isBitfield, unitStart, unitBits, end);
        }

        AddGaps(layout.Type, cursor, endBits, unit.IsOpen && !isUnion ? unit.EndBits : cursor, endBits, depth, isEnd: true);
    }

    private void Add(StructLayout layout, int position, long from, long end, long drawnFrom, int depth)
    {
        MemberLayout place = layout.Members[position];
        MemberView member = _graph[layout.Type].Members[place.Index];
        TypeId composite = _analyzer.Sizes.Strip(member.Type);
        int at = _entries.Count;
        bool opens = member.IsAnonymous && place.BitfieldBits == 0 && end > from && _graph[composite].IsComposite;
        if (opens && (depth >= MostNesting || at + _graph[composite].Members.Count > MostEntries))
        {
            (opens, IsCut) = (false, true);
        }

        PictureKind kind = opens ? PictureKind.Anonymous : place.BitfieldBits != 0 ? PictureKind.Bits : PictureKind.Member;
        _entries.Add(new PictureEntry(kind, depth, 0, layout.Type, place.Index, depth == 0 ? position : -1, from,
            end - from, drawnFrom, end, -1)
        {
            IsUnion = opens && _graph.KindOf(composite) == TypeKind.Union,
        });
        if (opens)
        {
            Walk(_analyzer.Analyze(composite), from, end, depth + 1);
        }

        _entries[at] = _entries[at] with { End = _entries.Count };
    }

    // Room between two members: the rest of a storage unit, whole bytes, and the bits before the first field of the next unit.
    private void AddGaps(TypeId owner, long from, long to, long unitEnd, long unitStart, int depth, bool isEnd)
    {
        long bits = Math.Clamp(unitEnd, from, Math.Max(from, to));
        AddGap(isEnd ? PictureKind.Padding : PictureKind.BitHole, owner, from, bits, depth);
        long bytes = Math.Clamp(unitStart, bits, Math.Max(bits, to));
        AddGap(isEnd ? PictureKind.Padding : PictureKind.Hole, owner, bits, bytes, depth);
        AddGap(PictureKind.BitHole, owner, bytes, to, depth);
    }

    private void AddGap(PictureKind kind, TypeId owner, long from, long to, int depth)
    {
        if (to > from)
        {
            int gap = depth == 0 ? GapAt(from, to) : -1;
            _entries.Add(new PictureEntry(kind, depth, _entries.Count + 1, owner, -1, -1, from, to - from, from, to, gap));
        }
    }

    private int GapAt(long from, long to)
    {
        IReadOnlyList<LayoutGap> gaps = _report.Gaps;
        while (_gapAt < gaps.Count && gaps[_gapAt].BitOffset + gaps[_gapAt].SizeBits <= from)
        {
            _gapAt++;
        }

        return _gapAt < gaps.Count && gaps[_gapAt].BitOffset < to ? _gapAt : -1;
    }

    private void Number(StructPicture? like, ReadOnlySpan<int> likeIndex)
    {
        Span<PictureEntry> entries = CollectionsMarshal.AsSpan(_entries);
        int fresh = like?.MarkEnd ?? 0, colour = 0;
        for (int top = 0; top < entries.Length;)
        {
            PictureEntry entry = entries[top];
            int count = entry.End - top;
            int other = entry.Index >= 0 && (uint)entry.Index < (uint)likeIndex.Length ? likeIndex[entry.Index] : -1;
            (int Mark, int Colour, int Count) known = other < 0 || like is null ? default : like.MemberAt(other);
            int mark = known.Count == count ? known.Mark : fresh;
            colour = known.Count > 0 ? known.Colour : colour;
            fresh += known.Count == count ? 0 : count;
            if (entry.Index >= 0)
            {
                Members[entry.Index] = (mark, colour, count);
            }

            for (int i = top; i < entry.End; i++)
            {
                entries[i] = entries[i] with { Mark = mark++, Colour = colour };
                colour += entries[i].Kind is PictureKind.Member or PictureKind.Bits && entries[i].SizeBits > 0 ? 1 : 0;
            }

            top = entry.End;
        }

        MarkEnd = fresh;
    }

    /// <summary>The storage unit that bitfields are in, by the rules of <see cref="LayoutAnalyzer"/>.</summary>
    private struct StorageUnit
    {
        public bool IsOpen;
        public long EndBits;
        private long _bits;

        public void Advance(bool isBitfield, long start, long bits, long end)
        {
            IsOpen = isBitfield;
            if (!isBitfield)
            {
                (_bits, EndBits) = (0, end);
            }
            else if (end > EndBits || bits > _bits)
            {
                (_bits, EndBits) = (bits, start + bits);
                EndBits += end > EndBits ? bits : 0;
            }
        }
    }
}
