using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// From an offset in a struct or union to all paths of members that lie there, and from a path to its offset. What is found out about a
/// type is kept, so that the next question about it is cheap. Not safe to share between threads. Nothing here throws for what a file
/// contained, and nothing nests deeper or expands further than the constants say.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="limits">Bounds the chains of types that are followed; null for the defaults.</param>
public sealed class FieldPaths(TypeGraph graph, ReaderLimits? limits = null)
{
    /// <summary>Most answers that are listed for one offset; further ones are counted.</summary>
    public const int MaxPlaces = 1024;

    /// <summary>The largest offset in bytes that can be asked.</summary>
    public const long MaxOffsetBytes = 1L << 56;

    // Unions in unions grow exponentially; structs do not nest so deep, nor are paths so long, unless somebody wants them to.
    private const int MostSteps = 1 << 14;
    private const int DeepestNesting = 128;
    private const int LongestPathChars = 4096;

    private readonly LayoutAnalyzer _analyzer = new(graph, limits);
    private readonly Dictionary<TypeId, FieldIndex> _indexes = [];
    private readonly List<Item> _items = [];
    private readonly Stack<int> _pending = [];
    private readonly List<FieldPlace> _places = [];
    private long _bit;
    private int _widthBits;
    private int _moreCount;

    /// <summary>The types.</summary>
    public TypeGraph Graph => graph;

    /// <summary>Sizes, as the answers have them.</summary>
    public TypeSizes Sizes => _analyzer.Sizes;

    /// <summary>
    /// All that lies at a byte or bit: every path through nested structs and unions down to what has no members, with the index of array
    /// elements; bitfields that have a bit there; members without a size that begin there; elements of a flexible array at the end, also
    /// behind the size; else the hole or padding. Cost: the logarithm of the members on each path, and the answers.
    /// </summary>
    /// <param name="type">A struct or union.</param>
    /// <param name="offsetBytes">Offset from its start, 0 to <see cref="MaxOffsetBytes"/>.</param>
    /// <param name="bit">A bit from there on, counted as the file counts; null for any bit of the byte.</param>
    /// <exception cref="ArgumentException">The type is neither struct nor union.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is out of range.</exception>
    public FieldPlaces At(TypeId type, long offsetBytes, int? bit = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, MaxOffsetBytes);
        _bit = (offsetBytes * 8) + (bit ?? 0);
        _widthBits = bit is null ? 8 : 1;
        _items.Clear();
        _pending.Clear();
        _places.Clear();
        _moreCount = 0;
        Push(new Item { Type = type, Path = "", Parent = -1, IsOpen = true, IsProbe = _bit >= IndexOf(type).SizeBits });
        int steps = 0;
        while (steps++ < MostSteps && _pending.TryPop(out int at))
        {
            Visit(at);
        }

