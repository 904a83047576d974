using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>A member, or something inside it, that ends in an array without a size.</summary>
/// <param name="Position">Position of the member in <see cref="StructLayout.Members"/>.</param>
/// <param name="Path">Path of the array, the member's name first.</param>
/// <param name="OffsetBytes">Where the array begins, from the start of the struct.</param>
/// <param name="IsTail">Whether it is the struct's own end; else members follow that it may overlap.</param>
public readonly record struct FlexibleArrayPlace(int Position, string Path, long OffsetBytes, bool IsTail);

/// <summary>
/// Finds arrays without a size at the end of a struct and of what it embeds. The markers of cache line groups, arrays of no elements
/// as well, are none. Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="analyzer">The layouts, of the same graph.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
internal sealed class FlexibleArrays(TypeGraph graph, LayoutAnalyzer analyzer, ReaderLimits? limits = null)
{
    private readonly int _maxNesting = Math.Min(128, (limits ?? ReaderLimits.Default).MaxNesting);

    // What lies at the end of a struct or union: path from inside it, and offset from its start.
    private readonly Dictionary<TypeId, (string Path, long OffsetBytes)?> _tails = [];

    /// <summary>The arrays, by offset of the member. Cost: linear in the members, and the nesting of each at its end.</summary>
    public FlexibleArrayPlace[] In(StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        TypeView type = graph[layout.Type];
        if (type.Kind != TypeKind.Struct || layout.Members.Length < 2)
        {
            return [];
        }

        var found = new List<FlexibleArrayPlace>();
        for (int i = 0; i < layout.Members.Length; i++)
        {
            MemberLayout place = layout.Members[i];
            MemberView member = type.Members[place.Index];
            bool isTail = place.Index == type.Members.Count - 1;
            if (!member.IsBitfield && TailOf(member, !isTail, 0) is var (path, offset))
            {
                found.Add(new FlexibleArrayPlace(i, path, (place.BitOffset / 8) + offset, isTail));
            }
        }

        return [.. found];
    }

    // Path and offset of the array at the end of a member; an array itself only where it may stand, at the end of a struct.
    private (string Path, long OffsetBytes)? TailOf(MemberView member, bool isEmbedded, int depth)
    {
        TypeId id = analyzer.Sizes.Strip(member.Type);
        TypeView type = graph[id];
        if (type.Kind == TypeKind.Array)
        {
            return type.ElementCount == 0 && !isEmbedded && analyzer.Sizes.SizeBytesOf(type.Target) > 0 && !IsMarker(member)
                ? (member.NameString, 0) : null;
        }

        return type.IsComposite && TailIn(type, depth) is var (path, offset)
            ? (member.IsAnonymous ? path : member.NameString + "." + path, offset) : null;
    }

    private (string Path, long OffsetBytes)? TailIn(TypeView type, int depth)
    {
        MemberList members = type.Members;
        if (members.Count == 0 || depth > _maxNesting)
        {
            return null;
        }

        if (_tails.TryGetValue(type.Id, out (string, long)? known))
        {
            return known;
        }

        _tails[type.Id] = null;
        bool isAlone = type.Kind == TypeKind.Struct && members.Count == 1;
        for (int i = type.Kind == TypeKind.Union ? 0 : members.Count - 1; i < members.Count; i++)
        {
            MemberView member = members[i];
            if (!member.IsBitfield && TailOf(member, isAlone, depth + 1) is var (path, offset))
            {
                return _tails[type.Id] = (path, offset + ((long)Math.Min(member.BitOffset, (ulong)TypeSizes.MaxSizeBytes) / 8));
            }
        }

        return null;
    }

    private static bool IsMarker(MemberView member) =>
        CachelineGroup.IsMarkerName(member.Name);
}
