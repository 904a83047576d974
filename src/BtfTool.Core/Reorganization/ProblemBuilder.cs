using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Makes of a struct what can be packed: which members move as one, what nothing crosses and why. The rules are those of
/// <see cref="BarrierReason"/>; none asks for the name of a type. What the rules do not explain of the layout at hand stays.
/// </summary>
internal sealed class ProblemBuilder
{
    private const long MaxSizeBytes = 1L << 40;

    private readonly TypeGraph _graph;
    private readonly LayoutAnalyzer _analyzer;
    private readonly AlignmentInference _alignments;
    private readonly ReorganizeOptions _options;
    private readonly MemberConstraints _constraints;
    private readonly FlexibleTails _tails;
    private readonly List<PackingItem> _items = [];
    private readonly List<Barrier> _barriers = [];
    private StructLayout _layout = null!;
    private CachelineMarkers _groups;
    private long _end;
    private bool _fixNext;
    private bool _hasSize;
    private BarrierReason _refusal;

    public ProblemBuilder(TypeGraph graph, LayoutAnalyzer analyzer, AlignmentInference alignments, FlexibleTails tails,
        ReorganizeOptions options, MemberConstraints constraints)
    {
        (_graph, _analyzer, _alignments, _tails, _options, _constraints) = (graph, analyzer, alignments, tails, options, constraints);
    }

    /// <summary>Members that stay, by offset.</summary>
    public List<Barrier> Barriers => _barriers;

    /// <summary>The items as they lie, with nothing glued; null where the whole struct stays.</summary>
    public PackingProblem? Given { get; private set; }

    /// <summary>
    /// The problem; where members that lie apart are to lie together one for each place that they may be counted from. None where the
    /// whole struct stays, and why.
    /// </summary>
    public List<PackingProblem> Build(StructLayout layout, out BarrierReason kept)
    {
        var problems = new List<PackingProblem>();
        _layout = layout;
        _groups = CachelineMarkers.Of(_graph, layout);
        kept = Refused(layout);
        if (kept != BarrierReason.None)
        {
            return problems;
        }

        for (int i = 0; i < layout.Members.Length && _refusal == BarrierReason.None;)
        {
            i = layout.Members[i].BitfieldBits != 0 ? AddRun(i) : AddPlain(i);
        }

        long alignment = StructAlignment();
        kept = _refusal;
        if (kept != BarrierReason.None || !CloseTail(alignment))
        {
            kept = kept == BarrierReason.None ? BarrierReason.Overlap : kept;
            return problems;
        }

        Given = ProblemOf(_items, alignment, layout.Summary.SizeBytes);
        for (int anchor = 0; anchor < _constraints.Anchors; anchor++)
        {
            List<PackingItem> items = _constraints.Glue(_items, anchor);
            PackingProblem problem = ReferenceEquals(items, _items) ? Given : ProblemOf(items, alignment, layout.Summary.SizeBytes);
            problems.Add(problem);
            if (problem.HasOrderOf(Given))
            {
                return [problem];
            }
        }

        return problems;
    }

    private PackingProblem ProblemOf(List<PackingItem> items, long alignment, long maxSizeBytes) =>
        new(items, alignment, _options.CachelineBytes, maxSizeBytes) { MayMergeRuns = _options.SplitBitfields };

    private BarrierReason Refused(StructLayout layout) =>
        _graph.KindOf(layout.Type) == TypeKind.Union ? BarrierReason.Union
        : layout.Summary.IsPacked ? BarrierReason.PackedStruct
        : layout.Members.Length < 2 ? BarrierReason.TooSmall
        : layout.Summary.SizeBytes > MaxSizeBytes ? BarrierReason.Overlap
        : _options.Keep?.Invoke(layout.Type) ?? BarrierReason.None;

    private int AddPlain(int i)
    {
        MemberLayout member = _layout.Members[i];
        if (member.SizeBytes > MaxSizeBytes || member.BitOffset % 8 != 0)
        {
            _refusal = BarrierReason.Overlap;
            return i + 1;
        }

        int natural = member.AlignmentBytes;
        long gap = member.OffsetBytes - ((_end + 7) / 8);
        if (gap < 0)
        {
            _refusal = BarrierReason.Overlap;
            return i + 1;
        }

        TypeId type = _graph[_layout.Type].Members[member.Index].Type;
        (BarrierReason reason, int alignment) = ReasonOf(i, member, natural, gap);
        int inferred = Fitting(_alignments.AlignmentBytesOf(type), member.OffsetBytes);
        if (inferred >= _options.CachelineBytes && inferred > natural && reason == BarrierReason.None)
        {
            reason = BarrierReason.InferredAlignment;
        }

        alignment = Math.Max(Math.Max(natural, alignment), inferred);
        if (reason == BarrierReason.UnexplainedHole)
        {
            AddFiller(gap / natural * natural);
        }

        Add(new PackingItem([_constraints.Mark(new PackingPart
        {
            Member = member.Index,
            SizeBits = member.SizeBytes * 8,
            AlignmentBits = alignment * 8L,
            PinnedBit = -1,
        }, member)]), reason, reason is BarrierReason.DeclaredAlignment or BarrierReason.InferredAlignment ? alignment : 0);
        _fixNext = member.SizeBytes > 0 && i < _layout.Members.Length - 1 && _tails.EndsInFlexibleArray(type);
        _end = member.EndBits;
        _hasSize |= member.SizeBytes > 0;
        return i + 1;
    }

