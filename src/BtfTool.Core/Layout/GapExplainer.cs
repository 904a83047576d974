using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>
/// Finds all unused room of a struct or union and says what makes it. The rules are those of the C ABIs (alignment by type, bitfields
/// that do not cross their storage unit); forced alignment is that of <see cref="AlignmentInference"/>. Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="analyzer">The layouts, of the same graph.</param>
/// <param name="inference">Forced alignment, of the same graph.</param>
internal sealed class GapExplainer(TypeGraph graph, LayoutAnalyzer analyzer, AlignmentInference inference)
{
    /// <summary>The gaps, by offset. Cost: linear in the members.</summary>
    public LayoutGap[] Explain(StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var gaps = new List<LayoutGap>();
        for (int i = 0; graph.KindOf(layout.Type) == TypeKind.Struct && i < layout.Members.Length; i++)
        {
            (long bytes, long bits) = i == 0 ? (layout.LeadingHoleBytes, layout.LeadingHoleBits)
                : (layout.Members[i - 1].HoleBytes, layout.Members[i - 1].HoleBits);
            AddBitHole(layout, i, bits, gaps);
            AddHole(layout, i, bytes, gaps);
        }

        LayoutSummary summary = layout.Summary;
        int last = layout.Members.Length - 1;
        if (summary.PaddingBits > 0 && last >= 0)
        {
            gaps.Add(new LayoutGap(GapKind.BitPadding, layout.Members[last].EndBits, summary.PaddingBits, last, -1,
                GapCause.StorageUnitEnds, 0, last));
        }

        if (summary.PaddingBytes > 0)
        {
            gaps.Add(Padding(layout));
        }

        return [.. gaps];
    }

    /// <summary>The alignment of the whole, and which member gives it where it is more than natural. Cost: linear in the members.</summary>
    public WholeAlignment AlignmentOf(StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        int natural = NaturalOf(layout);
        int whole = Math.Max(inference.AlignmentBytesOf(layout.Type), natural);
        ForcedAlignment own = inference.OfStruct(layout);
        if (whole == natural)
        {
            return new WholeAlignment(natural, natural, GapCause.NaturalAlignment, -1);
        }

        if (own.Cause == AlignmentCause.Declared && own.AlignmentBytes == whole)
        {
            return new WholeAlignment(natural, whole, GapCause.DeclaredAlignment, -1);
        }

        (GapCause cause, int culprit) = CulpritOf(layout, whole);
        return new WholeAlignment(natural, whole, culprit < 0 ? GapCause.InferredAlignment : cause, culprit);
    }

