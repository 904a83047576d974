using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>What a list says of one type. A typedef has the layout of the struct or union behind it.</summary>
public readonly struct TypeRow
{
    /// <summary>The type.</summary>
    public TypeView Type { get; init; }

    /// <summary>Size, alignment and, of structs and unions, holes and padding.</summary>
    public LayoutSummary Layout { get; init; }

    /// <summary>True for structs, unions and typedefs of them.</summary>
    public bool HasLayout { get; init; }

    /// <summary>Number of members, enumerators or parameters.</summary>
    public long Members { get; init; }

    /// <summary>Cache lines that an object takes that lies at the start of one.</summary>
    public long Cachelines { get; init; }

    /// <summary>Bytes that sorting the members by alignment would save; 0 where it was not asked for.</summary>
    public long SavingBytes { get; init; }

    /// <summary>A column as a number; 0 for those that are text.</summary>
    public long NumberOf(RowColumn column) => column switch
    {
        RowColumn.Id => Type.Id.Value,
        RowColumn.Size => Layout.SizeBytes,
        RowColumn.Members => Members,
        RowColumn.Holes => Layout.Holes,
        RowColumn.HoleBytes => Layout.HoleBytes,
        RowColumn.LargestHole => Layout.LargestHoleBytes,
        RowColumn.BitHoles => Layout.BitHoles,
        RowColumn.BitHoleBits => Layout.BitHoleBits,
        RowColumn.Padding => Layout.PaddingBytes,
        RowColumn.PaddingBits => Layout.PaddingBits,
        RowColumn.Wasted => Layout.WastedBytes,
        RowColumn.Saving => SavingBytes,
        RowColumn.Cachelines => Cachelines,
        RowColumn.Alignment => Layout.AlignmentBytes,
        RowColumn.Packed => Layout.IsPacked ? 1 : 0,
        RowColumn.Flexible => Layout.HasFlexibleArray ? 1 : 0,
        _ => 0,
    };

    /// <summary>A column as text; empty for those that are numbers.</summary>
    public ReadOnlySpan<byte> TextOf(RowColumn column) => column switch
    {
        RowColumn.Name => Type.Name,
        RowColumn.Kind => TypeKinds.WordOf(Type.Kind),
        _ => default,
    };
}

/// <summary>Makes rows of types. Not safe to share between threads.</summary>
/// <param name="graph">The types.</param>
/// <param name="cachelineBytes">Bytes of a cache line, at least 1.</param>
/// <param name="withSaving">Whether to compute <see cref="TypeRow.SavingBytes"/>.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
internal sealed class TypeRowReader(TypeGraph graph, int cachelineBytes, bool withSaving, ReaderLimits? limits = null)
{
    private readonly LayoutAnalyzer _layouts = new(graph, limits);

    /// <summary>The row of a type of any kind. Cost: linear in its members; nothing is allocated.</summary>
    public TypeRow Read(TypeId id)
    {
        TypeView type = graph[id];
        TypeView behind = type.Kind == TypeKind.Typedef ? graph[_layouts.Sizes.Strip(id)] : type;
        if (!behind.IsComposite)
        {
            var plain = new LayoutSummary { SizeBytes = _layouts.Sizes.SizeBytesOf(id), AlignmentBytes = _layouts.Sizes.AlignmentBytesOf(id) };
            return RowOf(type, plain) with { Members = MembersOf(behind) };
        }

        LayoutSummary layout = _layouts.Summarize(behind.Id);
        bool mayShrink = withSaving && behind.Kind == TypeKind.Struct && layout.WastedBytes > 0 && !layout.IsPacked;
        return RowOf(type, layout) with
        {
            HasLayout = true,
            Members = layout.MemberCount,
            SavingBytes = mayShrink ? layout.SizeBytes - _layouts.SortedSizeBytesOf(behind.Id) : 0,
        };
    }

    private TypeRow RowOf(TypeView type, in LayoutSummary layout) =>
        new() { Type = type, Layout = layout, Cachelines = layout.CachelinesOf(cachelineBytes) };

    private int MembersOf(TypeView type) =>
        type.Kind == TypeKind.Function ? graph[type.Target].ElementsInList : type.ElementsInList;
}