        return new FieldPlaces([.. _places], _moreCount, _pending.Count > 0);
    }

    internal FieldIndex IndexOf(TypeId type)
    {
        if (!_indexes.TryGetValue(type, out FieldIndex? index))
        {
            index = new FieldIndex(graph, _analyzer.Analyze(type));
            _indexes.Add(type, index);
        }

        return index;
    }

    internal static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;

    private void Push(in Item item)
    {
        _pending.Push(_items.Count);
        _items.Add(item);
    }

    private void Visit(int at)
    {
        Item item = _items[at];
        if (!EnterArrays(ref item))
        {
            return;
        }

        _items[at] = item;
        TypeView target = graph[item.Target];
        bool isSearched = target.IsComposite && target.Members.Count > 0 && item.BitfieldBits == 0 && item.Depth < DeepestNesting
            && item.Path.Length < LongestPathChars && !IsInItself(item);
        if ((!isSearched || !Search(at, item)) && !item.IsProbe && item.Parent >= 0)
        {
            AddMember(item);
        }
    }

    // Down to the element of an array, through all its dimensions. False where a probe finds nothing.
    private bool EnterArrays(ref Item item)
    {
        for (int dimensions = 0; dimensions < DeepestNesting; dimensions++)
        {
            item.Target = Sizes.Strip(item.Type);
            TypeView array = graph[item.Target];
            if (array.Kind != TypeKind.Array || item.BitfieldBits != 0)
            {
                break;
            }

            long elementBits = Sizes.SizeBytesOf(array.Target) * 8;
            bool isFlexible = array.ElementCount == 0;
            if (elementBits == 0 || (isFlexible && !item.IsOpen))
            {
                return !item.IsProbe;
            }

            long index = Math.Max(0, _bit - item.StartBits) / elementBits;
            if (!isFlexible && (ulong)index >= array.ElementCount)
            {
                return !item.IsProbe;
            }

            item.Path += string.Create(CultureInfo.InvariantCulture, $"[{index}]");
            item.StartBits += index * elementBits;
            item.Type = array.Target;
            item.IsOpen = item.IsProbe = false;
        }

        return true;
    }

    // A struct that contains itself does so in no language; a file may say it all the same.
    private bool IsInItself(in Item item)
    {
        for (int parent = item.Parent; parent >= 0; parent = _items[parent].Parent)
        {
            if (_items[parent].Target == item.Target)
            {
                return true;
            }
        }

        return false;
    }

    // Goes into the members that lie at the bit; false when nothing does, not even a hole. From the last to the first, for a stack.
    private bool Search(int at, in Item item)
    {
        FieldIndex index = IndexOf(item.Target);
        ReadOnlySpan<MemberLayout> members = index.Members;
        long from = _bit - item.StartBits;
        long to = from + _widthBits;
        bool isInside = from >= 0 && from < index.SizeBits && !item.IsProbe;
        bool covered = false, found = false;
        int count = index.IsUnion ? members.Length : index.FirstFrom(to);
        for (int i = count - 1; i >= 0; i--)
        {
            ref readonly MemberLayout member = ref members[i];
            long end = member.EndBits;
            bool hits = end > from && member.BitOffset < to && end > member.BitOffset;
            bool isEmptyHere = end == member.BitOffset && end >= from && end < to;
            bool isLast = index.IsUnion || i == members.Length - 1;
            bool mayGoOn = isLast && (item.IsOpen || isInside) && from >= member.BitOffset && MayGoOn(index, i, out covered, covered);
            if (hits || mayGoOn || isEmptyHere)
            {
                covered |= hits;
                found = true;
                bool isOpen = mayGoOn && (item.IsOpen || !hits);
                PushMember(index, i, at, item, isOpen, isProbe: !hits && !isEmptyHere);
            }

            if (!index.IsUnion && member.BitOffset < from && index.EndBitsUpTo(i) <= from)
            {
                break;
            }
        }

        if (!covered && isInside)
        {
            AddGap(index, item, from, count - 1);
            found = true;
        }

        return found;
    }

    // A flexible array takes the bytes behind it, and so does what ends in one.
    private bool MayGoOn(FieldIndex index, int position, out bool covers, bool coveredBefore)
    {
        TypeView type = graph[Sizes.Strip(index.ViewOf(position).Type)];
        bool isFlexible = type.Kind == TypeKind.Array && type.ElementCount == 0 && Sizes.SizeBytesOf(type.Target) > 0;
        covers = coveredBefore || isFlexible;
        return isFlexible || (type.IsComposite && type.Members.Count > 0);
    }

    private void PushMember(FieldIndex index, int position, int parent, in Item item, bool isOpen, bool isProbe)
    {
        ref readonly MemberLayout member = ref index.Members[position];
        MemberView view = index.ViewOf(position);
        string name = index.NameOf(position);
        bool isSeenThrough = name.Length == 0 && graph[Sizes.Strip(view.Type)].IsComposite;
        Push(new Item
        {
            Type = view.Type,
            StartBits = item.StartBits + member.BitOffset,
            BitfieldBits = member.BitfieldBits,
            Path = isSeenThrough ? item.Path : Join(item.Path, name.Length == 0 ? "(anonymous)" : name),
            Parent = parent,
            Depth = item.Depth + 1,
            IsOpen = isOpen,
            IsProbe = isProbe,
        });
    }

    private void AddMember(in Item item)
    {
        long inside = item.BitfieldBits != 0 ? 0 : Math.Max(0, _bit - item.StartBits) / 8;
        Add(new FieldPlace
        {
            Kind = FieldPlaceKind.Member,
            Path = item.Path,
            Type = item.Type,
            BitOffset = item.StartBits,
            BitfieldBits = item.BitfieldBits,
            SizeBytes = Sizes.SizeBytesOf(item.Type),
            InsideBytes = inside,
        });
    }

    private void AddGap(FieldIndex index, in Item item, long from, int before)
    {
        if (_places.Count < MaxPlaces)
        {
            Add(FieldGaps.Describe(index, item.Path, item.StartBits, from, before));
        }
        else
        {
            _moreCount++;
        }
    }

    private void Add(FieldPlace place)
    {
        if (_places.Count < MaxPlaces)
        {
            _places.Add(place);
        }
        else
        {
            _moreCount++;
        }
    }

    // What is still to be looked into, and what was: the parents say whether a type is inside itself.
    private struct Item
    {
        public TypeId Type;
        public TypeId Target;
        public long StartBits;
        public int BitfieldBits;
        public string Path;
        public int Parent;
        public int Depth;

        // Whether a flexible array at the end may go on behind it.
        public bool IsOpen;

        // Whether only such an array can be the answer, because the bit lies behind all else.
        public bool IsProbe;
    }
}
