using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// Puts two layouts of one struct beside each other: of two processors, two kernels, two configurations. Remembers which embedded types
/// differ. Not safe to share between threads.
/// </summary>
/// <param name="left">The types of the first.</param>
/// <param name="right">The types of the second; may be the same graph.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
public sealed class LayoutSkewComparer(TypeGraph left, TypeGraph right, ReaderLimits? limits = null)
{
    /// <summary>Members that are listed of one comparison; embedded types that differ can hold each other many times over.</summary>
    public const int MostMembers = 1 << 16;

    private const int MostPathCharacters = 1 << 24;

    private readonly ReaderLimits _limits = limits ?? ReaderLimits.Default;
    private readonly LayoutSkewEntries _left = new(left, limits ?? ReaderLimits.Default);
    private readonly LayoutSkewEntries _right = new(right, limits ?? ReaderLimits.Default);
    private readonly Dictionary<(TypeId, TypeId), bool> _differs = [];
    private readonly List<MemberSkew> _members = [];
    private long _pathCharacters;
    private bool _isCut;

    /// <summary>Compares two structs or unions. Cost: linear in what they hold by value, and bounded.</summary>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <exception cref="ArgumentException">One is neither struct nor union.</exception>
    /// <exception cref="InvalidImageException">One holds more members than anything does, or nests deeper.</exception>
    public LayoutSkew Compare(TypeId a, TypeId b)
    {
        _members.Clear();
        _pathCharacters = 0;
        _isCut = false;
        _left.Restart();
        _right.Restart();
        LayoutSummary leftSummary = _left.Analyzer.Summarize(a), rightSummary = _right.Analyzer.Summarize(b);
        List(a, b, new Place("", 0, 0, 0));
        return new LayoutSkew(new TypeRef(left, a), new TypeRef(right, b), leftSummary, rightSummary, [.. _members], _isCut);
    }

    // Where an embedded type lies: what its members are called with, how deep it is, where it begins on both sides.
    private readonly record struct Place(string Prefix, int Depth, long LeftBits, long RightBits);

    private void List(TypeId a, TypeId b, Place place)
    {
        CheckNesting(place.Depth);
        List<SkewEntry> ours = _left.Of(a), theirs = _right.Of(b);
        int[] matches = Match(ours, theirs);
        bool[] isMatched = new bool[theirs.Count];
        foreach (int match in matches)
        {
            if (match >= 0)
            {
                isMatched[match] = true;
            }
        }

        int next = 0;
        for (int i = 0; i < ours.Count && !_isCut; i++)
        {
            for (; next < matches[i]; next++)
            {
                AddMissing(theirs[next], isMatched[next], place);
            }

            AddMember(ours[i], matches[i] < 0 ? null : theirs[matches[i]], place);
        }

        for (; next < theirs.Count && !_isCut; next++)
        {
            AddMissing(theirs[next], isMatched[next], place);
        }
    }

    private void AddMissing(in SkewEntry theirs, bool isMatched, Place place)
    {
        // Around members that are there on both sides a struct without a name is no difference.
        if (!isMatched && !theirs.IsAnonymous)
        {
            Add(new MemberSkew(place.Prefix + theirs.Key, place.Depth, false, null, Shift(theirs.Side, place.RightBits), SkewMarks.Missing));
        }
    }

    private void AddMember(in SkewEntry ours, SkewEntry? theirs, Place place)
    {
        SkewSide mine = Shift(ours.Side, place.LeftBits);
        if (theirs is not { } other)
        {
            if (!ours.IsAnonymous)
            {
                Add(new MemberSkew(place.Prefix + ours.Key, place.Depth, false, mine, null, SkewMarks.Missing));
            }

            return;
        }

        SkewSide yours = Shift(other.Side, place.RightBits);
        SkewMarks marks = MarksOf(mine, yours, ours.IsAnonymous);
        TypeId inner = _left.EmbeddedIn(mine.Type), innerThere = _right.EmbeddedIn(yours.Type);
        bool goesIn = !ours.IsAnonymous && !inner.IsVoid && !innerThere.IsVoid && Differ(inner, innerThere, place.Depth);
        marks |= goesIn ? SkewMarks.Inside : SkewMarks.None;

        // The members of a struct without a name are told themselves; it has its own line where its size says what they do not.
        if (!ours.IsAnonymous || (marks & (SkewMarks.Size | SkewMarks.Hole)) != 0)
        {
            Add(new MemberSkew(place.Prefix + ours.Key, place.Depth, ours.IsAnonymous, mine, yours, marks));
        }

        if (goesIn && !_isCut)
        {
            bool isArray = inner != _left.Analyzer.Sizes.Strip(mine.Type);
            string prefix = $"{place.Prefix}{ours.Key}{(isArray ? "[0]." : ".")}";
            List(inner, innerThere, new Place(prefix, place.Depth + 1, mine.BitOffset, yours.BitOffset));
        }
    }

