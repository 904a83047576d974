namespace BtfTool.Emit.Pictures;

/// <summary>
/// Cuts the entries of a struct into pieces, row by row. Where a union's members share bits, each has a lane of its own; a row is as
/// high as its lanes need. Rows that would look the same are one. Cost: linear in the entries, and for unions in their members times
/// the rows that they fill.
/// </summary>
internal sealed class PictureRows
{
    public const int RowHeight = 32;
    public const int LaneHeight = 26;

    // Beyond this a picture is no help to anybody; the listing has the rest.
    private const int MostRows = 400;
    private const int MostLanes = 200;
    private const int MostInnerLanes = 24;
    private const int LeastRepeats = 3;

    private readonly PictureEntry[] _entries;
    private readonly int[] _resume;
    private readonly bool _isUnion;
    private readonly List<PictureRow> _rows = [];
    private readonly List<PicturePiece> _pieces = [];
    private bool _isFlat;
    private long _low;
    private long _high;
    private long _next;

    public PictureRows(PictureEntries entries, bool isUnion, int rowBytes)
    {
        _entries = entries.ToArray();
        _resume = new int[_entries.Length + 1];
        for (int i = 0; i <= _entries.Length; i++)
        {
            _resume[i] = i;
        }

        _isUnion = isUnion;
        Fill(entries.SizeBits, rowBytes * 8L);
        (Rows, Pieces) = ([.. _rows], [.. _pieces]);
    }

    public PictureRow[] Rows { get; }

    public PicturePiece[] Pieces { get; }

    private void Fill(long sizeBits, long rowBits)
    {
        for (_low = 0; _low < sizeBits;)
        {
            _high = sizeBits - _low < rowBits ? sizeBits : _low + rowBits;
            int first = _pieces.Count;
            if (_rows.Count == MostRows && sizeBits > _high)
            {
                _pieces.Add(new PicturePiece(-1, PictureKind.Cut, _low, _high, 0, RowHeight, false, false));
                _rows.Add(new PictureRow(_low / 8, ((sizeBits - 1) / rowBits) - (_low / rowBits) + 1, first, 1, RowHeight));
                return;
            }

            _isFlat = false;
            int lanes = Need(-1, _low, _high);
            if (lanes > (_isUnion ? MostLanes : MostInnerLanes))
            {
                _isFlat = true;
                lanes = Math.Min(Need(-1, _low, _high), MostLanes);
            }

            int height = lanes <= 1 ? RowHeight : lanes * LaneHeight;
            _next = sizeBits;
            Place(-1, _low, _high, 0, height);
            long repeats = RepeatsFrom(first, rowBits);
            _rows.Add(new PictureRow(_low / 8, repeats, first, _pieces.Count - first, height));
            _low += repeats * rowBits;
        }
    }

    // How many rows look as the one that was just placed.
    private long RepeatsFrom(int first, long rowBits)
    {
        long end = _next;
        for (int i = first; i < _pieces.Count; i++)
        {
            PicturePiece piece = _pieces[i];
            if (piece.FromBit != _low || piece.ToBit != _high || piece.Entry < 0)
            {
                return 1;
            }

            end = Math.Min(end, _entries[piece.Entry].DrawnEnd);
        }

        long rows = (end - _low) / rowBits;
        return rows >= LeastRepeats ? rows : 1;
    }

    // Lanes that an entry needs for a range of bits; -1 is the whole.
    private int Need(int node, long low, long high)
    {
        (int at, int end) = ChildrenOf(node);
        if (at == end || IsLeaf(node))
        {
            return 1;
        }

        int need = 1, sum = 0;
        bool isUnion = IsUnion(node);
        for (int i = isUnion ? at : Resume(node, low); i < end && (isUnion || _entries[i].DrawnFrom < high); i = _entries[i].End)
        {
            ref readonly PictureEntry child = ref _entries[i];
            if (child.DrawnEnd > low && child.DrawnFrom < high && child.DrawnEnd > child.DrawnFrom)
            {
                int lanes = Need(i, Math.Max(low, child.DrawnFrom), Math.Min(high, child.DrawnEnd));
                need = Math.Max(need, lanes);
                sum += isUnion && !child.IsGap ? lanes : 0;
            }
        }

        return isUnion ? Math.Min(Math.Max(1, sum), node < 0 ? MostLanes + 1 : int.MaxValue / 2) : need;
    }

