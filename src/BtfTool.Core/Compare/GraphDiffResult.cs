namespace BtfTool.Core.Compare;

/// <summary>What a comparison of two builds found.</summary>
public sealed class GraphDiffResult
{
    private readonly int[] _counts = new int[Enum.GetValues<ChangeClass>().Length];

    internal GraphDiffResult(IReadOnlyList<TypeDifference> differences, int compared)
    {
        Differences = differences;
        ComparedTypes = compared;
        foreach (TypeDifference difference in differences)
        {
            Causes += difference.IsCause ? 1 : 0;
            foreach (TypeChange change in difference.Changes)
            {
                _counts[(int)change.Class] += change.Count;
            }
        }
    }

    /// <summary>
    /// The types that differ: causes first, the most grave before the less grave, those that more types follow before those of fewer; then
    /// the types that only follow. Equal ones by name.
    /// </summary>
    public IReadOnlyList<TypeDifference> Differences { get; }

    /// <summary>How many of <see cref="Differences"/> are causes.</summary>
    public int Causes { get; }

    /// <summary>How many types of a name were compared with each other: those that both sides have.</summary>
    public int ComparedTypes { get; }

    /// <summary>With <see cref="CompareOptions.IsExcerpt"/>, names of types that only the old side mentions; empty otherwise.</summary>
    public IReadOnlyList<string> Gone { get; init; } = [];

    /// <summary>With <see cref="CompareOptions.IsExcerpt"/>, names of types that only the new side mentions; empty otherwise.</summary>
    public IReadOnlyList<string> Appeared { get; init; } = [];

    /// <summary>Whether nothing differs.</summary>
    public bool IsEmpty => Differences.Count == 0;

    /// <summary>How many changes of a class there are, each member that moved counted.</summary>
    public int CountOf(ChangeClass changeClass) => _counts[(int)changeClass];
}
