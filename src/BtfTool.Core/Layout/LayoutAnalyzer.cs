using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// Computes how structs and unions lie in memory: holes, bit holes, padding. Not safe to share between threads: make one for each.
/// Nothing here throws for what a file contained.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
public sealed class LayoutAnalyzer(TypeGraph graph, ReaderLimits? limits = null)
{
    private MemberLayout[] _scratch = new MemberLayout[64];

    /// <summary>Sizes and alignments, as this analyzer sees them.</summary>
    public TypeSizes Sizes { get; } = new(graph, limits);

    /// <summary>What a struct or union comes to. Cost: linear in its members; nothing is allocated.</summary>
    /// <exception cref="ArgumentException">The type is neither.</exception>
    public LayoutSummary Summarize(TypeId id) => Walk(id, out _, out _, out _);

    /// <summary>The whole layout of a struct or union. Cost: linear in its members.</summary>
    /// <exception cref="ArgumentException">The type is neither.</exception>
    public StructLayout Analyze(TypeId id)
    {
        LayoutSummary summary = Walk(id, out Span<MemberLayout> members, out long leadingBytes, out long leadingBits);
        return new StructLayout(id, summary, members.ToArray(), leadingBytes, leadingBits);
    }

    private LayoutSummary Walk(TypeId id, out Span<MemberLayout> members, out long leadingBytes, out long leadingBits)
    {
        TypeView type = graph[id];
        if (!type.IsComposite)
        {
            throw new ArgumentException($"type {id} is no struct or union", nameof(id));
        }

        members = Place(type);
        (leadingBytes, leadingBits) = (0, 0);
        var summary = new LayoutSummary
        {
            SizeBytes = Sizes.SizeBytesOf(id),
            AlignmentBytes = Sizes.AlignmentBytesOf(id),
            IsPacked = Sizes.IsPacked(id),
            MemberCount = members.Length,
            HasFlexibleArray = EndsInFlexibleArray(type),
        };
        return type.Kind == TypeKind.Union ? OfUnion(summary, members) : OfStruct(summary, members, ref leadingBytes, ref leadingBits);
    }

    private Span<MemberLayout> Place(TypeView type)
    {
        MemberList list = type.Members;
        if (_scratch.Length < list.Count)
        {
            _scratch = new MemberLayout[Math.Max(list.Count, 2 * _scratch.Length)];
        }

        Span<MemberLayout> members = _scratch.AsSpan(0, list.Count);
        bool isSorted = true;
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = Place(list[i], i);
            isSorted &= i == 0 || members[i - 1].BitOffset <= members[i].BitOffset;
        }

        if (!isSorted)
        {
            members.Sort(static (a, b) => a.BitOffset != b.BitOffset ? a.BitOffset.CompareTo(b.BitOffset) : a.Index.CompareTo(b.Index));
        }

        return members;
    }

    // The storage unit of a bitfield is that of its type, where a multiple of the type's size holds its first bit.
    private MemberLayout Place(MemberView member, int index)
    {
        long offset = (long)Math.Min(member.BitOffset, (ulong)TypeSizes.MaxSizeBytes);
        long size = Sizes.SizeBytesOf(member.Type);
        return new MemberLayout
        {
            Index = index,
            BitOffset = offset,
            BitfieldBits = (int)Math.Min(member.BitSize, int.MaxValue),
            SizeBytes = Math.Min(size, (long.MaxValue - offset) / 8),
            AlignmentBytes = Math.Max(Sizes.AlignmentBytesOf(member.Type), (int)Math.Min(member.DeclaredAlignmentBytes, 1 << 30)),
            OffsetBytes = member.IsBitfield && size is > 0 and <= 16 ? offset / (size * 8) * size : offset / 8,
        };
    }

    private bool EndsInFlexibleArray(TypeView type)
    {
        MemberList members = type.Members;
        return type.Kind == TypeKind.Struct && members.Count > 1
            && graph[Sizes.Strip(members[members.Count - 1].Type)] is { Kind: TypeKind.Array, ElementCount: 0 };
    }

    private static LayoutSummary OfUnion(in LayoutSummary summary, ReadOnlySpan<MemberLayout> members)
    {
        long end = 0;
        foreach (ref readonly MemberLayout member in members)
        {
            end = Math.Max(end, member.BitfieldBits != 0 ? member.OffsetBytes + member.SizeBytes : member.EndBits / 8);
        }

        return summary with { PaddingBytes = members.Length == 0 ? 0 : Math.Max(0, summary.SizeBytes - end) };
    }

    private static LayoutSummary OfStruct(in LayoutSummary summary, Span<MemberLayout> members, ref long leadingBytes, ref long leadingBits)
    {
        long sizeBits = summary.SizeBytes * 8;
        var cursor = new HoleCursor { FieldEnd = sizeBits };
        int holes = 0, bitHoles = 0;
        long holeBytes = 0, holeBits = 0, largest = 0;
        for (int i = 0; i < members.Length; i++)
        {
            ref MemberLayout member = ref members[i];
            (long bytes, long bits) = cursor.Step(member.BitOffset, member.BitfieldBits, member.OffsetBytes, member.SizeBytes);
            holes += bytes > 0 ? 1 : 0;
            holeBytes += Math.Max(0, bytes);
            largest = Math.Max(largest, bytes);
            bitHoles += bits > 0 ? 1 : 0;
            holeBits += Math.Max(0, bits);
            if (i == 0)
            {
                (leadingBytes, leadingBits) = (bytes, bits);
            }
            else
            {
                (members[i - 1].HoleBytes, members[i - 1].HoleBits) = (bytes, bits);
            }
        }

        (long paddingBytes, long paddingBits) = members.Length == 0 ? (0, 0) : cursor.Finish(sizeBits);
        return summary with
        {
            Holes = holes,
            HoleBytes = holeBytes,
            LargestHoleBytes = largest,
            BitHoles = bitHoles,
            BitHoleBits = holeBits,
            PaddingBytes = Math.Max(0, paddingBytes),
            PaddingBits = Math.Max(0, paddingBits),
        };
    }
}
