using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>All that is said of how one struct or union lies in memory. Immutable; safe to share between threads.</summary>
public sealed class LayoutReport
{
    internal LayoutReport(TypeGraph graph, StructLayout layout, int cachelineBytes)
    {
        Graph = graph;
        Layout = layout;
        CachelineBytes = cachelineBytes;
    }

    /// <summary>The graph of the type.</summary>
    public TypeGraph Graph { get; }

    /// <summary>The struct or union.</summary>
    public TypeId Type => Layout.Type;

    /// <summary>Its members with what is between them.</summary>
    public StructLayout Layout { get; }

    /// <summary>Bytes of a cache line.</summary>
    public int CachelineBytes { get; }

    /// <summary>Bytes of a page.</summary>
    public int PageBytes { get; init; }

    /// <summary>Its alignment, and where that comes from.</summary>
    public required WholeAlignment Alignment { get; init; }

    /// <summary>For a packed one, the position of the first member that shows it; -1 where only the size does.</summary>
    public int PackedMember { get; init; } = -1;

    /// <summary>Alignment of members beyond what their types need by nature, by position; <c>default</c> where there is none.</summary>
    public required IReadOnlyList<MemberAlignment> MemberAlignments { get; init; }

    /// <summary>Holes and padding, by offset.</summary>
    public required IReadOnlyList<LayoutGap> Gaps { get; init; }

    /// <summary>Members that lie on several lines, by offset; none for a union.</summary>
    public required IReadOnlyList<StraddlingMember> Straddling { get; init; }

    /// <summary>Cache lines with what lies on them; none for a union.</summary>
    public required IReadOnlyList<CachelineRun> Lines { get; init; }

    /// <summary>The groups that markers make.</summary>
    public required CachelineGroups Groups { get; init; }

    /// <summary>Bytes lost inside the types of members.</summary>
    public long EmbeddedLostBytes { get; init; }

    /// <summary>The same for each member, by position.</summary>
    public required IReadOnlyList<long> MemberLostBytes { get; init; }

    /// <summary>Where those are lost, the largest first.</summary>
    public required IReadOnlyList<EmbeddedLoss> Embedded { get; init; }

    /// <summary>Whether there are more such places.</summary>
    public bool IsEmbeddedCut { get; init; }

    /// <summary>What the allocator makes of its size.</summary>
    public AllocatorFacts Allocator { get; init; }

    /// <summary>Arrays without a size: its own end, and those that are embedded.</summary>
    public required IReadOnlyList<FlexibleArrayPlace> FlexibleArrays { get; init; }

    /// <summary>One of the members.</summary>
    /// <param name="position">Position in <see cref="StructLayout.Members"/>.</param>
    public MemberView MemberAt(int position) => Graph[Type].Members[Layout.Members[position].Index];
}

/// <summary>Makes reports of the types of one graph. Not safe to share between threads: make one for each.</summary>
public sealed class LayoutReporter
{
    private readonly TypeGraph _graph;
    private readonly int _cachelineBytes;
    private readonly int _pageBytes;
    private readonly LayoutAnalyzer _analyzer;
    private readonly GapExplainer _gaps;
    private readonly CachelineGroupFinder _groups;
    private readonly EmbeddedWaste _waste;
    private readonly FlexibleArrays _arrays;

    /// <summary>Prepares for a graph. Cost: some 20 bytes for each type.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="cachelineBytes">Bytes of a cache line, a power of two.</param>
    /// <param name="pageBytes">Bytes of a page, a power of two.</param>
    /// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
    public LayoutReporter(TypeGraph graph, int cachelineBytes = 64, int pageBytes = KmallocBuckets.PageBytes, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _cachelineBytes = cachelineBytes;
        _pageBytes = pageBytes;
        _analyzer = new LayoutAnalyzer(graph, limits);
        var inference = new AlignmentInference(_analyzer, graph, cachelineBytes, limits);
        _gaps = new GapExplainer(graph, _analyzer, inference);
        _groups = new CachelineGroupFinder(graph, _analyzer, inference, cachelineBytes, limits);
        _waste = new EmbeddedWaste(graph, _analyzer, limits);
        _arrays = new FlexibleArrays(graph, _analyzer, limits);
    }

    /// <summary>The types.</summary>
    public TypeGraph Graph => _graph;

    /// <summary>Reports on a struct or union. Cost: linear in its members and what they embed.</summary>
    /// <exception cref="ArgumentException">The type is neither.</exception>
    public LayoutReport Report(TypeId id)
    {
        StructLayout layout = _analyzer.Analyze(id);
        bool isStruct = _graph.KindOf(id) == TypeKind.Struct;
        var alignments = new MemberAlignment[layout.Members.Length];
        long[] lost = new long[layout.Members.Length];
        for (int i = 0; i < alignments.Length; i++)
        {
            alignments[i] = _gaps.AlignmentOf(layout, i);
            lost[i] = _waste.BytesInMember(_graph[id].Members[layout.Members[i].Index]);
        }

        WholeAlignment alignment = _gaps.AlignmentOf(layout);
        return new LayoutReport(_graph, layout, _cachelineBytes)
        {
            PageBytes = _pageBytes,
            Alignment = alignment,
            PackedMember = layout.Summary.IsPacked ? _gaps.PackedMemberOf(layout) : -1,
            MemberAlignments = alignments,
            Gaps = _gaps.Explain(layout),
            Straddling = isStruct ? StraddlingMember.Of(layout, _cachelineBytes) : [],
            Lines = isStruct ? CachelineRun.Of(layout, _cachelineBytes) : [],
            Groups = _groups.Find(id),
            EmbeddedLostBytes = _waste.BytesIn(id),
            MemberLostBytes = lost,
            Embedded = _waste.PlacesIn(id, out bool isCut),
            IsEmbeddedCut = isCut,
            Allocator = AllocatorFacts.Of(layout.Summary.SizeBytes, alignment.AlignmentBytes, _pageBytes),
            FlexibleArrays = _arrays.In(layout),
        };
    }
}
