using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>A member as its name finds it, the anonymous ones around it seen through.</summary>
/// <param name="BitOffset">First bit, from the start of the struct that was asked.</param>
/// <param name="Type">The declared type.</param>
/// <param name="BitfieldBits">Width of a bitfield; 0 for others.</param>
internal readonly record struct NamedMember(long BitOffset, TypeId Type, int BitfieldBits);

/// <summary>The members of one struct or union, made to be asked by offset and by name. Made once for each type that is asked.</summary>
internal sealed class FieldIndex
{
    private readonly TypeGraph _graph;
    private readonly StructLayout _layout;
    private readonly long[] _ends;
    private readonly string?[] _names;
    private Dictionary<string, NamedMember>? _byName;

    /// <summary>Makes the index. Cost: linear in the members.</summary>
    internal FieldIndex(TypeGraph graph, StructLayout layout)
    {
        _graph = graph;
        _layout = layout;
        IsUnion = graph.KindOf(layout.Type) == TypeKind.Union;
        _ends = new long[layout.Members.Length];
        _names = new string?[layout.Members.Length];
        long end = 0;
        for (int i = 0; i < _ends.Length; i++)
        {
            end = Math.Max(end, layout.Members[i].EndBits);
            _ends[i] = end;
        }
    }

    internal bool IsUnion { get; }

    internal long SizeBits => _layout.Summary.SizeBytes * 8;

    internal LayoutSummary Summary => _layout.Summary;

    internal StructLayout Layout => _layout;

    /// <summary>The members by offset.</summary>
    internal ReadOnlySpan<MemberLayout> Members => _layout.Members;

    /// <summary>The largest end, in bits, of the members up to a position.</summary>
    internal long EndBitsUpTo(int position) => position < 0 ? 0 : _ends[position];

    internal MemberView ViewOf(int position) => _graph[_layout.Type].Members[_layout.Members[position].Index];

    /// <summary>The name of a member, empty where it has none.</summary>
    internal string NameOf(int position) => _names[position] ??= ViewOf(position).NameString;

    /// <summary>The first position whose member begins at a bit or behind it. Cost: O(log members).</summary>
    internal int FirstFrom(long bit)
    {
        ReadOnlySpan<MemberLayout> members = _layout.Members;
        int low = 0, high = members.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (members[middle].BitOffset >= bit)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>The members by name. Cost: linear in those of the type and of the anonymous ones in it, once.</summary>
    internal Dictionary<string, NamedMember> ByName(TypeSizes sizes) => _byName ??= CollectNames(sizes);

    // A second visit to a type adds no name that the first did not, so each is seen once, however often it is nested.
    private Dictionary<string, NamedMember> CollectNames(TypeSizes sizes)
    {
        var found = new Dictionary<string, NamedMember>(StringComparer.Ordinal);
        var seen = new HashSet<TypeId> { _layout.Type };
        var open = new Queue<(TypeId Type, long StartBits)>();
        open.Enqueue((_layout.Type, 0));
        while (open.TryDequeue(out (TypeId Type, long StartBits) at))
        {
            foreach (MemberView member in _graph[at.Type].Members)
            {
                long start = at.StartBits + (long)Math.Min(member.BitOffset, (ulong)(TypeSizes.MaxSizeBytes - 1));
                start = Math.Min(start, TypeSizes.MaxSizeBytes);
                if (!member.IsAnonymous)
                {
                    found.TryAdd(member.NameString, new NamedMember(start, member.Type, (int)member.BitSize));
                }
                else if (sizes.Strip(member.Type) is var inner && _graph[inner].IsComposite && seen.Add(inner))
                {
                    open.Enqueue((inner, start));
                }
            }
        }

        return found;
    }
}
