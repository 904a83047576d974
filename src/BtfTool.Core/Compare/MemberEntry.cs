using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>A member as C reaches it: those of members without a name stand in their place.</summary>
internal struct MemberEntry
{
    public ulong Hash;
    public uint Name;
    public uint Type;
    public long BitOffset;
    public uint BitfieldBits;
    public long SizeBits;
    public int Order;

    /// <summary>The entry of the other side; -1 where there is none.</summary>
    public int Match;

    /// <summary>Whether it is reserved, and a new member has some of its room.</summary>
    public bool IsUsed;

    /// <summary>The entry of the other side that it is under another name; -1 where there is none.</summary>
    public int Renamed;

    /// <summary>Whether it moved for a reason of its own.</summary>
    public bool IsOwnMove;

    /// <summary>Whether it is what remains of a reserved one: nothing reads or writes it.</summary>
    public readonly bool RemainsOf(in MemberEntry old) => old.IsUsed && BitOffset >= old.BitOffset && EndBits <= old.EndBits;

    /// <summary>Alignment that the source gives the member itself, in bytes; 0 where it gives none or the format has none.</summary>
    public uint DeclaredAlignmentBytes;

    /// <summary>The name as the key of a table.</summary>
    public readonly NameRef NameIn(TypeGraph graph) => new(graph, new NameId(Name), Hash);

    public readonly long EndBits => BitOffset + SizeBits;
}

/// <summary>The members of one struct or union by offset.</summary>
internal sealed class MemberEntries
{
    /// <summary>Members that one type may come to with those of its unnamed members; shared unnamed types can grow exponentially.</summary>
    public const int MostEntries = 1 << 17;

    private MemberEntry[] _entries = new MemberEntry[64];
    private long[] _ends = new long[64];

    public int Count { get; private set; }

    public Span<MemberEntry> All => _entries.AsSpan(0, Count);

    public ref MemberEntry this[int index] => ref _entries[index];

    /// <summary>Fills the list with the members of a type. Cost: linear in them, and in sorting where they are not by offset.</summary>
    /// <exception cref="InvalidImageException">They are more, or nest deeper, than anything does.</exception>
    public void Fill(CompareGraph graph, uint id, ReaderLimits limits)
    {
        Count = 0;
        Add(graph, id, 0, 0, limits.MaxNesting);
        bool isSorted = true;
        for (int i = 1; i < Count && isSorted; i++)
        {
            isSorted = _entries[i - 1].BitOffset <= _entries[i].BitOffset;
        }

        if (!isSorted)
        {
            All.Sort(static (a, b) => a.BitOffset != b.BitOffset ? a.BitOffset.CompareTo(b.BitOffset) : a.Order.CompareTo(b.Order));
        }

        _ends = _ends.Length < Count ? new long[_entries.Length] : _ends;
        long end = 0;
        for (int i = 0; i < Count; i++)
        {
            _ends[i] = end = Math.Max(end, _entries[i].EndBits);
        }
    }

    /// <summary>Where the last bit of all members ends.</summary>
    public long EndBits => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>The last entry that begins before a bit; -1 where none does.</summary>
    public int LastBefore(long bitOffset)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = _entries[middle].BitOffset < bitOffset ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    /// <summary>Whether a member has one of some bits.</summary>
    public bool Overlaps(long from, long to) => LastBefore(to) is >= 0 and var last && _ends[last] > from;

    /// <summary>Where the bits of all members up to one end.</summary>
    public long EndOfAll(int last) => _ends[last];

    private void Add(CompareGraph graph, uint id, long start, int depth, int maxDepth)
    {
        if (depth > maxDepth || Count > MostEntries)
        {
            InvalidImageException.Throw(graph.Graph.SourcePath, "", -1, $"type {id} holds more members, or deeper ones, than anything does");
        }

        ReadOnlySpan<MemberRow> members = graph.Graph.MembersOf(id);
        for (int i = 0; i < members.Length; i++)
        {
            ref readonly MemberRow member = ref members[i];
            long offset = start + (long)member.BitOffset;
            var name = new NameId(member.Name);
            if (name.IsNone || graph.Graph.IsEmptyName(name))
            {
                TypeId inner = graph.Sizes.Strip(new TypeId(member.Type));
                if (graph.Graph[inner].IsComposite)
                {
                    Add(graph, inner.Value, offset, depth + 1, maxDepth);
                }

                continue;
            }

            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Count * 2);
            }

            long size = member.BitSize != 0 ? member.BitSize : Math.Min(graph.Sizes.SizeBytesOf(new TypeId(member.Type)), long.MaxValue / 32) * 8;
            _entries[Count] = new MemberEntry
            {
                Hash = NameRef.HashOf(graph.Graph, name),
                Name = member.Name,
                Type = member.Type,
                BitOffset = offset,
                BitfieldBits = member.BitSize,
                SizeBits = size,
                Order = Count++,
                Match = -1,
                Renamed = -1,
                DeclaredAlignmentBytes = graph.HasAlignments ? graph.Graph[new TypeId(id)].Members[i].DeclaredAlignmentBytes : 0,
            };
        }
    }
}
