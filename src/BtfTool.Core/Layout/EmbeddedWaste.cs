using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>Bytes that are lost inside the type of a member.</summary>
/// <param name="Path">The members from the outermost in; <c>[]</c> behind one stands for all elements of an array.</param>
/// <param name="Type">The struct or union that loses them.</param>
/// <param name="Count">How many of them there are at the path.</param>
/// <param name="OwnBytes">Bytes in holes and padding of one, without those inside its own members.</param>
public readonly record struct EmbeddedLoss(string Path, TypeId Type, long Count, long OwnBytes)
{
    /// <summary>Bytes that all of them lose.</summary>
    public long LostBytes => EmbeddedWaste.Product(Count, OwnBytes);
}

/// <summary>
/// Sums up what is lost inside the types of members: holes and padding, by array elements multiplied. Of a union it is what its largest
/// member loses; of several as large, the one that loses least. Remembers what it found; not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="analyzer">The layouts, of the same graph.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
internal sealed class EmbeddedWaste(TypeGraph graph, LayoutAnalyzer analyzer, ReaderLimits? limits = null)
{
    // Types that share others can nest so that their places grow exponentially: what is looked at is bounded for each type and for all.
    private const int MostPlaces = 1 << 12;
    private const int MostSteps = 1 << 18;
    private const int CharsInAll = 1 << 16;
    private const int CharsForType = 256;
    private const int CharsOfPlace = 64;
    private const int LongestPathChars = 1024;
    private const int DeepestPath = 32;

    private readonly int _maxNesting = Math.Min(256, (limits ?? ReaderLimits.Default).MaxNesting);
    private readonly Dictionary<TypeId, long> _totals = [];
    private readonly Dictionary<TypeId, int> _chosen = [];
    private long _charsLeft = CharsInAll + ((long)CharsForType * graph.TypeCount);

    /// <summary>Bytes lost inside the members of a struct or union, its own holes not counted. Cost: linear in it and what it embeds.</summary>
    public long BytesIn(TypeId id) => InnerOf(id, 0);

    /// <summary>Bytes lost inside one member.</summary>
    public long BytesInMember(MemberView member) => OfMember(member, 0);

    /// <summary>The places at which they are lost, the largest first.</summary>
    /// <param name="id">A struct or union.</param>
    /// <param name="isCut">Whether there are more places than are looked at.</param>
    public IReadOnlyList<EmbeddedLoss> PlacesIn(TypeId id, out bool isCut)
    {
        var found = new List<EmbeddedLoss>();
        var pending = new Stack<(TypeId Type, string Path, long Count, int Depth)>();
        pending.Push((id, "", 1, 0));
        int steps = 0;
        isCut = false;
        for (int visited = 0; visited < MostPlaces && steps < MostSteps && pending.TryPop(out var at); visited++)
        {
            if (at.Depth > 0 && OwnOf(at.Type) is > 0 and var own)
            {
                found.Add(new EmbeddedLoss(at.Path, at.Type, at.Count, own));
            }

            MemberList members = graph[at.Type].Members;
            int chosen = graph.KindOf(at.Type) == TypeKind.Union ? ChosenOf(at.Type, at.Depth) : -1;
            int last = chosen < 0 ? members.Count : chosen + 1;
            for (int i = Math.Max(0, chosen); i < last; i++, steps++)
            {
                if (OfMember(members[i], at.Depth) == 0)
                {
                    continue;
                }

                bool isTooFar = at.Path.Length > LongestPathChars || at.Depth >= DeepestPath || _charsLeft < 0;
                isCut |= isTooFar;
                if (!isTooFar)
                {
                    (TypeId element, long count, string brackets) = ElementOf(members[i].Type);
                    string path = Join(at.Path, members[i], element) + brackets;
                    _charsLeft -= path.Length + CharsOfPlace;
                    pending.Push((element, path, Product(at.Count, count), at.Depth + 1));
                }
            }
        }

        isCut |= pending.Count > 0;
        found.Sort(static (a, b) => a.LostBytes != b.LostBytes ? b.LostBytes.CompareTo(a.LostBytes) : string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    internal static long Product(long count, long bytes) => (long)UInt128.Min(long.MaxValue, (UInt128)(ulong)count * (ulong)bytes);

    private string Join(string path, MemberView member, TypeId element)
    {
        string name = member.IsAnonymous ? graph.KindOf(element) == TypeKind.Union ? "(union)" : "(struct)" : member.NameString;
        return path.Length == 0 ? name : path + "." + name;
    }

    private long OwnOf(TypeId id) => analyzer.Summarize(id).WastedBytes;

    private long InnerOf(TypeId id, int depth)
    {
        TypeView type = graph[id];
        if (type.Kind == TypeKind.Union)
        {
            int chosen = ChosenOf(id, depth);
            return chosen < 0 ? 0 : OfMember(type.Members[chosen], depth);
        }

        long sum = 0;
        foreach (MemberView member in type.Members)
        {
            sum = Sum(sum, OfMember(member, depth));
        }

        return sum;
    }

    private int ChosenOf(TypeId union, int depth)
    {
        if (_chosen.TryGetValue(union, out int known))
        {
            return known;
        }

        MemberList members = graph[union].Members;
        int chosen = -1;
        (long size, long lost) = (-1, 0);
        for (int i = 0; i < members.Count; i++)
        {
            long bytes = analyzer.Sizes.SizeBytesOf(members[i].Type);
            long inside = bytes < size ? 0 : OfMember(members[i], depth);
            if (bytes > size || (bytes == size && inside < lost))
            {
                (chosen, size, lost) = (i, bytes, inside);
            }
        }

        return _chosen[union] = chosen;
    }

    private long OfMember(MemberView member, int depth)
    {
        if (member.IsBitfield)
        {
            return 0;
        }

        (TypeId element, long count, _) = ElementOf(member.Type);
        return count > 0 && graph[element].IsComposite ? Product(count, TotalOf(element, depth + 1)) : 0;
    }

    private long TotalOf(TypeId id, int depth)
    {
        if (depth > _maxNesting)
        {
            return 0;
        }

        if (!_totals.TryGetValue(id, out long total))
        {
            // What contains itself loses nothing there.
            _totals[id] = 0;
            _totals[id] = total = Sum(OwnOf(id), InnerOf(id, depth));
        }

        return total;
    }

    private (TypeId Element, long Count, string Brackets) ElementOf(TypeId id)
    {
        long count = 1;
        string brackets = "";
        id = analyzer.Sizes.Strip(id);
        for (int depth = 0; graph.KindOf(id) == TypeKind.Array && depth < _maxNesting; depth++)
        {
            brackets = "[]";
            count = Product(count, (long)Math.Min(graph[id].ElementCount, long.MaxValue));
            id = analyzer.Sizes.Strip(graph[id].Target);
        }

        return (id, count, brackets);
    }

    private static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