    private void CheckNesting(int depth)
    {
        if (depth > _limits.MaxNesting)
        {
            InvalidImageException.Throw(left.SourcePath, "", -1, $"types nest deeper than {_limits.MaxNesting}");
        }
    }

    private void Add(MemberSkew member)
    {
        _pathCharacters += member.Path.Length;
        _isCut |= _members.Count >= MostMembers || _pathCharacters > MostPathCharacters;
        if (!_isCut)
        {
            _members.Add(member);
        }
    }

    private SkewMarks MarksOf(in SkewSide mine, in SkewSide yours, bool isAnonymous)
    {
        SkewMarks marks = IsSamePlace(mine, yours) ? SkewMarks.None : SkewMarks.Offset;
        bool isSameSize = mine.BitfieldBits == yours.BitfieldBits && (mine.BitfieldBits != 0 || mine.SizeBytes == yours.SizeBytes);
        marks |= isSameSize ? SkewMarks.None : SkewMarks.Size;
        marks |= isAnonymous || LayoutSkewShapes.AreAlike(_left, mine.Type, _right, yours.Type) ? SkewMarks.None : SkewMarks.Type;
        return marks | (mine.HoleBytes == yours.HoleBytes && mine.HoleBits == yours.HoleBits ? SkewMarks.None : SkewMarks.Hole);
    }

    // Each byte order counts the bits of a byte from its own end. Sources that put fields in opposite order for the two (network headers)
    // mean the bits of the byte; all others mean the order.
    private bool IsSamePlace(in SkewSide mine, in SkewSide yours)
    {
        if (mine.BitOffset == yours.BitOffset)
        {
            return true;
        }

        int width = mine.BitfieldBits;
        long from = mine.BitOffset % 8, fromThere = yours.BitOffset % 8;
        return left.IsBigEndian != right.IsBigEndian && width != 0 && width == yours.BitfieldBits
            && mine.BitOffset / 8 == yours.BitOffset / 8 && from + width <= 8 && fromThere + width <= 8 && from == 8 - fromThere - width;
    }

    // Whether two embedded types are laid out differently, each from its own start.
    private bool Differ(TypeId a, TypeId b, int depth)
    {
        if (_differs.TryGetValue((a, b), out bool known))
        {
            return known;
        }

        CheckNesting(depth);

        // A type that holds itself is no difference there.
        _differs[(a, b)] = false;
        List<SkewEntry> ours = _left.Of(a), theirs = _right.Of(b);
        int[] matches = Match(ours, theirs);
        int matched = 0;
        bool differs = _left.Analyzer.Sizes.SizeBytesOf(a) != _right.Analyzer.Sizes.SizeBytesOf(b);
        for (int i = 0; i < matches.Length && !differs; i++)
        {
            matched += ours[i].IsAnonymous || matches[i] < 0 ? 0 : 1;
            differs = matches[i] < 0 ? !ours[i].IsAnonymous : DifferInside(ours[i], theirs[matches[i]], depth);
        }

        differs = differs || matched != theirs.Count(entry => !entry.IsAnonymous);
        _differs[(a, b)] = differs;
        return differs;
    }

    private bool DifferInside(in SkewEntry ours, in SkewEntry theirs, int depth)
    {
        SkewMarks marks = MarksOf(ours.Side, theirs.Side, ours.IsAnonymous) & ~SkewMarks.Hole;
        marks &= ours.IsAnonymous ? SkewMarks.Size : ~SkewMarks.None;
        TypeId inner = _left.EmbeddedIn(ours.Side.Type), innerThere = _right.EmbeddedIn(theirs.Side.Type);
        return marks != 0 || (!ours.IsAnonymous && !inner.IsVoid && !innerThere.IsVoid && Differ(inner, innerThere, depth + 1));
    }

    private static SkewSide Shift(in SkewSide side, long bits) => side with { BitOffset = side.BitOffset + bits };

    // By key; those of one key in their order.
    private static int[] Match(List<SkewEntry> ours, List<SkewEntry> theirs)
    {
        var places = new Dictionary<string, int>(theirs.Count);
        int[] nextOfKey = new int[theirs.Count];
        for (int i = theirs.Count - 1; i >= 0; i--)
        {
            nextOfKey[i] = places.GetValueOrDefault(theirs[i].Key, -1);
            places[theirs[i].Key] = i;
        }

        int[] matches = new int[ours.Count];
        for (int i = 0; i < matches.Length; i++)
        {
            matches[i] = places.GetValueOrDefault(ours[i].Key, -1);
            if (matches[i] >= 0)
            {
                places[ours[i].Key] = nextOfKey[matches[i]];
            }
        }

        return matches;
    }
}