    private void Place(int node, long low, long high, int top, int bottom)
    {
        (int at, int end) = ChildrenOf(node);
        if (at == end || IsLeaf(node))
        {
            AddPiece(node, low, high, top, bottom);
        }
        else if (IsUnion(node))
        {
            PlaceUnion(node, low, high, top, bottom);
        }
        else
        {
            for (int i = Resume(node, low); i < end && _entries[i].DrawnFrom < high; i = _entries[i].End)
            {
                ref readonly PictureEntry child = ref _entries[i];
                if (child.DrawnEnd > Math.Max(low, child.DrawnFrom))
                {
                    Place(i, Math.Max(low, child.DrawnFrom), Math.Min(high, child.DrawnEnd), top, bottom);
                }
            }
        }
    }

    private void PlaceUnion(int node, long low, long high, int top, int bottom)
    {
        (int at, int end) = ChildrenOf(node);
        PictureEntry last = _entries[LastChild(at, end)];
        long used = last.IsGap ? Math.Clamp(last.DrawnFrom, low, high) : high;
        int total = 0;
        for (int i = at; i < end; i = _entries[i].End)
        {
            total += IsIn(i, low, used) ? Need(i, Math.Max(low, _entries[i].DrawnFrom), Math.Min(used, _entries[i].DrawnEnd)) : 0;
            _next = _entries[i].DrawnFrom >= high ? Math.Min(_next, _entries[i].DrawnFrom) : _next;
        }

        int most = (bottom - top) / LaneHeight, lanes = 0;
        for (int i = at; i < end && used > low; i = _entries[i].End)
        {
            if (!IsIn(i, low, used))
            {
                continue;
            }

            long from = Math.Max(low, _entries[i].DrawnFrom), to = Math.Min(used, _entries[i].DrawnEnd);
            int need = Need(i, from, to), all = Math.Max(total, 1);
            int y0 = top + (int)((long)(bottom - top) * lanes / all);
            if (total > most && most > 0 && lanes + need >= most && lanes + need < total)
            {
                // The rest has no room, and shares one lane.
                AddPiece(-1, PictureKind.Cut, low, used, y0, bottom);
                total = 0;
                break;
            }

            lanes += need;
            int y1 = top + (int)((long)(bottom - top) * lanes / all);
            AddUnused(low, from, y0, y1);
            Place(i, from, to, y0, y1);
            AddUnused(to, used, y0, y1);
        }

        if (lanes == 0)
        {
            AddUnused(low, used, top, bottom);
        }

        if (used < high)
        {
            AddPiece(LastChild(at, end), used, high, top, bottom);
        }
    }

    private bool IsIn(int entry, long low, long high)
    {
        ref readonly PictureEntry child = ref _entries[entry];
        return !child.IsGap && child.DrawnEnd > child.DrawnFrom && child.DrawnEnd > low && child.DrawnFrom < high;
    }

    private int LastChild(int at, int end)
    {
        int last = at;
        for (int i = at; i < end; i = _entries[i].End)
        {
            last = i;
        }

        return last;
    }

    private (int At, int End) ChildrenOf(int node) => node < 0 ? (0, _entries.Length) : (node + 1, _entries[node].End);

    // Without room for what is inside, an anonymous union is drawn as one.
    private bool IsLeaf(int node) => node >= 0 && (_entries[node].Kind != PictureKind.Anonymous || (_isFlat && IsUnion(node)));

    private bool IsUnion(int node) => node < 0 ? _isUnion : _entries[node].IsUnion;

    // Rows are made from the first to the last, so the children of a struct are passed once.
    private int Resume(int node, long low)
    {
        ref int resume = ref _resume[node + 1];
        (int at, int end) = ChildrenOf(node);
        resume = Math.Max(resume, at);
        while (resume < end && Math.Max(_entries[resume].DrawnEnd, _entries[resume].DrawnFrom) <= _low)
        {
            resume = _entries[resume].End;
        }

        return resume;
    }

    private void AddUnused(long low, long high, int top, int bottom)
    {
        if (high > low)
        {
            AddPiece(-1, PictureKind.Unused, low, high, top, bottom);
        }
    }

    private void AddPiece(int entry, long low, long high, int top, int bottom)
    {
        if (entry < 0)
        {
            // A struct without members.
            AddPiece(-1, PictureKind.Unused, low, high, top, bottom);
            return;
        }

        PictureEntry of = _entries[entry];
        _pieces.Add(new PicturePiece(entry, of.Kind, low, high, top, bottom, low > of.DrawnFrom, high < of.DrawnEnd));
    }

    private void AddPiece(int entry, PictureKind kind, long low, long high, int top, int bottom) =>
        _pieces.Add(new PicturePiece(entry, kind, low, high, top, bottom, false, false));
}
