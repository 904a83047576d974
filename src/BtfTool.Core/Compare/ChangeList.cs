namespace BtfTool.Core.Compare;

/// <summary>The changes of one type while they are found, and what its size and the places of its members follow from.</summary>
internal sealed class ChangeList
{
    public List<TypeChange> Changes { get; } = [];

    /// <summary>
    /// Types that a member has by value and whose size or alignment differs, though the member says the same; pairs, the first only. -1
    /// where there is none, -2 where it is the size of pointers.
    /// </summary>
    public int Grown { get; set; } = -1;

    /// <summary>Whether a member was added, removed, moved or is of another size for a reason of the type's own.</summary>
    public bool HasOwnEdit { get; set; }

    public void Add(TypeChange change) => Changes.Add(change);
}