    /// <summary>The alignment of one member beyond its type's natural one.</summary>
    public MemberAlignment AlignmentOf(StructLayout layout, int position)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ForcedAlignment forced = inference.OfMember(layout, position);
        int inner = inference.AlignmentBytesOf(TypeOf(layout, position));
        return forced.Cause == AlignmentCause.Declared ? new MemberAlignment(forced.AlignmentBytes, GapCause.DeclaredAlignment)
            : forced.AlignmentBytes > inner ? new MemberAlignment(forced.AlignmentBytes, GapCause.InferredAlignment)
            : inner > analyzer.Sizes.AlignmentBytesOf(TypeOf(layout, position)) ? new MemberAlignment(inner, GapCause.TypeAlignment) : default;
    }

    /// <summary>The position of a member that breaks its natural alignment, which shows that a struct is packed; -1 where only the size does.</summary>
    public int PackedMemberOf(StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        for (int i = 0; i < layout.Members.Length; i++)
        {
            MemberLayout member = layout.Members[i];
            if (member.BitfieldBits == 0 && (member.BitOffset & ((member.AlignmentBytes * 8L) - 1)) != 0)
            {
                return i;
            }
        }

        return -1;
    }

    private int NaturalOf(StructLayout layout)
    {
        int natural = 1;
        for (int i = 0; i < layout.Members.Length && !layout.Summary.IsPacked; i++)
        {
            natural = Math.Max(natural, analyzer.Sizes.AlignmentBytesOf(TypeOf(layout, i)));
        }

        return natural;
    }

    private TypeId TypeOf(StructLayout layout, int position) => graph[layout.Type].Members[layout.Members[position].Index].Type;

    private void AddHole(StructLayout layout, int at, long bytes, List<LayoutGap> gaps)
    {
        if (bytes <= 0)
        {
            return;
        }

        MemberLayout member = layout.Members[at];
        (GapCause cause, int alignment) = CauseOf(layout, at, bytes);
        gaps.Add(new LayoutGap(GapKind.Hole, Math.Max(0, member.OffsetBytes - bytes) * 8, bytes * 8, at - 1, at, cause, alignment,
            cause == GapCause.Unexplained ? -1 : at));
    }

    private (GapCause Cause, int AlignmentBytes) CauseOf(StructLayout layout, int at, long bytes)
    {
        long end = layout.Members[at].OffsetBytes;
        ForcedAlignment forced = inference.OfMember(layout, at);
        int natural = analyzer.Sizes.AlignmentBytesOf(TypeOf(layout, at));
        int inner = inference.AlignmentBytesOf(TypeOf(layout, at));
        return forced.Cause == AlignmentCause.Declared && Makes(forced.AlignmentBytes, bytes, end)
                ? (GapCause.DeclaredAlignment, forced.AlignmentBytes)
            : Makes(natural, bytes, end) ? (GapCause.NaturalAlignment, natural)
            : Makes(inner, bytes, end) ? (GapCause.TypeAlignment, inner)
            : forced is { Cause: AlignmentCause.Inferred, AlignmentBytes: > 0 } ? (GapCause.InferredAlignment, forced.AlignmentBytes)
            : (GapCause.Unexplained, 0);
    }

    private static bool Makes(int alignmentBytes, long gapBytes, long endBytes) =>
        gapBytes < alignmentBytes && (endBytes & (alignmentBytes - 1)) == 0;

    private static void AddBitHole(StructLayout layout, int at, long bits, List<LayoutGap> gaps)
    {
        if (bits <= 0)
        {
            return;
        }

        MemberLayout member = layout.Members[at];
        bool followsField = at > 0 && layout.Members[at - 1].BitfieldBits != 0;
        long start = followsField ? layout.Members[at - 1].EndBits : member.BitOffset - bits;
        GapCause cause = member.BitfieldBits == 0 ? GapCause.StorageUnitEnds
            : followsField && !Fits(member, start) ? GapCause.StorageUnitFull : GapCause.SkippedBits;
        gaps.Add(new LayoutGap(GapKind.BitHole, Math.Max(0, start), bits, at - 1, at, cause, 0, at));
    }

    private static bool Fits(in MemberLayout field, long bit)
    {
        long unit = Math.Max(8, Math.Min(field.SizeBytes, 16) * 8);
        return (bit % unit) + field.BitfieldBits <= unit;
    }

    private LayoutGap Padding(StructLayout layout)
    {
        LayoutSummary summary = layout.Summary;
        long bytes = summary.PaddingBytes, size = summary.SizeBytes;
        int last = graph.KindOf(layout.Type) == TypeKind.Union ? LargestOf(layout) : layout.Members.Length - 1;
        int natural = NaturalOf(layout);
        ForcedAlignment own = inference.OfStruct(layout);
        (GapCause cause, int alignment, int culprit) = (GapCause.Unexplained, 0, -1);
        if (own.Cause == AlignmentCause.Declared && Makes(own.AlignmentBytes, bytes, size))
        {
            (cause, alignment) = (GapCause.DeclaredAlignment, own.AlignmentBytes);
        }
        else if (Makes(natural, bytes, size))
        {
            (cause, alignment) = (GapCause.NaturalAlignment, natural);
            culprit = NaturalCulprit(layout, natural);
        }
        else if (inference.AlignmentBytesOf(layout.Type) is var whole && Makes(whole, bytes, size))
        {
            (cause, culprit) = CulpritOf(layout, whole);
            (cause, alignment) = (culprit < 0 ? GapCause.InferredAlignment : cause, whole);
        }

        return new LayoutGap(GapKind.Padding, (size - bytes) * 8, bytes * 8, last, -1, cause, alignment, culprit);
    }

    private static int LargestOf(StructLayout layout)
    {
        int largest = -1;
        for (int i = 0; i < layout.Members.Length; i++)
        {
            largest = largest < 0 || layout.Members[i].EndBits > layout.Members[largest].EndBits ? i : largest;
        }

        return largest;
    }

    private int NaturalCulprit(StructLayout layout, int alignmentBytes)
    {
        for (int i = 0; i < layout.Members.Length; i++)
        {
            if (analyzer.Sizes.AlignmentBytesOf(TypeOf(layout, i)) == alignmentBytes)
            {
                return i;
            }
        }

        return -1;
    }

    private (GapCause Cause, int Position) CulpritOf(StructLayout layout, int alignmentBytes)
    {
        for (int i = 0; i < layout.Members.Length; i++)
        {
            if (inference.AlignmentBytesOf(TypeOf(layout, i)) == alignmentBytes)
            {
                return (GapCause.TypeAlignment, i);
            }

            ForcedAlignment forced = inference.OfMember(layout, i);
            if (forced.AlignmentBytes == alignmentBytes)
            {
                return (forced.Cause == AlignmentCause.Declared ? GapCause.DeclaredAlignment : GapCause.InferredAlignment, i);
            }
        }

        return (GapCause.Unexplained, -1);
    }
}
