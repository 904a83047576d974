using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Explains sizes of the types of two graphs. Not safe to share between threads.</summary>
/// <param name="old">The types before.</param>
/// <param name="now">The types now; may be the same graph.</param>
/// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
internal sealed class SizeExplainer(TypeGraph old, TypeGraph now, ReaderLimits? limits = null)
{
    private readonly ReaderLimits _limits = limits ?? ReaderLimits.Default;
    private readonly CompareGraph _old = new CompareSide(new TypeGraphSet(old), limits ?? ReaderLimits.Default).Graphs[0];
    private readonly CompareGraph _new = new CompareSide(new TypeGraphSet(now), limits ?? ReaderLimits.Default).Graphs[0];
    private readonly LayoutAnalyzer _oldLayouts = new(old, limits);
    private readonly LayoutAnalyzer _newLayouts = new(now, limits);

    /// <summary>Explains the sizes of two types. Cost: linear in their members.</summary>
    /// <param name="before">The struct or union before, or a typedef of one.</param>
    /// <param name="after">The struct or union now, or a typedef of one.</param>
    /// <exception cref="ArgumentException">One is neither.</exception>
    /// <exception cref="InvalidImageException">One holds more members than anything does, or nests deeper.</exception>
    public SizeExplanation Explain(TypeId before, TypeId after) => SizeExplanation.Of(
        new SizeShares(_old, _oldLayouts, before, _limits), new SizeShares(_new, _newLayouts, after, _limits));
}