    // The strongest reason is said; what matters is that there is one.
    private (BarrierReason Reason, int AlignmentBytes) ReasonOf(int i, MemberLayout member, int natural, long gap)
    {
        bool isLast = i == _layout.Members.Length - 1;
        TypeId type = _graph[_layout.Type].Members[member.Index].Type;
        int ofType = _analyzer.Sizes.AlignmentBytesOf(type);
        ForcedAlignment forced = gap >= natural ? Explain(member.OffsetBytes, gap, natural) : default;
        (BarrierReason ofAlignment, int alignment) =
            natural > ofType ? (BarrierReason.DeclaredAlignment, Math.Max(natural, forced.AlignmentBytes))
            : forced.Cause == AlignmentCause.Inferred ? (BarrierReason.InferredAlignment, forced.AlignmentBytes)
            : forced.Cause == AlignmentCause.Unexplained ? (BarrierReason.UnexplainedHole, 0)
            : (BarrierReason.None, 0);
        BarrierReason reason = forced.Cause == AlignmentCause.Unexplained ? BarrierReason.UnexplainedHole
            : !_hasSize ? BarrierReason.FirstMember
            : isLast && _tails.EndsInFlexibleArray(type) ? BarrierReason.FlexibleArray
            : member.SizeBytes == 0 && !IsEmptyStruct(type) ? BarrierReason.Marker
            : _tails.EndsInFlexibleArray(type) ? BarrierReason.EmbeddedFlexibleArray
            : !_options.Groups && _groups.Contains(i) ? BarrierReason.CachelineGroup
            : _constraints.IsPinned(member.Index) ? BarrierReason.Pinned
            : _fixNext ? BarrierReason.EmbeddedFlexibleArray
            : ofAlignment;
        return (reason, alignment);
    }

    private ForcedAlignment Explain(long offsetBytes, long gapBytes, int natural) =>
        AlignmentInference.OfGap(offsetBytes, gapBytes, natural, int.Log2(_options.CachelineBytes), _layout.Summary.SizeBytes);

    // An empty struct of a name of its own is a type that happens to be empty in this build; `struct { } here;` is there to mark a place.
    private bool IsEmptyStruct(TypeId type) =>
        _graph[_analyzer.Sizes.Strip(type)] is { Kind: TypeKind.Struct, Members.Count: 0 } && !_graph[type].IsAnonymous;

    private int Fitting(int alignmentBytes, long offsetBytes)
    {
        long places = offsetBytes | _layout.Summary.SizeBytes;
        return (int)Math.Min(alignmentBytes, places == 0 ? alignmentBytes : places & -places);
    }

    private int AddRun(int i)
    {
        int end = i;
        while (end < _layout.Members.Length && _layout.Members[end].BitfieldBits != 0)
        {
            end++;
        }

        ReadOnlySpan<MemberLayout> run = _layout.Members[i..end];
        BitfieldRun parts = BitfieldRun.Of(run, _end);
        if (parts.Overlaps)
        {
            _refusal = BarrierReason.Overlap;
            return end;
        }

        BarrierReason reason = !_hasSize ? BarrierReason.FirstMember
            : _constraints.IsAnyPinned(run) ? BarrierReason.Pinned
            : !_options.Groups && _groups.Contains(i) ? BarrierReason.CachelineGroup
            : _fixNext ? BarrierReason.EmbeddedFlexibleArray
            : parts.StartIsExplained ? BarrierReason.None : BarrierReason.UnexplainedHole;
        _fixNext = false;
        AddFiller(parts.GapBytes);
        for (int k = 0; k < parts.Parts.Length; k++)
        {
            parts.Parts[k] = _constraints.Mark(parts.Parts[k], run[k]);
        }

        if (_options.SplitBitfields && parts.IsExplained && reason is BarrierReason.None or BarrierReason.FirstMember)
        {
            for (int k = 0; k < run.Length; k++)
            {
                Add(new PackingItem([parts.Parts[k]]), k == 0 ? reason : BarrierReason.None, 0);
            }
        }
        else
        {
            Add(new PackingItem(parts.Parts), reason, 0);
        }

        _end = run[^1].EndBits;
        _hasSize = true;
        return end;
    }

    private void Add(PackingItem item, BarrierReason reason, int alignmentBytes)
    {
        item.IsFixed = reason != BarrierReason.None;
        _items.Add(item);
        if (item.IsFixed)
        {
            _barriers.Add(new Barrier(item.Parts[0].Member, reason, alignmentBytes));
        }
    }

    private void AddFiller(long bytes)
    {
        if (bytes > 0)
        {
            _items.Add(new PackingItem([new PackingPart { Member = -1, SizeBits = bytes * 8, AlignmentBits = 8, PinnedBit = -1, NeverCounts = true }]) { IsFixed = true });
        }
    }

    private long StructAlignment()
    {
        long alignment = Math.Max(_layout.Summary.AlignmentBytes, 1);
        foreach (PackingItem item in _items)
        {
            foreach (PackingPart part in item.Parts)
            {
                alignment = Math.Max(alignment, part.Kind == PartKind.Plain ? part.AlignmentBits / 8 : 1);
            }
        }

        ForcedAlignment whole = _alignments.OfStruct(_layout);
        alignment = Math.Max(alignment, whole.AlignmentBytes);
        long size = _layout.Summary.SizeBytes;
        return size == 0 ? alignment : Math.Min(alignment, size & -size);
    }

    // Padding that the alignment does not explain stays.
    private bool CloseTail(long alignment)
    {
        long size = _layout.Summary.SizeBytes, end = (_end + 7) / 8;
        long padding = size - end;
        if (padding < 0)
        {
            return false;
        }

        AddFiller(padding >= alignment ? padding : 0);
        return true;
    }
}
