using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>What a comparison looks at.</summary>
public sealed record CompareOptions
{
    /// <summary>Everything, within the usual limits.</summary>
    public static CompareOptions Default { get; } = new();

    /// <summary>
    /// Which types are wanted, asked of the old and of the new type; null for all. What changed in a type that a wanted one embeds is told
    /// as well where <see cref="WithCauses"/> says so.
    /// </summary>
    public Func<TypeRef, bool>? IsWanted { get; init; }

    /// <summary>Whether the causes of changes of wanted types are told, though they are not wanted themselves.</summary>
    public bool WithCauses { get; init; } = true;

    /// <summary>Whether the prototypes of functions that both sides have are compared.</summary>
    public bool Functions { get; init; } = true;

    /// <summary>
    /// Whether the old build is only some types, as a baseline of some: what it has no definition of is not compared, so that nothing is new
    /// and nothing became complete but other layouts and enumerators of what it has.
    /// </summary>
    public bool IsOldPartial { get; init; }

    /// <summary>The same of the new build: nothing of what it does not define is gone.</summary>
    public bool IsNewPartial { get; init; }

    /// <summary>
    /// Whether both sides hold only the wanted types with all that they embed, as a search for names finds them: how many types embed one
    /// is not known then, and renamed types are not looked for. What could be some is in <see cref="GraphDiffResult.Gone"/>.
    /// </summary>
    public bool IsExcerpt { get; init; }

    /// <summary>Bounds what an input can make the comparison do.</summary>
    public ReaderLimits Limits { get; init; } = ReaderLimits.Default;
}
